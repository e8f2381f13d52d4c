"""A stick figure with a body: shaded limbs, left blue and right orange, on a floor.

Every shape is painted by its distance field: a pixel's distance to the shape's outline gives
both its coverage (smooth edges without drawing at a multiple of the size) and its surface normal
(a limb is round). Shapes are painted from far to near.
"""

import bisect
import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import RenderError
from lavimo.render import camera as cameras
from lavimo.render.figure import (
    AMBIENT,
    BODY,
    DIFFUSE,
    LIGHT,
    NAMES,
    THEMES,
    colour,
    points_of,
    scale_of,
)
from lavimo.render.ground import Ground, path_of
from lavimo.shapes import Float, Float32

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIZE = 4096
_LIGHT = np.array(LIGHT, np.float32) / np.float32(np.linalg.norm(LIGHT))
_INDEX = {name: index for index, name in enumerate(NAMES)}
_PARTS = [([_INDEX[name] for name in part.points], part) for part in BODY]


def frames(
    positions: Float32[np.ndarray, "frames 22 3"],
    *,
    size: int | tuple[int, int] = 320,
    fps_in: float = 20.0,
    fps: float | None = None,
    view: cameras.View | None = None,
    follow: bool | None = None,
    theme: str = "light",
) -> "list[Image]":
    """Pictures of every frame of a clip of the 22 joints (metres, y up).

    `size` is the edge or (width, height) in pixels; `fps` resamples from `fps_in` (None keeps
    it); `view` overrides the fitted camera; `follow` True travels with the body, None decides by
    how far it goes; `theme` is light or dark. Raises RenderError on what cannot be drawn.
    """
    scene = Scene(
        resampled(positions, fps_in, fps), size=size, view=view, follow=follow, theme=theme
    )
    return list(scene.play())


def resampled(
    positions: Float32[np.ndarray, "frames 22 3"], fps_in: float, fps: float | None
) -> Float32[np.ndarray, "n 22 3"]:
    """The clip at another rate, linear in time; None keeps it. At least one frame is left."""
    if fps is None or abs(fps - fps_in) < 1e-6 or len(positions) < 2:
        return positions
    if not (0 < fps <= 240):
        raise RenderError(f"A film at {fps:g} frames a second is not possible; use 1 to 240.")
    at = np.arange(int((len(positions) - 1) * fps / fps_in + 1e-6) + 1) * (fps_in / fps)
    low = np.minimum(at.astype(int), len(positions) - 2)
    part = (at - low)[:, None, None]
    return np.asarray((1 - part) * positions[low] + part * positions[low + 1], np.float32)


class Scene:
    """A clip that is ready to be drawn: fitted camera, projected points, painted floor."""

    def __init__(
        self,
        positions: Float32[np.ndarray, "frames 22 3"],
        *,
        size: int | tuple[int, int] = 320,
        view: cameras.View | None = None,
        follow: bool | None = None,
        theme: str = "light",
    ) -> None:
        self.width, self.height = _checked_size(size)
        check_clip(positions, theme)
        self.view = view or cameras.fit(positions, aspect=self.width / self.height, follow=follow)
        self.theme = theme
        self.points = points_of(positions) - self.view.anchor[:, None]
        self.pixels = self.view.camera.project(self.points, self.width, self.height)
        self.scale = scale_of(positions)
        self.ground = Ground(self.view, self.width, self.height, theme)
        self.path, self.path_frames = path_of(positions, self.view.ground)
        self.way = cameras.smooth_path(positions)
        self.colours = {paint: colour(theme, paint) for paint in THEMES[theme]}
        self._floor: Float32[np.ndarray, "high wide 3"] | None = None

    def play(self) -> "Iterator[Image]":
        """One picture a frame, in order."""
        for frame in range(len(self.points)):
            yield self.draw(frame)

    def draw(self, frame: int) -> "Image":
        """The picture of one frame."""
        from PIL import Image

        picture = self._background(frame)
        self.ground.cast(picture, self.points[frame])
        self._body(picture, self.pixels[frame])
        return Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8))

    def _background(self, frame: int) -> Float32[np.ndarray, "high wide 3"]:
        if self.view.follows:
            picture = self.ground.background(self.view.anchor[frame])
        else:
            if self._floor is None:
                self._floor = self.ground.background(np.zeros(3, np.float32))
            picture = self._floor.copy()
        self._trail(picture, frame)
        return picture

    def _trail(self, picture: Float32[np.ndarray, "high wide 3"], frame: int) -> None:
        """The way travelled so far; it starts at the first frame and ends under the body."""
        done = self.path[: bisect.bisect_right(self.path_frames, frame)]
        if len(self.path) < 2:
            return
        here = np.array([self.way[frame, 0], self.view.ground, self.way[frame, 2]], np.float32)
        corners = np.stack([*done, here]).astype(np.float32) - self.view.anchor[frame]
        seen = self.view.camera.project(corners, self.width, self.height)
        for a, b in itertools.pairwise(seen):
            _line(picture, a, b, 0.016, self.colours["path"])

    def _body(
        self, picture: Float32[np.ndarray, "high wide 3"], pixels: Float32[np.ndarray, "points 3"]
    ) -> None:
        # Pixels per metre shrink with depth, so the smallest mean is the farthest shape.
        order = sorted(_PARTS, key=lambda part: float(pixels[part[0], 2].mean()))
        for points, part in order:
            at = pixels[points]
            paint = self.colours[part.paint]
            radii = [self.scale * radius * float(at[k, 2]) for k, radius in enumerate(part.radii)]
            if len(part.radii) == 2:
                _limb(picture, at[0], at[1], radii[0], radii[1], paint)
            else:
                _hull(picture, at[:, :2], radii[0], paint)


