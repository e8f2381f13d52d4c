"""Pictures into films: MP4 (PyAV, which the extra `video` brings), animated WebP and GIF, a strip.

MP4 is H.264 in 4:2:0, crf 20, `veryfast`, one thread: the same bytes on every run, 190 kB for 100
pictures of 512 x 512 (RENDERING.md 7).
"""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from lavimo.errors import MissingExtra, RenderError
from lavimo.files import atomic_path
from lavimo.shapes import UInt8

SUFFIXES = (".mp4", ".webp", ".gif")
Picture = UInt8[np.ndarray, "height width 3"]


def write(pictures: Iterator[Picture], path: str | Path, fps: float) -> Path:
    """Write a film whose kind the suffix tells, whole or not at all.

    Raises RenderError for another suffix, MissingExtra for .mp4 without PyAV.
    """
    path = Path(path)
    writers = {".mp4": _mp4, ".webp": _webp, ".gif": _gif}
    if path.suffix.lower() not in writers:
        raise RenderError(f"{path} is no film; use one of {', '.join(SUFFIXES)}.")
    with atomic_path(path) as temporary:
        writers[path.suffix.lower()](pictures, temporary, fps)
    return path


def write_strip(pictures: Iterator[Picture], path: str | Path) -> Path:
    """Write pictures of one height side by side as a still picture."""
    from PIL import Image

    with atomic_path(Path(path)) as temporary:
        Image.fromarray(np.concatenate(list(pictures), axis=1)).save(temporary)
    return Path(path)


def write_still(picture: Picture, path: str | Path, quality: int = 90) -> Path:
    """Write one picture; `quality` is JPEG's."""
    from PIL import Image

    with atomic_path(Path(path)) as temporary:
        Image.fromarray(picture).save(temporary, quality=quality)
    return Path(path)


def _mp4(pictures: Iterator[Picture], path: Path, fps: float) -> None:
    try:
        import av
    except ImportError as error:
        raise MissingExtra(f"Writing {path.suffix} films", "video") from error
    rate = Fraction(fps).limit_denominator(1001)
    first = next(pictures)
    height, width = first.shape[0] // 2 * 2, first.shape[1] // 2 * 2
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        options = {"crf": "20", "preset": "veryfast"}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.pix_fmt, stream.width, stream.height = "yuv420p", width, height
        stream.codec_context.thread_count = 1
        for picture in itertools.chain([first], pictures):
            # 4:2:0 needs even edges: an odd one loses its last row or column.
            even = np.ascontiguousarray(picture[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode(None))


def _webp(pictures: Iterator[Picture], path: Path, fps: float) -> None:
    from PIL import Image

    first, *rest = (Image.fromarray(picture) for picture in pictures)
    first.save(path, save_all=True, append_images=rest, duration=max(1, round(1000 / fps)),
               loop=0, quality=75, method=0)  # fmt: skip


def _gif(pictures: Iterator[Picture], path: Path, fps: float) -> None:
    from PIL import Image

    # One palette for all frames, or the background would flicker; GIF counts in hundredths.
    palette = Image.fromarray(next(pictures)).quantize(255, method=Image.Quantize.MEDIANCUT)
    dither = Image.Dither.NONE
    rest = [Image.fromarray(p).quantize(palette=palette, dither=dither) for p in pictures]
    palette.save(path, save_all=True, append_images=rest, loop=0, optimize=False, disposal=1,
                 duration=10 * max(2, round(100 / fps)))  # fmt: skip
