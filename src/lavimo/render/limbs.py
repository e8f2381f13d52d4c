"""Arms by their directions, legs by two-bone inverse kinematics, both sides at once.

Glossary: u, f = directions of the upper and lower bone; h = hinge, the axis a knee or elbow
bends about (u x f for both; +x for a knee of a body at rest); axis 1 of arrays is the side, left
first.
Source: RENDERING.md section 4, steps 6, 8 and 9, and its pitfalls.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.render.swing import (
    blur,
    cross,
    dot,
    frame,
    orthogonal,
    ramp,
    swing,
    turned,
    unit,
)  # fmt: skip
from lavimo.shapes import Bool, Float

SMOOTHING = 0.06
"""Standard deviation in seconds of the average over a hinge's angle."""
CONSTANT = 0.02
"""Weight of the fallback hinge."""
BEND_OF_ARM, BEND_OF_LEG = (0.12, 0.4), (0.15, 0.45)
"""Sine of the bend at which a measured hinge begins to count, and counts wholly."""
STRETCH, LIMIT = 0.94, 0.998
"""Reach as a share of the leg above which it is compressed, and its most."""
_STRAIGHT = (0.06, 0.2)

Sides = Float[np.ndarray, "frames 2 3"]
Turns = Float[np.ndarray, "frames 2 3 3"]
Pair = Float[np.ndarray, "2 3"]


def arms(
    upper: Sides, fore: Sides, collars: Turns, rest: tuple[Pair, Pair], fps: float
) -> tuple[Turns, Turns]:
    """Rotations of shoulders and elbows that give these unit directions; wrists go along.

    `rest` holds the avatar's own directions of upper arm and forearm. A straight arm keeps the
    twist that the shortest swing from its collar gives.
    """
    a_u, a_f = rest
    a_h = rest_hinge(a_u, a_f)
    measured = cross(upper, fore)
    weight = ramp(np.sqrt(dot(measured, measured)), *BEND_OF_ARM)
    swung = swing(turned(collars, a_u), upper)
    fallback = unit(orthogonal(turned(swung @ collars, a_h), upper))
    h = hinge(measured, fallback, upper, weight, fps)
    shoulders = frame(upper, h) @ np.swapaxes(frame(a_u, a_h), -1, -2)
    elbows = frame(fore, h) @ np.swapaxes(frame(a_f, a_h), -1, -2)
    return shoulders, elbows


def rest_hinge(a_u: Pair, a_f: Pair) -> Pair:
    """The axis of an avatar's elbow: by its bend, or for a straight arm forearms bend forward."""
    bent = cross(a_u, a_f)
    share = ramp(np.sqrt(dot(bent, bent)), *_STRAIGHT)[..., None]
    forward = cross(a_u, np.broadcast_to(np.array([0.0, 0.0, 1.0]), a_u.shape))
    axis: Pair = unit(orthogonal(share * unit(bent) + (1 - share) * unit(forward), a_u))
    return axis


def hinge(
    measured: Sides, fallback: Sides, u: Sides, weight: Float[np.ndarray, "frames 2"], fps: float
) -> Sides:
    """Unit hinge orthogonal to u: the measured one where it is sure, smooth over time.

    The angle of the measured hinge about u against the fallback is unwrapped over the frames
    that are sure alone, since noise in between would add whole turns.
    """
    side = cross(u, fallback)
    angle = np.arctan2(dot(measured, side), dot(measured, fallback))
    for arm in (0, 1):
        angle[:, arm] = _unwrapped(angle[:, arm], weight[:, arm] > 0.5)
    sigma = SMOOTHING * fps
    total = blur(np.concatenate([weight * angle, weight], axis=1), sigma)
    phi = (total[:, :2] / (total[:, 2:] + CONSTANT))[..., None]
    axis: Sides = np.cos(phi) * fallback + np.sin(phi) * side
    return axis


