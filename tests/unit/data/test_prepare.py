"""Preparation: cached by content, resumable, bad files listed; and OpenMotion itself."""

import io
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from lavimo import files, formats
from lavimo.data import folders, manifest, openmotion, prepare, splits
from lavimo.data.captions import Caption
from lavimo.errors import DataError


@pytest.fixture
def rows(walk, tmp_path):
    good = formats.write(walk, tmp_path / "walk.bvh")
    bad = tmp_path / "bad.bvh"
    bad.write_text("HIERARCHY\nnothing")
    return [
        manifest.Row("whole", good, captions=(Caption("Walks."),), split="val"),
        manifest.Row("part", good, start=0.5, end=2.0),
        manifest.Row("bad", bad),
        manifest.Row("empty", good, start=90.0),
    ]


def test_prepares_what_can_be_read_and_lists_the_rest(rows, tmp_path):
    done = prepare.prepare(rows, cache=tmp_path / "cache")
    assert [row.id for row in done.rows] == ["whole", "part"]
    assert [problem.entry for problem in done.failures] == ["bad", "empty"]
    whole, part = done.samples
    assert whole.positions.shape == (60, 22, 3)
    assert len(part.positions) == 30
    assert (whole.texts, whole.split, whole.duration) == (("Walks.",), "val", 3.0)
    assert whole.positions[..., 1].min() == pytest.approx(0, abs=1e-5)


def test_a_second_run_reads_no_motion_file(rows, tmp_path, monkeypatch):
    first = prepare.prepare(rows[:2], cache=tmp_path / "cache")
    monkeypatch.setattr(prepare, "read_canonical", lambda row: pytest.fail("read again"))
    again = prepare.prepare(rows[:2], cache=tmp_path / "cache")
    np.testing.assert_array_equal(first.positions(1), again.positions(1))


def test_the_key_is_the_content(rows, tmp_path, walk):
    first = prepare.prepare(rows[:2], cache=tmp_path / "cache")
    assert first.paths[0] != first.paths[1]
    shorter = replace(walk, positions=walk.positions[:40], rotations=walk.rotations[:40])
    formats.write(shorter, rows[0].file)
    changed = prepare.prepare(rows[:1], cache=tmp_path / "cache")
    assert changed.paths[0] != first.paths[0]
    assert len(changed.positions(0)) == 40


def test_a_damaged_entry_is_named(rows, tmp_path):
    done = prepare.prepare(rows[:1], cache=tmp_path / "cache")
    done.paths[0].write_bytes(b"")
    with pytest.raises(DataError, match="damaged"):
        done.positions(0)


def test_nothing_readable_is_an_error(rows, tmp_path):
    with pytest.raises(DataError, match="Not one of 1"):
        prepare.prepare(rows[2:3], cache=tmp_path / "cache")


def test_two_processes_give_what_one_gives(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "_POOL_FROM", 1)
    pooled = prepare.prepare(rows, cache=tmp_path / "two", workers=2)
    alone = prepare.prepare(rows, cache=tmp_path / "one", workers=1)
    assert [problem.entry for problem in pooled.failures] == ["bad", "empty"]
    np.testing.assert_array_equal(pooled.positions(1), alone.positions(1))


def pack(folder, **contents):
    """A tiny edition of OpenMotion: one archive, its sums, its manifest."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:xz") as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(f"misc/{name}.txt")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "misc.tar.xz").write_bytes(raw.getvalue())
    import gzip
    import hashlib

    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  misc/{name}.txt\n"
        for name, content in contents.items()
    )
    (folder / openmotion.FILE_SUMS).write_bytes(gzip.compress(sums.encode()))
    line = b'{"id": "a", "file": "misc/a.txt", "licence": "MIT", "split": "test"}'
    (folder / openmotion.MANIFEST).write_bytes(gzip.compress(line))
    names = ("raw/misc.tar.xz", openmotion.FILE_SUMS, openmotion.MANIFEST)
    listed = "".join(f"{files.sha256_of_file(folder / name)}  {name}\n" for name in names)
    (folder / openmotion.SUMS).write_text(listed)


def test_unpacks_once_and_checks_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    pack(tmp_path / "packed", a=b"motion", b=b"other")
    place = openmotion.unpack(tmp_path / "packed")
    assert (place / "misc" / "a.txt").read_bytes() == b"motion"
    assert openmotion.unpack(place) == place
    (place / "kept").touch()
    assert openmotion.unpack(tmp_path / "packed") == place
    assert (place / "kept").exists()
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["openmotion"]
    [row] = openmotion.rows(tmp_path / "packed", split="test", licences=["MIT"])
    assert row.file == place / "misc" / "a.txt"
    assert openmotion.rows(place, split="train") == []
    assert folders.kind_of(tmp_path / "packed") == "openmotion"
    with pytest.raises(DataError, match="licence GPL"):
        openmotion.rows(place, licences=["GPL"])


def test_a_damaged_archive_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    pack(tmp_path / "packed", a=b"motion")
    archive = tmp_path / "packed" / "raw" / "misc.tar.xz"
    archive.write_bytes(archive.read_bytes()[:-1] + b"?")
    with pytest.raises(DataError, match="damaged"):
        openmotion.unpack(tmp_path / "packed")
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(DataError, match="neither"):
        openmotion.unpack(tmp_path)


def test_splits_keep_test_clips_out(tmp_path):
    rows = [manifest.Row(name, tmp_path, split=name) for name in ("train", "val", "test")]
    assert splits.for_training(rows) == ([rows[0]], [rows[1]])
    assert splits.of_split(rows, "test") == [rows[2]]
    splits.refuse_test(rows[:2])
    with pytest.raises(DataError, match="never trained"):
        splits.refuse_test(rows)
    with pytest.raises(DataError, match="no split 'dev'"):
        splits.of_split(rows, "dev")
    (tmp_path / "ids.txt").write_text("000001\nM000001\n")
    assert splits.read_ids(tmp_path / "ids.txt") == ["000001", "M000001"]


def test_openmotion_is_complete(openmotion):
    from lavimo.data.openmotion import UNTRAINED_RIGS, rows

    found = rows(openmotion)
    assert [sum(row.split == name for row in found) for name in splits.SPLITS] == [1052, 128, 308]
    assert sum(row.source in UNTRAINED_RIGS for row in found) == 81
    assert all(row.texts for row in found)
    of_file: dict = {}
    for row in found:
        of_file.setdefault((row.file, row.clip), set()).add(row.split)
    assert all(len(found_in) == 1 for found_in in of_file.values())


def test_every_source_of_openmotion_prepares(openmotion, tmp_path):
    from lavimo.data.openmotion import rows

    chosen = {row.source: row for row in rows(openmotion)}
    done = prepare.prepare(list(chosen.values()), cache=tmp_path)
    assert done.failures == ()
    for row, one in zip(done.rows, done.samples, strict=True):
        assert one.duration == pytest.approx(row.duration, abs=0.12), row.id
    waves = [row for row in rows(openmotion) if row.action == "wave-left-hand"][:1]
    positions = prepare.prepare(waves, cache=tmp_path).positions(0)
    left, right = positions[:, 20, 1], positions[:, 21, 1]
    assert np.median(left) > np.median(right) + 0.3
