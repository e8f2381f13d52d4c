"""Pictures a core-second of following a person through a film of 720p, decoding included.

    python benchmarks/landmarks.py [FILM] [--seconds 6]

FILM (default: the filmed jumping jacks of the data folder, repeated and scaled up) is written anew
as H.264, 1280 x 720, 30 pictures a second. CPU seconds of this process and of the decoding process
together, after one warm-up; one thread for the networks. The reference, in the same run: the same
networks the plain way, with the detector and the whole landmark network on every picture, pictures
cut by Pillow, the film decoded whole in this process.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import av
import numpy as np
from PIL import Image

from lavimo.video import frames, landmarks, model_files
from lavimo.video.tracking import Tracker, track

DATA = Path(os.environ.get("LAVIMO_DATA") or Path(__file__).resolve().parents[2] / "shared/data")
RATE, WIDTH, HEIGHT = 30, 1280, 720


def made(source: Path, target: Path, seconds: float) -> None:
    """Write the film at 720p, repeated to the wanted length."""
    pictures = [picture for _, picture in frames.read(source)]
    with av.open(str(target), "w") as container:
        options = {"preset": "veryfast", "crf": "20"}
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(seconds * RATE)):
            image = Image.fromarray(pictures[number % len(pictures)])
            shown = Image.new("RGB", (WIDTH, HEIGHT), "#808080")
            image = image.resize((round(image.width * HEIGHT / image.height), HEIGHT))
            shown.paste(image, ((WIDTH - image.width) // 2, 0))
            frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total


def timed(name: str, work: Callable[[], int], film_pictures: int) -> float:
    """Run once and print; pictures a core-second."""
    before, start = cpu(), time.perf_counter()
    count = work()
    used, wall = cpu() - before, time.perf_counter() - start
    print(
        f"{name:34s} {count:4d} pictures {used:6.2f} CPU s ({wall:5.2f} s): "
        f"{count / used:6.1f} looked at, {film_pictures / used:6.1f} of the film, a core-second"
    )
    return count / used


def decoded_here(film: Path) -> int:
    """Every picture, without a process of its own."""
    from lavimo.video.film_file import FilmFile
    from lavimo.video.limits import LIMITS

    return sum(shown().shape[0] > 0 for _, shown in FilmFile(film, LIMITS, None).pictures(0.0))


def plain(film: Path) -> int:
    """Detector and whole landmark network on every picture, Pillow's affine cuts."""
    from ai_edge_litert.interpreter import Interpreter

    path = str(model_files.model_path(model_files.LANDMARKS))
    network = Interpreter(model_path=path, num_threads=1)
    network.allocate_tensors()
    detector = landmarks.Detector()
    count = 0
    with av.open(str(film)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            count += 1
            for region in detector.find(picture)[:1]:
                scale = region.side / 256
                cos, sin = np.cos(region.angle) * scale, np.sin(region.angle) * scale
                x = region.x - 128 * cos + 128 * sin
                y = region.y - 128 * sin - 128 * cos
                cut = Image.fromarray(picture).transform(
                    (256, 256), Image.Transform.AFFINE, (cos, -sin, x, sin, cos, y),
                    Image.Resampling.BILINEAR,
                )  # fmt: skip
                values = np.asarray(cut, np.float32)[None] / 255
                network.set_tensor(network.get_input_details()[0]["index"], values)
                network.invoke()
                for output in network.get_output_details():
                    network.get_tensor(output["index"])
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", nargs="?", default=DATA / "real_videos/jumping_jacks.mp4")
    parser.add_argument("--seconds", type=float, default=6.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        made(Path(args.film), film, args.seconds)
        total = round(args.seconds * RATE)
        tracker = Tracker()
        track(frames.read(film, fps=10.0, end=1.0), tracker=tracker)

        def follow(fps: float | None) -> int:
            return len(track(frames.read(film, fps=fps), tracker=tracker)[0])

        print(f"{args.seconds:g} s of {WIDTH} x {HEIGHT} at {RATE} a second")
        timed("decoding alone, this process", lambda: decoded_here(film), total)
        timed("decoding alone, own process", lambda: len(list(frames.read(film))), total)
        timed("decoding alone, 10 a second", lambda: len(list(frames.read(film, fps=10.0))), total)
        timed("followed at 10 a second (default)", lambda: follow(10.0), total)
        every = timed("followed in every picture", lambda: follow(None), total)
        slow = timed("plain: reference", lambda: plain(film), total)
        print(f"every picture, against the reference: {every / slow:.1f} x")


if __name__ == "__main__":
    main()
