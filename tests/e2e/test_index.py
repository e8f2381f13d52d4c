"""`lavimo index` and `lavimo gallery` as a user meets them, with a stand-in for the model."""

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lavimo.cli import main
from lavimo.errors import DataError, GalleryError
from lavimo.formats import write
from lavimo.gallery import Gallery
from lavimo.motion.clip import move
from lavimo.search.index import index
from lavimo.search.reindex import reindex

# A module of its own, since worker processes import the class by its name.
_STAND_IN = '''
import numpy as np

class StandIn:
    def __init__(self, model_id="stand-in", dim=32):
        self.model_id, self.dim, self.calls = model_id, dim, 0
    def _unit(self, rows):
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    def encode_motion(self, motions):
        from lavimo.features import humanml
        self.calls += len(motions)
        mix = np.random.default_rng(0).normal(size=(263, self.dim))
        clips = humanml.encode_batch([m.positions for m in motions], canonical=True)
        return self._unit(np.stack([clip.mean(0) @ mix for clip in clips]))
    def encode_sentences(self, texts):
        seeds = [sum(map(ord, text)) for text in texts]
        return self._unit(np.stack([np.random.default_rng(s).normal(size=384) for s in seeds]))

class Deadly(StandIn):
    """Ends its process when a clip stands unusually high."""
    def encode_motion(self, motions):
        import os
        for motion in motions:
            if len(motion.positions) == 41:
                os._exit(9)
        return super().encode_motion(motions)
'''


