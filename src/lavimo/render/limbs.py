"""Hinges of elbows and knees, and arms by their directions; both sides at once.

Glossary: u, f = directions of the upper and lower bone; h = hinge, the axis a knee or elbow
bends about (u x f for both; +x for a knee of a body at rest). Axis 1 of arrays is the side, left
first.
Source: RENDERING.md section 4, step 6, and its pitfalls.
"""

import numpy as np

from lavimo.render.swing import (
    about,
    blur,
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
from lavimo.shapes import Bool, Float

SMOOTHING = 0.06
"""Standard deviation in seconds of the average over a hinge's angle."""
MEMORY = 0.4
"""Seconds after which a hinge seen last has lost 63 % of its weight."""
CONSTANT = 0.02
"""Weight of the fallback hinge."""
BEND_OF_ARM = (0.12, 0.4)
"""Sine of the bend at which a measured hinge begins to count, and counts wholly."""
FORWARD = np.radians(40)
"""Where the middle of a limb's reach lies, in front of the rest: farthest from what flips."""
_STRAIGHT = (0.06, 0.2)

Sides = Float[np.ndarray, "frames 2 3"]
Turns = Float[np.ndarray, "frames 2 3 3"]
Share = Float[np.ndarray, "frames 2"]
Pair = Float[np.ndarray, "2 3"]


def arms(
    upper: Sides, fore: Sides, collars: Turns, rest: tuple[Pair, Pair], fps: float
) -> tuple[Turns, Turns]:
    """Rotations of shoulders and elbows that give these unit directions; wrists go along.

    `rest` holds the avatar's own directions of upper arm and forearm. A straight arm keeps the
    twist that it last showed, or else the one that swinging it from its collar gives.
    """
    a_u, a_f = rest
    a_h = rest_hinge(a_u, a_f)
    measured = cross(upper, fore)
    weight = ramp(np.sqrt(dot(measured, measured)), *BEND_OF_ARM)
    fallback = carried(collars, a_u, a_h, upper)
    h = hinge(measured, fallback, upper, weight, fps)
    shoulders = frame(upper, h) @ np.swapaxes(frame(a_u, a_h), -1, -2)
    elbows = frame(fore, h) @ np.swapaxes(frame(a_f, a_h), -1, -2)
    return shoulders, elbows


def rest_hinge(a_u: Pair, a_f: Pair) -> Pair:
    """The axis of an avatar's elbow: by its bend, or for a straight arm forearms bend forward."""
    bent = cross(a_u, a_f)
    share = ramp(np.sqrt(dot(bent, bent)), *_STRAIGHT)[..., None]
    forward = unit(cross(a_u, np.broadcast_to(np.array([0.0, 0.0, 1.0]), a_u.shape)))
    axis: Pair = unit(orthogonal(share * unit(bent) + (1 - share) * forward, a_u))
    return axis


def carried(
    above: Float[np.ndarray, "frames _ 3 3"], bone: Pair, axis: Pair, towards: Sides
) -> Sides:
    """The axis at a right angle to a bone once the bone is swung from rest to its direction.

    The swing goes by way of a direction in front of the rest, so that the one it cannot go to
    lies behind the body, where no limb comes.
    """
    ahead = unit(cross(bone, np.broadcast_to(np.array([0.0, 0.0, 1.0]), bone.shape)))
    first = about(ahead, np.full(2, FORWARD))
    start = turned(above, turned(first, bone))
    turn = swing(start, towards)
    return unit(orthogonal(turned(turn, turned(above, turned(first, axis))), towards))


def hinge(
    measured: Sides,
    fallback: Sides,
    u: Sides,
    weight: Share,
    fps: float,
    reach: tuple[float, float] | None = None,
) -> Sides:
    """Unit hinge orthogonal to u: the measured one where it is sure, smooth over time.

    The angle of the measured hinge about u against the fallback is unwrapped over the frames
    that are sure alone, since noise in between would add whole turns; between them and for a
    while after it is remembered. `reach` limits it: radians from where, and to where at most.
    """
    side = cross(u, fallback)
    angle = np.arctan2(dot(measured, side), dot(measured, fallback))
    memory = weight.copy()
    for limb in (0, 1):
        sure = weight[:, limb] > 0.5
        angle[:, limb] = _unwrapped(angle[:, limb], sure)
        memory[:, limb] = np.maximum(memory[:, limb], _remembered(sure, MEMORY * fps))
    if reach is not None:
        angle = within(angle, *reach)
    total = blur(np.concatenate([memory * angle, memory], axis=1), SMOOTHING * fps)
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


def _remembered(sure: Bool[np.ndarray, " frames"], fade: float) -> Float[np.ndarray, " frames"]:
    """1 at sure frames, fading with the distance to the nearest one."""
    frames = np.flatnonzero(sure)
    if not len(frames):
        return np.zeros(len(sure))
    every = np.arange(len(sure))
    after = np.searchsorted(frames, every)
    nearest = np.minimum(
        np.abs(frames[np.minimum(after, len(frames) - 1)] - every),
        np.abs(every - frames[np.maximum(after - 1, 0)]),
    )
    weight: Float[np.ndarray, " frames"] = np.exp(-nearest / fade)
    return weight
