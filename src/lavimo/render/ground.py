"""The floor under the figure: a metre grid that fades away, soft shadows, the travelled path."""

import numpy as np

from lavimo.render.camera import View, smooth_path
from lavimo.render.figure import NAMES, colour
from lavimo.shapes import Float, Float32

SHADE: tuple[tuple[str, float], ...] = (
    ("left_foot", 0.075), ("right_foot", 0.075), ("left_ankle", 0.085), ("right_ankle", 0.085),
    ("left_knee", 0.11), ("right_knee", 0.11), ("pelvis_left", 0.14), ("pelvis_right", 0.14),
    ("spine2", 0.16), ("chest_left", 0.14), ("chest_right", 0.14), ("skull", 0.12),
    ("left_elbow", 0.08), ("right_elbow", 0.08), ("left_hand", 0.07), ("right_hand", 0.07),
)  # fmt: skip
"""Points that cast a shadow, with the radius of the blob on the floor below (metres)."""
DARKEST = 0.62
STEP = 0.12
"""The path is drawn in pieces of about this length (metres)."""

_SHADE_POINTS = np.array([NAMES.index(name) for name, _ in SHADE])
_SHADE_RADII = np.array([radius for _, radius in SHADE], np.float32)


class Ground:
    """The floor as seen by one view: where each pixel lies on it, and its colours."""

    def __init__(self, view: View, width: int, height: int, theme: str) -> None:
        self.view, self.width, self.height = view, width, height
        self.sky, self.floor = colour(theme, "sky"), colour(theme, "floor")
        self.grid, self.shadow = colour(theme, "grid"), colour(theme, "shadow")
        self.plane, self.below = _on_floor(view, width, height)
        away = np.hypot(self.plane[..., 0] - _focus(view)[0], self.plane[..., 1] - _focus(view)[2])
        reach = 0.62 * float(np.linalg.norm(view.camera.eye - _focus(view)))
        self.fade = np.where(self.below, np.exp(-((away / reach) ** 2)), 0).astype(np.float32)
        self.footprint = [
            np.maximum(np.hypot(*np.gradient(self.plane[..., axis])), 1e-6) for axis in (0, 1)
        ]

    def background(self, anchor: Float32[np.ndarray, " 3"]) -> Float32[np.ndarray, "high wide 3"]:
        """Sky, floor and grid; `anchor` is how far the world has moved under the camera."""
        lines = np.maximum(0.45 * self._lines(anchor, 0.5), self._lines(anchor, 1.0))
        fade = self.fade[..., None]
        picture = self.sky + fade * (self.floor - self.sky)
        picture += (fade * lines[..., None]) * (self.grid - picture)
        return np.asarray(picture, np.float32)

    def _lines(
        self, anchor: Float32[np.ndarray, " 3"], spacing: float
    ) -> Float32[np.ndarray, "high wide"]:
        """How much of each pixel a grid line covers; thin lines fade instead of flickering."""
        covered = np.zeros((self.height, self.width), np.float32)
        for axis, shift in ((0, anchor[0]), (1, anchor[2])):
            at = (self.plane[..., axis] + shift) / spacing
            away = np.abs(at - np.round(at)) * spacing
            width = 0.011
            pixel = self.footprint[axis]
            visible = np.minimum(1, 2 * width / pixel + 0.3)
            covered = np.maximum(covered, visible * np.clip((width - away) / pixel + 0.5, 0, 1))
        return covered

    def cast(
        self, picture: Float32[np.ndarray, "high wide 3"], points: Float32[np.ndarray, "points 3"]
    ) -> None:
        """Darken the floor under one pose, in place; what is high casts a wide, faint blob."""
        casting = points[_SHADE_POINTS]
        high = np.maximum(casting[:, 1] - self.view.ground, 0)
        sigma = 0.75 * (_SHADE_RADII + 0.16 * high)
        strength = 0.9 * np.exp(-high / 0.75) * (_SHADE_RADII / sigma)
        rows, columns = self._box(casting, 2.6 * sigma)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        plane = self.plane[rows, columns]
        dark = np.zeros(plane.shape[:2], np.float32)
        for (x, _, z), s, a in zip(casting, sigma, strength, strict=True):
            near = (plane[..., 0] - x) ** 2 + (plane[..., 1] - z) ** 2
            dark += a * np.exp(near * (-0.5 / s**2))
        dark = DARKEST * (1 - np.exp(-dark)) * self.below[rows, columns]
        part = picture[rows, columns]
        part += dark[..., None] * (self.shadow - part)

    def _box(
        self, points: Float32[np.ndarray, "blobs 3"], reach: Float[np.ndarray, " blobs"]
    ) -> tuple[slice, slice]:
        corners = np.concatenate(
            [
                points * [1, 0, 1] + [dx, self.view.ground, dz]
                for dx, dz in (np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)]) * float(reach.max()))
            ]
        )
        x, y, _ = self.view.camera.project(corners.astype(np.float32), self.width, self.height).T
        return _inside(y, self.height), _inside(x, self.width)


def path_of(
    positions: Float32[np.ndarray, "frames 22 3"], ground: float
) -> tuple[Float32[np.ndarray, "corners 3"], list[int]]:
    """The body's way over the floor in pieces of STEP metres, and the frame of each corner."""
    way = smooth_path(positions)
    way[:, 1] = ground
    if np.linalg.norm(np.ptp(way, axis=0)) < 3 * STEP:
        return way[:1], [0]
    frames = [0]
    for frame in range(1, len(way)):
        if np.linalg.norm(way[frame] - way[frames[-1]]) >= STEP:
            frames.append(frame)
    return way[frames], frames


def _on_floor(
    view: View, width: int, height: int
) -> tuple[Float32[np.ndarray, "high wide 2"], Float[np.ndarray, "high wide"]]:
    """World x and z under each pixel, and 1 where a pixel looks down at the floor at all."""
    camera = view.camera
    x = (np.arange(width) + 0.5 - width / 2) / (camera.focal * height)
    y = (height / 2 - np.arange(height) - 0.5) / (camera.focal * height)
    rays = x[None, :, None] * camera.axes[0] + y[:, None, None] * camera.axes[1] + camera.axes[2]
    below = rays[..., 1] < -0.02
    distance = (view.ground - camera.eye[1]) / np.minimum(rays[..., 1], -0.02)
    plane = camera.eye[[0, 2]] + distance[..., None] * rays[..., [0, 2]]
    return plane.astype(np.float32), below.astype(np.float32)


def _focus(view: View) -> Float[np.ndarray, " 3"]:
    """Where the middle of the picture meets the floor: the grid is brightest there."""
    camera = view.camera
    ahead = camera.axes[2]
    distance = 0.92 * (view.ground - float(camera.eye[1])) / min(float(ahead[1]), -0.05)
    return np.asarray(camera.eye + distance * ahead)


def _inside(values: Float[np.ndarray, " n"], limit: int) -> slice:
    low = min(max(int(np.floor(values.min())), 0), limit)
    high = min(max(int(np.ceil(values.max())) + 1, 0), limit)
    return slice(low, high)
