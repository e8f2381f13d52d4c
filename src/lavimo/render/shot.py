"""Where the camera of a view stands in each frame of a clip: fitted in closed form, no search.

For an orientation, all points of all frames in camera axes (x right, y up, z forward) must lie
between two pairs of planes through the eye; the nearest such eye is an extremum over the points
(RENDERING.md 6).
"""

from dataclasses import dataclass

import numpy as np

from lavimo.render.camera import Camera, facing, look_at
from lavimo.render.view import View
from lavimo.shapes import Float, Float32

FLESH = 0.07
"""Metres kept free around every joint: what is around a bone."""
HAND = 0.18
"""From the wrist to the finger tips, metres."""
SMALL = 0.30
"""Who is under this share of the picture in a fifth of the frames is followed instead."""
GLIDE = 0.5
"""Sigma in seconds of the low-passed way that a following camera takes."""
SWAY = 0.4
LOWEST = 0.15
"""The eye stays so far above the floor, metres."""
FRONT = 1.6
"""And so far before the nearest point of the body: a crawling person's hands are no giant's."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One camera a frame; the focal length (picture heights) is the same in all."""

    eyes: Float32[np.ndarray, "frames 3"]
    axes: Float32[np.ndarray, "frames 3 3"]
    focal: float
    azimuth: float
    """World angle the camera stands at, radians."""

    @property
    def moving(self) -> bool:
        """Whether the camera moves at all."""
        return bool((self.eyes != self.eyes[0]).any() or (self.axes != self.axes[0]).any())

    def camera(self, frame: int) -> Camera:
        """The camera of a frame."""
        return Camera(self.eyes[frame], self.axes[frame], self.focal)


def fit(
    joints: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    view: View,
    *,
    aspect: float,
    height: float = 1.7,
    crown: float = 0.16,
) -> Shot:
    """The shot that holds every joint of every frame inside the view's margins.

    `joints` are metres on the floor y = 0, `height` is the person's and `crown` the distance from
    the head joint to the top of the head.
    """
    points = _hull(joints, crown)
    azimuth = float(facing(joints[:1])[0]) + np.radians(view.yaw)
    still = np.zeros((len(joints), 3), np.float32)
    pelvis = joints[:, 0]
    fixed = _stand(points, view, azimuth, aspect)
    eye, axes = fixed
    # Of the longer edge: pictures are squared before a model sees them.
    size = height * view.focal / ((pelvis - eye) @ axes[2]) / max(aspect, 1)
    if view.follow or (view.follow is None and float(np.quantile(size, 0.2)) < SMALL):
        still = _glide(pelvis, fps)
        eye, axes = _stand(points - still[:, None], view, azimuth, aspect)
    return Shot(
        eyes=(eye + still).astype(np.float32),
        axes=_tremble(axes, len(joints), fps, view),
        focal=view.focal,
        azimuth=azimuth,
    )


def _hull(
    joints: Float32[np.ndarray, "frames 22 3"], crown: float
) -> Float32[np.ndarray, "frames points 3"]:
    """Joints, top of the head, finger tips, and all of them dropped to the floor."""
    neck, head = joints[:, 12], joints[:, 15]
    top = head + crown * _unit(head - neck)
    tips = joints[:, 20:22] + HAND * _unit(joints[:, 20:22] - joints[:, 18:20])
    points = np.concatenate([joints, top[:, None], tips], axis=1)
    return np.concatenate([points, points * np.array([1, 0, 1], np.float32)], axis=1)


def _stand(
    points: Float32[np.ndarray, "frames points 3"], view: View, azimuth: float, aspect: float
) -> tuple[Float[np.ndarray, " 3"], Float[np.ndarray, "3 3"]]:
    """Eye and axes; the elevation is raised until the eye is above the floor."""
    elevation = view.elevation
    while True:
        axes = _roll(look_at(azimuth, np.radians(elevation)).axes, view.roll)
        eye = _nearest_eye(points.reshape(-1, 3) @ axes.T, view, aspect) @ axes
        if eye[1] >= LOWEST or elevation >= 60:
            return eye, axes
        elevation += 1.0


def _nearest_eye(
    seen: Float[np.ndarray, "points 3"], view: View, aspect: float
) -> Float[np.ndarray, " 3"]:
    """Eye in camera axes. Each point asks `low <= (p - c) / (z - d) <= high` on both axes."""
    sway = view.focal * np.tan(np.radians(view.tremor))
    right, down = view.shift
    spans = []
    for axis, share, side in ((0, aspect, right), (1, 1.0, -down)):
        edge = 0.5 * share - view.margin - sway
        low = (-edge + 2 * max(side, 0.0) * share) / view.focal
        high = (edge + 2 * min(side, 0.0) * share) / view.focal
        above = (seen[:, axis] - high * seen[:, 2]).max() + FLESH
        below = (low * seen[:, 2] - seen[:, axis]).max() + FLESH
        spans.append((low, high, above, below))
    depth = min(-(above + below) / (high - low) for low, high, above, below in spans)
    depth = min(depth, float(seen[:, 2].min()) - FRONT)
    # With room to spare on an axis, the middle of what is allowed.
    x, y = ((above + high * depth + low * depth - below) / 2 for low, high, above, below in spans)
    return np.array([x, y, depth])


def _roll(axes: Float32[np.ndarray, "3 3"], degrees: float) -> Float[np.ndarray, "3 3"]:
    sin, cos = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    return np.asarray(turn @ axes)


def _glide(pelvis: Float32[np.ndarray, "frames 3"], fps: float) -> Float32[np.ndarray, "frames 3"]:
    """The way over the floor, low-passed."""
    path: Float32[np.ndarray, "frames 3"] = _smooth(pelvis, GLIDE * fps).astype(np.float32)
    path[:, 1] = 0
    return path


def _tremble(
    axes: Float[np.ndarray, "3 3"], frames: int, fps: float, view: View
) -> Float32[np.ndarray, "frames 3 3"]:
    """Turns of a hand-held camera about its own up and right axes, at most `tremor` degrees."""
    still = np.repeat(np.asarray(axes, np.float32)[None], frames, axis=0)
    if view.tremor == 0:
        return still
    noise = np.random.default_rng(view.seed ^ 0x7E0).normal(size=(frames, 2))
    sway = _smooth(noise, SWAY * fps)
    sway *= np.radians(view.tremor) / max(float(np.abs(sway).max()), 1e-9)
    right, up, forward = still[:, 0], still[:, 1], still[:, 2]
    yaw, pitch = sway[:, :1], sway[:, 1:]
    ahead = _unit(forward + np.tan(yaw) * right + np.tan(pitch) * up)
    side = _unit(right - (right * ahead).sum(axis=1, keepdims=True) * ahead)
    return np.stack([side, np.cross(side, ahead), ahead], axis=1).astype(np.float32)


def _smooth(series: Float[np.ndarray, "frames n"], sigma: float) -> Float[np.ndarray, "frames n"]:
    """Gaussian over time; beyond the ends the series goes on point-mirrored."""
    reach = min(int(3 * sigma), len(series) - 1)
    if reach < 1:
        return np.asarray(series, float)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    padded = np.pad(series, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    columns = [np.convolve(column, taps, mode="valid") for column in padded.T]
    return np.stack(columns, axis=1)


def _unit(vectors: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))
