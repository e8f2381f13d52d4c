"""Roles of known, unknown, exchanged and mirrored skeletons; what is no humanoid is refused."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from lavimo.errors import SkeletonError
from lavimo.motion import known_rigs
from lavimo.motion.clip import Motion
from lavimo.motion.retarget import to_smpl22
from lavimo.motion.roles import NEEDED, match_roles
from lavimo.motion.skeleton import SMPL_22, Skeleton


def _rigs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rigs", Path(__file__).with_name("rigs.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rigs = _rigs()
TRUE = {role: joint for joint, (role, _, _) in enumerate(rigs.BODY)}

KNOWN = {
    "MotionBuilder/HIK/Mixamo": rigs.bvh_names,
    "Mixamo with its prefix": lambda role: "mixamorig1:" + rigs.bvh_names(role),
    "Rokoko": rigs.patterned(
        {"pelvis": "Hips", "spine_low": "Spine", "spine_high": "Spine2", "neck": "Neck",
         "head": "Head", "collar": "{}Shoulder", "shoulder": "{}Arm", "elbow": "{}ForeArm",
         "wrist": "{}Hand", "hip": "{}Thigh", "knee": "{}Shin", "ankle": "{}Foot",
         "foot": "{}Toe"}, ("Left", "Right")),
    "CC_Base": rigs.patterned(
        {"pelvis": "CC_Base_Hip", "spine_low": "CC_Base_Waist", "spine_high": "CC_Base_Spine02",
         "neck": "CC_Base_NeckTwist01", "head": "CC_Base_Head", "collar": "CC_Base_{}_Clavicle",
         "shoulder": "CC_Base_{}_Upperarm", "elbow": "CC_Base_{}_Forearm",
         "wrist": "CC_Base_{}_Hand", "hip": "CC_Base_{}_Thigh", "knee": "CC_Base_{}_Calf",
         "ankle": "CC_Base_{}_Foot", "foot": "CC_Base_{}_ToeBase"}, ("L", "R")),
    "3ds Max Biped": rigs.patterned(
        {"pelvis": "Bip001 Pelvis", "spine_low": "Bip001 Spine", "spine_high": "Bip001 Spine1",
         "neck": "Bip001 Neck", "head": "Bip001 Head", "collar": "Bip001 {} Clavicle",
         "shoulder": "Bip001 {} UpperArm", "elbow": "Bip001 {} Forearm", "wrist": "Bip001 {} Hand",
         "hip": "Bip001 {} Thigh", "knee": "Bip001 {} Calf", "ankle": "Bip001 {} Foot",
         "foot": "Bip001 {} Toe0"}, ("L", "R")),
    "Unreal mannequin/Mesh2Motion": rigs.patterned(
        {"pelvis": "pelvis", "spine_low": "spine_01", "spine_high": "spine_02", "neck": "neck_01",
         "head": "head", "collar": "clavicle_{}", "shoulder": "upperarm_{}",
         "elbow": "lowerarm_{}", "wrist": "hand_{}", "hip": "thigh_{}", "knee": "calf_{}",
         "ankle": "foot_{}", "foot": "ball_{}"}, ("l", "r")),
}  # fmt: skip

UNKNOWN = {
    "blender": rigs.patterned(
        {"pelvis": "pelvis", "spine_low": "torso", "spine_high": "chest", "neck": "neck",
         "head": "head", "collar": "clav.{}", "shoulder": "upper_arm.{}", "elbow": "forearm.{}",
         "wrist": "hand.{}", "hip": "thigh.{}", "knee": "shin.{}", "ankle": "foot.{}",
         "foot": "toe.{}"}, ("L", "R")),
    "vrm": rigs.patterned(
        {"pelvis": "J_Bip_C_Hips", "spine_low": "J_Bip_C_Spine", "spine_high": "J_Bip_C_Chest",
         "neck": "J_Bip_C_Neck", "head": "J_Bip_C_Head", "collar": "J_Bip_{}_Shoulder",
         "shoulder": "J_Bip_{}_UpperArm", "elbow": "J_Bip_{}_LowerArm", "wrist": "J_Bip_{}_Hand",
         "hip": "J_Bip_{}_UpperLeg", "knee": "J_Bip_{}_LowerLeg", "ankle": "J_Bip_{}_Foot",
         "foot": "J_Bip_{}_ToeBase"}, ("L", "R")),
    "maya": rigs.patterned(
        {"pelvis": "cog_jnt", "spine_low": "spine_01_jnt", "spine_high": "spine_02_jnt",
         "neck": "neck_jnt", "head": "head_jnt", "collar": "{}_clavicle_jnt",
         "shoulder": "{}_shoulder_jnt", "elbow": "{}_elbow_jnt", "wrist": "{}_wrist_jnt",
         "hip": "{}_hip_jnt", "knee": "{}_knee_jnt", "ankle": "{}_ankle_jnt",
         "foot": "{}_toe_jnt"}, ("lf", "rt")),
    "anatomist": rigs.patterned(
        {"pelvis": "Pelvis", "spine_low": "Lumbar", "spine_high": "Thorax", "neck": "Cervical",
         "head": "Skull", "collar": "Scapula{}", "shoulder": "Humerus{}", "elbow": "Radius{}",
         "wrist": "Carpus{}", "hip": "Femur{}", "knee": "Tibia{}", "ankle": "Talus{}",
         "foot": "Forefoot{}"}, ("Left", "Right")),
    "glued": rigs.patterned(
        {"pelvis": "hips", "spine_low": "spine", "spine_high": "spine2", "neck": "neck",
         "head": "head", "collar": "{}collar", "shoulder": "{}upperarm", "elbow": "{}forearm",
         "wrist": "{}hand", "hip": "{}thigh", "knee": "{}shin", "ankle": "{}foot",
         "foot": "{}toes"}, ("l", "r")),
}  # fmt: skip


def assert_true_roles(motion: Motion, names_of: dict[str, int] = TRUE) -> None:
    report = match_roles(motion)
    for role in NEEDED:
        assert report.roles[role] == names_of[role], role


@pytest.mark.parametrize("family", KNOWN)
def test_known_families_are_found_by_their_tables(family: str) -> None:
    motion = rigs.figure(KNOWN[family])
    report = match_roles(motion)
    assert report.rig in family or family.startswith("Mixamo")
    assert report.confidence > 0.95
    assert_true_roles(motion)
    assert report.spine == (TRUE["spine_low"], TRUE["spine_high"])
    assert "confirmed" in report.remarks[-1]


@pytest.mark.parametrize("style", UNKNOWN)
def test_unknown_families_are_found_by_words(style: str) -> None:
    motion = rigs.figure(UNKNOWN[style])
    report = match_roles(motion)
    assert report.rig == "unknown (by names)"
    assert 0.8 < report.confidence < 0.95
    assert_true_roles(motion)


def test_nameless_joints_are_found_by_shape_and_sides_by_the_body() -> None:
    numbers = {role: f"bone_{joint:03d}" for role, joint in TRUE.items()}
    fingers = tuple(
        (f"x{side}{n}", f"{side}_wrist", (sign * 0.08, 0.0, 0.03 * n))
        for side, sign in (("left", 1), ("right", -1))
        for n in (-1, 0, 1)
    )
    motion = rigs.figure(numbers, extra=fingers)
    report = match_roles(motion)
    assert report.rig == "unknown (by shape)"
    assert 0.4 < report.confidence < 0.8
    assert_true_roles(motion)
    turned = Motion(motion.skeleton, motion.positions * np.float32([-1, 1, -1]), 30.0)
    assert_true_roles(turned)  # the body faces -z now, so its left is at -x


def test_exchanged_names_are_overruled() -> None:
    exchanged = {
        role: rigs.bvh_names(
            role.replace("left", "#").replace("right", "left").replace("#", "right")
        )
        for role in TRUE
    }
    motion = rigs.figure(exchanged)
    report = match_roles(motion)
    assert_true_roles(motion)
    assert any("exchanged" in remark for remark in report.remarks)
    assert report.confidence < 0.9


def test_a_mirrored_file_is_overruled_and_an_honest_mirror_is_not() -> None:
    motion = rigs.figure(rigs.bvh_names)
    body = to_smpl22(motion).positions
    flipped = to_smpl22(rigs.mirrored(motion)).positions
    names = SMPL_22.names
    left, right = names.index("left_wrist"), names.index("right_wrist")
    np.testing.assert_allclose(flipped[:, right] * [-1, 1, 1], body[:, left], atol=1e-6)
    assert not any("exchanged" in remark for remark in match_roles(motion).remarks)


def test_arms_on_the_wrong_side_are_exchanged_alone() -> None:
    def naming(role: str) -> str:
        if role.split("_")[-1] in ("collar", "shoulder", "elbow", "wrist"):
            role = role.replace("left", "#").replace("right", "left").replace("#", "right")
        return str(rigs.bvh_names(role))

    motion = rigs.figure(naming)
    assert_true_roles(motion)
    assert any("arms exchanged" in remark for remark in match_roles(motion).remarks)


def test_running_feet_alone_do_not_overrule_names() -> None:
    """Feet that trail behind, as a runner's do, while the knees bend forwards."""
    motion = rigs.figure(rigs.bvh_names)
    positions = motion.positions.copy()
    for side in ("left", "right"):
        positions[:, TRUE[f"{side}_foot"], 2] = positions[:, TRUE[f"{side}_ankle"], 2] - 0.1
    report = match_roles(Motion(motion.skeleton, positions, 30.0))
    assert not any("exchanged" in remark for remark in report.remarks)


