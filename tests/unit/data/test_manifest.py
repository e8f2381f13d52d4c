"""Manifests of users: what is needed, what is reported, what is refused."""

import gzip
import json

import pytest

from lavimo.data import manifest
from lavimo.data.captions import Caption
from lavimo.errors import DataError


def write(folder, *entries, name="m.jsonl"):
    path = folder / name
    lines = "\n".join(e if isinstance(e, str) else json.dumps(e) for e in entries)
    content = lines.encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.fixture
def folder(tmp_path):
    for name in ("a.bvh", "b.bvh"):
        (tmp_path / name).write_text("x")
    return tmp_path


@pytest.mark.parametrize("name", ["m.jsonl", "m.jsonl.gz"])
def test_reads_rows(folder, name):
    full = {
        "id": "one", "file": "a.bvh", "clip": "Walk", "start": 1, "end": 2.5, "fps_file": 30,
        "captions": ["Walks.", "Strolls."], "caption_sources": ["kit-ml"], "split": "val",
        "source": "mine", "licence": "CC0-1.0", "unknown": 7,
    }  # fmt: skip
    found = manifest.read(
        write(folder, full, "", {"file": "b.bvh", "captions": "Runs."}, name=name)
    )
    one, two = found.rows
    assert found.problems == ()
    assert (one.id, one.file, one.clip, one.start, one.end) == (
        "one", folder / "a.bvh", "Walk", 1.0, 2.5)  # fmt: skip
    assert one.captions == (Caption("Walks.", "human"), Caption("Strolls.", "user"))
    assert (one.split, one.fps, one.licence) == ("val", 30.0, "CC0-1.0")
    assert (two.id, two.texts, two.split, two.end) == ("b.bvh", ("Runs.",), "train", None)


def test_missing_and_double_entries_are_listed(folder):
    path = write(folder, {"file": "a.bvh"}, {"file": "gone.bvh"}, {"id": "a.bvh", "file": "b.bvh"})
    found = manifest.read(path)
    assert [row.id for row in found.rows] == ["a.bvh"]
    assert [problem.entry for problem in found.problems] == ["gone.bvh", "a.bvh"]
    assert "not there" in str(found.problems[0])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{", "line 1: no JSON object"),
        ("[1]", 'needs "file"'),
        ("[" * 100_000, "no JSON object"),
        ({"id": "x"}, 'needs "file"'),
        ({"file": "a.bvh", "start": -1}, "at least 0"),
        ({"file": "a.bvh", "end": "late"}, "at least 0"),
        ('{"file": "a.bvh", "start": NaN}', "at least 0"),
        ({"file": "a.bvh", "captions": [1]}, "list of strings"),
        ({"file": "a.bvh", "split": "dev"}, "none of train"),
        ({"file": "gone.bvh"}, "names no motion file"),
        ("", "names no motion file"),
    ],
)
def test_wrong_entries_are_refused_in_one_sentence(folder, entry, message):
    with pytest.raises(DataError, match=message) as caught:
        manifest.read(write(folder, entry))
    assert "\n" not in str(caught.value)


def test_wrong_files_are_refused(folder):
    with pytest.raises(DataError, match="not there"):
        manifest.read(folder / "none.jsonl")
    (folder / "latin.jsonl").write_bytes(b'{"file": "\xe9"}')
    with pytest.raises(DataError, match="UTF-8"):
        manifest.read(folder / "latin.jsonl")
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(b"{}" * 100)[:20])
    with pytest.raises(DataError, match="cannot be read"):
        manifest.read(folder / "cut.jsonl.gz")
