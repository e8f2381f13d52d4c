"""Shapes by their distance fields, blended into a picture.

A pixel's distance to the shape's outline gives both its coverage (smooth edges without drawing at a
multiple of the size) and its surface normal (a limb is round). Points are pixels: x to the right, y
down; a third number, where there is one, is pixels per metre.
"""

import math

import numpy as np

from lavimo.render.figure import AMBIENT, DIFFUSE, LIGHT
from lavimo.shapes import Float, Float32

_LIGHT = np.array(LIGHT, np.float32) / np.float32(np.linalg.norm(LIGHT))


def limb(
    picture: Float32[np.ndarray, "high wide 3"],
    a: Float32[np.ndarray, " 3"],
    b: Float32[np.ndarray, " 3"],
    radius_a: float,
    radius_b: float,
    ink: Float32[np.ndarray, " 3"],
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
    _shade(part, dx, dy, radius, ink)


def hull(
    picture: Float32[np.ndarray, "high wide 3"],
    corners: Float32[np.ndarray, "corners 2"],
    radius: float,
    ink: Float32[np.ndarray, " 3"],
) -> None:
    """A filled outline around points, rounded by `radius`: the torso."""
    box = _box(picture, tuple(corners), radius)
    if box is None:
        return
    x, y, part = box
    dx, dy = _outside(x, y, _convex(corners))
    _shade(part, dx, dy, np.float32(max(radius, 0.4)), ink)


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
    ink: Float32[np.ndarray, " 3"],
) -> None:
    """Blend a round surface into the picture; (dx, dy) leads out from its axis (y down)."""
    away = np.sqrt(dx * dx + dy * dy)
    cover = np.clip(radius - away + 0.5, 0, 1)
    nx, ny = dx / radius, -dy / radius
    nz = np.sqrt(np.maximum(0, 1 - nx * nx - ny * ny))
    lit = nx * _LIGHT[0] + ny * _LIGHT[1] + nz * _LIGHT[2]
    bright = AMBIENT + DIFFUSE * lit
    part += cover[..., None] * (bright[..., None] * ink - part)


def line(
    picture: Float32[np.ndarray, "high wide 3"],
    a: Float32[np.ndarray, " 3"],
    b: Float32[np.ndarray, " 3"],
    thickness: float,
    ink: Float32[np.ndarray, " 3"],
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
    part += cover[..., None] * (ink - part)


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
