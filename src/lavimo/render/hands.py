"""Hands that reach the floor rest on it: an avatar's arms are longer than the clip's, and its
hands have length where the clip has wrists alone.

Axis 1 of arrays is the side, left first. Metres, the floor at y = 0.
"""

import numpy as np

from lavimo.render.avatar import Avatar
from lavimo.render.limbs import Sides, Turns
from lavimo.render.swing import cross, dot, orthogonal, ramp, swing, turned, unit
from lavimo.shapes import Float

WRIST = 0.03
"""Least height of a wrist as a share of the body's."""
PALM = 0.015
"""Least height of the fingertips as a share of the body's."""
_UP = np.array([0.0, 1.0, 0.0])
_LEVEL = np.array([1.0, 0.0, 1.0])


def rest_on_floor(
    turns: Float[np.ndarray, "frames 22 3 3"],
    joints: Float[np.ndarray, "frames 22 3"],
    avatar: Avatar,
) -> None:
    """Raise wrists that are under the floor by bending the arms, and bend hands that go through.

    Changes shoulders, elbows and wrists in place, in those frames alone.
    """
    low = joints[:, 20:22, 1] + np.minimum(turned(turns[:, 20:22], avatar.hands)[..., 1], 0)
    frames = np.flatnonzero((low < PALM * avatar.height).any(axis=1))
    if not len(frames):
        return
    some, places = turns[frames], joints[frames]
    _raise(some, places, WRIST * avatar.height)
    some[:, 20:22] = _bent(some[:, 20:22], places[:, 20:22], avatar)
    turns[frames], joints[frames] = some, places


def _raise(
    turns: Float[np.ndarray, "some 22 3 3"], joints: Float[np.ndarray, "some 22 3"], least: float
) -> None:
    """Two-bone inverse kinematics to wrists at least so high, elbows in the plane they are in."""
    shoulder, elbow, wrist = joints[:, 16:18], joints[:, 18:20], joints[:, 20:22]
    upper, fore = elbow - shoulder, wrist - elbow
    long = np.sqrt(dot(upper, upper)), np.sqrt(dot(fore, fore))
    upper, fore = unit(upper), unit(fore)
    target = np.where([False, True, False], np.maximum(wrist, least), wrist)
    reach = target - shoulder
    distance = np.sqrt(dot(reach, reach))
    distance = np.clip(distance, np.abs(long[0] - long[1]) + 1e-3, 0.9999 * (long[0] + long[1]))
    e = unit(reach)
    bend = cross(upper, fore)
    sure = ramp(np.sqrt(dot(bend, bend)), 0.02, 0.1)[..., None]
    h = unit(orthogonal(sure * unit(bend) + (1 - sure) * _elbow_axis(turns, upper), e))
    cosine = (long[0] ** 2 + distance**2 - long[1] ** 2) / (2 * long[0] * distance)
    cosine = np.clip(cosine, -1, 1)[..., None]
    new_upper = cosine * e + np.sqrt(1 - cosine**2) * cross(e, h)
    new_fore = unit(distance[..., None] * e - long[0][..., None] * new_upper)
    moved = (wrist[..., 1] < least)[..., None]
    new_upper, new_fore = np.where(moved, new_upper, upper), np.where(moved, new_fore, fore)
    turns[:, 16:18] = swing(upper, new_upper) @ turns[:, 16:18]
    turns[:, 18:20] = swing(fore, new_fore) @ turns[:, 18:20]
    turns[:, 20:22] = turns[:, 18:20]
    joints[:, 18:20] = shoulder + long[0][..., None] * new_upper
    joints[:, 20:22] = joints[:, 18:20] + long[1][..., None] * new_fore


def _elbow_axis(turns: Float[np.ndarray, "some 22 3 3"], upper: Sides) -> Sides:
    """An axis for a straight arm: across it, so that its elbow gives way to behind."""
    return unit(cross(upper, turned(turns[:, 9:10], np.array([0.0, 0.0, 1.0])) + 1e-6 * _UP))


def _bent(hands: Turns, wrists: Sides, avatar: Avatar) -> Turns:
    """Hands turned up at the wrist until their fingertips are above the floor."""
    long = np.sqrt(dot(avatar.hands, avatar.hands)).astype(np.float64)
    along = turned(hands, unit(avatar.hands.astype(np.float64)))
    most = np.clip((wrists[..., 1] - PALM * avatar.height) / long, 0, 1)
    back = turned(hands, np.array([[0.5, 1.0, 0.3], [-0.5, 1.0, 0.3]]))
    level = along * _LEVEL
    vertical = 1 - np.sqrt(dot(level, level))[..., None]
    level = unit(level + vertical**2 * unit(back * _LEVEL))
    sine = np.minimum(-along[..., 1], most)[..., None]
    wanted = np.sqrt(1 - sine**2) * level - sine * _UP
    through = (-along[..., 1] > most)[..., None]
    bent: Turns = swing(along, np.where(through, wanted, along)) @ hands
    return bent
