"""`lavimo show` as a user meets it: files in, films and pages out, one sentence when wrong."""

import sys
from pathlib import Path

import numpy as np
import pytest

from lavimo.cli import main
from lavimo.motion.clip import Motion


@pytest.fixture
def clip(walk: Motion, tmp_path: Path) -> Path:
    path = tmp_path / "in" / "walk.npy"
    path.parent.mkdir()
    np.save(path, walk.positions[:12])
    return path


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".html", ".png"])
def test_the_suffix_chooses_what_is_drawn(clip: Path, tmp_path: Path, capsys, suffix: str):
    out = tmp_path / f"out{suffix}"
    assert main(["show", str(clip), "-o", str(out), "--size", "64"]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert out.stat().st_size > 500


def test_a_bvh_is_drawn_too(walk: Motion, tmp_path: Path):
    from PIL import Image

    from lavimo import formats

    source = formats.write(walk, tmp_path / "walk.bvh")
    out = tmp_path / "walk.webp"
    arguments = ["show", str(source), "-o", str(out), "--size", "48", "--fps", "10", "--end", "2"]
    assert main([*arguments, "--canonical", "--dark"]) == 0
    with Image.open(out) as picture:
        assert picture.n_frames == pytest.approx(20, abs=1)


def _picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def _blue_and_orange(picture: np.ndarray) -> bool:
    red, _, blue = np.moveaxis(picture, -1, 0)
    return bool((blue - red > 90).sum() > 40 and (red - blue > 90).sum() > 40)


def test_an_avatar_is_filmed_unless_the_figure_is_asked_for(clip: Path, tmp_path: Path, capsys):
    pytest.importorskip("numba", reason="numba not installed: pip install lavimo[video]")
    named = {"one": ["--avatar", "a08"], "other": [], "figure": ["--figure"]}
    for name, arguments in named.items():
        out = str(tmp_path / f"{name}.png")
        assert main(["show", str(clip), "-o", out, "--size", "128", *arguments]) == 0
    assert capsys.readouterr().err == ""
    one, other, figure = (_picture(tmp_path / f"{name}.png") for name in named)
    assert one.shape == other.shape == figure.shape
    assert np.abs(one - other).max() > 60
    assert [_blue_and_orange(p) for p in (one, figure)] == [False, True]


def test_without_numba_the_figure_is_drawn_and_says_so(
    clip: Path, tmp_path: Path, capsys, monkeypatch
):
    from lavimo.errors import MissingExtra
    from lavimo.render import actor

    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        for name in [m for m in sys.modules if m.startswith("lavimo.render.")]:
            if name.rpartition(".")[2] in ("studio", "kernel", "raster", "skin", "rays", "shade"):
                patch.delitem(sys.modules, name)
        patch.delattr("lavimo.render.studio", raising=False)
        assert not actor.can_act()
        out = tmp_path / "walk.png"
        assert main(["show", str(clip), "-o", str(out), "--size", "128"]) == 0
        assert main(["show", str(clip), "-o", str(tmp_path / "walk.html")]) == 0
        with pytest.raises(MissingExtra):
            from lavimo.render import studio  # noqa: F401
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "lavimo[video]" in error
    assert _blue_and_orange(_picture(out))
    assert "data-avatar" in (tmp_path / "walk.html").read_text("utf-8")


def test_people_of_ones_own_come_from_a_file(clip: Path, tmp_path: Path):
    from lavimo.render import avatar

    own = tmp_path / "me & you.glb"
    own.write_bytes((avatar.SHIPPED / "a02.glb").read_bytes())
    out = tmp_path / "walk.html"
    assert main(["show", str(clip), "-o", str(out), "--avatar", str(own)]) == 0
    text = out.read_text("utf-8")
    assert text.count("<template") == 1
    assert str(tmp_path) not in text.replace(str(clip), "")


def test_a_folder_becomes_a_page_and_bad_files_are_named(clip: Path, tmp_path: Path, capsys):
    np.save(clip.with_name("again.npy"), np.load(clip))
    clip.with_name("broken.bvh").write_text("HIERARCHY\nROOT")
    out = tmp_path / "all.html"
    assert main(["show", str(clip.parent), "-o", str(out)]) == 0
    assert out.read_text("utf-8").count("<article") == 2
    assert "skipped: " in capsys.readouterr().err


def test_several_files_become_a_sheet(clip: Path, tmp_path: Path):
    from PIL import Image

    out = tmp_path / "all.png"
    assert main(["show", str(clip), str(clip), str(clip), str(clip), "-o", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.width > 3 * 5 * 90


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["walk.npy", "-o", "out.avi"], "no suffix that can be drawn"),
        (["walk.npy", "walk.npy", "-o", "out.webp"], "2 clips"),
        (["absent.bvh", "-o", "out.webp"], "absent.bvh"),
        (["walk.npy", "-o", "out.webp", "--size", "3"], "pixels"),
        (["walk.npy", "-o", "out.webp", "--fps", "-5"], "frames a second"),
        (["empty", "-o", "out.html"], "no motion files"),
        (["walk.npy", "-o", "out.webp", "--avatar", "a99"], "a99"),
        (["walk.npy", "-o", "out.webp", "--avatar", "a01", "--figure"], "leave --avatar or"),
    ],
)
def test_wrong_use_is_one_sentence_and_writes_nothing(
    clip: Path, capsys, monkeypatch, arguments: list[str], sentence: str
):
    monkeypatch.chdir(clip.parent)
    Path("empty").mkdir()
    assert main(["show", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not list(clip.parent.glob("*out*"))
