"""What one file unit is in metres and which axis is up, from the body in the file.

Motion files rarely say it. A body does: the longest path along the bones, from one tip of the
skeleton to another (hand to foot), is 1.4 times as long as a person is tall, in every pose and
for every rig, so it tells centimetres from inches; and heads are above feet.
"""

import re
from dataclasses import dataclass

import numpy as np

from lavimo.shapes import Float, Int16, Int64

UNITS: tuple[tuple[float, str, float, float, float], ...] = (
    (1.0, "metres", 0.0, 0.8, 2.6),
    (0.01, "centimetres", 0.0, 0.8, 2.6),
    (0.001, "millimetres", 0.1, 0.8, 2.6),
    (0.056444, "the CMU database's unit", 0.05, 1.3, 2.3),
    (0.0254, "inches", 0.15, 1.3, 2.3),
    (0.3048, "feet", 0.3, 1.3, 2.3),
)
"""Metres per unit; name; how much rarer it is (added to the distance from a usual body); the
statures in metres that it may give. Where no unit fits, the body is scaled to the usual stature."""

PATH_PER_STATURE = 1.4
"""Longest path along the bones over body height (measured: 1.3 without fingers, 1.5 with)."""

USUAL_STATURE = 1.7
"""Metres."""

UPRIGHT = 0.8
"""Share of the feet-to-head distance that lies along an axis when the body stands along it."""

_HEAD = re.compile(r"head|neck", re.IGNORECASE)
_FEET = re.compile(r"foot|toe|ankle", re.IGNORECASE)

Positions = Float[np.ndarray, "_ joints 3"]


@dataclass(frozen=True)
class Decision:
    """A value and the sentence that says why."""

    value: float | str
    why: str


def longest_path(
    parents: Int16[np.ndarray, " joints"],
    lengths: Float[np.ndarray, " joints"],
    tips: tuple[tuple[int, float], ...] = (),
) -> float:
    """Length of the longest path between two tips of a skeleton.

    `lengths[j]` is the bone from the parent of j; `tips` are further bones below a joint. Bones
    above the first joint that branches are left out: they carry travel, not body.
    """
    children = np.bincount(parents[1:], minlength=len(parents))
    below = np.zeros(len(parents))  # longest path downwards seen so far
    best = 0.0
    arms = sorted(tips, reverse=True)
    for joint in range(len(parents) - 1, -1, -1):
        while arms and arms[0][0] == joint:
            best, below[joint] = _join(best, below[joint], arms.pop(0)[1])
        parent = parents[joint]
        if parent < 0 or _carries_travel(parents, children, int(parent)):
            continue
        best, below[parent] = _join(best, below[parent], below[joint] + lengths[joint])
    return float(best)


def _join(best: float, below: float, arm: float) -> tuple[float, float]:
    return max(best, below + arm), max(below, arm)


def _carries_travel(
    parents: Int16[np.ndarray, " joints"], children: Int64[np.ndarray, " joints"], joint: int
) -> bool:
    while joint >= 0 and children[joint] == 1:
        joint = int(parents[joint])
    return joint < 0


def detect_unit(path_length: float, usual: float | None = None) -> Decision:
    """Metres per file unit from the longest path along the bones in file units.

    `usual` is the unit that the format prescribes; it stays unless the body is impossible.
    """
    if not path_length > 0:
        return Decision(usual or 1.0, "the skeleton has no size, so its unit is a guess")
    stature = path_length / PATH_PER_STATURE
    if usual is not None and 0.5 <= stature * usual <= 3:
        return Decision(usual, f"the format's unit; the body is about {stature * usual:.2f} m tall")
    fitting = [row for row in UNITS if row[3] <= stature * row[0] <= row[4]]
    if not fitting:
        why = f"no usual unit gives a person's size, so the body is scaled to {USUAL_STATURE} m"
        return Decision(float(USUAL_STATURE / stature), why)
    unit, name, *_ = min(fitting, key=lambda row: _surprise(stature * row[0]) + row[2])
    return Decision(unit, f"read as {name}: the body is then about {stature * unit:.2f} m tall")


def _surprise(stature: float) -> float:
    return abs(float(np.log(stature / USUAL_STATURE)))


def detect_up(names: tuple[str, ...], posed: Positions, rest: Positions) -> Decision:
    """The axis, "y" or "z", along which heads are above feet.

    `posed` holds some frames of the motion, `rest` (one frame) the rest pose. The motion decides
    where it is clear and agrees with the rest pose or stands on a floor near zero; then the rest
    pose decides (the body lies, crawls or goes head over heels); else it is y.
    """
    _, feet = _head_and_feet(names)
    if not feet:
        return _up_by_extent(posed)
    standing, resting = standing_axes(names, posed), standing_axes(names, rest)
    if len(standing) == 1 and (standing == resting or _grounded(posed, feet, standing)):
        return Decision(standing, f"{standing} is up: in the motion the head is above the feet")
    if len(resting) == 1:
        return Decision(resting, f"{resting} is up: in the rest pose the head is above the feet")
    return Decision("y", "y is taken as up, as usual: the body never stands clearly along an axis")


def _head_and_feet(names: tuple[str, ...]) -> tuple[list[int], list[int]]:
    head = [joint for joint, name in enumerate(names) if _HEAD.search(name)]
    feet = [joint for joint, name in enumerate(names) if _FEET.search(name)]
    return (head, feet) if head and feet else ([], [])


def standing_axes(names: tuple[str, ...], positions: Positions) -> str:
    """Which of the axes "y" and "z" the body stands along in these poses: "", "y", "z" or "yz"."""
    head, feet = _head_and_feet(names)
    if not feet:
        return ""
    return _standing_axes(positions[:, head].mean(axis=1) - positions[:, feet].mean(axis=1))


def _standing_axes(body: Float[np.ndarray, "frames 3"]) -> str:
    """The axes of y and z along which the vector from feet to head points in some frames."""
    length = np.maximum(np.linalg.norm(body, axis=-1), 1e-9)
    # A quantile, not the mean: who lies most of the time still stands up once.
    return "".join(
        name
        for name, axis in (("y", 1), ("z", 2))
        if np.quantile(body[:, axis] / length, 0.9) > UPRIGHT
    )


def _grounded(posed: Positions, feet: list[int], axis: str) -> bool:
    """Whether the body is well above the feet along an axis whose zero is near the floor."""
    along = posed[..., "xyz".index(axis)]
    low = float(np.median(along[:, feet].min(axis=1)))
    height = float(np.median(along.mean(axis=1)))
    return height - low > 0 and abs(low) < 0.35 * (height - low)


def _up_by_extent(posed: Positions) -> Decision:
    extent = np.median(np.ptp(posed, axis=1), axis=0)
    if extent[2] > 1.5 * extent[1]:
        return Decision("z", "z is up: the body is longest along it")
    return Decision("y", "y is taken as up, as usual")