def _unwrapped(
    angle: Float[np.ndarray, " frames"], sure: Bool[np.ndarray, " frames"]
) -> Float[np.ndarray, " frames"]:
    """The angle without jumps, about zero on the whole; interpolated where it is not sure."""
    frames = np.flatnonzero(sure)
    if not len(frames):
        return np.zeros_like(angle)
    known = np.unwrap(angle[frames])
    known -= 2 * np.pi * np.round(np.median(known) / (2 * np.pi))
    return np.interp(np.arange(len(angle)), frames, known)


@dataclass(frozen=True)
class Legs:
    """Rotations of hips, knees and ankles (toes go with the ankle)."""

    hips: Turns
    knees: Turns
    ankles: Turns


def legs(
    source: tuple[Sides, Sides, Sides],
    hips: Sides,
    ankles: Sides,
    pelvis: Float[np.ndarray, "frames 3 3"],
    rest: tuple[Pair, Pair],
    feet: Pair,
    fps: float,
) -> Legs:
    """Legs from the avatar's hips to the wanted ankles, knees in the source's plane.

    `source` are the clip's unit directions of thigh, shin and foot, `rest` the avatar's thigh
    and shin (not unit), `feet` the unit direction of the source's foot at rest.
    """
    thigh, shin, foot = source
    a_t, a_s = rest
    long = np.sqrt(dot(a_t, a_t)), np.sqrt(dot(a_s, a_s))
    reach = ankles - hips
    e, distance = unit(reach), _reach(np.sqrt(dot(reach, reach)), long)
    lateral, sure = _across_foot(shin, foot)
    swung = swing(turned(pelvis[:, None], unit(a_t)), e)
    x = turned(swung @ pelvis[:, None], np.broadcast_to(np.array([1.0, 0, 0]), (2, 3)))
    fallback = unit(orthogonal(0.6 * x + 0.4 * sure * lateral, e))
    measured = cross(thigh, shin)
    weight = ramp(np.sqrt(dot(measured, measured)), *BEND_OF_LEG)
    h = hinge(unit(orthogonal(measured, e)), fallback, e, weight, fps)
    cosine = (long[0] ** 2 + distance**2 - long[1] ** 2) / (2 * long[0] * distance)
    cosine = np.clip(cosine, -1, 1)[..., None]
    upper = cosine * e + np.sqrt(1 - cosine**2) * cross(e, h)
    lower = unit(distance[..., None] * e - long[0][:, None] * upper)
    across = np.broadcast_to(np.array([1.0, 0, 0]), (2, 3))
    shins = unit(orthogonal(0.7 * h + 0.3 * sure * lateral, lower))
    return Legs(
        frame(upper, h) @ np.swapaxes(frame(unit(a_t), across), -1, -2),
        frame(lower, shins) @ np.swapaxes(frame(unit(a_s), across), -1, -2),
        frame(foot, shins) @ np.swapaxes(frame(feet, across), -1, -2),
    )


def _across_foot(shin: Sides, foot: Sides) -> tuple[Sides, Float[np.ndarray, "frames 2 1"]]:
    """The axis across the foot to the left, and how sure it is: not at all when it points."""
    across = cross(-shin, foot)
    length = np.sqrt(dot(across, across))
    return unit(across), ramp(length, 0.2, 0.6)[..., None]


def _reach(
    distance: Float[np.ndarray, "frames 2"],
    long: tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]],
) -> Float[np.ndarray, "frames 2"]:
    """The distance that the leg bridges: it nears full stretch gently, so no knee pops."""
    whole = long[0] + long[1]
    share = distance / whole
    room = LIMIT - STRETCH
    over = np.maximum(share - STRETCH, 0)
    share = np.where(share > STRETCH, STRETCH + room * (1 - np.exp(-over / room)), share)
    least = np.abs(long[0] - long[1]) / whole + 0.02
    held: Float[np.ndarray, "frames 2"] = np.maximum(share, least) * whole
    return held