def _limb(
    picture: Float32[np.ndarray, "high wide 3"],
    a: Float32[np.ndarray, " 3"],
    b: Float32[np.ndarray, " 3"],
    radius_a: float,
    radius_b: float,
    paint: Float32[np.ndarray, " 3"],
) -> None:
    """A round limb from a to b; its radius changes evenly along the way."""
    box = _box(picture, (a, b), max(radius_a, radius_b))
    if box is None:
        return
    x, y, part = box
    dx, dy = x - a[0], y - a[1]
    ex, ey = b[0] - a[0], b[1] - a[1]
    square = ex * ex + ey * ey + 1e-6
    # The surface of a cone leans: its normal through a pixel starts further along the axis.
    lean = (radius_b - radius_a) / math.sqrt(max(square - (radius_b - radius_a) ** 2, 1.0))
    along = dx * ex + dy * ey + lean * np.abs(dx * ey - dy * ex)
    along = np.clip(along / square, 0, 1)
    dx, dy = dx - along * ex, dy - along * ey
    radius = np.maximum(radius_a + along * (radius_b - radius_a), 0.4)
    _shade(part, dx, dy, radius, paint)


def _hull(
    picture: Float32[np.ndarray, "high wide 3"],
    corners: Float32[np.ndarray, "corners 2"],
    radius: float,
    paint: Float32[np.ndarray, " 3"],
) -> None:
    """A filled outline around points, rounded by `radius`: the torso."""
    box = _box(picture, tuple(corners), radius)
    if box is None:
        return
    x, y, part = box
    dx, dy = _outside(x, y, _convex(corners))
    _shade(part, dx, dy, np.float32(max(radius, 0.4)), paint)


def _outside(
    x: Float32[np.ndarray, "1 wide"],
    y: Float32[np.ndarray, "high 1"],
    corners: Float32[np.ndarray, "corners 2"],
) -> tuple[Float[np.ndarray, "high wide"], Float[np.ndarray, "high wide"]]:
    """The vector from the nearest point of a convex polygon to each pixel; zero inside."""
    best = np.full((y.shape[0], x.shape[1]), np.inf, np.float32)
    out_x, out_y = np.zeros_like(best), np.zeros_like(best)
    inside = np.full(best.shape, len(corners) > 2)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        dx, dy, ex, ey = x - ax, y - ay, bx - ax, by - ay
        inside &= ex * dy - ey * dx >= 0
        along = np.clip((dx * ex + dy * ey) / (ex * ex + ey * ey + 1e-6), 0, 1)
        dx, dy = dx - along * ex, dy - along * ey
        square = dx * dx + dy * dy
        closer = square < best
        np.copyto(best, square, where=closer)
        np.copyto(out_x, dx, where=closer)
        np.copyto(out_y, dy, where=closer)
    out_x[inside] = 0
    out_y[inside] = 0
    return out_x, out_y


