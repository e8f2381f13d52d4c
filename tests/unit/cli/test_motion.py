"""lavimo info, convert and features as a user meets them."""

import json

import numpy as np
import pytest

from lavimo import formats
from lavimo.cli import main


@pytest.fixture
def file(tmp_path, walk):
    return formats.write(walk, tmp_path / "walk.bvh")


def test_info_says_what_a_file_holds_and_why(file, capsys):
    assert main(["info", str(file)]) == 0
    said = capsys.readouterr().out
    for part in ("3.00 s, 60 frames, 20 frames a second", "22: pelvis", "sure", "centimetres"):
        assert part in said
    assert "problems    none seen" in said


def test_info_as_json_is_one_object(file, capsys):
    assert main(["info", str(file), "--json", "--fps-in", "25", "--start", "1"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["frames"], facts["fps"]) == (35, 25.0)
    assert facts["skeleton"]["roles"]["left_knee"] == "left_knee"
    assert facts["unit_metres"] == 0.01
    assert facts["problems"] == []


def test_info_sees_a_glitch(tmp_path, walk, capsys):
    walk.positions[30, 20] += 2
    np.save(tmp_path / "bad.npy", walk.positions)
    assert main(["info", str(tmp_path / "bad.npy"), "--json"]) == 0
    kinds = {row["kind"] for row in json.loads(capsys.readouterr().out)["problems"]}
    assert {"glitch", "stretch"} <= kinds


def test_info_of_no_humanoid_still_tells_the_rest(tmp_path, capsys):
    path = tmp_path / "door.bvh"
    path.write_text(
        "HIERARCHY\nROOT door\n{\nOFFSET 0 0 0\nCHANNELS 1 Yrotation\n"
        "End Site\n{\nOFFSET 1 0 0\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.1\n5\n"
    )
    assert main(["info", str(path)]) == 0
    said = capsys.readouterr().out
    assert "body        none" in said
    assert "one frame is a pose" in said


@pytest.mark.parametrize("suffix", ["bvh", "glb", "npy"])
def test_convert_writes_what_can_be_read_again(file, tmp_path, walk, suffix, capsys):
    out = tmp_path / f"out.{suffix}"
    assert main(["convert", str(file), str(out), "--start", "0.5", "--end", "2"]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    again = formats.read(out)
    order = [again.skeleton.names.index(name) for name in walk.skeleton.names]
    np.testing.assert_allclose(again.positions[:, order], walk.positions[10:40], atol=1e-4)


def test_convert_resamples_and_makes_canonical(file, tmp_path):
    out = tmp_path / "out.bvh"
    assert main(["convert", str(file), str(out), "--canonical", "--fps", "30"]) == 0
    motion = formats.read(out)
    assert motion.fps == pytest.approx(30.0)
    assert motion.positions[..., 1].min() == pytest.approx(0, abs=5e-3)


def test_convert_brings_a_motion_onto_a_rig(file, tmp_path, walk):
    rig = formats.write(walk, tmp_path / "rig.glb")
    out = tmp_path / "out.bvh"
    assert main(["convert", str(file), str(out), "--rig", str(rig)]) == 0
    assert set(formats.read(out).skeleton.names) >= set(walk.skeleton.names)


def test_features_are_those_of_the_canonical_motion(file, tmp_path, walk):
    from lavimo.features.canonical import from_motion
    from lavimo.features.humanml import encode

    out = tmp_path / "walk.npy"
    assert main(["features", str(file), "-o", str(out)]) == 0
    features = np.load(out)
    assert features.shape == (59, 263)
    assert features.dtype == np.float32
    expected = encode(from_motion(walk).positions)
    np.testing.assert_allclose(features[:, 3:67], expected[:, 3:67], atol=2e-3)


def test_features_of_a_folder_keep_its_tree_and_name_what_is_bad(file, tmp_path, walk, capsys):
    folder = tmp_path / "many"
    (folder / "deep").mkdir(parents=True)
    formats.write(walk, folder / "deep" / "a.bvh")
    formats.write(walk, folder / "b.glb")
    (folder / "bad.bvh").write_text("HIERARCHY\n")
    (folder / "notes.txt").write_text("not a motion")
    assert main(["features", str(folder), "-o", str(tmp_path / "out")]) == 0
    written = capsys.readouterr()
    arrays = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.npy"))
    assert len(arrays) == 2
    assert str(arrays[1]) == "deep/a.npy"
    assert "bad.bvh" in written.err
    assert "2 arrays" in written.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["info", "missing.bvh"], "does not exist"),
        (["convert", "{file}", "out.doc"], "choose a name that ends in .bvh, .glb"),
        (["convert", "{file}", "out.bvh", "--fps", "0"], "--fps 0 is not possible"),
        (["convert", "{file}", "out.npy", "--rig", "{file}"], "an array has no rig"),
        (["info", "{file}#Run"], "holds one clip"),
        (["info", "{file}", "--start", "9"], "leaves nothing"),
        (["features", "{file}", "{file}", "-o", "out.npy"], "give a folder"),
        (["features", "{folder}", "-o", "out"], "holds no motion files"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(file, tmp_path, monkeypatch, capsys, arguments, said):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main([part.format(file=file, folder=empty) for part in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
