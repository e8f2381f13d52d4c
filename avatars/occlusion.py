"""Bakes soft ambient occlusion into the texture: chin, armpits, cloth edges, under the skirt."""

import numba
import numpy as np
from scipy.spatial import cKDTree

_REACH = 0.14  # metres; short, for the body moves later
_RAYS = 40
_DEPTH = 0.5  # a wholly enclosed point keeps half of its light


def _directions() -> np.ndarray:
    """Unit vectors (40 3) about +z, cosine-weighted, on a golden-angle spiral."""
    k = np.arange(_RAYS) + 0.5
    radius, turn = np.sqrt(k / _RAYS), k * np.pi * (3 - np.sqrt(5))
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), np.sqrt(1 - radius**2)])


@numba.njit
def _blocked(
    origins: np.ndarray, rays: np.ndarray, corners: np.ndarray, start: np.ndarray,
    near: np.ndarray, reach: float,
) -> np.ndarray:  # fmt: skip
    """Share (n) of `rays` (n k 3) that meet a triangle within reach, nearer ones counting more.

    The triangles (t 3 3) to try for point i are `near[start[i] : start[i + 1]]`.
    """
    out = np.zeros(len(origins))
    for i in range(len(origins)):
        ox, oy, oz = origins[i]
        for k in range(rays.shape[1]):
            dx, dy, dz = rays[i, k]
            closest = reach
            for t in near[start[i] : start[i + 1]]:
                ax, ay, az = corners[t, 0]
                ux, uy, uz = corners[t, 1, 0] - ax, corners[t, 1, 1] - ay, corners[t, 1, 2] - az
                vx, vy, vz = corners[t, 2, 0] - ax, corners[t, 2, 1] - ay, corners[t, 2, 2] - az
                px, py, pz = dy * vz - dz * vy, dz * vx - dx * vz, dx * vy - dy * vx
                det = ux * px + uy * py + uz * pz
                if abs(det) < 1e-14:
                    continue
                sx, sy, sz = ox - ax, oy - ay, oz - az
                u = (sx * px + sy * py + sz * pz) / det
                if u < 0 or u > 1:
                    continue
                qx, qy, qz = sy * uz - sz * uy, sz * ux - sx * uz, sx * uy - sy * ux
                v = (dx * qx + dy * qy + dz * qz) / det
                if v < 0 or u + v > 1:
                    continue
                way = (vx * qx + vy * qy + vz * qz) / det
                if 1e-4 < way < closest:
                    closest = way
            out[i] += 1 - closest / reach
    return out / rays.shape[1]


def occlusion(points: np.ndarray, normals: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Factor (n) in 0.5..1 by which each vertex is darkened in the rest pose."""
    helper = np.where(np.abs(normals[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    side = np.cross(normals, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    frames = np.stack([side, np.cross(normals, side), normals], axis=-1)
    rays = np.einsum("nij,kj->nki", frames, _directions())
    corners = points[faces]
    origins = points + 0.003 * normals
    tree = cKDTree(corners.mean(axis=1))
    near = tree.query_ball_point(origins, _REACH + 0.03, return_sorted=True)
    start = np.cumsum([0, *(len(x) for x in near)])
    shares = _blocked(origins, rays, corners, start, np.concatenate(near).astype(np.int64), _REACH)
    return 1 - (1 - _DEPTH) * np.minimum(1.3 * shares, 1)
