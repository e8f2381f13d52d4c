"""Films of every kind: what a good one gives, and the one sentence for each bad one."""

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lavimo.errors import MissingExtra, VideoError
from lavimo.video import frames
from lavimo.video.limits import Limits

pytest.importorskip("av")
_spec = importlib.util.spec_from_file_location(
    "video_samples", Path(__file__).with_name("video_samples.py")
)
assert _spec is not None
assert _spec.loader is not None
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

CONTAINERS = {
    "a.mp4": {},
    "a.mov": {},
    "a.mkv": {},
    "a.ts": {},
    "a.webm": {"codec": "libvpx-vp9"},
    "a.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
}


def level(picture: np.ndarray) -> int:
    """Number of a sample's picture, from the grey of its lower right corner."""
    return round((float(picture[-4:-1, -4:-1].mean()) - 20) / 8)


def red_corner(picture: np.ndarray) -> str:
    """The corner that is red: where the stored upper left one came to stand."""
    for name, at in {"ul": (2, 2), "ur": (2, -3), "ll": (-3, 2), "lr": (-3, -3)}.items():
        if picture[at][0] > 150 and picture[at][1] < 60:
            return name
    return "none"


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_read(name: str, tmp_path: Path) -> None:
    path = samples.film(tmp_path / name, **CONTAINERS[name])
    video = frames.probe(path)
    assert (video.width, video.height, video.rotation) == (64, 48, 0)
    assert video.fps == pytest.approx(10)
    assert video.duration == pytest.approx(2.0, abs=0.01)
    read = list(frames.read(path))
    assert [level(picture) for _, picture in read] == list(range(20))
    assert [seconds for seconds, _ in read] == pytest.approx([n / 10 for n in range(20)], abs=0.002)
    assert all(picture.shape == (48, 64, 3) for _, picture in read)
    assert red_corner(read[0][1]) == "ul"


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".png"])
def test_animated_pictures_are_films(suffix: str, tmp_path: Path) -> None:
    path = samples.animation(tmp_path / f"a{suffix}")
    video = frames.probe(path)
    assert (video.width, video.height, video.frames) == (64, 48, 12)
    assert video.duration == pytest.approx(1.2)
    assert [level(picture) for _, picture in frames.read(path)] == list(range(12))
    assert [level(picture) for picture in frames.sample(path, 4)] == [1, 4, 7, 10]


@pytest.mark.parametrize(("degrees", "corner"), [(90, "ur"), (180, "lr"), (270, "ll")])
def test_a_phone_held_sideways_stands_upright(degrees: int, corner: str, tmp_path: Path) -> None:
    path = samples.display_matrix(samples.film(tmp_path / "a.mp4", 3), degrees)
    video = frames.probe(path)
    assert video.rotation == degrees
    assert (video.width, video.height) == ((64, 48) if degrees == 180 else (48, 64))
    picture = next(frames.read(path))[1]
    assert picture.shape == (video.height, video.width, 3)
    assert red_corner(picture) == corner


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_variable_rates_keep_their_times(name: str, tmp_path: Path) -> None:
    stamps = [0, 50, 400, 430, 900, 1300]
    path = samples.film(tmp_path / name, len(stamps), stamps=stamps)
    times = [seconds for seconds, _ in frames.read(path)]
    assert times == pytest.approx([stamp / 1000 for stamp in stamps], abs=0.002)
    # The ones nearest to 0, 0.4, 0.8 and 1.2; at 20 a second none comes twice.
    assert [level(picture) for _, picture in frames.read(path, fps=2.5)] == [0, 2, 4, 5]
    assert [level(picture) for _, picture in frames.read(path, fps=20.0)] == [0, 1, 2, 3, 4, 5]


