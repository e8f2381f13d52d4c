"""`lavimo show` as a user meets it: files in, films and pages out, one sentence when wrong."""

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
