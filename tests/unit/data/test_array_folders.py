"""HumanML3D, KIT-ML and TMR's annotations, on small made-up folders and the published arrays."""

import json

import numpy as np
import pytest

from lavimo.data import annotations, folders, humanml3d, kit
from lavimo.data.captions import Caption
from lavimo.errors import DataError

TEXTS = {
    "000001": "a man walks.#a/DET man/NOUN walk/VERB#0.0#0.0\nhe turns#turn/VERB#1.0#3.5\n",
    "000002": "sits#sit/VERB#nan#nan\nrests#rest/VERB#0.0#0.0\n",
    "000003": "only a part#part/NOUN#0.5#1.0\n",
}


def make(folder, width=263, joints=22, frames=60):
    rng = np.random.default_rng(0)
    for name in ("new_joint_vecs", "new_joints", "texts"):
        (folder / name).mkdir(parents=True)
    for number, (name, text) in enumerate(TEXTS.items()):
        length = frames + 20 * number
        np.save(folder / "new_joint_vecs" / name, rng.normal(size=(length, width)))
        np.save(folder / "new_joints" / name, np.ones((length, joints, 3), np.float32))
        (folder / "texts" / f"{name}.txt").write_text(text)
    for split in ("train", "val", "test"):
        (folder / f"{split}.txt").write_text("\n".join(TEXTS) + "\n")
    np.save(folder / "Mean.npy", np.zeros(width, np.float32))
    np.save(folder / "Std.npy", np.ones(width, np.float32))
    return folder


def test_captions_spans_and_names(tmp_path):
    loaded = humanml3d.load(make(tmp_path / "HumanML3D"), "test")
    assert [(one.id, len(one.features)) for one in loaded.samples] == [
        ("000001", 60), ("000001@2", 40), ("000002", 80), ("000003@1", 10),
    ]  # fmt: skip
    assert loaded.samples[0].captions == (Caption("a man walks.", "human"),)
    assert loaded.samples[2].texts == ("sits", "rests")
    assert loaded.samples[1].positions.shape == (40, 22, 3)
    assert loaded.samples[1].duration == 2.0
    [first] = humanml3d.read_text(tmp_path / "HumanML3D" / "texts" / "000003.txt")
    assert first.tokens == ("part/NOUN",)


