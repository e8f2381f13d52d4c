"""`lavimo search` and `lavimo export` as a user meets them, with a stand-in for the model."""

import json
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lavimo.runtime.encoder
from lavimo import formats
from lavimo.cli import main
from lavimo.cli.search import search_options
from lavimo.motion import clip
from lavimo.motion.clip import Motion
from lavimo.search import searcher
from lavimo.search.index import index


class Stand:
    """Words by their letters, motions by their mean pose."""

    model_id = "stand-in"
    dim = 384
    modalities: tuple[str, ...] = ("text", "motion")

    def __init__(self) -> None:
        self.calibration: dict[str, Any] = {}

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row += np.random.default_rng(zlib.crc32(word.encode())).normal(size=384)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    encode_sentences = encode_text

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        from lavimo.features.canonical import from_motion

        rows = np.zeros((len(motions), 384), np.float32)
        for row, motion in zip(rows, motions, strict=True):
            body = from_motion(motion).positions
            row[:132] = np.concatenate([body.mean(axis=0).ravel(), body.std(axis=0).ravel()])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


_BUILT: list[Path] = []


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory, walk: Motion) -> Path:
    """A folder with three motion files, a note beside each, and their gallery; made once."""
    if not _BUILT:
        folder = tmp_path_factory.mktemp("search")
        files = folder / "mocap"
        files.mkdir()
        formats.write(walk, files / "a.bvh")
        formats.write(clip.cut(walk, 0.0, 1.5), files / "b.bvh")
        formats.write(clip.resample(replace(walk, fps=12.0), 20.0), files / "c.bvh")
        (files / "a.txt").write_text("somebody strolls along the street\n")
        (files / "b.txt").write_text("the left arm swings\n")
        (files / "c.txt").write_text("the right arm swings\n")
        index([files], folder / "mocap.gallery", Stand(), licence="CC-BY-4.0", workers=1)
        _BUILT.append(folder)
    return _BUILT[0]


@pytest.fixture
def place(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it as the current folder; paths in a gallery are relative to its place."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAVIMO_GALLERY", raising=False)
    monkeypatch.setattr(searcher, "_find_model", lambda *_: Stand())
    return tmp_path