def test_what_is_missing_is_said() -> None:
    motion = rigs.figure(rigs.bvh_names, leave_out=("left_foot", "right_foot", "head"))
    report = match_roles(motion)
    assert "estimated" in " ".join(report.remarks)
    body = to_smpl22(motion).positions
    toes = body[:, 10] - body[:, 7]
    assert (toes[0] @ [0, 0, 1]) > 0.1  # forward of the body
    assert body[0, 15, 1] > body[0, 12, 1] + 0.05


def test_toes_come_from_end_sites() -> None:
    motion = rigs.figure(rigs.bvh_names, leave_out=("left_foot", "right_foot"))
    ankles = [motion.skeleton.names.index(f"{side}Foot") for side in ("Left", "Right")]
    tips = tuple((ankle, (0.0, -0.05, 0.15)) for ankle in ankles)
    skeleton = Skeleton(
        motion.skeleton.names, motion.skeleton.parents, motion.skeleton.offsets, end_sites=tips
    )
    motion = Motion(skeleton, motion.positions, motion.fps, motion.rotations)
    full = to_smpl22(rigs.figure(rigs.bvh_names)).positions
    np.testing.assert_allclose(to_smpl22(motion).positions, full, atol=1e-5)


def _dog() -> Motion:
    rows = [("body", -1, (0, 0.5, 0)), ("loin", 0, (0, 0, 0.3)), ("withers", 1, (0, 0, 0.3)),
            ("skull", 2, (0, 0.2, 0.2)), ("tail", 0, (0, 0.1, -0.3))]  # fmt: skip
    for top, x in ((0, 0.1), (0, -0.1), (2, 0.1), (2, -0.1)):
        rows.append((f"a{len(rows)}", top, (x, 0, 0)))
        for y in (-0.2, -0.2, -0.05):
            rows.append((f"a{len(rows)}", len(rows) - 1, (0, y, 0.01)))
    skeleton = Skeleton(
        tuple(name for name, _, _ in rows), np.array([p for _, p, _ in rows], np.int16),
        np.array([o for _, _, o in rows], np.float32),
    )  # fmt: skip
    places = skeleton.offsets.copy()
    for joint in range(1, len(rows)):
        places[joint] += places[skeleton.parents[joint]]
    return Motion(skeleton, np.tile(places, (20, 1, 1)), 30.0)


