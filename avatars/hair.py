"""Hair that lies on the scalp, hangs, or is tied; headscarf and cap (RENDERING.md 3.4 step 5)."""

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_matrix

from avatars.masks import (
    ARM,
    X,
    Y,
    hair_field,
    scarf_field,
    smoothstep,
)  # fmt: skip
from avatars.mesh import Part, ellipsoid, smooth, vertex_normals
from avatars.people import Person
from avatars.shape import Body

_THICKNESS = {"buzz": 0.004, "short": 0.020, "afro": 0.075, "cap": 0.016, "bob": 0.026,
              "long": 0.024, "bun": 0.016, "pony": 0.014}  # fmt: skip
_HEAD, _NECK, _CHEST = 15, 12, 9

# Hanging hair: canonical height, largest angle from the back (degrees).
_LIMITS = {
    "long": ([3.6, 4.8, 5.6, 6.2, 6.6, 7.2, 7.9], [40, 58, 74, 98, 108, 110, 104]),
    "bob": ([5.5, 6.1, 6.6, 7.2, 7.9], [128, 130, 128, 122, 108]),
}
_HEM = {"long": 3.7, "bob": 5.75}


def grow_hair(
    points: np.ndarray, faces: np.ndarray, mean: csr_matrix, a: np.ndarray,
    height: float, person: Person,
) -> np.ndarray:  # fmt: skip
    """Points (n 3) of the body with hair, cap or scarf raised from the scalp."""
    scale = height / 1.7
    if person.hair == "scarf":
        field = scarf_field(a)
        mask = field > 0
        ears = mask & (np.abs(a[:, X]) > 0.7) & (np.abs(a[:, Y] - 7.1) < 0.6)
        points = smooth(points, mean, ears.astype(np.float64), 200)
        tight = 0.35 + 0.65 * smoothstep(-a[:, Y], -7.3, -6.6)
        points = smooth(points, mean, tight * smoothstep(field, -0.05, 0.2), 60)
        normals = vertex_normals(points, faces)
        # Thin at its rim, so that the rim is a drawn line and not a torn step.
        lift = 0.003 + 0.017 * smoothstep(field, 0.0, 0.45) + 0.014 * smoothstep(a[:, Y], 7.4, 8.2)
        return points + normals * np.where(mask, lift * scale, 0)[:, None]
    if person.hair not in _THICKNESS:
        return points
    soft = smoothstep(hair_field(a, person.hair), -0.02, 0.28)
    ear = np.abs(a[:, X]) > np.where(a[:, Y] > 7.6, 0.94, 0.74)
    weight = np.where(ear | (a[:, ARM] > 0.1), 0, soft)
    points = smooth(points, mean, np.where(weight > 0.4, 1.0, 0.0), 10)
    normals = vertex_normals(points, faces)
    crown = smoothstep(a[:, Y], 7.2, 8.2)
    rise = {"short": 1 + 0.5 * crown, "afro": 0.65 + 0.35 * crown}.get(person.hair, 1.0)
    return points + normals * (weight * rise * _THICKNESS[person.hair] * scale)[:, None]


def _attributes_near(points: np.ndarray, body: Body, rest_head: np.ndarray) -> np.ndarray:
    """Attributes (n 9) of loose pieces: canonical place as if they were part of the head."""
    scale = 10 * 1.7 / body.height
    canonical = (points - body.joints[_HEAD]) * scale + rest_head
    zero = np.zeros((len(points), 4))
    return np.column_stack([canonical, zero, canonical[:, :2]])


def _rigid(points: np.ndarray, faces: np.ndarray, body: Body, rest_head: np.ndarray) -> Part:
    weights = np.zeros((len(points), 22))
    weights[:, _HEAD] = 1
    return Part("hair", points, faces, _attributes_near(points, body, rest_head), weights)


def _at(dressed: Part, y: float, z_sign: int) -> np.ndarray:
    """Mid-plane point (3) of the dressed body at canonical height y, back (-1) or front (1)."""
    a = dressed.attributes
    band = (np.abs(a[:, Y] - y) < 0.14) & (np.abs(a[:, X]) < 0.12)
    on = np.flatnonzero(band)
    return dressed.points[on[np.argmax(z_sign * dressed.points[on, 2])]] * [0, 1, 1]


