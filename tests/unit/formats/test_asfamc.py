"""ASF/AMC: the bones' own axes, frame rates, and finding the skeleton."""

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError

ASF = """:version 1.10
:units
  length {length}
  angle deg
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 0 0
  orientation 0 0 0
:bonedata
  begin
    name hip
    direction 1 0 0
    length 2
    axis 0 0 0 XYZ
  end
  begin
    name femur
    direction 0 -1 0
    length 3
    axis 0 0 90 XYZ
    dof rx ry
  end
:hierarchy
  begin
    root hip
    hip femur
  end
"""
AMC = """:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 0 0 0
femur 90 0
2
root 0 0 0 0 90 0
femur 0 0
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "01.asf").write_text(ASF.format(length=0.0254))
    (tmp_path / "01_01.amc").write_text(AMC)
    return tmp_path


def test_bones_turn_in_their_own_axes(folder):
    motion = formats.read(folder / "01_01.amc", unit=1.0, up="y")
    assert motion.skeleton.names == ("root", "hip", "femur")
    np.testing.assert_allclose(motion.positions[0], [[1, 2, 3], [1, 2, 3], [3, 2, 3]], atol=1e-6)
    # The bone's x axis is the world's y (axis 0 0 90), along which the bone points: it stays.
    np.testing.assert_allclose(motion.positions[1], [[0, 0, 0], [0, 0, 0], [0, 0, -2]], atol=1e-6)
    ((joint, tip),) = motion.skeleton.end_sites
    assert (joint, tip) == (2, (0.0, -3.0, 0.0))
    assert motion.rotations is not None
    w, x, y, z = motion.rotations[0, 2]
    assert (w, x, y, z) == pytest.approx((np.sqrt(0.5), 0, np.sqrt(0.5), 0), abs=1e-6)


def test_the_unit_is_an_inch_by_the_length_of_the_file(folder):
    (folder / "01.asf").write_text(ASF.format(length=0.45).replace("length 3", "length 40"))
    motion = formats.read(folder / "01_01.amc")
    assert motion.source.unit_metres == pytest.approx(0.0254 / 0.45)


@pytest.mark.parametrize(
    ("line", "fps"),
    [
        ("", 120.0),
        (":SAMPLES-PER-SECOND 30\n", 30.0),
        ("# every 4th frame of the 120 Hz recording (30 fps), rounded\n", 30.0),
        ("# recorded at 60 Hz\n", 60.0),
        ("# the 14 frames of subject 30\n", 120.0),
    ],
)
def test_the_rate_is_taken_from_the_file(folder, line, fps):
    (folder / "01_01.amc").write_text(line + AMC)
    motion = formats.read(folder / "01_01.amc")
    assert motion.fps == fps
    assert any(f"{fps:g}" in remark for remark in motion.source.remarks)
    assert formats.read(folder / "01_01.amc", fps=29.97).fps == 29.97


def test_the_skeleton_is_found_by_name_header_prefix_or_alone(folder):
    other = ASF.format(length=0.0254).replace("length 2", "length 5")
    (folder / "01_01.asf").write_text(other)

    def hip(name):
        motion = formats.read(folder / name, unit=1.0, up="y")
        return round(float(motion.skeleton.offsets[2, 0]))

    assert hip("01_01.amc") == 5
    (folder / "01_01.asf").rename(folder / "special.asf")
    assert hip("01_01.amc") == 2  # 01.asf begins its name
    (folder / "01_01.amc").write_text("#!OML:ASF C:\\mocap\\special.ASF\n" + AMC)
    assert hip("01_01.amc") == 5
    (folder / "011.amc").write_text(AMC)  # 01 does not begin 011: two skeletons, none fits
    with pytest.raises(FormatError, match=r"needs its skeleton"):
        formats.read(folder / "011.amc")
    (folder / "special.asf").unlink()
    assert hip("011.amc") == 2


def test_a_missing_or_foreign_skeleton_is_one_sentence(folder):
    (folder / "01.asf").write_text(ASF.format(length=1).replace("femur", "tibia"))
    with pytest.raises(FormatError, match=r"no bone 'femur'.*another \.asf"):
        formats.read(folder / "01_01.amc")
    with pytest.raises(FormatError, match=r"without motion"):
        formats.read(folder / "01.asf")
    (folder / "01.asf").unlink()
    with pytest.raises(FormatError, match=r"put the subject's \.asf file into the same folder"):
        formats.read(folder / "01_01.amc")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("femur 0 0\n", "", "last frame holds 2 of 3"),
        ("femur 0 0", "tibia 0 0", "line 8: 'tibia 0 0' breaks"),
        ("femur 0 0", "femur 0", "line 8: 'femur 0' breaks"),
        ("femur 0 0", "femur 0 x", "line 8: 'femur 0 x' breaks"),
        ("2\nroot", "two\nroot", "no bone 'two' with 0 numbers"),
    ],
)
def test_a_broken_frame_is_named_by_its_line(folder, old, new, said):
    (folder / "01_01.amc").write_text(AMC.replace(old, new))
    with pytest.raises(FormatError) as caught:
        formats.read(folder / "01_01.amc")
    assert said in str(caught.value)


def test_radians_are_understood(folder):
    degrees = formats.read(folder / "01_01.amc", unit=1.0, up="y")
    asf = (
        ASF.format(length=0.0254)
        .replace("angle deg", "angle rad")
        .replace("90 XYZ", "1.5707963267948966 XYZ")
    )
    (folder / "01.asf").write_text(asf)
    (folder / "01_01.amc").write_text(
        AMC.replace(":DEGREES", ":RADIANS").replace("90", "1.5707963267948966")
    )
    radians = formats.read(folder / "01_01.amc", unit=1.0, up="y")
    np.testing.assert_allclose(radians.positions, degrees.positions, atol=1e-5)


def test_a_damaged_skeleton_names_its_line(folder):
    (folder / "01.asf").write_text(ASF.format(length=1).replace("direction 1 0 0", "direction 1 0"))
    with pytest.raises(FormatError, match=r"01\.asf line 13"):
        formats.read(folder / "01_01.amc")
    (folder / "01.asf").write_text(ASF.format(length=1).replace("hip femur", "hip femur hip"))
    with pytest.raises(FormatError, match="bone 'hip'"):
        formats.read(folder / "01_01.amc")
