"""Canonical motions on rigs: directions kept, feet on the floor, whatever the bone axes."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from lavimo.errors import SkeletonError
from lavimo.motion import kinematics
from lavimo.motion.clip import Motion
from lavimo.motion.retarget import to_rig, to_smpl22
from lavimo.motion.skeleton import SMPL_NAMES


def _rigs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rigs", Path(__file__).with_name("rigs.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rigs = _rigs()
AT = {name: joint for joint, name in enumerate(SMPL_NAMES)}
LIMBS = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("shoulder", "elbow"),
                 ("elbow", "wrist"))
]  # fmt: skip
TRUNK = [("pelvis", "neck"), ("right_shoulder", "left_shoulder"), ("right_hip", "left_hip")]
FEET = [7, 8, 10, 11]


def worst_angle(a: np.ndarray, b: np.ndarray, bones: list[tuple[str, str]]) -> float:
    """Largest angle in degrees between the bones of two 22-joint motions."""
    worst = 0.0
    for start, end in bones:
        u, v = (p[:, AT[end]] - p[:, AT[start]] for p in (a, b))
        cosine = np.sum(u * v, -1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
        worst = max(worst, float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max()))
    return worst


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_directions_survive_any_bone_axes(walk: Motion, seed: int | None) -> None:
    rig = rigs.figure(rigs.bvh_names)
    rig = rig if seed is None else rigs.with_other_axes(rig, seed)
    placed = to_rig(walk, rig)
    back = to_smpl22(placed).positions
    assert placed.skeleton.names == rig.skeleton.names
    assert placed.fps == walk.fps
    assert worst_angle(back, walk.positions, LIMBS) < 0.5
    assert worst_angle(back, walk.positions, TRUNK) < 5


def test_a_rig_gets_its_own_motion_back() -> None:
    rig = rigs.with_other_axes(rigs.figure(rigs.bvh_names), 3)
    placed = to_rig(to_smpl22(rig), rig)
    shift = placed.positions - rig.positions
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :1], shift.shape), atol=2e-3)
    np.testing.assert_allclose(shift[..., [0, 2]], 0, atol=1e-3)


def test_rotations_and_positions_agree(walk: Motion) -> None:
    placed = to_rig(walk, rigs.with_other_axes(rigs.figure(rigs.bvh_names), 4))
    assert placed.rotations is not None
    local = kinematics.rest_translations(placed.skeleton, placed.positions[:, 0])
    positions, _ = kinematics.forward(placed.skeleton, placed.rotations, local)
    np.testing.assert_allclose(positions, placed.positions, atol=1e-4)


@pytest.mark.parametrize("size", [0.5, 1.0, 1.6])
def test_feet_stand_on_the_floor_and_travel_scales_with_the_legs(walk: Motion, size: float) -> None:
    rig = rigs.figure(rigs.bvh_names)
    rig = Motion(
        type(rig.skeleton)(
            rig.skeleton.names, rig.skeleton.parents, rig.skeleton.offsets * np.float32(size)
        ),
        rig.positions * np.float32(size), rig.fps, rig.rotations,
    )  # fmt: skip
    back = to_smpl22(to_rig(walk, rig)).positions
    lowest = back[:, FEET, 1].min(1)
    sole = to_smpl22(rig).positions[:, FEET, 1].min()
    assert abs(lowest.min() - sole) < 0.01 * size
    assert lowest.min() >= -1e-4
    legs = np.linalg.norm(back[0, 1] - back[0, 4]) + np.linalg.norm(back[0, 4] - back[0, 7])
    own = walk.positions
    mine = np.linalg.norm(own[0, 1] - own[0, 4]) + np.linalg.norm(own[0, 4] - own[0, 7])
    travel = back[-1, 0, 2] - back[0, 0, 2]
    assert travel == pytest.approx((own[-1, 0, 2] - own[0, 0, 2]) * legs / mine, rel=0.02)


def test_a_jump_leaves_the_floor(walk: Motion) -> None:
    hop = walk.positions.copy()
    hop[20:30, :, 1] += 0.5
    back = to_smpl22(to_rig(Motion(walk.skeleton, hop, 20.0), rigs.figure(rigs.bvh_names)))
    lowest = back.positions[:, FEET, 1].min(1)
    assert lowest[22:28].min() > 0.4
    assert lowest[:15].max() < 0.2


def test_fingers_keep_their_rest(walk: Motion) -> None:
    finger = (("LeftHandIndex1", "left_wrist", (0.08, 0.0, 0.0)),)
    rig = rigs.figure(rigs.bvh_names, extra=finger)
    placed = to_rig(walk, rig)
    assert placed.rotations is not None
    np.testing.assert_allclose(np.abs(placed.rotations[:, -1, 0]), 1, atol=1e-6)


def test_elbows_bend_about_their_hinge(walk: Motion) -> None:
    """With the arm hanging and the forearm lifted forward, the arm must not be twisted."""
    pose = walk.positions.copy()
    shoulder = pose[:, AT["left_shoulder"]]
    pose[:, AT["left_elbow"]] = shoulder + np.float32([0, -0.28, 0])
    pose[:, AT["left_wrist"]] = shoulder + np.float32([0, -0.28, 0.26])
    rig = rigs.figure(rigs.bvh_names)
    placed = to_rig(Motion(walk.skeleton, pose, 20.0), rig)
    assert placed.rotations is not None
    _, world = kinematics.forward(
        placed.skeleton, placed.rotations,
        kinematics.rest_translations(placed.skeleton, placed.positions[:, 0]),
    )  # fmt: skip
    from lavimo.motion import rotations as rot

    arm = placed.skeleton.names.index("LeftArm")
    hinge = rot.rotate(world[:, arm], np.float32([0, -1, 0]))  # in the T-pose it points down
    across = pose[:, AT["left_shoulder"]] - pose[:, AT["right_shoulder"]]
    cosine = np.sum(hinge * across, -1) / np.linalg.norm(across, axis=-1)
    assert cosine.max() < -0.9  # of a hanging arm: to the right


def test_positions_alone_are_no_rig(walk: Motion) -> None:
    rig = rigs.without_rotations(rigs.figure(rigs.bvh_names))
    with pytest.raises(SkeletonError, match="positions only"):
        to_rig(walk, rig)


@pytest.mark.data
@pytest.mark.parametrize(
    "rig",
    ["cmu/02/02_02.bvh", "bandai/dataset-1/dataset-1_bow_active_001.bvh",
     "glb/mesh2motion/human-addon-animations.glb#Rest Pose",
     "glb/kaykit/Med_MovementBasic.glb#Walking_A", "glb/quaternius/cyberpunk-character.glb#Walk"],
)  # fmt: skip
def test_real_rigs(openmotion: Path, walk: Motion, rig: str) -> None:
    from lavimo.formats import read

    back = to_smpl22(to_rig(walk, read(openmotion / rig))).positions
    assert worst_angle(back, walk.positions, LIMBS) < 1
    assert worst_angle(back, walk.positions, TRUNK) < 8
    assert -1e-3 < back[:, FEET, 1].min() < 0.06
