"""The skirt: MakeHuman's helper skirt, squeezed to its length (RENDERING.md 3.4 step 6)."""

import numpy as np
from scipy.spatial import cKDTree

from avatars.masks import ARM, Y, attributes, canonical_joints, print_coordinates
from avatars.mesh import Part, one_ring, triangulate
from avatars.shape import Body
from avatars.source import SKIRT, Base


def _cylinder(canonical: np.ndarray, y: np.ndarray) -> np.ndarray:
    angle = np.arctan2(canonical[:, 0], canonical[:, 2])
    return np.column_stack([2 * np.cos(angle), 2 * np.sin(angle), y])


def make_skirt(base: Base, body: Body, hem: float) -> Part:
    """The skirt with its hem at canonical height `hem`, dm.

    It is squeezed, not cut: cutting leaves a saw edge. Shape and weights are looked up again at
    the new height, so the cloth is as wide as the original skirt there, at most a tenth wider.
    """
    canonical = base.canonical[SKIRT].copy()
    points, weights = body.points[SKIRT], base.weights[SKIRT]
    top, low = canonical[:, 1].max(), canonical[:, 1].min()
    squeezed = top + (canonical[:, 1] - top) * (top - hem) / (top - low)
    distance, near = cKDTree(_cylinder(canonical, canonical[:, 1])).query(
        _cylinder(canonical, squeezed), 4
    )
    share = 1 / np.maximum(distance, 1e-3)
    share /= share.sum(axis=1, keepdims=True)
    there = (points[near] * share[..., None]).sum(axis=1)
    weights = (weights[near] * share[..., None]).sum(axis=1)
    axis = np.array([0.0, body.joints[0, 2]])
    wide, narrow = points[:, [0, 2]] - axis, there[:, [0, 2]] - axis
    ratio = np.linalg.norm(wide, axis=1) / np.linalg.norm(narrow, axis=1)
    out = there.copy()
    out[:, [0, 2]] = axis + narrow * np.clip(0.5 + 0.5 * ratio, 1, 1.1)[:, None]
    inside = (base.quads >= SKIRT.start) & (base.quads < SKIRT.stop)
    quads = base.quads[inside.all(axis=1)] - SKIRT.start
    mean = one_ring(quads, len(out))
    for _ in range(4):
        weights = 0.5 * weights + 0.5 * (mean @ weights)
    canonical[:, 1] = squeezed
    prints = print_coordinates(out, body.joints, canonical_joints(base))
    table = attributes(base, canonical, weights, prints)
    return Part("skirt", out, triangulate(quads), table, weights)


def hidden_by_skirt(part: Part, hem: float) -> np.ndarray:
    """Triangles (t) of the body that lie under the skirt: else thighs come through it."""
    a = part.attributes[part.faces]
    under = (a[..., Y] > hem + 0.55) & (a[..., Y] < 0.45) & (a[..., ARM] < 0.5)
    return under.all(axis=1)
