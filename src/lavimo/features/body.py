"""What `describe` reads off a body in every frame: heading, path, feet, trunk, wrists.

Series are component first and double precision. Angles in radians; `yaw` grows to the left.
A clip that walks on the spot as on a treadmill is given the path its standing feet imply.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.features import series
from lavimo.features.thresholds import LIMIT
from lavimo.motion import skeleton
from lavimo.shapes import Bool, Float

J = {name: joint for joint, name in enumerate(skeleton.SMPL_NAMES)}
FEET = [J["left_ankle"], J["left_foot"], J["right_ankle"], J["right_foot"]]
SIDES = ("left", "right")


@dataclass(frozen=True, eq=False)
class Body:
    """Series of one clip. `p` keeps world positions, `path` is the implied path of the pelvis."""

    fps: float
    p: Float[np.ndarray, "3 22 frames"]
    yaw: Float[np.ndarray, " frames"]
    tilt: Float[np.ndarray, " frames"]
    """Angle of the trunk (pelvis to neck) against the vertical."""
    front: Float[np.ndarray, "3 frames"]
    """Direction the chest faces, unit length (y > 0: on the back)."""
    local: Float[np.ndarray, "3 22 frames"]
    """Joints about the pelvis, turned to the heading: x left, y up from the pelvis, z forward."""
    clearance: Float[np.ndarray, "4 frames"]
    """Height of left ankle, left toe, right ankle, right toe above their level nearby."""
    path: Float[np.ndarray, "2 frames"]
    feet: Float[np.ndarray, "2 2 frames"]
    """Ankles on the ground plan (x z, side, frame) along the implied path."""
    treadmill: Bool[np.ndarray, " frames"]

    @property
    def frames(self) -> int:
        """Number of frames."""
        return int(self.p.shape[2])

    def count(self, seconds: float) -> int:
        """Frames in so many seconds, at least one."""
        return max(1, round(seconds * self.fps))

    def y(self, name: str) -> Float[np.ndarray, " frames"]:
        """Height of a joint."""
        height: Float[np.ndarray, " frames"] = self.p[1, J[name]]
        return height

    def speed(self, rows: Float[np.ndarray, "k frames"]) -> Float[np.ndarray, " frames"]:
        """Length of the velocity of a point (k components), metres per second."""
        v = np.gradient(rows, axis=-1) * self.fps if self.frames > 1 else np.zeros_like(rows)
        length: Float[np.ndarray, " frames"] = np.sqrt((v * v).sum(axis=0))
        return length


def measure(positions: Float[np.ndarray, "frames 22 3"], fps: float) -> Body:
    """All series of a clip of canonical positions."""
    p = np.ascontiguousarray(np.asarray(positions, np.float64).transpose(2, 1, 0))
    trunk = p[:, J["neck"]] - p[:, J["pelvis"]]
    across = p[:, J["right_hip"]] - p[:, J["left_hip"]]
    length = np.sqrt((trunk * trunk).sum(axis=0))
    tilt = np.arccos(np.clip(trunk[1] / np.maximum(length, 1e-9), -1, 1))
    front = np.cross(trunk, across, axis=0)
    front /= np.maximum(np.sqrt((front * front).sum(axis=0)), 1e-9)
    yaw = _yaw(p, tilt, fps)
    clearance = p[1, FEET] - series.lowest_nearby(p[1, FEET], max(1, round(fps)))
    slide = _treadmill(p, clearance, fps)
    path, feet = p[[0, 2], 0], p[[0, 2]][:, [J["left_ankle"], J["right_ankle"]]]
    on = (slide != 0).any(axis=0)
    if on.any():
        shift = np.cumsum(slide, axis=-1) / fps
        path, feet = path + shift, feet + shift[:, None]
    return Body(fps, p, yaw, tilt, front, _local(p, yaw), clearance, path, feet, on)


def _yaw(
    p: Float[np.ndarray, "3 22 frames"], tilt: Float[np.ndarray, " frames"], fps: float
) -> Float[np.ndarray, " frames"]:
    """Heading of hips and feet, unwrapped and smoothed; kept while the hips are on edge.

    A twist of the hips over standing feet thus counts half, and the sway of a run less. Feet
    count only under a standing body: those of a kneeling one point backwards.
    """
    across = p[:, J["right_hip"]] - p[:, J["left_hip"]]
    width = np.sqrt((across * across).sum(axis=0))
    toes = p[:, [J["left_foot"], J["right_foot"]]]
    soles = (toes - p[:, [J["left_ankle"], J["right_ankle"]]]).sum(axis=1)
    standing = p[1, 0] - toes[1].min(axis=0) > 0.6
    weight = np.where(standing, 0.5 / 0.146, 0)
    x = across[2] / np.maximum(width, 1e-9) + weight * soles[0]
    z = -across[0] / np.maximum(width, 1e-9) + weight * soles[2]
    known = (np.hypot(across[0], across[2]) > 0.55 * width) & (tilt < 1.9)
    if not known.any():
        return np.zeros(len(tilt))
    frames = np.flatnonzero(known)
    angle = np.unwrap(np.arctan2(x[frames], z[frames]))
    full = angle if known.all() else np.interp(np.arange(len(tilt)), frames, angle)
    return series.smooth(full, round(0.35 * fps))


def _local(
    p: Float[np.ndarray, "3 22 frames"], yaw: Float[np.ndarray, " frames"]
) -> Float[np.ndarray, "3 22 frames"]:
    about = p - p[:, :1]
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.stack(
        [cosine * about[0] - sine * about[2], about[1], sine * about[0] + cosine * about[2]]
    )


def _treadmill(
    p: Float[np.ndarray, "3 22 frames"], clearance: Float[np.ndarray, "4 frames"], fps: float
) -> Float[np.ndarray, "2 frames"]:
    """Velocity of the belt under the feet, on the ground plan; zero where feet stand still.

    The lower foot carries the body. Where it slides while the pelvis stays, the clip is one of
    those whose travel was taken out, and the body walks against the slide.
    """
    frames = p.shape[2]
    if frames < round(0.4 * fps):
        return np.zeros((2, frames))
    step = np.gradient(p[[0, 2]], axis=-1) * fps
    low = clearance[1] <= clearance[3]
    support = np.where(low, step[:, J["left_foot"]], step[:, J["right_foot"]])
    weight = np.exp(-np.minimum(clearance[1], clearance[3]) / 0.03)
    width = round(0.5 * fps)
    rows = np.concatenate([support * weight, weight[None], np.hypot(*support)[None] * weight])
    total = series.smooth(rows, width)
    slide = -total[:2] / np.maximum(total[2], 1e-6)
    one_way = np.hypot(*total[:2]) > LIMIT["in_place_one_way"] * total[3]
    pelvis = np.hypot(*series.smooth(step[:, 0], width))
    size = np.hypot(*slide)
    upright = p[1, 0] - np.minimum(p[1, J["left_foot"]], p[1, J["right_foot"]]) > 0.6
    on = (size > LIMIT["in_place_slide"]) & (pelvis < LIMIT["in_place_share"] * size)
    on &= one_way & upright
    kept = np.zeros(frames, bool)
    for a, b in series.runs(on, shortest=round(0.6 * fps), gap=round(0.2 * fps)):
        kept[a:b] = True
    return np.where(kept, slide, 0)
