"""Films of every kind can be read back, with the right number of frames and pace."""

from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import LavimoError, MissingExtra, RenderError
from lavimo.motion.clip import Motion
from lavimo.render import film


@pytest.mark.parametrize(("suffix", "pace"), [(".webp", 50), (".gif", 50)])
def test_animations_keep_frames_and_pace(walk: Motion, tmp_path: Path, suffix: str, pace: int):
    from PIL import Image

    out = film.save(walk.positions[:9], tmp_path / f"a{suffix}", size=64)
    with Image.open(out) as picture:
        assert picture.n_frames == 9
        assert picture.size == (64, 64)
        picture.seek(4)
        picture.load()
        assert picture.info["duration"] == pace


def test_mp4_plays_anywhere(walk: Motion, tmp_path: Path):
    av = pytest.importorskip("av", reason="PyAV not installed: pip install lavimo[video]")
    out = film.save(walk.positions[:9], tmp_path / "a.mp4", size=(97, 65), fps=10.0)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert float(stream.average_rate) == 10
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(frames) == 5
    assert frames[0].shape == (64, 96, 3)
    head = out.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_without_pyav_the_extra_is_named(walk, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtra, match="video"):
        film.save(walk.positions[:3], tmp_path / "a.mp4", size=32)
    assert list(tmp_path.iterdir()) == []


def test_a_strip_and_a_page_by_suffix(walk: Motion, tmp_path: Path):
    from PIL import Image

    with Image.open(film.save(walk.positions, tmp_path / "a.png", size=40)) as picture:
        assert picture.size == (180, 40)
    text = film.save(walk.positions, tmp_path / "a.html", title="Walk & wave").read_text("utf-8")
    assert "Walk &amp; wave" in text


def test_a_failed_film_leaves_nothing(walk: Motion, tmp_path: Path):
    with pytest.raises(RenderError, match=r"\.webp"):
        film.save(walk.positions, tmp_path / "a.avi")
    broken = np.full((4, 22, 3), np.inf, np.float32)
    with pytest.raises(RenderError):
        film.save(broken, tmp_path / "a.webp")
    with pytest.raises(LavimoError):
        film.save(walk.positions[:2], Path("/proc/nowhere/a.gif"), size=32)
    assert list(tmp_path.iterdir()) == []


def test_a_film_too_long_for_memory_says_what_to_do(walk: Motion, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(film, "MAX_HELD", 10_000)
    with pytest.raises(RenderError, match=r"cut the clip.*\.mp4"):
        film.save(walk.positions, tmp_path / "a.webp", size=32)
    assert list(tmp_path.iterdir()) == []
    assert film.save(walk.positions[:5], tmp_path / "a.gif", size=32).is_file()
