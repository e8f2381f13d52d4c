"""The neutral stance of a source skeleton: what posing measures its changes against.

Joint centres of trunk, neck, head and feet lie elsewhere on every skeleton: the neck of SMPL
leans forward by 38 degrees where that of a capture rig is upright. So their directions in the
clip's own upright frames are its neutral; where there is little to see, SMPL's stands in.
Source: RENDERING.md section 4, "Source rest S".
"""

from collections.abc import Callable, Sequence

import numpy as np

from lavimo.motion.skeleton import SMPL_MIRROR
from lavimo.render.swing import frame, unit
from lavimo.shapes import Bool, Float, Float32

_HALF = {
    0: (0, -0.220, 0.030), 1: (0.068, -0.314, 0.022), 3: (0, -0.114, 0.002),
    4: (0.105, -0.693, 0.016), 6: (0, 0.021, 0.003), 7: (0.090, -1.091, -0.027),
    9: (0, 0.074, 0.028), 10: (0.116, -1.143, 0.094), 12: (0, 0.288, -0.015),
    13: (0.080, 0.194, -0.008), 15: (0, 0.353, 0.036), 16: (0.174, 0.226, -0.017),
    18: (0.430, 0.213, -0.042), 20: (0.683, 0.221, -0.045),
}  # fmt: skip


def _both_sides() -> Float32[np.ndarray, "22 3"]:
    joints = np.zeros((22, 3), np.float32)
    for joint, place in _HALF.items():
        joints[joint] = place
        joints[SMPL_MIRROR[joint]] = np.array(place) * [-1, 1, 1]
    return joints


SMPL_REST: Float32[np.ndarray, "22 3"] = _both_sides()
"""The T-pose of SMPL, metres, both sides alike; only its directions are used."""

UPRIGHT = 0.8
"""Cosine between the trunk and the vertical above which a frame shows the neutral stance."""
ENOUGH = 1.0
"""Frames after which the clip's own stance counts as much as SMPL's."""
LOW, SLOW = 0.025, 0.25
"""A foot is planted below this height above its level (metres) and speed (metres a second)."""
STEEPEST = 45.0
"""Degrees that a planted foot may point down; beyond, the clip walks on its toes."""
_MIDDLE = 22
_TRUNK = ((_MIDDLE, 3), (3, 6), (6, 9), (9, 12), (12, 15))

Points = Float[np.ndarray, "frames 23 3"]
Rest = Float[np.ndarray, "1 23 3"]
Axes = Float[np.ndarray, "frames 3 3"]


def rest_of(
    clips: Float[np.ndarray, "_ 22 3"] | Sequence[Float[np.ndarray, "_ 22 3"]], fps: float = 20.0
) -> Float32[np.ndarray, "22 3"]:
    """The neutral stance of a skeleton from one clip of it or several, y up, both sides alike.

    Only directions count and bone lengths are SMPL's. Directions of trunk, neck, head and
    collars are medians over upright frames, the pitch of the feet that of planted frames; arms
    and legs stand as in SMPL's rest, since they are posed by their own directions. Without an
    upright frame the mean of what is seen and SMPL's stance is taken.
    """
    some = [clips] if isinstance(clips, np.ndarray) else list(clips)
    every = [np.asarray(clip, np.float64) for clip in some]
    points = _with_middle(np.concatenate(every))
    upright = points[_upright(points)]
    seen, own = (upright, ENOUGH / len(upright)) if len(upright) else (points, 1.0)
    rest = _with_middle(SMPL_REST[None].astype(np.float64))
    trunk, chest = _trunk_axes, _chest_axes
    bones = [_mean(rest, seen, own, trunk, bone) * [0, 1, 1] for bone in _TRUNK]
    left, right = (_mean(rest, seen, own, chest, bone) for bone in ((13, 16), (14, 17)))
    pitch = _pitch(rest, [(clip, fps) for clip in every])
    return _assembled(rest[0], bones, left + right * [-1, 1, 1], pitch)


def _with_middle(p: Float[np.ndarray, "frames 22 3"]) -> Points:
    """The joints and, last, the middle of the hips."""
    return np.concatenate([p, p[:, 1:3].mean(axis=1, keepdims=True)], axis=1)


