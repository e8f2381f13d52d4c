"""BVH dialects and the sentences for broken files."""

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError, LavimoError, MotionError
from lavimo.motion import rotations as rot

ARM = """HIERARCHY
ROOT hip
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT elbow
  {
    OFFSET 0 1 0
    CHANNELS 3 Xrotation Zrotation Yrotation
    JOINT hand
    {
      OFFSET 0 1 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      End Site
      {
        OFFSET 0 0.5 0
      }
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.05
0 0 0 90 0 0 0 0 0 0 0 0
1 2 3 0 0 0 90 0 90 0 0 0
"""


def _read(tmp_path, text, **options):
    path = tmp_path / "arm.bvh"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return formats.read(path, **{"unit": 1.0, "up": "y"} | options)


def _refused(tmp_path, text, kind=FormatError):
    with pytest.raises(kind) as caught:
        _read(tmp_path, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_channels_are_applied_in_the_written_order(tmp_path):
    motion = _read(tmp_path, ARM)
    assert motion.fps == pytest.approx(20.0)
    # Frame 0: the root turns +90 degrees about z, so +y goes to -x.
    np.testing.assert_allclose(motion.positions[0], [[0, 0, 0], [-1, 0, 0], [-2, 0, 0]], atol=1e-6)
    # Frame 1: the elbow is Rx(90) Rz(90): its +y goes to -x first, and stays there.
    np.testing.assert_allclose(motion.positions[1], [[1, 2, 3], [1, 3, 3], [1, 3, 4]], atol=1e-6)
    expected = rot.to_matrix(rot.from_euler(np.radians([[90.0, 0.0, 90.0]]), "XZY"))
    assert motion.rotations is not None
    np.testing.assert_allclose(rot.to_matrix(motion.rotations[1, 1]), expected[0], atol=1e-6)
    assert motion.skeleton.end_sites == ((2, (0.0, 0.5, 0.0)),)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace("\n", "\r"),
        lambda t: t.replace("  ", "\t"),
        lambda t: t.replace(" ", "\t").replace("End\tSite", "End Site"),
        lambda t: t.replace("\n{", " {"),
        lambda t: t.replace("0 1 0\n", "0 1 0 # a comment\n").replace(" 0\n1 2", " 0 // left\n1 2"),
        lambda t: "\ufeff" + t,
        lambda t: t.replace("Frames: 2", "FRAMES:2").replace("Frame Time: ", "Frame Time:"),
        lambda t: t.replace("0 0 0 90", "0 0 0\t 90.000e0").rstrip("\n") + "\n\n  \n",
        lambda t: t.replace("MOTION", "motion").replace("ROOT", "Root").replace("JOINT", "Joint"),
        lambda t: t.rstrip("\n"),
        lambda t: t.replace("ARM", "x").replace("MOTION\n", "MOTION \n"),
    ],
)
def test_dialects_give_the_same_motion(tmp_path, change):
    plain = _read(tmp_path, ARM)
    other = _read(tmp_path, change(ARM))
    np.testing.assert_array_equal(other.positions, plain.positions)
    assert other.skeleton.names == plain.skeleton.names


def test_position_channels_of_any_joint_replace_its_offset(tmp_path):
    text = ARM.replace(
        "CHANNELS 3 Xrotation Zrotation Yrotation",
        "CHANNELS 5 Yposition Xrotation Zrotation Yrotation Xposition",
    ).replace("90 0 0 0 0 0 0 0 0\n", "90 0 0  3 0 0 0 4  0 0 0\n").replace(
        "0 0 0 90 0 90 0 0 0\n", "0 0 0  1 0 0 0 0  0 0 0\n"
    )  # fmt: skip
    motion = _read(tmp_path, text)
    assert motion.translations is not None
    np.testing.assert_allclose(motion.translations[0, 1], [4, 3, 0], atol=1e-6)
    np.testing.assert_allclose(motion.positions[0, 1], [-3, 4, 0], atol=1e-6)


def test_names_may_hold_spaces_and_bytes_of_any_alphabet(tmp_path):
    text = ARM.replace("JOINT elbow", "JOINT Bip01 L Arm").encode()
    assert _read(tmp_path, text).skeleton.names[1] == "Bip01 L Arm"
    strange = _read(tmp_path, text.replace(b"Bip01", b"\xe9\xff\x81"))
    assert strange.skeleton.names[1].endswith(" L Arm")
    assert len(strange.skeleton.names[1]) == 3 + len(" L Arm")


