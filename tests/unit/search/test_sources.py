"""What folders, files and manifests give to be indexed."""

import json

import pytest

from lavimo.errors import DataError
from lavimo.gallery.contract import Caption
from lavimo.search.sources import find

BVH = "HIERARCHY\nROOT Hips\n"


def _write(path, text=BVH):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_gives_its_motion_files_with_names_and_notes(tmp_path):
    _write(tmp_path / "set" / "kicks" / "left_01.bvh")
    _write(tmp_path / "set" / "kicks" / "02.bvh")
    notes = "\ufeffA person kicks.\n\n  kicks   high #kick/VERB#0.0#0.0\nA person kicks.\n"
    _write(tmp_path / "set" / "kicks" / "02.txt", notes)
    _write(tmp_path / "set" / "notes.txt", "no motion")
    _write(tmp_path / "set" / "data.json", '{"a": 1}')
    _write(tmp_path / "set" / ".hidden" / "x.bvh")
    _write(tmp_path / "set" / "old.gallery" / "x.bvh")
    _write(tmp_path / "set" / "old.gallery" / "gallery.sqlite")
    found = find([tmp_path / "set"], licence="MIT")
    assert [path.name for path in found.jobs] == ["02.bvh", "left_01.bvh"]
    two, one = (job.segments[0] for job in found.jobs.values())
    assert one.captions == (Caption("left", "file name"),)
    assert two.captions == (
        Caption("A person kicks.", "user"),
        Caption("kicks high", "user"),
        Caption("kicks", "file name"),
    )
    assert (one.source, one.licence) == ("set", "MIT")
    assert found.problems == []


def test_a_manifest_gives_segments_and_lists_what_is_missing(tmp_path):
    _write(tmp_path / "a.bvh")
    rows = [
        {"id": "one", "file": "a.bvh", "start": 1, "end": 2, "captions": ["x"], "licence": "CC0"},
        {"id": "two", "file": "a.bvh", "start": 3, "action": "jump", "source": "s"},
        {"id": "gone", "file": "gone.bvh"},
    ]
    manifest = _write(tmp_path / "m.jsonl", "\n".join(map(json.dumps, rows)))
    found = find([manifest], licence="MIT")
    (job,) = found.jobs.values()
    assert [(s.start, s.end, s.licence) for s in job.segments] == [(1, 2, "CC0"), (3, None, "MIT")]
    assert job.segments[1].captions == (Caption("jump", "data"),)
    assert dict(job.segments[1].attrs) == {"name": "two", "action": "jump"}
    assert [problem.path for problem in found.problems] == ["gone"]
    assert "gone.bvh is not there" in found.problems[0].reason


def test_a_manifest_in_a_folder_describes_its_files(tmp_path):
    _write(tmp_path / "a.bvh")
    _write(tmp_path / "b.bvh")
    _write(tmp_path / "manifest.jsonl", json.dumps({"file": "a.bvh", "captions": ["described"]}))
    found = find([tmp_path, tmp_path / "a.bvh", tmp_path / "b.bvh"])
    texts = {
        path.name: [c.text for c in job.segments[0].captions] for path, job in found.jobs.items()
    }
    assert texts["a.bvh"] == ["described"]


def test_notes_that_are_no_text_are_a_problem_and_no_more(tmp_path):
    _write(tmp_path / "jump.bvh")
    (tmp_path / "jump.txt").write_bytes(b"caf\xe9\xff")
    found = find([tmp_path])
    assert len(found.jobs) == 1
    assert "not UTF-8" in found.problems[0].reason


def test_sources_without_motion_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no motion files"):
        find([tmp_path])
    with pytest.raises(DataError, match="is not there"):
        find([tmp_path / "none"])