def test_first_caption_with_its_own_span(tmp_path):
    loaded = humanml3d.load(make(tmp_path / "HumanML3D"), "test", items="first")
    assert [(one.id, one.texts, len(one.features)) for one in loaded.samples] == [
        ("000001", ("a man walks.",), 60),
        ("000002", ("sits",), 80),
        ("000003", ("only a part",), 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("frames", "split", "rule", "kept"),
    [
        (39, "test", "guo", False), (40, "test", "guo", True), (199, "train", "guo", True),
        (200, "train", "guo", False), (39, "train", "tmr", False), (40, "val", "tmr", True),
        (200, "train", "tmr", True), (201, "train", "tmr", False), (9, "test", "tmr", True),
        (39, "val", "lavimo", False), (900, "train", "lavimo", True), (3, "test", "lavimo", True),
        (3, "train", "none", True),
    ],
)  # fmt: skip
def test_length_filters(frames, split, rule, kept):
    assert humanml3d.keeps(frames, split, rule) is kept


def test_kit_is_told_by_its_width(tmp_path):
    native = make(tmp_path / "KIT-ML", width=251, joints=21)
    loaded = kit.load(native, "train")
    assert [len(one.features) for one in loaded.samples] == [60, 40, 80]  # 10 frames are under 24
    assert loaded.samples[0].positions[0, 0, 0] == pytest.approx(0.0015625)
    assert loaded.samples[0].duration == pytest.approx(60 / 12.5)
    again = make(tmp_path / "kit-again")
    assert kit.layout_of(again) == kit.KIT_263
    assert [folders.kind_of(place) for place in (native, again)] == ["kit", "kit"]
    with pytest.raises(DataError, match="has 263 a frame"):
        humanml3d.load(native, "test")


def test_bad_clips_are_listed(tmp_path):
    folder = make(tmp_path / "HumanML3D")
    broken = np.load(folder / "new_joint_vecs" / "000001.npy")
    broken[3, 4] = np.nan
    np.save(folder / "new_joint_vecs" / "000001.npy", broken)
    (folder / "texts" / "000002.txt").write_text("no fields\n")
    (folder / "new_joint_vecs" / "000003.npy").write_bytes(b"cut")
    (folder / "test.txt").write_text("000001\n000002\n000003\n000004\n")
    with pytest.raises(DataError, match="gives no test clip"):
        humanml3d.load(folder, "test")
    (folder / "texts" / "000002.txt").write_text(TEXTS["000002"])
    loaded = humanml3d.load(folder, "test")
    assert [one.id for one in loaded.samples] == ["000002"]
    assert [problem.entry for problem in loaded.problems] == ["000001", "000003", "000004"]


def test_statistics_come_as_a_pair(tmp_path):
    folder = make(tmp_path / "HumanML3D")
    assert humanml3d.statistics(folder).mean.shape == (263,)
    np.save(folder / "Std.npy", np.ones(251, np.float32))
    with pytest.raises(DataError, match="do not belong"):
        humanml3d.statistics(folder)


def test_the_published_clip(golden, tmp_path):
    for name in ("new_joint_vecs", "new_joints", "texts"):
        (tmp_path / name).mkdir()
    for clip in ("012314", "000000"):
        for name in ("new_joint_vecs", "new_joints"):
            array = np.load(golden / f"{clip}_{name}.npy")
            np.save(tmp_path / name / clip, array)
        (tmp_path / "texts" / f"{clip}.txt").write_text("a man kicks.#a/DET man/NOUN#0.0#0.0\n")
    (tmp_path / "test.txt").write_text("012314\n000000\n")
    loaded = humanml3d.load(tmp_path, "test")
    assert [one.features.shape for one in loaded.samples] == [(170, 263), (116, 263)]
    assert loaded.samples[0].positions.dtype == np.float32


def annotated(folder):
    spans = [("000001_0", "walks", 0.0, 2.5), ("000001_1", "turns", 1.0, 9.0)]
    entry = {
        "path": "KIT/3/walk", "duration": 4.0,
        "annotations": [
            {"seg_id": s, "text": t, "start": a, "end": b} for s, t, a, b in spans
        ],
    }  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps({"000001": entry}))
    (folder / "KIT" / "3").mkdir(parents=True)
    np.save(folder / "KIT" / "3" / "walk.npy", np.zeros((80, 263), np.float32))
    return annotations.read(folder / "annotations.json")


def test_annotations_cut_by_seconds(tmp_path):
    motions = annotated(tmp_path)
    loaded = annotations.load(motions, ["000001", "000009"], tmp_path, "test", rule="none")
    assert [(one.id, len(one.features)) for one in loaded.samples] == [
        ("000001_0", 50), ("000001_1", 60)]  # fmt: skip
    assert loaded.samples[0].source == "amass/KIT"
    assert [problem.entry for problem in loaded.problems] == ["000009"]
    first = annotations.load(motions, ["000001"], tmp_path, "test", items="first")
    assert [(one.id, one.texts) for one in first.samples] == [("000001", ("walks",))]


def test_published_annotations(data_folder):
    motions = annotations.read(data_folder / "splits" / "kitml" / "annotations.json.gz")
    assert len(motions) == 5766
    assert sum(len(motion.spans) for motion in motions.values()) == 12164
    assert motions["00001"].path == "KIT/4/WalkingStraightForward01_poses"


def test_wrong_annotations_are_refused(tmp_path):
    for content in ("{", "[]", '{"a": {}}', '{"a": 3}'):
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(DataError):
            annotations.read(tmp_path / "a.json")


def test_unknown_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no data set"):
        folders.kind_of(tmp_path)
    with pytest.raises(DataError, match="cannot be read as a list"):
        humanml3d.load(tmp_path, "test")