def _convex(corners: Float32[np.ndarray, "corners 2"]) -> Float32[np.ndarray, "hull 2"]:
    """The convex hull, in the order that `_outside` calls inside (Andrew's monotone chain)."""
    points = sorted((float(x), float(y)) for x, y in corners)
    hull: list[tuple[float, float]] = []
    for sweep in (points, points[::-1]):
        start = len(hull)
        for x, y in sweep:
            while len(hull) >= start + 2 and _turn(hull[-2], hull[-1], (x, y)) <= 0:
                hull.pop()
            hull.append((x, y))
        hull.pop()
    return np.array(hull or points[:1], np.float32)


def _turn(o: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def _shade(
    part: Float32[np.ndarray, "high wide 3"],
    dx: Float[np.ndarray, "high wide"],
    dy: Float[np.ndarray, "high wide"],
    radius: "Float32[np.ndarray, 'high wide'] | np.float32",
    paint: Float32[np.ndarray, " 3"],
) -> None:
    """Blend a round surface into the picture; (dx, dy) leads out from its axis (y down)."""
    away = np.sqrt(dx * dx + dy * dy)
    cover = np.clip(radius - away + 0.5, 0, 1)
    nx, ny = dx / radius, -dy / radius
    nz = np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny))
    lit = nx * _LIGHT[0] + ny * _LIGHT[1] + nz * _LIGHT[2]
    bright = AMBIENT + DIFFUSE * lit
    part += cover[..., None] * (bright[..., None] * paint - part)


def _line(
    picture: Float32[np.ndarray, "high wide 3"],
    a: Float32[np.ndarray, " 3"],
    b: Float32[np.ndarray, " 3"],
    thickness: float,
    paint: Float32[np.ndarray, " 3"],
) -> None:
    """A flat line on the floor, `thickness` metres wide; thinner than a pixel it fades."""
    half = 0.5 * thickness * float(a[2] + b[2]) / 2
    box = _box(picture, (a, b), max(half, 0.5))
    if box is None:
        return
    x, y, part = box
    dx, dy = x - a[0], y - a[1]
    ex, ey = b[0] - a[0], b[1] - a[1]
    along = np.clip((dx * ex + dy * ey) / (ex * ex + ey * ey + 1e-6), 0, 1)
    away = np.hypot(dx - along * ex, dy - along * ey)
    cover = np.clip(max(half, 0.5) - away + 0.5, 0, 1) * min(1.0, half / 0.5)
    part += cover[..., None] * (paint - part)


def _box(
    picture: Float32[np.ndarray, "high wide 3"],
    points: tuple[Float32[np.ndarray, " _"], ...],
    radius: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Pixel centres (x as a row, y as a column) and the pixels around shapes; None = unseen."""
    high, wide = picture.shape[:2]
    xs, ys = [float(p[0]) for p in points], [float(p[1]) for p in points]
    left, right = max(int(min(xs) - radius) - 1, 0), min(int(max(xs) + radius) + 2, wide)
    top, bottom = max(int(min(ys) - radius) - 1, 0), min(int(max(ys) + radius) + 2, high)
    if left >= right or top >= bottom:
        return None
    x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5)
    return x, y, picture[top:bottom, left:right]


def _checked_size(size: int | tuple[int, int]) -> tuple[int, int]:
    width, height = (size, size) if isinstance(size, int) else size
    if not (16 <= width <= MAX_SIZE and 16 <= height <= MAX_SIZE):
        raise RenderError(
            f"A picture of {width} x {height} pixels is not possible; use 16 to {MAX_SIZE}."
        )
    return width, height


def check_clip(positions: Float32[np.ndarray, "frames 22 3"], theme: str = "light") -> None:
    """Raise RenderError, in one sentence, on positions or a theme that cannot be drawn."""
    if positions.ndim != 3 or positions.shape[1:] != (22, 3) or len(positions) == 0:
        raise RenderError(f"Frames of 22 joints are drawn, these positions are {positions.shape}.")
    if not np.isfinite(positions).all():
        raise RenderError("A joint has a position that is no finite number; mend the clip first.")
    if theme not in THEMES:
        raise RenderError(f"There is no theme {theme!r}; choose from {', '.join(THEMES)}.")
