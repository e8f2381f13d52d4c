"""Figures of many families, built from one body so that their true joints are known."""

from collections.abc import Callable, Mapping

import numpy as np

from lavimo.motion import kinematics
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations
from lavimo.motion.skeleton import Skeleton

# role, parent, offset in metres of a T-pose that faces +z
BODY: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("pelvis", "", (0, 0.95, 0)),
    ("spine_low", "pelvis", (0, 0.12, 0)),
    ("spine_high", "spine_low", (0, 0.18, 0)),
    ("neck", "spine_high", (0, 0.2, 0)),
    ("head", "neck", (0, 0.1, 0.02)),
    *(
        (f"{side}_{name}", above.replace("*", side), (sign * x, y, z))
        for side, sign in (("left", 1), ("right", -1))
        for name, above, (x, y, z) in (
            ("collar", "spine_high", (0.05, 0.17, 0)),
            ("shoulder", "*_collar", (0.14, 0, 0)),
            ("elbow", "*_shoulder", (0.28, 0, 0)),
            ("wrist", "*_elbow", (0.26, 0, 0)),
            ("hip", "pelvis", (0.09, -0.05, 0)),
            ("knee", "*_hip", (0, -0.42, 0)),
            ("ankle", "*_knee", (0, -0.42, 0)),
            ("foot", "*_ankle", (0, -0.05, 0.15)),
        )
    ),
)


def figure(
    naming: Mapping[str, str] | Callable[[str], str],
    *,
    frames: int = 60,
    extra: tuple[tuple[str, str, tuple[float, float, float]], ...] = (),
    leave_out: tuple[str, ...] = (),
) -> Motion:
    """The body with joints named by `naming`, walking on the spot and lifting its left arm.

    `extra` adds joints (name, role of the parent, offset); `leave_out` drops roles without
    children.
    """
    rename = naming.__getitem__ if isinstance(naming, Mapping) else naming
    rows = [row for row in BODY if row[0] not in leave_out]
    roles = [role for role, _, _ in rows]
    names = [rename(role) for role in roles] + [name for name, _, _ in extra]
    parents = [roles.index(above) if above else -1 for _, above, _ in rows]
    parents += [roles.index(above) for _, above, _ in extra]
    offsets = [place for _, _, place in rows] + [place for _, _, place in extra]
    skeleton = Skeleton(tuple(names), np.array(parents, np.int16), np.array(offsets, np.float32))
    t = np.arange(frames) / 30
    local = rot.identity(frames, len(names)).astype(np.float64)
    swing = np.sin(2 * np.pi * t)
    turns = {
        "left_hip": ((1, 0, 0), -0.5 * np.maximum(swing, 0)),
        "left_knee": ((1, 0, 0), 0.9 * np.maximum(swing, 0)),
        "right_hip": ((1, 0, 0), -0.5 * np.maximum(-swing, 0)),
        "right_knee": ((1, 0, 0), 0.9 * np.maximum(-swing, 0)),
        "left_shoulder": ((0, 0, 1), 1.0 * t / t[-1]),
        "right_shoulder": ((0, 0, 1), 1.2 + 0 * t),
        "left_elbow": ((0, 1, 0), -0.5 + 0 * t),
        "spine_high": ((0, 1, 0), 0.2 * swing),
    }
    for role, (axis, angle) in turns.items():
        if role in roles:
            local[:, roles.index(role)] = rot.from_axis_angle(np.array(axis, float), angle)
    root = np.tile(np.array(offsets[0], np.float32), (frames, 1))
    return from_rotations(skeleton, local.astype(np.float32), 30.0, root=root)


def without_rotations(motion: Motion) -> Motion:
    return Motion(motion.skeleton, motion.positions, motion.fps)


def mirrored(motion: Motion) -> Motion:
    """The same names on the mirror image: a file exported with one axis flipped."""
    flip = np.array([-1, 1, 1], np.float32)
    return Motion(motion.skeleton, motion.positions * flip, motion.fps)


def with_other_axes(motion: Motion, seed: int) -> Motion:
    """The same movement on bones whose local frames point anywhere (as Bandai-Namco's do)."""
    assert motion.rotations is not None
    random = np.random.default_rng(seed)
    frames = rot.normalise(random.normal(size=(len(motion.skeleton), 4)))
    frames[0] = [1, 0, 0, 0]
    _, world = kinematics.forward(
        motion.skeleton,
        motion.rotations.astype(np.float64),
        kinematics.rest_translations(motion.skeleton, motion.positions[:, 0]).astype(np.float64),
    )
    world = rot.multiply(world, np.broadcast_to(frames, world.shape))
    parents = motion.skeleton.parents
    local = world.copy()
    local[:, 1:] = rot.multiply(rot.inverse(world[:, parents[1:]]), world[:, 1:])
    offsets = motion.skeleton.offsets.astype(np.float64).copy()
    offsets[1:] = rot.rotate(rot.inverse(frames[parents[1:]]), offsets[1:])
    skeleton = Skeleton(motion.skeleton.names, parents, offsets.astype(np.float32))
    return from_rotations(
        skeleton, local.astype(np.float32), motion.fps, root=motion.positions[:, 0]
    )


def bvh_names(role: str) -> str:
    """Names of MotionBuilder."""
    return _HIK[role]


_HIK = {
    "pelvis": "Hips", "spine_low": "Spine", "spine_high": "Spine1", "neck": "Neck", "head": "Head",
    **{
        f"{side}_{part}": side.capitalize() + name
        for side in ("left", "right")
        for part, name in (
            ("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand"),
            ("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase"),
        )
    },
}  # fmt: skip


def patterned(spelling: Mapping[str, str], sides: tuple[str, str]) -> Callable[[str], str]:
    """Names from patterns by part, `{}` for the side: {"hip": "{}Thigh", ...}."""

    def name(role: str) -> str:
        side, _, part = role.partition("_")
        if side in ("left", "right"):
            return spelling[part].replace("{}", sides[side == "right"])
        return spelling[role]

    return name