def test_animals_machines_and_arms_are_no_humanoids() -> None:
    chain = Skeleton(
        tuple("abcde"), np.array([-1, 0, 1, 2, 3], np.int16), np.ones((5, 3), np.float32)
    )
    crane = Motion(chain, np.zeros((3, 5, 3), np.float32), 30.0)
    for motion in (_dog(), crane):
        with pytest.raises(SkeletonError, match="only humanoids"):
            match_roles(motion)


def test_every_table_names_all_roles_that_a_humanoid_needs() -> None:
    for rig in known_rigs.RIGS:
        named = {role for role, _ in rig.joints}
        assert set(NEEDED) <= named | {"right_wrist", "left_wrist"}, rig.name
        assert rig.optional.isdisjoint(set(NEEDED) - {"left_wrist", "right_wrist"}), rig.name


def test_smpl_comes_back_as_it_is(walk: Motion) -> None:
    assert to_smpl22(walk) is walk
    assert match_roles(walk).confidence == 1.0


def test_spine_and_collars_follow_the_joint_rules() -> None:
    motion = rigs.figure(rigs.bvh_names)
    body = to_smpl22(motion)
    at = {name: body.positions[:, joint] for joint, name in enumerate(SMPL_22.names)}
    # Straight spine of 0.5 m along y in frame 0: 23.8, 49.7 and 60.1 % of the way.
    heights = [at[f"spine{n}"][0, 1] - at["pelvis"][0, 1] for n in (1, 2, 3)]
    np.testing.assert_allclose(heights, np.array([0.238, 0.497, 0.601]) * 0.5, atol=1e-5)
    collar = at["neck"] + 0.35 * (at["left_shoulder"] - at["neck"])
    collar -= 0.25 * (at["neck"] - at["spine3"])
    np.testing.assert_allclose(at["left_collar"], collar, atol=1e-5)


@pytest.mark.data
def test_bandai_waves_with_the_hand_it_names(openmotion: Path) -> None:
    from lavimo.formats import read

    files = sorted((openmotion / "bandai/dataset-2").glob("*_wave-left-hand_*.bvh"))[:1]
    body = to_smpl22(read(files[0])).positions
    assert body[:, 20, 1].max() > body[:, 21, 1].max() + 0.5