def test_transparency_stands_on_white(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.webm", 3, codec="libvpx-vp9", pixels="yuva420p")
    picture = next(frames.read(path))[1]
    assert picture[-6:].min() > 250
    assert red_corner(picture) == "ul"


def test_odd_sizes_and_a_single_picture(tmp_path: Path) -> None:
    odd = samples.film(tmp_path / "odd.mkv", 2, size=(63, 47), pixels="yuv444p")
    assert next(frames.read(odd))[1].shape == (47, 63, 3)
    one = samples.film(tmp_path / "one.mp4", 1)
    assert len(list(frames.read(one))) == 1
    assert [level(picture) for picture in frames.sample(one)] == [0] * 8


def test_a_part_scaled_down(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 40)
    read = list(frames.read(path, start=1.0, end=2.0, fps=5.0, edge=32))
    assert [round(seconds, 2) for seconds, _ in read] == [1.0, 1.2, 1.4, 1.6, 1.8, 2.0]
    assert read[0][1].shape == (24, 32, 3)
    with pytest.raises(VideoError, match="no picture from 9 s on"):
        list(frames.read(path, start=9.0))


def test_eight_segments(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 24, rate=20)
    assert [level(picture) for picture in frames.sample(path)] == [1, 4, 7, 10, 13, 16, 19, 22]
    drawn = frames.sample(path, rng=np.random.default_rng(0))
    assert [level(picture) // 3 for picture in drawn] == list(range(8))
    again = frames.sample(path, rng=np.random.default_rng(0))
    assert np.array_equal(drawn, again)


def _cut(make: Callable[[Path], Path], name: str, share: float) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = make(folder / name)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return made


def _written(name: str, content: bytes) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return made


def _still(name: str) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        Image.fromarray(samples.picture(3)).save(folder / name)
        return folder / name

    return made


def _gif_of_size(folder: Path, edge: int) -> Path:
    data = bytearray(samples.animation(folder / "huge.gif").read_bytes())
    data[6:10] = edge.to_bytes(2, "little") * 2
    (folder / "huge.gif").write_bytes(data)
    return folder / "huge.gif"


def _raw_avi(folder: Path) -> Path:
    path = samples.film(folder / "huge.avi", 3, codec="rawvideo", pixels="bgr24")
    return samples.declared_size(path, 8000, 48)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "none.mp4", "does not exist"),
    "a folder": (lambda folder: folder, "is no file"),
    "a name too long": (lambda folder: folder / ("n" * 300 + ".mp4"), "cannot be opened"),
    "zero length": (_written("zero.mp4", b""), "is empty"),
    "text": (_written("text.mp4", b"a walk, filmed\n" * 40), "is damaged, or no film"),
    "zeros": (_written("zeros.mp4", bytes(4096)), "is damaged, or no film"),
    "a playlist": (_written("list.mp4", b"#EXTM3U\n#EXTINF:9,\na.ts\n"), "is damaged, or no film"),
    "a list": (_written("list.mkv", b"ffconcat version 1.0\nfile a.mp4\n"), "or no film"),
    "sound only": (lambda folder: samples.sound(folder / "sound.mp4"), "only sound"),
    "no index": (_cut(samples.film, "cut.mp4", 0.5), "is damaged, or no film"),
    "no picture": (_cut(samples.film, "cut.mkv", 0.2), "is damaged, or no|can be decoded"),
    "cut WebP": (_cut(samples.animation, "cut.webp", 0.5), "is damaged, or no film"),
    "a still PNG": (_still("still.png"), "is a still picture"),
    "a still JPEG": (_still("still.jpg"), "is a still picture"),
    "a still GIF": (_still("still.gif"), "is a still picture"),
    "a still WebP": (_still("still.webp"), "is a still picture"),
    "a still named MP4": (
        lambda folder: _still("still.bmp")(folder).rename(folder / "still.mp4"),
        "is a still picture",
    ),
    "too wide": (
        lambda folder: samples.film(folder / "wide.mp4", 1, size=(4200, 64)),
        "4200 x 64 pixels",
    ),
    "a huge declared GIF": (lambda folder: _gif_of_size(folder, 65535), "65535|damaged"),
    "a huge declared AVI": (_raw_avi, "8000 x 48 pixels"),
    "an absurd rate": (
        lambda folder: samples.declared_step(samples.film(folder / "fast.mp4"), 1),
        "10240 pictures a second",
    ),
    "hours between pictures": (
        lambda folder: samples.film(folder / "far.mkv", 3, stamps=[0, 40, 9_000_000]),
        "longer than 600 seconds",
    ),
    "an absurd length": (
        lambda folder: samples.declared_length(samples.film(folder / "slow.mkv"), 1e9),
        "longer than 600 seconds",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_film_gets_one_sentence(name: str, tmp_path: Path) -> None:
    make, fault = BAD[name]
    path = make(tmp_path)
    with pytest.raises(VideoError, match=fault) as caught:
        list(frames.read(path))
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert path.name in sentence
    # What comes after the semicolon is the remedy.
    assert ";" in sentence


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (Limits(seconds=1.0), "longer than 1 seconds"),
        (Limits(frames=10), "more than 10 pictures"),
        (Limits(edge=40), "more than 40 on an edge"),
        (Limits(memory=150 << 20), "memory"),
        (Limits(patience=0.01), "within time and memory"),
    ],
)
def test_limits_hold(limits: Limits, fault: str, tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 30)
    with pytest.raises(VideoError, match=fault):
        list(frames.read(path, limits=limits))