def test_scale_channels_are_ignored_and_said(tmp_path):
    text = ARM.replace("CHANNELS 3 Zrotation Xrotation Yrotation", "CHANNELS 1 Xscale")
    text = text.replace("0 0 0\n1 2", "1\n1 2").replace("90 0 90 0 0 0\n", "90 0 90 1\n")
    assert any("scale" in remark for remark in _read(tmp_path, text).source.remarks)


def test_a_wrong_frame_count_is_refused_with_its_line(tmp_path):
    assert "line 25: the file ends after 2 frames, the header declares 3" in _refused(
        tmp_path, ARM.replace("Frames: 2", "Frames: 3")
    )
    assert "line 25: a row too many" in _refused(tmp_path, ARM.replace("Frames: 2", "Frames: 1"))


def test_a_row_of_the_wrong_length_or_content_is_refused_with_its_line(tmp_path):
    cut = ARM.rstrip("\n")[:-4]
    assert "line 25: 10 numbers, the hierarchy needs 12" in _refused(tmp_path, cut)
    word = _refused(tmp_path, ARM.replace("0 0 0 90 0", "0 0 zero 90 0"))
    assert "line 24: 'zero' is no number" in word
    assert "frame 1 holds" in _refused(tmp_path, ARM.replace("1 2 3", "1 inf 3"), MotionError)


def test_a_lying_header_is_refused_before_anything_is_allocated(tmp_path):
    sentence = _refused(tmp_path, ARM.replace("Frames: 2", "Frames: 1000000000"))
    assert "declares 1000000000" in sentence
    for count in ("-1", "1e9", "9" * 5000, "two"):
        _refused(tmp_path, ARM.replace("Frames: 2", f"Frames: {count}"), LavimoError)


@pytest.mark.parametrize("time", ["0", "-1", "nan", "1e-300", "fast"])
def test_an_impossible_frame_time_is_refused(tmp_path, time):
    _refused(tmp_path, ARM.replace("0.05", time))


def test_deep_nesting_is_refused_without_recursion(tmp_path):
    depth = 10_000
    opening = "".join(f"JOINT j{i}\n{{\nOFFSET 0 1 0\nCHANNELS 0\n" for i in range(depth))
    text = f"HIERARCHY\nROOT r\n{{\nOFFSET 0 0 0\nCHANNELS 0\n{opening}{'}' * (depth + 1)}\n"
    assert "512 joints" in _refused(tmp_path, text + "MOTION\nFrames: 1\nFrame Time: 1\n0\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MOTION", "ROOT two\n{\nOFFSET 0 0 0\nCHANNELS 0\n}\nMOTION", "several roots"),
        ("ROOT hip", "JOINT hip", "has no place"),
        ("  JOINT elbow\n  {", "  JOINT elbow\n", "'{' is missing"),
        ("OFFSET 0 1 0", "OFFSET 0 one 0", "'one' is no number"),
        ("OFFSET 0 1 0", "OFFSET 0 nan 0", "'nan' is no number"),
        ("CHANNELS 3 Xrotation", "CHANNELS three Xrotation", "no count of channels"),
        ("Xrotation Zrotation", "Xrotation Wrotation", "no channel that BVH knows"),
        ("}\nMOTION", "MOTION", "left open"),
        ("MOTION\n", "", "no MOTION section"),
        ("Frame Time", "Time", "'Frame Time: s'"),
    ],
)
def test_faults_of_the_hierarchy_are_named(tmp_path, old, new, said):
    assert said in _refused(tmp_path, ARM.replace(old, new, 1))


def test_what_was_read_is_written_with_the_same_tree(tmp_path):
    motion = _read(tmp_path, ARM)
    path = formats.write(motion, tmp_path / "again.bvh")
    again = formats.read(path, unit=0.01, up="y")
    assert again.skeleton.names == motion.skeleton.names
    np.testing.assert_allclose(again.positions, motion.positions, atol=1e-5)
    np.testing.assert_allclose(again.skeleton.offsets, motion.skeleton.offsets, atol=1e-5)
    assert again.skeleton.end_sites[0][1] == pytest.approx((0, 0.5, 0))
