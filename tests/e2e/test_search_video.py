"""`lavimo search FILM` and `lavimo index FILM` as a user meets them.

The film shows an avatar and the landmark networks are the real ones; the trained model is a
stand-in.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lavimo.runtime.encoder
from lavimo.cli import main
from lavimo.data.choreography import choreograph
from lavimo.motion.clip import Motion
from lavimo.search import films, searcher
from lavimo.search.index import index

REASON = films.cannot()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)

SEEDS = (100_000, 100_003, 100_005, 100_008)
STAR_JUMP = 500_103


class Stand:
    """A model that knows nothing: what is found is found by limb directions and words."""

    model_id = "stand-in"
    dim = 384
    modalities: tuple[str, ...] = ("text", "motion")

    def __init__(self) -> None:
        self.calibration: dict[str, Any] = {}

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.stack([np.random.default_rng(list(t.encode())).normal(size=384) for t in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    encode_sentences = encode_text

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        return self.encode_text([str(len(motion.positions)) for motion in motions])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of five clips, and films: of one of the clips, of nothing, and no film at all."""
    from lavimo.render import studio, view, writers

    folder = tmp_path_factory.mktemp("films")
    (folder / "mocap").mkdir()
    for seed in (*SEEDS, STAR_JUMP):
        np.save(folder / "mocap" / f"clip {seed}.npy", choreograph(seed).positions)
    (folder / "mocap" / f"clip {STAR_JUMP}.txt").write_text("three star jumps\n")
    index([folder / "mocap"], folder / "mocap.gallery", Stand(), workers=1)
    positions = choreograph(STAR_JUMP).positions
    shot = studio.shoot(positions, 20.0, view.default_view("a02"), size=(256, 256))
    writers.write(shot, folder / "star.mp4", 20.0)
    grey = (np.full((128, 128, 3), 90 + n, np.uint8) for n in range(20))
    writers.write(grey, folder / "nobody.mp4", 20.0)
    (folder / "torn.mp4").write_bytes((folder / "star.mp4").read_bytes()[:3000])
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for module in (searcher, lavimo.runtime.encoder):
        monkeypatch.setattr(module, "load_model", lambda *_: Stand())
    return tmp_path


def test_a_film_finds_its_motion_and_says_where(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "star.mp4", "--json", "--explain", "--model", "x", "-k", "5"]) == 0
    said = capsys.readouterr()
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert Path(rows[0]["path"]).name == f"clip {STAR_JUMP}.npy"
    assert rows[0]["film_start"] < rows[0]["film_end"] <= 6.0
    assert not rows[0]["no_match"]
    assert list(rows[0]["seconds"]) == ["decode", "landmarks", "model", "search"]
    assert rows[0]["why"][0].endswith(f"{rows[0]['end']:.1f} s")
    assert main(["search", "star.mp4", "-k", "2", "--explain", "--model", "x"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0].count("(film ") == 1
    assert "landmarks" in said.err


def test_a_film_beside_words_and_what_is_unwanted(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["search", "three", "star", "jumps", "star.mp4", "--not", "clip", "--json", "-k", "1",
             "--where", "duration < 30", "--model", "x", "--html", "hits.html"]  # fmt: skip
    assert main(words) == 0
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert Path(row["path"]).name == f"clip {STAR_JUMP}.npy"
    assert {"motion", "captions", "directions", "not"} <= set(row["parts"])
    page = Path("hits.html").read_text("utf-8")
    assert page.count('<video src="data:video/mp4;base64,') == 1
    assert page.count("<article") == 1
    assert str(place) not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody.mp4"], "nobody.mp4 shows nobody who could be followed"),
        (["torn.mp4"], "torn.mp4"),
        (["gone.mp4"], "gone.mp4 is not there"),
        (["star.mp4", "--person", "4"], "star.mp4 shows one person"),
        (["star.mp4", "--person", "0"], "--person 0 is nobody"),
        (["mocap", "--kind", "video"], "mocap is a folder"),
        (["star.mp4", "--by", "captions"], "needs a sentence"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["search", *words, "--model", "x"]) == 2
    err = capsys.readouterr().err.strip()
    assert err.startswith("lavimo: ")
    assert said in err
    assert "\n" not in err


def test_a_film_is_an_item_that_words_and_films_find(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "star.txt").write_text("an avatar jumps like a star\n")
    (place / "star.mp4").replace(place / "mocap" / "avatar.mp4")
    (place / "star.txt").replace(place / "mocap" / "avatar.txt")
    assert main(["index", "mocap", "-o", "mocap.gallery", "--model", "x"]) == 0
    assert "1 clip" in capsys.readouterr().out
    assert main(["search", "an avatar jumps like a star", "--json", "-k", "1", "--model", "x"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (Path(row["path"]).name, row["kind"]) == ("avatar.mp4", "film")
    words = ["search", "mocap/avatar.mp4", "--json", "-k", "2", "--html", "hits.html"]
    assert main([*words, "--model", "x"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {Path(row["path"]).name for row in rows} == {"avatar.mp4", f"clip {STAR_JUMP}.npy"}
    assert "data:image/webp" in Path("hits.html").read_text("utf-8")
    assert main(["export", f"id:{row['id']}", "-o", "out.bvh"]) == 2
    assert "avatar.mp4 is a film" in capsys.readouterr().err
    assert not Path("out.bvh").exists()
    assert main(["gallery", "stats", "mocap.gallery", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["films"] == 1