def test_a_long_film_is_read_in_part(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 30)
    assert frames.probe(path, limits=Limits(seconds=1.0)).duration == pytest.approx(3.0)
    assert len(list(frames.read(path, end=0.85, limits=Limits(seconds=1.0)))) == 9
    assert frames.sample(path, 4, start=1.0, end=1.9, limits=Limits(seconds=1.0)).shape[0] == 4


def test_a_lying_header_costs_nothing(tmp_path: Path) -> None:
    long = samples.declared_length(samples.film(tmp_path / "long.mkv"), 1e9)
    assert len(list(frames.read(long, end=5.0))) == 20
    frozen = samples.declared_step(samples.film(tmp_path / "zero.mp4"), 0)
    assert list(frames.read(frozen))
    avi = samples.film(tmp_path / "z.avi", codec="mjpeg", pixels="yuvj420p")
    assert len(list(frames.read(samples.declared_size(avi, 60000, 60000)))) == 20


def test_a_cut_film_gives_what_is_left(tmp_path: Path) -> None:
    path = _cut(lambda p: samples.film(p, 60), "cut.mkv", 0.6)(tmp_path)
    kept = [level(picture) for _, picture in frames.read(path)]
    assert 5 < len(kept) < 60
    assert kept[:5] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.webp", "a.gif"])
def test_flipped_bits_never_crash_or_hang(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix in (".webp", ".gif"):
        whole = samples.animation(path).read_bytes()
    else:
        codec = "libvpx-vp9" if path.suffix == ".webm" else "libx264"
        whole = samples.film(path, codec=codec).read_bytes()
    chance = random.Random(name)
    for _ in range(4):
        data = bytearray(whole[: chance.randint(len(whole) // 2, len(whole))])
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        with suppress(VideoError):
            assert {picture.shape[2] for _, picture in frames.read(path)} == {3}


def test_leaving_early_ends_the_decoder(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 40, size=(320, 240))
    reading = frames.read(path)
    next(reading)
    assert _children(os.getpid())
    reading.close()
    assert not _children(os.getpid())


PARENT = """
import sys, time
from lavimo.video import frames
reading = frames.read(sys.argv[1])
next(reading)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_the_decoder_ends_with_its_parent(tmp_path: Path) -> None:
    path = samples.film(tmp_path / "a.mp4", 40, size=(320, 240))
    command = [sys.executable, "-c", PARENT, str(path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "ready\n"
        (child,) = _children(parent.pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if b"lavimo.video.child" in _command(child)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = samples.film(tmp_path / "a.mp4", 2)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"lavimo\[video\]"):
        frames.probe(path)


def test_reading_needs_neither_torch_nor_av_in_the_caller() -> None:
    code = (
        "import sys, json, lavimo.video.frames; "
        "print(json.dumps([name in sys.modules for name in ('torch', 'av', 'numba', 'PIL')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False] * 4
