"""Dresses the bare body: cloth smoothing, offsets, wide legs and sleeves, shoes.

RENDERING.md section 3.4, steps 1 to 4. The body stays one surface; garments are its skin moved
outwards, so nothing can come through them.
"""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import ConvexHull

from avatars.masks import (
    ARM,
    LEG,
    PRINT_Y,
    T_ARM,
    T_LEG,
    Y,
    bottom_field,
    hem_height,
    neckline,
    smoothstep,
    top_field,
)  # fmt: skip
from avatars.mesh import smooth, vertex_normals
from avatars.people import Person

_SIDES = (((1, 4, 7), (16, 18, 20), 1), ((2, 5, 8), (17, 19, 21), -1))


def blurred(mask: np.ndarray, mean: csr_matrix, floor: float = 0.3) -> np.ndarray:
    """Soft weight of a mask: blurred twice, at least `floor` inside, 0 outside."""
    soft = mask.astype(np.float64)
    for _ in range(2):
        soft = 0.5 * soft + 0.5 * (mean @ soft)
    return np.where(mask, np.maximum(soft, floor), 0)


def _offsets(a: np.ndarray, person: Person, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Distance of the cloth from the skin, metres."""
    loose = person.top.loose
    under = np.where(bottom, 0.004 + 0.006 * person.bottom.loose, 0)
    over = loose * (0.55 + 0.45 * smoothstep(-a[:, Y], -5.2, -2))
    if loose >= 0.005 and person.bottom.hem is None:
        hem = hem_height(person)
        flare = 0.008 * smoothstep(-a[:, PRINT_Y], -hem - 1, -hem)
        over = over + np.where(a[:, ARM] < 0.5, flare, 0)
    # A neckline lies close to the skin: a step there would look torn.
    over = over * (0.1 + 0.9 * smoothstep(neckline(a, person.top.neck), 0, 0.5))
    return np.where(top, np.maximum(over, under), under)


def _widen_legs(
    points: np.ndarray, a: np.ndarray, joints: np.ndarray, person: Person, mask: np.ndarray
) -> np.ndarray:
    points = points.copy()
    loose = person.bottom.loose
    for (hip, knee, ankle), _, sign in _SIDES:
        on = np.flatnonzero(mask & (a[:, LEG] > 0.5) & (np.sign(points[:, 0]) == sign))
        t = a[on, T_LEG]
        line = joints[[ankle, knee, hip]]
        centre = np.column_stack(
            [np.interp(points[on, 1], line[:, 1], line[:, k]) for k in (0, 2)]
        ) - [0, 0.004]
        radial = points[on][:, [0, 2]] - centre
        d = np.linalg.norm(radial, axis=1)
        q = np.median(d[(t > 0.4) & (t < 0.6)])
        if person.bottom.length < 1.2:
            wanted = np.interp(t, [0.3, 1.1], [0.9 * q, q * (1 + 0.06 * loose)])
        else:
            knots = [0, q * (0.78 + 0.12 * loose), q * (0.66 + 0.22 * loose)]
            wanted = np.interp(t, [0.3, 1, 2], knots)
        factor = np.maximum(wanted / d, 1) - 1
        factor *= smoothstep(t, 0.15, 0.5)
        points[np.ix_(on, [0, 2])] = centre + radial * (1 + factor[:, None])
    return points


def _limb_line(p: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """Closest point (n 3) on the bent line shoulder, elbow, wrist."""
    feet = []
    for a, b in ((chain[0], chain[1]), (chain[1], chain[2])):
        t = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1.15)
        feet.append(a + t[:, None] * (b - a))
    d = [np.linalg.norm(p - f, axis=1) for f in feet]
    return np.where((d[0] < d[1])[:, None], feet[0], feet[1])


def _widen_sleeves(
    points: np.ndarray, a: np.ndarray, joints: np.ndarray, person: Person, mask: np.ndarray
) -> np.ndarray:
    points = points.copy()
    for _, chain, sign in _SIDES:
        on = np.flatnonzero(mask & (a[:, ARM] > 0.5) & (np.sign(points[:, 0]) == sign))
        t = a[on, T_ARM]
        centre = _limb_line(points[on], joints[list(chain)])
        radial = points[on] - centre
        d = np.linalg.norm(radial, axis=1)
        u = np.median(d[(t > 0.2) & (t < 0.6)])
        if person.top.sleeve < 1:
            wanted = np.interp(t, [0.1, 0.7], [0.9 * u, 1.12 * u])
        else:
            wanted = np.interp(t, [0.2, 1, 2], [0, 0.95 * u, 0.82 * u])
            wanted *= 0.9 + 10 * person.top.loose
        factor = np.clip(wanted / d, 1, 1.6) - 1
        factor *= smoothstep(t, 0.1, 0.45)
        points[on] = centre + radial * (1 + factor[:, None])
    return points


def _put_on_shoes(
    points: np.ndarray, faces: np.ndarray, mean: csr_matrix, a: np.ndarray, toe: np.ndarray,
    height: float,
) -> np.ndarray:  # fmt: skip
    """Smooth the feet until the toes melt, then blow them up to the hull of the foot."""
    scale = height / 1.7
    weight = np.where(a[:, ARM] > 0.5, 0, smoothstep(a[:, T_LEG], 1.9, 2))
    low = (weight > 0.5) & (points[:, 1] < 0.05 * scale)
    hulls = [ConvexHull(points[low & (side * points[:, 0] > 0)]).equations for side in (1, -1)]
    points = smooth(points, mean, weight * np.maximum(0.5, toe), 60)
    normals = vertex_normals(points, faces)
    for side, planes in zip((1, -1), hulls, strict=True):
        on = np.flatnonzero(low & (side * points[:, 0] > 0))
        ahead = normals[on] @ planes[:, :3].T
        gap = -(points[on] @ planes[:, :3].T + planes[:, 3])
        way = np.where(ahead > 0.1, gap / np.maximum(ahead, 0.1), np.inf).min(axis=1)
        way = np.clip(way, 0, 0.03 * scale) * smoothstep(0.05 * scale - points[on, 1], 0, 0.02)
        points[on] += normals[on] * way[:, None]
    points = smooth(points, mean, weight, 12)
    normals = vertex_normals(points, faces)
    points = points + normals * (weight * (0.008 + 0.005 * toe) * scale)[:, None]
    sole = (weight > 0.5) & (points[:, 1] < 0.02 * scale)
    points[sole, 1] = -0.018 * scale
    return points


def dress(
    points: np.ndarray, faces: np.ndarray, mean: csr_matrix, a: np.ndarray, joints: np.ndarray,
    toe: np.ndarray, height: float, person: Person,
) -> np.ndarray:  # fmt: skip
    """Points (n 3), metres, of the body in its clothes and shoes; `toe` = weight of the toes."""
    top, bottom = top_field(a, person) > 0, bottom_field(a, person) > 0
    bottom &= (a[:, T_LEG] > 0) | (a[:, PRINT_Y] > -1)
    clothed = top | bottom
    weight = blurred(clothed, mean)
    points = smooth(points, mean, weight, 22 if person.top.loose >= 0.005 else 6)
    normals = vertex_normals(points, faces)
    points = points + normals * (_offsets(a, person, top, bottom))[:, None]
    if person.bottom.loose > 0 and person.bottom.hem is None:
        points = _widen_legs(points, a, joints, person, bottom)
    if person.top.sleeve > 0.3 and person.top.loose >= 0.005:
        points = _widen_sleeves(points, a, joints, person, top)
    return _put_on_shoes(points, faces, mean, a, toe, height)
