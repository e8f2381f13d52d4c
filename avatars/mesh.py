"""Mesh operations: one-ring smoothing, normals, closest points, decimation, merging."""

from dataclasses import dataclass

import fast_simplification
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.spatial import cKDTree


@dataclass
class Part:
    """A piece of the avatar: body, eyes, skirt or hair.

    `points` (n 3) metres, `faces` (t 3), `attributes` (n 9), `weights` (n 22).
    """

    kind: str
    points: np.ndarray
    faces: np.ndarray
    attributes: np.ndarray
    weights: np.ndarray


def triangulate(quads: np.ndarray) -> np.ndarray:
    """Two triangles (2q 3) of each quad (q 4)."""
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def one_ring(quads: np.ndarray, count: int) -> csr_matrix:
    """Matrix (count count) that replaces each vertex by the mean of its neighbours."""
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = np.concatenate([edges, edges[:, ::-1]])
    ones = np.ones(len(edges))
    links = coo_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    links.data[:] = 1
    degree = np.asarray(links.sum(axis=1)).ravel()
    lonely = (degree == 0).astype(float)
    return (diags(1 / np.maximum(degree, 1)) @ links + diags(lonely)).tocsr()


def smooth(points: np.ndarray, mean: csr_matrix, weight: np.ndarray, steps: int) -> np.ndarray:
    """Move points towards their one-ring mean, 60 % a step, times the weight of each."""
    for _ in range(steps):
        points = points + 0.6 * weight[:, None] * (mean @ points - points)
    return points


def vertex_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (n 3)."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    out = np.zeros_like(points)
    for k in range(3):
        np.add.at(out, faces[:, k], face)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.where(length > 1e-12, out / np.maximum(length, 1e-12), [0.0, 1.0, 0.0])


def _on_segment(p: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    edge = b - a
    length = np.maximum((edge * edge).sum(axis=-1), 1e-18)
    return np.clip(((p - a) * edge).sum(axis=-1) / length, 0, 1)


def _barycentric(p: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Weights (... 3) of the point of each triangle (... 3 3) that is closest to p (... 3)."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    normal = np.cross(b - a, c - a)
    area = np.maximum((normal * normal).sum(axis=-1), 1e-24)
    wb = (np.cross(p - a, c - a) * normal).sum(axis=-1) / area
    wc = (np.cross(b - a, p - a) * normal).sum(axis=-1) / area
    best = np.stack([1 - wb - wc, wb, wc], axis=-1)
    outside = (best < 0).any(axis=-1)
    distance = np.where(outside, np.inf, 0.0)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        t = _on_segment(p, corners[..., i, :], corners[..., j, :])
        candidate = np.zeros_like(best)
        candidate[..., i], candidate[..., j] = 1 - t, t
        foot = (candidate[..., None] * corners).sum(axis=-2)
        d = ((foot - p) ** 2).sum(axis=-1)
        nearer = outside & (d < distance)
        best = np.where(nearer[..., None], candidate, best)
        distance = np.where(nearer, d, distance)
    return best


def transfer(query: np.ndarray, points: np.ndarray, faces: np.ndarray) -> csr_matrix:
    """Matrix (q n) that carries vertex values to query points by closest point on the mesh.

    Only triangles at the four nearest vertices are searched. Unlike inverse distances,
    barycentric weights reproduce linear functions, so garment edges stay straight.
    """
    used = np.unique(faces)
    _, near = cKDTree(points[used]).query(query, 4)
    order = np.argsort(faces.ravel(), kind="stable")
    start = np.searchsorted(faces.ravel()[order], np.arange(len(points) + 1))
    most = int(np.diff(start).max())
    slots = start[used[near]][..., None] + np.arange(most)
    slots = np.minimum(slots, start[used[near] + 1][..., None] - 1)
    candidates = (order[slots] // 3).reshape(len(query), -1)
    corners = points[faces[candidates]]
    bary = _barycentric(query[:, None, :], corners)
    feet = (bary[..., None] * corners).sum(axis=2)
    best = ((feet - query[:, None]) ** 2).sum(axis=-1).argmin(axis=1)
    rows = np.arange(len(query))
    chosen = faces[candidates[rows, best]]
    return csr_matrix(
        (bary[rows, best].ravel(), (np.repeat(rows, 3), chosen.ravel())),
        shape=(len(query), len(points)),
    )


def decimate(part: Part, triangles: int) -> Part:
    """The same part with about so many triangles; attributes and weights follow."""
    if len(part.faces) <= triangles:
        return part
    points, faces = fast_simplification.simplify(
        part.points.astype(np.float32), part.faces.astype(np.int32), target_count=triangles, agg=3
    )
    points, faces = points.astype(np.float64), faces.astype(np.int64)
    corner = points[faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    faces = faces[area > 2e-8]
    used, faces = np.unique(faces, return_inverse=True)
    points, faces = points[used], faces.reshape(-1, 3)
    matrix = transfer(points, part.points, part.faces)
    return Part(part.kind, points, faces, matrix @ part.attributes, matrix @ part.weights)


def select(part: Part, keep: np.ndarray) -> Part:
    """The part with only the triangles where `keep` (t) holds, unused vertices dropped."""
    used, faces = np.unique(part.faces[keep], return_inverse=True)
    return Part(
        part.kind, part.points[used], faces.reshape(-1, 3), part.attributes[used],
        part.weights[used],
    )  # fmt: skip


def ellipsoid(centre: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A closed 12 by 7 ellipsoid: points (n 3) and triangles (t 3), outward."""
    rings, around = 7, 12
    lat = np.pi * (np.arange(1, rings) / rings)
    lon = 2 * np.pi * np.arange(around) / around
    ring = np.stack(
        [
            np.sin(lat)[:, None] * np.cos(lon),
            np.cos(lat)[:, None] * np.ones(around),
            np.sin(lat)[:, None] * np.sin(lon),
        ],
        axis=-1,
    ).reshape(-1, 3)
    points = np.concatenate([ring, [[0, 1, 0], [0, -1, 0]]]) * radii + centre
    top, bottom = len(ring), len(ring) + 1
    faces = []
    for j in range(around):
        k = (j + 1) % around
        faces += [[top, k, j], [bottom, (rings - 2) * around + j, (rings - 2) * around + k]]
        for i in range(rings - 2):
            a, b, c, d = i * around + j, i * around + k, (i + 1) * around + k, (i + 1) * around + j
            faces += [[a, b, c], [a, c, d]]
    return points, np.array(faces)