def tied_hair(dressed: Part, body: Body, rest_head: np.ndarray, hair: str) -> list[Part]:
    """Bun, pony tail or brim: ellipsoids rigid to the head."""
    s = body.height / 1.7
    shapes = []
    if hair == "bun":
        shapes = [(_at(dressed, 7.75, -1) + np.array([0, 0.004, -0.02]) * s, [0.04, 0.036, 0.036])]
    elif hair == "pony":
        knot = _at(dressed, 7.75, -1) + np.array([0, 0, -0.012]) * s
        shapes = [
            (knot, [0.024, 0.024, 0.024]),
            (knot + np.array([0, -0.088, -0.014]) * s, [0.034, 0.105, 0.036]),
        ]
    elif hair == "cap":
        brim = _at(dressed, 7.66, 1) + np.array([0, 0.004, 0.014]) * s
        shapes = [(brim, [0.072, 0.0085, 0.075])]
    parts = []
    for centre, radii in shapes:
        points, faces = ellipsoid(np.zeros(3), np.array(radii) * s)
        if hair == "cap":
            points[:, 1] -= 1.6 * points[:, 0] ** 2 / s + 0.22 * np.maximum(points[:, 2], 0)
        elif len(parts) == 1:  # the tail swings out from the knot
            points[:, 2] -= 1.5 * (points[:, 1] - 0.1 * s) ** 2 / s
        parts.append(_rigid(points + centre, faces, body, rest_head))
    return parts


def _hull(dressed: Part, centre: np.ndarray, angles: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Largest distance from the vertical axis of the body near each (angle, height), metres."""
    keep = dressed.attributes[:, ARM] < 0.6
    p = dressed.points[keep] - centre
    angle, radius, y = np.arctan2(p[:, 0], -p[:, 2]), np.hypot(p[:, 0], p[:, 2]), p[:, 1]
    out = np.zeros(angles.shape)
    for i, j in np.ndindex(angles.shape):
        turn = np.abs(angles[i, j] - angle)
        near = (turn * radius < 0.022) & (np.abs(y - heights[i, j]) < 0.022) & (turn < 1)
        out[i, j] = radius[near].max() if near.any() else np.nan
    for i in range(1, len(out)):
        out[i] = np.where(np.isnan(out[i]), out[i - 1], out[i])
    return np.nan_to_num(out, nan=0.0)


def hanging_hair(dressed: Part, body: Body, rest_head: np.ndarray, hair: str) -> Part:
    """A closed sheet of hair that hangs from the crown around the back of the head.

    It falls straight from the widest part of the head, rests on neck and back, and has no gaps.
    """
    rows, columns = 22, 25
    scale = body.height / 1.7
    u = np.linspace(-1, 1, columns)
    k = np.linspace(0, 1, rows)[:, None]
    top = 8.0
    hem = _HEM[hair] + (0.45 * u**2 if hair == "long" else 0.12 * u**2)
    canonical = top + (hem - top) * k
    angles = np.radians(np.interp(canonical, *_LIMITS[hair])) * u
    heights = (canonical - rest_head[1]) * scale / 10
    scalp = (dressed.attributes[:, Y] > 7.2) & (np.abs(dressed.attributes[:, X]) < 0.3)
    middle = dressed.points[scalp, 2]
    centre = np.array(
        [0, body.joints[_HEAD, 1], 0.5 * (middle.min() + middle.max()) - 0.012 * scale]
    )
    hull = _hull(dressed, centre, angles, heights)
    radius = hull + 0.006 * scale
    for i in range(1, rows):
        drop = heights[i - 1] - heights[i]
        radius[i] = np.maximum(radius[i], radius[i - 1] - 0.22 * drop)
    radius = np.maximum(gaussian_filter(radius, (1.2, 1.2), mode="nearest"), hull + 0.003)
    # The first rows lie inside the scalp's hair, from which the sheet comes out smoothly.
    radius -= 0.018 * scale * (1 - smoothstep(k, 0.0, 0.2))
    # The side edges lie close to the head, so that no slit opens in front.
    radius -= 0.004 * scale * np.abs(u) ** 6
    thick = 0.010 * scale * np.minimum(1, 4 * k)
    outer, inner = (
        np.stack([r * np.sin(angles), heights, -r * np.cos(angles)], axis=-1).reshape(-1, 3)
        for r in (radius, radius - thick)
    )
    points = np.concatenate([outer, inner]) + centre
    faces = _closed_sheet(rows, columns)
    table = _attributes_near(points, body, rest_head)
    weights = np.zeros((len(points), 22))
    head = smoothstep(np.tile(canonical.ravel(), 2), 5.0, 6.3)
    chest = smoothstep(-np.tile(canonical.ravel(), 2), -5.9, -5.2) * (1 - head)
    weights[:, _HEAD], weights[:, _CHEST], weights[:, _NECK] = head, chest, 1 - head - chest
    return Part("hair", points, faces, table, weights)


def _closed_sheet(rows: int, columns: int) -> np.ndarray:
    """Triangles of two equal grids, one after the other, sewn together along their rims."""
    grid = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (x.ravel() for x in (grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]))
    front = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    back = front[:, ::-1] + rows * columns
    rim = np.concatenate([grid[0], grid[1:, -1], grid[-1, -2::-1], grid[-2:0:-1, 0]])
    following = np.roll(rim, -1)
    other, further = rim + rows * columns, following + rows * columns
    sides = [np.stack([rim, other, further], 1), np.stack([rim, further, following], 1)]
    return np.concatenate([front, back, *sides])