def asked(capsys: Any, *words: str) -> list[dict[str, Any]]:
    assert main(["search", *words, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_sentence_finds_the_note_beside_a_file(place: Path, capsys: Any) -> None:
    hits = asked(capsys, "somebody strolls along the street")
    assert hits[0]["path"] == str(place / "mocap" / "a.bvh")
    assert hits[0]["caption"] == "somebody strolls along the street"
    assert hits[0]["licence"] == "CC-BY-4.0"
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert set(hits[0]) >= {"id", "score", "confidence", "start", "end", "source", "no_match"}


def test_unquoted_words_are_one_sentence(place: Path, capsys: Any) -> None:
    assert asked(capsys, "somebody", "strolls", "along") == asked(capsys, "somebody strolls along")


def test_sides_are_kept_apart(place: Path, capsys: Any) -> None:
    for side, name in (("left", "b"), ("right", "c")):
        hits = asked(capsys, f"the {side} arm swings", "--by", "captions")
        assert Path(hits[0]["path"]).stem == name


def test_a_file_and_an_id_are_questions_too(place: Path, capsys: Any) -> None:
    hits = asked(capsys, "mocap/b.bvh", "--expand")
    assert Path(hits[0]["path"]).stem == "b"
    assert hits[0]["parts"]["example cosine"] > 0.999
    others = asked(capsys, f"id:{hits[0]['id'][:8]}", "--expand")
    assert "b" not in {Path(hit["path"]).stem for hit in others}
    assert asked(capsys, "a stroll", "mocap/b.bvh", "-k", "1")[0]["parts"].keys() >= {"motion"}


def test_a_pipe_gets_plain_lines(place: Path, capsys: Any) -> None:
    assert main(["search", "the left arm swings", "-k", "2", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    rows = [line.split("\t") for line in out.splitlines() if line[:1].isdigit()]
    assert rows[0][2] == "the left arm swings"
    assert rows[0][6].startswith("id:")
    assert "says “the left arm swings” (your note" in out


def test_a_terminal_gets_a_table(place: Path, capsys: Any, monkeypatch: Any) -> None:
    from lavimo.cli import table

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["search", "the left arm swings"]) == 0
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, out.splitlines())) <= 80
    assert "the left arm swings" in out
    assert "█" in out
    assert table.ID_SIGNS == 8


def test_nothing_fitting_is_said_first(place: Path, capsys: Any) -> None:
    assert main(["search", "quarterly revenue"]) == 0
    assert capsys.readouterr().out.startswith("Nothing here fits well; the nearest are:\n1\t")


def test_nothing_at_all_is_exit_code_one(place: Path, capsys: Any) -> None:
    assert main(["search", "walk", "--where", "duration > 99"]) == 1
    assert main(["search", "walk", "--where", "duration > 99", "--json"]) == 1


def test_a_caption_cannot_speak_to_the_terminal(place: Path, capsys: Any) -> None:
    from lavimo.cli.table import _plain

    assert _plain("a\x1b[31m red\nline\udcff") == "a [31m red line"


def test_a_page_of_moving_figures(place: Path, capsys: Any) -> None:
    assert main(["search", "the left <b>arm</b> swings", "--html", "hits.html"]) == 0
    page = (place / "hits.html").read_text("utf-8")
    assert "<article" in page
    assert "<b>arm</b>" not in page
    assert not re.search(r"(?:src|href)=[\"']https?:", page)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([""], "query is empty"),
        (["walk " * 10_000], "10000 words"),
        (["\udcff"], "UTF-8"),
        (["nowhere.bvh"], "nowhere.bvh is not there"),
        (["mocap", "--kind", "motion"], "is a folder"),
        (["walk", "-g", "nowhere.gallery"], "nowhere.gallery is not there"),
        (["walk", "-g", "mocap"], "is no gallery"),
        (["walk", "--where", "colour = 1"], "is no field"),
        (["walk", "-k", "0"], "0 hits"),
        (["id:ffffffffff"], "no row"),
        (["mocap/b.bvh", "--by", "captions"], "needs a sentence"),
    ],
)
def test_wrong_uses_are_one_sentence(
    place: Path, capsys: Any, words: list[str], message: str
) -> None:
    assert main(["search", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1


def test_an_empty_motion_file_is_one_sentence(place: Path, capsys: Any) -> None:
    (place / "empty.bvh").write_bytes(b"")
    assert main(["search", "empty.bvh"]) == 2
    assert "empty.bvh is empty" in capsys.readouterr().err


def test_the_gallery_is_named_or_the_only_one(
    place: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "mocap.gallery").rename(place / "one.gallery")
    assert main(["search", "walk"]) == 0
    (place / "two.gallery").mkdir()
    assert main(["search", "walk"]) == 2
    assert "several galleries here (one.gallery, two.gallery)" in capsys.readouterr().err
    monkeypatch.setenv("LAVIMO_GALLERY", "one.gallery")
    assert main(["search", "walk"]) == 0


def test_export_gives_the_original_segment(place: Path, capsys: Any) -> None:
    hit = asked(capsys, "the left arm swings", "--by", "captions")[0]
    assert main(["export", hit["id"][:8], "-o", "mine.bvh"]) == 0
    assert "original" in capsys.readouterr().out
    taken, source = formats.read("mine.bvh"), formats.read("mocap/b.bvh")
    assert taken.fps == pytest.approx(source.fps, rel=1e-3)
    np.testing.assert_allclose(taken.positions, source.positions, atol=1e-3)
    note = Path("mine.bvh.licence.txt").read_text("utf-8")
    assert "licence: CC-BY-4.0\n" in note
    assert f"id: {hit['id']}\n" in note


def test_export_of_a_lost_original_gives_the_canonical_clip(place: Path, capsys: Any) -> None:
    hit = asked(capsys, "the left arm swings", "--by", "captions")[0]
    (place / "mocap" / "b.bvh").unlink()
    assert main(["export", "id:", hit["id"], "-o", "mine.npy"]) == 0
    said = capsys.readouterr()
    assert "b.bvh is not there any more" in said.err
    assert "canonical" in said.out
    assert formats.read("mine.npy").positions.shape[1:] == (22, 3)
    assert "form: canonical" in Path("mine.npy.licence.txt").read_text("utf-8")


def test_export_of_a_changed_original_says_so(place: Path, capsys: Any, walk: Motion) -> None:
    hit = asked(capsys, "the left arm swings", "--by", "captions")[0]
    formats.write(clip.cut(walk, 1.0), place / "mocap" / "b.bvh")
    assert main(["export", hit["id"], "-o", "mine.bvh"]) == 0
    assert "has changed since" in capsys.readouterr().err


def test_export_onto_a_rig_of_ones_own(place: Path, capsys: Any) -> None:
    hit = asked(capsys, "somebody strolls", "-k", "1")[0]
    assert main(["export", hit["id"], "-o", "mine.glb", "--rig", "mocap/a.bvh"]) == 0
    assert "on the skeleton of a.bvh" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ffffffff", "-o", "x.bvh"], "no row"),
        (["id:", "-o", "x.bvh"], "id is empty"),
        (["{id}", "-o", "x.fbx"], "cannot be written"),
        (["{id}", "-o", "mocap.gallery"], "cannot be written"),
        (["{id}", "-o", "x.bvh", "--rig", "nowhere.bvh"], "nowhere.bvh"),
        (["{id}", "-o", "x.npy", "--rig", "mocap/a.bvh"], "no rig"),
    ],
)
def test_export_used_wrongly_writes_nothing(
    place: Path, capsys: Any, words: list[str], message: str
) -> None:
    hit = asked(capsys, "somebody strolls", "-k", "1")[0]
    before = sorted(place.rglob("*"))
    assert main(["export", *(word.format(id=hit["id"]) for word in words)]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert sorted(place.rglob("*")) == before


def test_a_mistyped_id_is_answered_with_the_nearest(place: Path, capsys: Any) -> None:
    hit = asked(capsys, "somebody strolls", "-k", "1")[0]
    wrong = hit["id"][:10] + "x"
    assert main(["export", wrong, "-o", "x.bvh"]) == 2
    assert f"did you mean id:{hit['id']}?" in capsys.readouterr().err


def test_searching_imports_neither_torch_nor_what_a_pipe_does_not_need(place: Path) -> None:
    code = (
        "import sys; from lavimo.cli import main; "
        f"main(['search', 'id:0000', '-g', {str(place / 'mocap.gallery')!r}]); "
        "bad = {'torch', 'transformers', 'scipy', 'rich', 'tokenizers', 'PIL', 'jaxtyping'}; "
        "print(*sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_options_are_explained() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    search_options(parser)
    assert all(action.help for action in parser._actions)
    assert lavimo.runtime.encoder.DEFAULT_MODEL
