"""`lavimo demo` from an empty cache to a page, with a stand-in for the trained model."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.cli import main
from lavimo.data import choreography
from lavimo.motion.clip import Motion
from lavimo.runtime import checkpoint
from lavimo.runtime.encoder import DEFAULT_MODEL
from lavimo.search import films

CANNOT = films.cannot()


class Stand:
    """Words by their letters, motions by their mean pose: enough to rank something."""

    model_id = "stand-in"
    dim = 384
    modalities: tuple[str, ...] = ("text", "motion")
    calibration: dict[str, Any] = {}  # noqa: RUF012 - part of the protocol, never changed
    sentence_bank = np.zeros((0, 384), np.float32)

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall("[a-z]+", text.lower()):
                row += np.random.default_rng(list(word.encode())).normal(size=384)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    encode_sentences = encode_text

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        from lavimo.features.canonical import from_motion

        clips = [from_motion(motion).positions for motion in motions]
        rows = np.zeros((len(clips), 384), np.float32)
        for row, clip in zip(rows, clips, strict=True):
            row[:132] = np.concatenate([clip.mean(axis=0).ravel(), clip.std(axis=0).ravel()])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "shelf" / DEFAULT_MODEL
    shelf.mkdir(parents=True)
    for name in checkpoint.HASHED:
        (shelf / name).write_text("stand-in")
    monkeypatch.setattr(checkpoint, "_shelves", lambda: [shelf.parent])
    clips = [choreography.choreograph(seed) for seed in range(100_000, 100_012)]
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")  # test runners may leave a narrow one behind
    monkeypatch.setattr(choreography, "embedded_gallery", lambda: clips)
    monkeypatch.setattr("lavimo.runtime.encoder.load_model", lambda *_: Stand())
    monkeypatch.setattr(films, "cannot", lambda: "There is no camera here.")


@pytest.mark.usefixtures("small")
def test_four_questions_are_answered_in_words_and_pictures(tmp_path: Path, capsys):
    out = tmp_path / "demo"
    assert main(["demo", "-o", str(out), "-k", "3"]) == 0
    said = capsys.readouterr()
    assert said.out.count("$ lavimo search") == 4
    assert "synthetic" in said.err
    assert "the demo leaves its film out. There is no camera here." in said.err
    assert said.out.count("licence") == 4  # the heads of four tables, in a pipe as well
    assert "\x1b" not in said.out
    assert str(out / "index.html") in said.out
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<section") == 4
    assert 4 <= page.count("<article") <= 12
    assert "synthetic" in page
    assert (out / "example.bvh").read_text("utf-8").startswith("HIERARCHY")


@pytest.mark.usefixtures("small")
def test_the_example_finds_itself_first(tmp_path: Path):
    out = tmp_path / "demo"
    assert main(["demo", "-o", str(out)]) == 0
    page = (out / "index.html").read_text("utf-8")
    last = page.split("<section")[-1]
    written = (out / "example.bvh.licence.txt").read_text("utf-8")
    first = re.search(r"of (\d+)\.npy", last)
    assert first
    assert first[1] in written


@pytest.mark.usefixtures("small")
def test_a_second_run_makes_no_second_gallery(tmp_path: Path, capsys):
    assert main(["demo", "-o", str(tmp_path / "demo")]) == 0
    capsys.readouterr()
    assert main(["demo", "-o", str(tmp_path / "demo")]) == 0
    assert "Indexing" not in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@pytest.mark.skipif(bool(CANNOT), reason=CANNOT)
def test_a_film_is_made_and_asked_as_well(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(films, "cannot", lambda: "")
    out = tmp_path / "demo"
    assert main(["demo", "-o", str(out), "-k", "2"]) == 0
    said = capsys.readouterr()
    assert said.out.count("$ lavimo search") == 5
    assert "of the film" in said.out
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<section") == 5
    assert page.count('<video src="data:video/mp4;base64,') == 1
    assert page.index("<video") > page.index("example.bvh")
    assert (out / "film.mp4").stat().st_size > 10_000
