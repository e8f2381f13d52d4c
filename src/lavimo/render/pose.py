"""From 22 joint positions to an avatar's pose: analytic, all frames at once.

Trunk, neck, head, collars and feet turn *relative* to the source's neutral stance, since their
joint centres differ between skeletons; arms take the source's directions as they are; legs reach
for the source's ankles, scaled. Then the soles are put on the floor.
Source: RENDERING.md section 4.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.motion.skeleton import SMPL_PARENTS
from lavimo.render.avatar import Avatar
from lavimo.render.feet import LEVEL, Stance, stance, standing_ankles, toes
from lavimo.render.hands import rest_on_floor
from lavimo.render.legs import Build, Clip, legs, sag
from lavimo.render.limbs import arms
from lavimo.render.rest import SMPL_REST, rest_of
from lavimo.render.swing import halfway, hann, kabsch, swing, turned, unit
from lavimo.shapes import Float, Float32

__all__ = ["SMPL_REST", "Posed", "rest_of", "solve"]

SPINE_SHARES = (0.8, 0.4)
"""How far spine1 and spine2 follow their measured bone; the second is short and noisy."""
NECK_SHARE, HEAD_SHARE, COLLAR_SHARE = 0.75, 0.9, 0.8
_ON_CHEST = (
    (12, (12, 15), NECK_SHARE), (15, (12, 15), HEAD_SHARE),
    (13, (13, 16), COLLAR_SHARE), (14, (14, 17), COLLAR_SHARE),
)  # fmt: skip
SETTLING = 0.1
"""Seconds to each side over which the vertical correction is smoothed."""

Places = Float[np.ndarray, "frames 22 3"]
Turns = Float[np.ndarray, "frames 22 3 3"]
_MIDDLE = 22  # of the hips


@dataclass(frozen=True, eq=False)
class Posed:
    """Global rotations of the 22 joints against the avatar's rest, and where they stand.

    A vertex goes to R (v - rest joint) + X. Metres, y up, the floor at y = 0.
    """

    rotations: Float32[np.ndarray, "frames 22 3 3"]
    joints: Float32[np.ndarray, "frames 22 3"]


def solve(
    positions: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    avatar: Avatar,
    rest: Float32[np.ndarray, "22 3"] | None = None,
) -> Posed:
    """The avatar doing what the clip does, in every frame.

    `rest` is the neutral stance of the clip's skeleton; None takes it from the clip itself
    (`rest_of`), SMPL_REST is that of true SMPL joints. Levels and scale need the whole clip.
    """
    p = np.asarray(positions, np.float64)
    s = np.asarray(rest_of(p, fps) if rest is None else rest, np.float64)
    a = avatar.joints.astype(np.float64)
    turns = np.empty((len(p), 22, 3, 3))
    _trunk(turns, p, s)
    upper, fore = _directions(p, (16, 17), (18, 19)), _directions(p, (18, 19), (20, 21))
    own = _directions(a[None], (16, 17), (18, 19))[0], _directions(a[None], (18, 19), (20, 21))[0]
    turns[:, 16:18], turns[:, 18:20] = arms(upper, fore, turns[:, 13:15], own, fps)
    turns[:, 20:22] = turns[:, 18:20]
    scale = _leg(a[None]) / max(_leg(p), 1e-6)
    middle, ankles = _targets(p, avatar, scale)
    pelvis = middle - turned(turns[:, 0], a[1:3].mean(axis=0) - a[0])
    hips = pelvis[:, None] + turned(turns[:, :1], a[1:3] - a[0])
    build = Build(a[4:6] - a[1:3], a[7:9] - a[4:6], _directions(s[None], (7, 8), (10, 11))[0])
    thigh, shin = _directions(p, (1, 2), (4, 5)), _directions(p, (4, 5), (7, 8))
    foot = _directions(p, (7, 8), (10, 11))
    stand = stance(p, _leg(p), scale)
    ankles = standing_ankles(ankles, foot, stand, build.foot, avatar)
    down = sag(hips, ankles, stand, build, fps)
    pelvis[:, 1] -= down
    hips[..., 1] -= down[:, None]
    clip = Clip(thigh, shin, foot, stand)
    turns[:, 1:3], turns[:, 4:6], turns[:, 7:9] = legs(clip, hips, ankles, turns[:, 0], build, fps)
    turns[:, 10:12] = toes(turns[:, 7:9], stand)
    joints = _placed(turns, pelvis, a)
    joints[..., 1] += _lift(stand, turns, joints, avatar, fps)[:, None]
    rest_on_floor(turns, joints, avatar)
    return Posed(turns.astype(np.float32), joints.astype(np.float32))


def _directions(p: Places, start: tuple[int, int], end: tuple[int, int]) -> np.ndarray:
    """Unit directions of a bone of both sides, (frames, 2, 3)."""
    return unit(p[:, end] - p[:, start])


def _trunk(turns: Turns, p: Places, s: Float[np.ndarray, "22 3"]) -> None:
    """Fill in pelvis, spine, neck, head and collars."""
    turns[:, 0] = kabsch(*_pairs(p, s, ((2, 1), (_MIDDLE, 3))), np.array([1.0, 0.8]))
    chest = ((14, 13), (9, 12), (17, 16))
    turns[:, 9] = kabsch(*_pairs(p, s, chest), np.array([0.6, 1.0, 0.4]))
    for joint, above, share, follow in ((3, 6, 1 / 3, 0.8), (6, 9, 2 / 3, 0.4)):
        start = halfway(turns[:, 0], turns[:, 9], share)
        turns[:, joint] = _follow(start, p, s, (joint, above), follow)
    for joint, bone, follow in _ON_CHEST:
        turns[:, joint] = _follow(turns[:, 9], p, s, bone, follow)


def _pairs(
    p: Places, s: Float[np.ndarray, "22 3"], bones: tuple[tuple[int, int], ...]
) -> tuple[Float[np.ndarray, "bones 3"], Float[np.ndarray, "frames bones 3"]]:
    """Unit directions of bones (start, end) at rest and in every frame."""
    both = np.concatenate([s[None], p])
    both = np.concatenate([both, both[:, 1:3].mean(axis=1, keepdims=True)], axis=1)
    starts, ends = zip(*bones, strict=True)
    directions = unit(both[:, ends] - both[:, starts])
    return directions[0], directions[1:]


def _follow(
    start: Float[np.ndarray, "frames 3 3"],
    p: Places,
    s: Float[np.ndarray, "22 3"],
    bone: tuple[int, int],
    share: float,
) -> Float[np.ndarray, "frames 3 3"]:
    """From `start` the given share of the way that points the bone where the clip has it."""
    rest, seen = _pairs(p, s, (bone,))
    towards: Float[np.ndarray, "frames 3 3"] = (
        swing(turned(start, rest[0]), seen[:, 0], share) @ start
    )
    return towards


def _targets(
    p: Places, avatar: Avatar, scale: float
) -> tuple[Float[np.ndarray, "frames 3"], Float[np.ndarray, "frames 2 3"]]:
    """Where the avatar's mid hip and ankles belong: the clip's, by the ratio of the legs.

    Heights count from the ankles' level in the clip, which becomes the avatar's own over its
    soles.
    """
    own = float(avatar.joints[7:9, 1].mean() - avatar.soles[1][:, 1].min())
    shift = np.array([0, own - scale * np.quantile(p[:, 7:9, 1], LEVEL), 0])
    return scale * p[:, 1:3].mean(axis=1) + shift, scale * p[:, 7:9] + shift


def _leg(p: Places) -> float:
    """Median length of both legs from hip to ankle."""
    thigh = np.linalg.norm(p[:, 4:6] - p[:, 1:3], axis=-1)
    shin = np.linalg.norm(p[:, 7:9] - p[:, 4:6], axis=-1)
    return float(np.median(thigh + shin))


def _placed(turns: Turns, pelvis: Float[np.ndarray, "frames 3"], a: np.ndarray) -> Places:
    """Forward kinematics with global rotations."""
    joints: Places = np.empty((len(turns), 22, 3))
    joints[:, 0] = pelvis
    for joint in range(1, 22):
        above = SMPL_PARENTS[joint]
        joints[:, joint] = joints[:, above] + turned(turns[:, above], a[joint] - a[above])
    return joints


def _lift(
    stand: Stance, turns: Turns, joints: Places, avatar: Avatar, fps: float
) -> Float[np.ndarray, " frames"]:
    """How far to raise each frame so that soles stand on the floor when the clip's feet do."""
    bones, points = avatar.soles
    about = points - avatar.joints[bones]
    heights = joints[:, bones, 1] + np.einsum("tnb,nb->tn", turns[:, bones, 1], about)
    return hann(stand.clearance.min(axis=1) - heights.min(axis=1), SETTLING * fps)
