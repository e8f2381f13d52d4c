"""FBX through the child process, on a small ASCII file written here."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import FormatError, MissingExtra
from lavimo.formats import fbx
from lavimo.motion.retarget import to_smpl22
from lavimo.motion.roles import match_roles

SECOND = 46_186_158_000
needs_ufbx = pytest.mark.skipif(
    importlib.util.find_spec("ufbx") is None, reason='ufbx not installed: pip install "lavimo[fbx]"'
)

# name, parent, offset in centimetres
BONES = (
    ("mixamorig:Hips", "", (0, 100, 0)),
    ("mixamorig:Spine", "mixamorig:Hips", (0, 10, 0)),
    ("mixamorig:Spine1", "mixamorig:Spine", (0, 12, 0)),
    ("mixamorig:Spine2", "mixamorig:Spine1", (0, 12, 0)),
    ("mixamorig:Neck", "mixamorig:Spine2", (0, 15, 0)),
    ("mixamorig:Head", "mixamorig:Neck", (0, 10, 0)),
    *(
        (f"mixamorig:{side}{name}", f"mixamorig:{above.replace('*', side)}", (sign * x, y, z))
        for side, sign in (("Left", 1), ("Right", -1))
        for name, above, (x, y, z) in (
            ("Shoulder", "Spine2", (6, 11, 0)),
            ("Arm", "*Shoulder", (12, 0, 0)),
            ("ForeArm", "*Arm", (28, 0, 0)),
            ("Hand", "*ForeArm", (26, 0, 0)),
            ("UpLeg", "Hips", (9, -5, 0)),
            ("Leg", "*UpLeg", (0, -42, 0)),
            ("Foot", "*Leg", (0, -42, 0)),
            ("ToeBase", "*Foot", (0, -6, 14)),
        )
    ),
)


def write_fbx(
    path: Path,
    *,
    seconds: float = 1.0,
    up: int = 1,
    empty_take: bool = True,
    range_named: bool = True,
) -> Path:
    """A Mixamo-like figure that lifts its left arm by 90 degrees; a second take lasts nothing."""
    objects, links = [], ['C: "OO",11,10']
    ids = {name: 1000 + n for n, (name, _, _) in enumerate(BONES)}
    for name, above, offset in BONES:
        number = ids[name]
        place = ",".join(str(v) for v in offset)
        objects.append(
            f'NodeAttribute: {number + 500}, "NodeAttribute::{name}", "LimbNode" '
            f'{{\nTypeFlags: "Skeleton"\n}}\n'
            f'Model: {number}, "Model::{name}", "LimbNode" {{\nVersion: 232\nProperties70: {{\n'
            f'P: "Lcl Translation", "Lcl Translation", "", "A",{place}\n}}\n}}\n'
        )
        links += [f'C: "OO",{number},{ids.get(above, 0)}', f'C: "OO",{number + 500},{number}']
    stop = int(seconds * SECOND)
    range_ = (
        f'P: "LocalStart", "KTime", "Time", "",0\nP: "LocalStop", "KTime", "Time", "",{stop}\n'
    ) * range_named
    objects.append(
        f'AnimationStack: 10, "AnimStack::Wave", "" {{\nProperties70: {{\n{range_}}}\n}}\n'
        'AnimationLayer: 11, "AnimLayer::Base", "" {\n}\n'
        'AnimationCurveNode: 12, "AnimCurveNode::R", "" {\nProperties70: {\n'
        'P: "d|X", "Number", "", "A",0\nP: "d|Y", "Number", "", "A",0\n'
        'P: "d|Z", "Number", "", "A",0\n}\n}\n'
        'AnimationCurve: 13, "AnimCurve::", "" {\nDefault: 0\nKeyVer: 4008\n'
        f"KeyTime: *2 {{\na: 0,{stop}\n}}\nKeyValueFloat: *2 {{\na: 0,90\n}}\n"
        "KeyAttrFlags: *1 {\na: 4\n}\nKeyAttrDataFloat: *4 {\na: 0,0,0,0\n}\n"
        "KeyAttrRefCount: *1 {\na: 2\n}\n}\n"
    )
    links += ['C: "OO",12,11', f'C: "OP",12,{ids["mixamorig:LeftArm"]},"Lcl Rotation"']
    links += ['C: "OP",13,12,"d|Z"']
    if empty_take:
        objects.append('AnimationStack: 20, "AnimStack::Take 001", "" {\n}\n'
                       'AnimationLayer: 21, "AnimLayer::Base2", "" {\n}\n')  # fmt: skip
        links.append('C: "OO",21,20')
    path.write_text(
        "; FBX 7.4.0 project file\nFBXHeaderExtension:  {\nFBXHeaderVersion: 1003\n"
        "FBXVersion: 7400\n}\nGlobalSettings:  {\nVersion: 1000\nProperties70:  {\n"
        f'P: "UpAxis", "int", "Integer", "",{up}\nP: "UpAxisSign", "int", "Integer", "",1\n'
        f'P: "FrontAxis", "int", "Integer", "",{2 if up == 1 else 1}\n'
        f'P: "FrontAxisSign", "int", "Integer", "",{1 if up == 1 else -1}\n'
        'P: "CoordAxis", "int", "Integer", "",0\nP: "CoordAxisSign", "int", "Integer", "",1\n'
        'P: "UnitScaleFactor", "double", "Number", "",1\n'
        'P: "TimeMode", "enum", "", "",6\n}\n}\n'
        f"Objects:  {{\n{''.join(objects)}}}\nConnections:  {{\n" + "\n".join(links) + "\n}\n"
    )
    return path


@needs_ufbx
def test_takes_units_and_rate_come_from_the_file(tmp_path: Path) -> None:
    path = write_fbx(tmp_path / "wave.fbx")
    assert set(fbx.clips(path)) == {"Wave", "Take 001"}
    motion = fbx.read(path)
    assert motion.source.clip == "Wave"  # the longest, not the empty one
    assert (motion.fps, len(motion)) == (30.0, 31)
    assert motion.source.unit_metres == pytest.approx(0.01)
    assert motion.positions[0, motion.skeleton.names.index("mixamorig:Hips"), 1] == 1.0


@needs_ufbx
def test_an_animated_arm_moves_as_keyed(tmp_path: Path) -> None:
    motion = fbx.read(write_fbx(tmp_path / "wave.fbx"))
    body = to_smpl22(motion)
    assert match_roles(motion).rig == "MotionBuilder/HIK/Mixamo"
    names = body.skeleton.names
    reach = (
        body.positions[:, names.index("left_wrist")]
        - body.positions[:, names.index("left_shoulder")]
    )
    np.testing.assert_allclose(reach[0], [0.54, 0, 0], atol=1e-5)
    np.testing.assert_allclose(reach[15], [0.54 * np.sqrt(0.5), 0.54 * np.sqrt(0.5), 0], atol=1e-4)
    np.testing.assert_allclose(reach[-1], [0, 0.54, 0], atol=1e-5)


@needs_ufbx
def test_a_take_without_a_range_lasts_to_its_last_key(tmp_path: Path) -> None:
    path = write_fbx(tmp_path / "wave.fbx", range_named=False, empty_take=False)
    assert len(fbx.read(path)) == 31


@needs_ufbx
def test_a_z_up_file_is_turned(tmp_path: Path) -> None:
    motion = fbx.read(write_fbx(tmp_path / "wave.fbx", up=2))
    assert motion.source.up_axis == "z"
    # The figure itself was drawn along y, which a z-up file calls forward: it now lies down.
    head = motion.positions[0, motion.skeleton.names.index("mixamorig:Head")]
    np.testing.assert_allclose(head, [0, 0, -1.59], atol=1e-5)


@needs_ufbx
def test_refusals_are_one_sentence(tmp_path: Path) -> None:
    path = write_fbx(tmp_path / "wave.fbx")
    with pytest.raises(FormatError, match=r"no take called 'Jump'; it has: .*Wave"):
        fbx.read(path, clip="Jump")
    broken = tmp_path / "broken.fbx"
    broken.write_bytes(b"Kaydara FBX Binary  \x00\x1a\x00" + bytes(200))
    with pytest.raises(FormatError, match=r"no skeleton|export it as BVH or GLB"):
        fbx.read(broken)


def test_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "lavimo\[fbx\]"'):
        fbx.read(tmp_path / "any.fbx")


@needs_ufbx
def test_a_crash_of_the_child_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_fbx(tmp_path / "wave.fbx")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FormatError, match="could not be read; export it as BVH or GLB"):
        fbx.read(path)