@pytest.fixture
def stand_in(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("module")
    (folder / "stand_in_model.py").write_text(_STAND_IN)
    monkeypatch.syspath_prepend(folder)
    sys.modules.pop("stand_in_model", None)
    return importlib.import_module("stand_in_model")


@pytest.fixture
def folder(tmp_path, walk):
    """Four BVH files, one of them 9 s long, and one that is damaged."""
    place = tmp_path / "mocap"
    place.mkdir()
    for number, name in enumerate(("walk_left_01", "kick_02", "sneaking_03")):
        write(move(walk, (0.0, 0.0, 0.0), turn=0.4 * number), place / f"{name}.bvh")
    from lavimo.motion.clip import concatenate

    write(concatenate([walk, walk, walk]), place / "long_walk.bvh")
    (place / "long_walk.txt").write_text("a long walk without a stop\n")
    (place / "torn.bvh").write_text((place / "kick_02.bvh").read_text()[:-2000])
    return place


@pytest.fixture
def gallery(folder):
    return folder.parent / "mocap.gallery"


def test_a_folder_becomes_a_gallery(folder, gallery, stand_in):
    report = index([folder], gallery, stand_in.StandIn(), licence="CC0-1.0")
    assert (report.clips, report.files) == (4, 4)
    assert report.windows == 4
    assert [Path(one.path).name for one in report.failures] == ["torn.bvh"]
    assert report.stages["read"] > 0
    with Gallery.open(gallery) as opened:
        assert opened.verify() == []
        rows = {Path(row.path).stem: row for row in opened.rows(opened.scan(_unit(32))[0])}
        found = opened.rows(opened.scan(_unit(32), "kind = 'window'")[0])
    assert {tuple(row.span) for row in found} == {(0, 4), (2, 6), (4, 8), (5, 9)}
    one = rows["walk_left_01"]
    assert [c.text for c in one.captions] == ["walk left"]
    assert (one.licence, one.source, one.fps, one.format) == ("CC0-1.0", "mocap", 20, "bvh")
    assert one.end == pytest.approx(3.0)
    assert one.tags
    assert one.attrs["travel"] == pytest.approx(one.travel)
    assert [c.text for c in found[0].captions] == ["a long walk without a stop", "long walk"]


def test_what_is_there_is_not_made_again(folder, gallery, stand_in):
    index([folder], gallery, stand_in.StandIn())
    model = stand_in.StandIn()
    report = index([folder], gallery, model)
    assert (report.clips, report.skipped, model.calls) == (0, 4, 0)
    assert [one.before for one in report.failures] == [True]
    # Touched but equal, moved, copied, mended and changed files.
    (folder / "kick_02.bvh").touch()
    (folder / "sneaking_03.bvh").rename(folder / "sneaking_04.bvh")
    (folder / "torn.bvh").write_bytes((folder / "kick_02.bvh").read_bytes())
    report = index([folder], gallery, model)
    assert (report.skipped, report.moved) == (4, 1)
    with Gallery.open(gallery) as opened:
        assert opened.verify() == []
        assert opened.stats().clips == 4
        (row,) = opened.rows(opened.scan(_unit(32), "path like '%kick_02%'")[0])
        assert [c.text for c in row.captions] == ["kick", "torn"]


def test_a_file_that_failed_is_tried_again_on_request(folder, gallery, stand_in, monkeypatch):
    index([folder], gallery, stand_in.StandIn())
    assert index([folder], gallery, stand_in.StandIn()).failures[0].before
    assert not index([folder], gallery, stand_in.StandIn(), retry=True).failures[0].before


def test_workers_make_the_same_gallery_and_survive_a_deadly_file(
    folder, tmp_path, stand_in, monkeypatch, walk
):
    from lavimo.search import index as module

    monkeypatch.setattr(module, "SMALL", 0)
    deadly = replace(walk, positions=walk.positions[:41], rotations=walk.rotations[:41])
    write(deadly, folder / "deadly.bvh")
    report = index([folder], tmp_path / "two.gallery", stand_in.Deadly(), workers=2)
    assert report.clips == 4
    reasons = {Path(one.path).name: one.reason for one in report.failures}
    assert "ended the process" in reasons["deadly.bvh"]
    (folder / "deadly.bvh").unlink()
    index([folder], tmp_path / "one.gallery", stand_in.StandIn(), workers=1)
    with Gallery.open(tmp_path / "one.gallery") as a, Gallery.open(tmp_path / "two.gallery") as b:
        assert b.verify() == []
        (left, one), (right, two) = a.scan(query := _unit(32)), b.scan(query)
        first = {row.id: score for row, score in zip(a.rows(left), one, strict=True)}
        second = {row.id: score for row, score in zip(b.rows(right), two, strict=True)}
    assert first == pytest.approx(second, abs=1e-3)


def test_a_manifest_row_without_its_file_is_reported(folder, gallery, stand_in):
    rows = [
        {"id": "a", "file": "kick_02.bvh", "start": 0.5, "end": 2.5, "captions": ["it kicks"]},
        {"id": "b", "file": "not_there.bvh"},
    ]
    manifest = folder / "m.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)))
    report = index([manifest], gallery, stand_in.StandIn())
    assert (report.clips, [one.path for one in report.failures]) == (1, ["b"])
    with Gallery.open(gallery) as opened:
        (row,) = opened.rows(opened.scan(_unit(32))[0])
    assert (row.start, row.end, row.attrs["name"]) == (0.5, 2.5, "a")


def test_nothing_usable_leaves_nothing_behind(tmp_path, stand_in):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.bvh").write_text("")
    with pytest.raises(DataError, match=r"Nothing could be indexed: .*empty"):
        index([tmp_path / "in"], tmp_path / "out.gallery", stand_in.StandIn())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_another_model_is_refused_until_reindexed(folder, gallery, stand_in):
    index([folder], gallery, stand_in.StandIn())
    other = stand_in.StandIn("other", 48)
    with pytest.raises(GalleryError, match="lavimo gallery reindex"):
        index([folder], gallery, other)
    assert reindex(gallery, other) == 8
    assert reindex(gallery, other) == 0
    with Gallery.open(gallery) as opened:
        assert opened.verify() == []
        assert (opened.model_id, len(opened.scan(_unit(48))[0])) == ("other", 8)
    assert index([folder], gallery, other).skipped == 4


def _unit(dim):
    return np.full(dim, dim**-0.5, np.float32)


class TestCommands:
    """The command line."""

    @pytest.fixture(autouse=True)
    def model(self, stand_in, monkeypatch):
        monkeypatch.setattr("lavimo.runtime.encoder.load_model", lambda name: stand_in.StandIn())

    def test_index_then_stats_verify_backup_compact(self, folder, gallery, capsys, tmp_path):
        assert main(["index", str(folder), "--workers", "1"]) == 0
        out, err = capsys.readouterr()
        assert "mocap.gallery: 4 clips and 4 moments of 4 files added" in out
        assert "left out: " in err
        assert "torn.bvh" in err
        assert "Traceback" not in err
        assert main(["gallery", "stats", str(gallery), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["clips"] == 4
        assert main(["gallery", "stats", str(gallery)]) == 0
        assert "moments             4" in capsys.readouterr().out
        assert main(["gallery", "verify", str(gallery)]) == 0
        assert main(["gallery", "backup", str(gallery), str(tmp_path / "copy")]) == 0
        assert main(["gallery", "compact", str(gallery)]) == 0
        assert main(["gallery", "verify", str(tmp_path / "copy")]) == 0

    def test_json_lists_every_failure(self, folder, gallery, capsys):
        assert main(["index", str(folder), "-o", str(gallery), "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["clips"] == 4
        assert [Path(one["path"]).name for one in report["failures"]] == ["torn.bvh"]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["index", "none"], "Say where the gallery is"),
            (["index", "none", "-o", "g"], "none is not there"),
            (["index", ".", "-o", "g"], "holds no motion files"),
            (["index", ".", "-o", "g", "--workers", "0"], "at least 1"),
            (["gallery", "stats", "none"], "none is not there"),
            (["gallery", "backup", "."], "needs the folder of the copy"),
        ],
    )
    def test_mistakes_get_one_sentence(self, words, said, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        assert main(words) == 2
        err = capsys.readouterr().err
        assert said in err
        assert err.count("\n") == 1
        assert list(tmp_path.iterdir()) == []
