"""One perspective camera: where it stands for a clip, and what it sees.

World: metres, y up. Camera axes: x to the right, y up, z into the picture. Pixels: x to the
right, y down. Angles in radians; an azimuth of 0 looks the person in the face, a positive one
stands on the person's left.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.render.figure import points_of
from lavimo.shapes import Float, Float32

AZIMUTH = 0.62
"""Three-quarter view from the front: a side view hides a side, a front view hides the travel."""
ELEVATION = 0.24
FOCAL = 2.1
"""Focal length in picture heights: long enough that hands near the camera do not balloon."""
MARGIN = 0.15
"""Metres kept free around the points of the figure: the thickness of a head, and some air."""
FOLLOW_FROM = 1.3
"""Follow the body once a fixed camera would have to stand this many times as far away."""
SOLE = 0.015
"""Metres between the lowest joint of a clip and the floor that is drawn."""
NEAREST = 4.2
"""The camera comes no nearer than this (metres), or a person lying down looks like a giant."""


@dataclass(frozen=True, eq=False)
class Camera:
    """A place to look from. `axes` holds the unit vectors right, up and forward as rows."""

    eye: Float32[np.ndarray, " 3"]
    axes: Float32[np.ndarray, "3 3"]
    focal: float = FOCAL

    def project(
        self, points: Float32[np.ndarray, "*shape 3"], width: int, height: int
    ) -> Float32[np.ndarray, "*shape 3"]:
        """Pixel x, pixel y and pixels per metre of world points (at least 0.2 m away)."""
        seen = (points - self.eye) @ self.axes.T
        scale = self.focal * height / np.maximum(seen[..., 2], 0.2)
        return np.stack(
            [width / 2 + scale * seen[..., 0], height / 2 - scale * seen[..., 1], scale], axis=-1
        ).astype(np.float32)


@dataclass(frozen=True, eq=False)
class View:
    """A camera for a whole clip, and the shift of the world under it (zeros when it stands)."""

    camera: Camera
    anchor: Float32[np.ndarray, "frames 3"]
    ground: float

    @property
    def follows(self) -> bool:
        """Whether the camera travels with the body."""
        return bool(np.any(self.anchor))


def facing(positions: Float32[np.ndarray, "frames 22 3"]) -> Float[np.ndarray, " frames"]:
    """Yaw of the body about +y, 0 = towards +z, from the hips and shoulders."""
    across = positions[:, 1] - positions[:, 2] + positions[:, 16] - positions[:, 17]
    return np.asarray(np.arctan2(-across[:, 2], across[:, 0]))


def look_at(
    azimuth: float, elevation: float, eye: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Camera:
    """A camera at `eye` that looks back along a world azimuth (0 = from +z) and downwards."""
    sin, cos = np.sin(azimuth), np.cos(azimuth)
    forward = np.array([-sin * np.cos(elevation), -np.sin(elevation), -cos * np.cos(elevation)])
    right = np.array([cos, 0.0, -sin])
    axes = np.stack([right, np.cross(right, forward), forward]).astype(np.float32)
    return Camera(eye=np.asarray(eye, np.float32), axes=axes)


def fit(
    positions: Float32[np.ndarray, "frames 22 3"],
    *,
    aspect: float = 1.0,
    azimuth: float | None = None,
    elevation: float = ELEVATION,
    follow: bool | None = None,
    more: Float32[np.ndarray, "frames more 3"] | None = None,
) -> View:
    """The view that holds the whole clip: three-quarter, from the side the person mostly faces.

    `aspect` is width over height. `azimuth` (world, 0 = from +z) overrides the side; `follow`
    None follows the body only when it travels far enough to become small. `more` are further
    points to hold, such as an avatar's joints.
    """
    ground = float(positions[..., 1].min()) - SOLE
    azimuth = _three_quarter(positions) if azimuth is None else azimuth
    still = np.zeros((len(positions), 3), np.float32)
    points = points_of(positions)
    if more is not None:
        points = np.concatenate([points, more], axis=1)
    fixed, distance = _around(points, aspect, azimuth, elevation)
    if follow is False:
        return View(fixed, still, ground)
    anchor = smooth_path(positions)
    moving, near = _around(points - anchor[:, None], aspect, azimuth, elevation)
    if follow or distance > FOLLOW_FROM * near:
        return View(moving, anchor, ground)
    return View(fixed, still, ground)


def _three_quarter(positions: Float32[np.ndarray, "frames 22 3"]) -> float:
    yaw = facing(positions)
    sin, cos = np.sin(yaw).mean(), np.cos(yaw).mean()
    # A person who turns all the way round has no main side: take the one they start with.
    main = np.arctan2(sin, cos) if np.hypot(sin, cos) > 0.3 else yaw[0]
    return float(main) + AZIMUTH


def _around(
    figure: Float32[np.ndarray, "frames points 3"],
    aspect: float,
    azimuth: float,
    elevation: float,
) -> tuple[Camera, float]:
    """The nearest camera that sees every point, and its distance from their middle."""
    turned = look_at(azimuth, elevation)
    points = figure.reshape(-1, 3)
    floor = points.copy()
    floor[:, 1] = points[:, 1].min()
    seen = np.concatenate([points, floor]) @ turned.axes.T
    half = 0.5 / turned.focal
    x, left = _slab(seen[:, 0], seen[:, 2], half * aspect)
    y, top = _slab(seen[:, 1], seen[:, 2], half)
    middle = (seen[:, 2].min() + seen[:, 2].max()) / 2
    z = min(left, top, middle - NEAREST)
    eye = np.array([x, y, z]) @ turned.axes
    return Camera(eye.astype(np.float32), turned.axes, turned.focal), float(middle - z)


def _slab(
    across: Float[np.ndarray, " points"], depth: Float[np.ndarray, " points"], tangent: float
) -> tuple[float, float]:
    """Centre and depth of the eye whose two opposite frustum planes just touch the points.

    Every point asks |across - c| + margin <= tangent (depth - d); adding the two tightest
    inequalities gives d, subtracting them gives c.
    """
    high = float((across - tangent * depth).max()) + MARGIN
    low = float((-across - tangent * depth).max()) + MARGIN
    return (high - low) / 2, -(high + low) / (2 * tangent)


def smooth_path(
    positions: Float32[np.ndarray, "frames 22 3"],
) -> Float32[np.ndarray, "frames 3"]:
    """The pelvis over the ground, low-passed over about a second so that the camera glides."""
    path = positions[:, 0] * np.array([1, 0, 1], np.float32)
    reach = min(12, len(path) - 1)
    if reach < 1:
        return np.zeros_like(path)
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    window = np.hanning(2 * reach + 3)[1:-1]
    window /= window.sum()
    smooth = [np.convolve(padded[:, axis], window, mode="valid") for axis in range(3)]
    return np.stack(smooth, axis=-1).astype(np.float32)