def _upright(p: Points) -> Bool[np.ndarray, " frames"]:
    """The three fifths of the frames that stand straightest, of those that stand at all."""
    height = unit(p[:, 12] - p[:, _MIDDLE])[:, 1]
    straight: Bool[np.ndarray, " frames"] = (height > UPRIGHT) & (
        height >= np.quantile(height, 0.4)
    )
    return straight


def _trunk_axes(p: Points) -> Axes:
    """Left, up and front by the hips and the line from them to the neck."""
    return frame(unit(p[:, 12] - p[:, _MIDDLE]), p[:, 1] - p[:, 2])


def _chest_axes(p: Points) -> Axes:
    """Left, up and front by the shoulders and the spine between spine3 and neck."""
    return frame(unit(p[:, 12] - p[:, 9]), p[:, 16] - p[:, 17])


def _mean(
    rest: Rest, seen: Points, share: float, axes: Callable[[Points], Axes], bone: tuple[int, int]
) -> Float[np.ndarray, " 3"]:
    """A bone's usual direction about the body, put upright as SMPL's body stands at rest.

    `share` is the weight of SMPL's own direction against it.
    """
    start, end = bone
    own = unit(rest[0, end] - rest[0, start])
    about = np.einsum("tij,ti->tj", axes(seen), unit(seen[:, end] - seen[:, start]))
    found = axes(rest)[0] @ unit(np.median(about, axis=0))
    mean: Float[np.ndarray, " 3"] = unit(found + share * own)
    return mean


def _pitch(rest: Rest, clips: list[tuple[Float[np.ndarray, "_ 22 3"], float]]) -> float:
    """Radians by which a planted foot points below the horizontal."""
    own = [float(np.arcsin(-unit(rest[0, 10] - rest[0, 7])[1]))]
    pitches: list[np.ndarray] = []
    for p, fps in clips:
        ankles, toes = p[:, (7, 8)], p[:, (10, 11)]
        speed = np.zeros(ankles.shape[:2])
        if len(p) > 1:
            speed = np.linalg.norm(np.gradient(ankles, axis=0), axis=-1) * fps
        height = np.stack([ankles[..., 1], toes[..., 1]])
        low = height - np.quantile(height, 0.03, axis=1, keepdims=True) < LOW
        standing = unit(p[:, (4, 5)] - ankles)[..., 1] > UPRIGHT
        planted = low.all(axis=0) & standing
        planted &= (speed < SLOW) | ~(planted & (speed < SLOW)).any()
        pitches.append(np.arcsin(np.clip(-unit(toes - ankles)[..., 1], -1, 1))[planted])
    seen = np.concatenate(pitches)
    if not len(seen):
        return own[0]
    found = np.clip(np.median(seen), np.radians(-5), np.radians(STEEPEST))
    return float((len(seen) * found + 2 * ENOUGH * own[0]) / (len(seen) + 2 * ENOUGH))


def _assembled(
    own: Float[np.ndarray, "23 3"],
    trunk: list[Float[np.ndarray, " 3"]],
    shoulder: Float[np.ndarray, " 3"],
    pitch: float,
) -> Float32[np.ndarray, "22 3"]:
    """SMPL's rest with these directions; all that hangs on a joint moves with it."""
    rest = own.copy()
    for (start, end), direction in zip(_TRUNK, trunk, strict=True):
        rest[end] = rest[start] + np.linalg.norm(own[end] - own[start]) * unit(direction)
    for side, line in ((1, (13, 16, 18, 20)), (-1, (14, 17, 19, 21))):
        rest[list(line)] += rest[12] - own[12]
        reach = np.linalg.norm(own[line[1]] - own[line[0]]) * unit(shoulder)
        shift = rest[line[0]] + reach * [side, 1, 1] - rest[line[1]]
        rest[list(line[1:])] += shift
    for ankle, toe in ((7, 10), (8, 11)):
        ahead = own[toe] - own[ankle]
        level = unit(ahead * [1, 0, 1])
        rest[toe] = rest[ankle] + np.linalg.norm(ahead) * (
            np.cos(pitch) * level - np.sin(pitch) * np.array([0, 1, 0])
        )
    return rest[:22].astype(np.float32)
