"""Legs by two-bone inverse kinematics, both at once: ankles where the clip has them.

Glossary: e = direction from hip to ankle, h = hinge of the knee (+x at rest). Axis 1 of arrays is
the side, left first.
Source: RENDERING.md section 4, steps 8 and 9, and its pitfalls.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.render.feet import Stance, rotations
from lavimo.render.limbs import Pair, Share, Sides, Turns, carried, hinge
from lavimo.render.swing import (
    blur,
    cross,
    dot,
    frame,
    hann,
    orthogonal,
    ramp,
    unit,
)  # fmt: skip
from lavimo.shapes import Float

BEND_OF_LEG = (0.15, 0.45)
"""Sine of the bend at which a measured hinge begins to count, and counts wholly."""
WRONG_WAY = np.radians((100, 140))
"""A knee that bends so far from forward is a knee bent backwards by noise."""
TWIST = (np.radians(50), np.radians(85))
"""A knee turns out of its neutral plane freely to here, and to there at most."""
STRETCH, LIMIT = 0.965, 0.999
"""Reach as a share of the leg above which it is compressed, and its most."""
STANDING = 0.985
"""Reach as a share of the leg that a standing leg has at most: the pelvis sinks to it."""
_SMOOTHING = 0.06
_AHEAD = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True, eq=False)
class Clip:
    """What the legs take from the clip: unit directions of thigh, shin and foot, and stance."""

    thigh: Sides
    shin: Sides
    foot: Sides
    stand: Stance


@dataclass(frozen=True, eq=False)
class Build:
    """The avatar's thigh and shin at rest (metres), and the unit direction of the clip's foot
    at rest."""

    thigh: Pair
    shin: Pair
    foot: Pair

    @property
    def lengths(self) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]]:
        """Of thigh and shin."""
        return np.sqrt(dot(self.thigh, self.thigh)), np.sqrt(dot(self.shin, self.shin))


def sag(
    hips: Sides, ankles: Sides, stand: Stance, build: Build, fps: float
) -> Float[np.ndarray, " frames"]:
    """How far the pelvis has to sink for standing feet to be reached: without it they slide."""
    long = STANDING * sum(build.lengths)
    reach = hips - ankles
    level = reach[..., 0] ** 2 + reach[..., 2] ** 2
    most = np.sqrt(np.maximum(long**2 - level, (0.7 * long) ** 2))
    need = np.maximum(reach[..., 1] - most, 0) * stand.touch
    return hann(need.max(axis=1), 0.1 * fps)


def legs(
    clip: Clip,
    hips: Sides,
    ankles: Sides,
    pelvis: Float[np.ndarray, "frames 3 3"],
    build: Build,
    fps: float,
) -> tuple[Turns, Turns, Turns]:
    """Rotations of hips, knees and ankles from the avatar's hips to the wanted ankles.

    Knees bend in the clip's plane; feet point where the clip's do and stand level when near the
    floor.
    """
    reach = ankles - hips
    e, distance = unit(reach), _bridged(np.sqrt(dot(reach, reach)), build)
    lateral = _across_foot(clip, fps)
    x = carried(pelvis[:, None], unit(build.thigh), np.stack([_AHEAD, _AHEAD]), e)
    fallback = unit(orthogonal(x + 0.6 * lateral, e))
    measured = cross(clip.thigh, clip.shin)
    off = np.arccos(np.clip(dot(unit(orthogonal(measured, e)), fallback), -1, 1))
    weight = ramp(np.sqrt(dot(measured, measured)), *BEND_OF_LEG) * (1 - ramp(off, *WRONG_WAY))
    h = hinge(measured, fallback, e, weight, fps, TWIST)
    upper, lower = _bones(e, h, distance, build)
    shins = unit(orthogonal(h + 0.4 * lateral, lower))
    knees = frame(lower, shins) @ np.swapaxes(frame(unit(build.shin), _AHEAD), -1, -2)
    return (
        frame(upper, h) @ np.swapaxes(frame(unit(build.thigh), _AHEAD), -1, -2),
        knees,
        rotations(clip.foot, shins, knees, clip.stand, build.foot),
    )


def _bones(e: Sides, h: Sides, distance: Share, build: Build) -> tuple[Sides, Sides]:
    """Directions of thigh and shin by the law of cosines."""
    thigh, shin = build.lengths
    cosine = (thigh**2 + distance**2 - shin**2) / (2 * thigh * distance)
    cosine = np.clip(cosine, -1, 1)[..., None]
    upper = cosine * e + np.sqrt(1 - cosine**2) * cross(e, h)
    return upper, unit(distance[..., None] * e - thigh[:, None] * upper)


def _across_foot(clip: Clip, fps: float) -> Sides:
    """The axis across the foot to the left, shorter the less sure: none for a pointed foot.

    It counts where it agrees with the knee's own hinge alone: toes that pass through the shin
    or lie on their side turn it about.
    """
    across = cross(-clip.shin, clip.foot)
    length = np.sqrt(dot(across, across))
    measured = cross(clip.thigh, clip.shin)
    bend = ramp(np.sqrt(dot(measured, measured)), *BEND_OF_LEG)
    agreed = ramp(dot(unit(across), unit(measured)), 0.2, 0.8)
    sure = ramp(length, 0.2, 0.6) * (1 - bend + bend * agreed)
    sides = sure[..., None] * unit(across)
    return blur(sides.reshape(len(sides), -1), _SMOOTHING * fps).reshape(sides.shape)


def _bridged(distance: Share, build: Build) -> Share:
    """The distance that the leg bridges: it nears full stretch gently, so no knee pops."""
    thigh, shin = build.lengths
    whole = thigh + shin
    share = distance / whole
    room = LIMIT - STRETCH
    over = np.maximum(share - STRETCH, 0)
    share = np.where(share > STRETCH, STRETCH + room * (1 - np.exp(-over / room)), share)
    least = np.abs(thigh - shin) / whole + 0.02
    held: Share = np.maximum(share, least) * whole
    return held
