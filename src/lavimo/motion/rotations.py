"""Rotations as pure functions on arrays `(..., 4)`, `(..., 3, 3)` and `(..., 6)`.

Glossary: q = unit quaternion (w, x, y, z); R = matrix acting on column vectors; 6D = the first
two columns of R, concatenated; e = Euler angles in radians, intrinsic, in the written order
("ZXY" means R = Rz @ Rx @ Ry, as BVH channels are applied).
"""

import numpy as np

from lavimo.shapes import Float

Quaternions = Float[np.ndarray, "*#batch 4"]
Vectors = Float[np.ndarray, "*#batch 3"]
Matrices = Float[np.ndarray, "*batch 3 3"]

_AXES = {"X": 0, "Y": 1, "Z": 2}


def normalise(q: Float[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch n"]:
    """Unit length along the last axis; a zero vector stays zero."""
    length = np.linalg.norm(q, axis=-1, keepdims=True)
    return q / np.where(length > 0, length, 1)


def identity(*shape: int) -> Quaternions:
    """Identity quaternions of the given leading shape, float32."""
    q = np.zeros((*shape, 4), np.float32)
    q[..., 0] = 1
    return q


def multiply(a: Quaternions, b: Quaternions) -> Quaternions:
    """Hamilton product: first b turns, then a."""
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    product: Float[np.ndarray, "*batch n"] = np.empty(
        np.broadcast_shapes(a.shape, b.shape), np.result_type(a, b)
    )
    product[..., 0] = aw * bw - ax * bx - ay * by - az * bz
    product[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    product[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    product[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return product


def inverse(q: Quaternions) -> Quaternions:
    """Inverse of unit quaternions."""
    conjugate: Quaternions = q * np.array([1, -1, -1, -1], q.dtype)
    return conjugate


def rotate(q: Quaternions, v: Vectors) -> Vectors:
    """Turn vectors by unit quaternions; the leading axes broadcast."""
    w, xyz = q[..., :1], q[..., 1:]
    twice = _cross(xyz, v)
    twice += twice
    turned: Vectors = _cross(xyz, twice)
    turned += w * twice
    turned += v
    return turned


def _cross(a: Vectors, b: Vectors) -> Vectors:
    # np.cross spends most of its time on axes when there are few vectors.
    product: Float[np.ndarray, "*batch n"] = np.empty(
        np.broadcast_shapes(a.shape, b.shape), np.result_type(a, b)
    )
    product[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    product[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    product[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product


def between(a: Vectors, b: Vectors) -> Quaternions:
    """Shortest rotation that takes direction a to direction b.

    Opposite directions turn by pi about an axis orthogonal to a (METHOD.md A5, [R]).
    """
    a, b = np.broadcast_arrays(normalise(a), normalise(b))
    dot = np.sum(a * b, axis=-1, keepdims=True)
    q = np.concatenate([1 + dot, np.cross(a, b)], axis=-1)
    opposite = dot[..., 0] < -1 + 1e-7
    if np.any(opposite):
        away = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        axis = normalise(np.cross(a, away))
        q = np.where(opposite[..., None], np.concatenate([np.zeros_like(dot), axis], axis=-1), q)
    return normalise(q).astype(a.dtype)


def from_axis_angle(axis: Vectors, angle: Float[np.ndarray, "*#batch"]) -> Quaternions:
    """Rotation by `angle` radians about `axis` (any length but zero)."""
    half = np.asarray(angle)[..., None] / 2
    return np.concatenate([np.cos(half), normalise(np.asarray(axis)) * np.sin(half)], axis=-1)


def from_euler(angles: Float[np.ndarray, "*#batch turns"], order: str) -> Quaternions:
    """Quaternions from intrinsic Euler angles in radians; `order` as in the module glossary.

    An order of one or two axes takes as many angles.
    """
    q = None
    for column, axis in enumerate(order):
        half = angles[..., column] / 2
        turn = np.zeros((*half.shape, 4), angles.dtype)
        turn[..., 0] = np.cos(half)
        turn[..., 1 + _AXES[axis]] = np.sin(half)
        q = turn if q is None else multiply(q, turn)
    assert q is not None
    return q


def to_euler(q: Quaternions, order: str) -> Vectors:
    """Intrinsic Euler angles in radians of the three different axes in `order`.

    The middle angle is within +-pi/2; at the pole the last angle is zero.
    """
    i, j, k = (_AXES[axis] for axis in order)
    sign = 1.0 if (i, j, k) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1.0
    m = to_matrix(q)
    middle = np.arcsin(np.clip(sign * m[..., i, k], -1, 1))
    pole = np.abs(m[..., i, k]) > 1 - 1e-7
    first = np.arctan2(-sign * m[..., j, k], m[..., k, k])
    last = np.arctan2(-sign * m[..., i, j], m[..., i, i])
    at_pole = np.arctan2(sign * m[..., k, j], m[..., j, j])
    first, last = np.where(pole, at_pole, first), np.where(pole, 0, last)
    return np.stack([first, middle, last], axis=-1)


def to_matrix(q: Quaternions) -> Matrices:
    """Rotation matrices of unit quaternions."""
    w, x, y, z = np.moveaxis(q, -1, 0)
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
        ],
        axis=-2,
    )


def from_matrix(m: Matrices) -> Quaternions:
    """Unit quaternions of rotation matrices, numerically safe for every angle."""
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # Four candidates, each exact where its own component is the largest.
    candidates = np.stack(
        [
            np.stack(
                [1 + xx + yy + zz, m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0],
                 m[..., 1, 0] - m[..., 0, 1]], -1),
            np.stack(
                [m[..., 2, 1] - m[..., 1, 2], 1 + xx - yy - zz, m[..., 1, 0] + m[..., 0, 1],
                 m[..., 0, 2] + m[..., 2, 0]], -1),
            np.stack(
                [m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] + m[..., 0, 1], 1 - xx + yy - zz,
                 m[..., 2, 1] + m[..., 1, 2]], -1),
            np.stack(
                [m[..., 1, 0] - m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0],
                 m[..., 2, 1] + m[..., 1, 2], 1 - xx - yy + zz], -1),
        ],
        axis=-2,
    )  # fmt: skip
    best = np.argmax(np.stack([xx + yy + zz, xx - yy - zz, yy - xx - zz, zz - xx - yy], -1), -1)
    chosen = np.take_along_axis(candidates, best[..., None, None], axis=-2)[..., 0, :]
    return normalise(chosen)


def to_6d(q: Quaternions) -> Float[np.ndarray, "*batch 6"]:
    """First two columns of the matrix: (R00, R10, R20, R01, R11, R21) (METHOD.md A5)."""
    m = to_matrix(q)
    return np.concatenate([m[..., :, 0], m[..., :, 1]], axis=-1)


def matrix_from_6d(d: Float[np.ndarray, "*batch 6"]) -> Matrices:
    """Matrices from 6D by the cross-product rule of METHOD.md A5."""
    x = normalise(d[..., :3])
    z = normalise(np.cross(x, d[..., 3:]))
    return np.stack([x, np.cross(z, x), z], axis=-1)


def slerp(a: Quaternions, b: Quaternions, t: Float[np.ndarray, "*#batch"]) -> Quaternions:
    """Spherical interpolation along the shorter arc; t = 0 gives a, t = 1 gives b."""
    t = np.asarray(t)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0, 1))
    sine = np.sin(angle)
    safe = np.where(sine > 1e-6, sine, 1)
    near = sine <= 1e-6
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    return normalise(wa * a + wb * b).astype(a.dtype)


def yaw(angle: Float[np.ndarray, "*#batch"]) -> Quaternions:
    """Turn about the y axis by `angle` radians; positive is to the left of a body facing +z."""
    half = np.asarray(angle) / 2
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)
