"""Feet on the floor: how they stand in the clip, their rotation, their toes, and their soles.

Glossary: across = axis across a foot to the left (+x at rest), clearance = height of a foot over
the floor in metres of the avatar. Axis 1 of arrays is the side, left first.
Source: RENDERING.md section 4, steps 9 and 10.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.render.avatar import Avatar
from lavimo.render.limbs import Pair, Share, Sides, Turns
from lavimo.render.swing import (
    about,
    cross,
    dot,
    frame,
    orthogonal,
    ramp,
    swing,
    turned,
    unit,
    within,
)  # fmt: skip
from lavimo.shapes import Float

LEVEL = 0.03
"""The quantile of a foot's height over a clip that counts as standing."""
NEAR = (0.03, 0.12)
"""A foot this share of a leg above its level stands wholly, and no more."""
CLEAR = 0.02
"""Metres that a foot may rise above its level and still stand on the floor."""
STEEP = (0.7, 0.9)
"""Sine of a foot's pitch beyond which it has no level way to lie."""
TURN = (np.radians(60), np.radians(85))
"""A foot turns against its shin freely to here, and to there at most."""
MOST_BENT = np.radians(60)
"""The most that toes bend up when the heel leaves the floor."""
_AHEAD = np.array([1.0, 0.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, eq=False)
class Stance:
    """How each foot of the clip stands: shares 0 to 1, and clearance in the avatar's metres.

    `flat` says that heel and toe are on the floor, `toe` that the toe is, `touch` either.
    """

    flat: Share
    toe: Share
    touch: Share
    clearance: Share


def stance(p: Float[np.ndarray, "frames 22 3"], leg: float, scale: float) -> Stance:
    """The stance of both feet by the heights of ankle and toe over their own levels."""
    heights = p[:, (7, 8, 10, 11), 1]
    above = (heights - np.quantile(heights, LEVEL, axis=0)).reshape(-1, 2, 2)
    ankle, toe = above[:, 0], above[:, 1]
    share = 1 - ramp(above / max(leg, 1e-6), *NEAR)
    return Stance(
        share.min(axis=1),
        share[:, 1],
        share.max(axis=1),
        scale * np.maximum(np.minimum(ankle, toe) - CLEAR, 0),
    )


def rotations(foot: Sides, across: Sides, knees: Turns, stand: Stance, rest: Pair) -> Turns:
    """The foot along the clip's, across it the shin's hinge; level where the foot stands.

    `rest` is the clip's own foot at rest. A foot that points along the hinge, as noise has it,
    is swung there from the shin instead, and no ankle turns further than ankles do.
    """
    carried = turned(knees, rest)
    angle = np.arccos(np.clip(dot(carried, foot), -1, 1))
    share = within(angle, *TURN) / np.maximum(angle, 1e-6)
    foot = turned(swing(carried, foot, share), carried)
    crossed = cross(across, foot)
    sure = ramp(np.sqrt(dot(crossed, crossed)), 0.3, 0.7)[..., None]
    swung = turned(swing(carried, foot) @ knees, np.stack([_AHEAD, _AHEAD]))
    x = unit(orthogonal(sure * across + (1 - sure) * swung, foot))
    level = _level(foot)
    share = stand.touch * (1 - ramp(np.abs(foot[..., 1]), *STEEP)) * ramp(dot(x, level), 0.3, 0.7)
    x = unit(orthogonal(x + share[..., None] * (level - x), foot))
    turns: Turns = frame(foot, x) @ np.swapaxes(frame(rest, _AHEAD), -1, -2)
    return turns


def toes(feet: Turns, stand: Stance) -> Turns:
    """Toes in line with the foot, but flat on the floor when the heel alone has left it."""
    pitch = np.arcsin(np.clip(-turned(feet, np.stack([_FORWARD, _FORWARD]))[..., 1], -1, 1))
    bend = stand.toe * np.clip(pitch, 0, MOST_BENT)
    flat: Turns = about(feet[..., :, 0], -bend) @ feet
    return flat


def standing_ankles(ankles: Sides, foot: Sides, stand: Stance, rest: Pair, avatar: Avatar) -> Sides:
    """Where ankles must be for soles to touch the floor as the clip's feet do."""
    feet: Turns = frame(foot, _level(foot)) @ np.swapaxes(frame(rest, _AHEAD), -1, -2)
    bent = toes(feet, stand)
    bones, points = avatar.soles
    a = avatar.joints.astype(np.float64)
    height = np.empty((len(foot), 2))
    for side, (ankle, toe) in enumerate(((7, 10), (8, 11))):
        heel = points[bones == ankle] - a[ankle]
        tip = points[bones == toe] - a[toe]
        low = feet[:, side, 1] @ heel.T
        ball = feet[:, side, 1] @ (a[toe] - a[ankle])
        height[:, side] = np.concatenate(
            [low, ball[:, None] + bent[:, side, 1] @ tip.T], axis=1
        ).min(axis=1)
    placed = ankles.copy()
    placed[..., 1] += stand.touch * (stand.clearance - height - ankles[..., 1])
    return placed


def _level(foot: Sides) -> Sides:
    """Across the foot and level; any axis for one that points up or down."""
    across = cross(np.broadcast_to(_UP, foot.shape), foot)
    return unit(across + 1e-9 * _AHEAD)
