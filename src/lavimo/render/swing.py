"""Rotation matrices from directions, vectorised over frames: what posing is made of.

Glossary: R acts on column vectors; p, s = directions `(..., 3)`. The functions broadcast.
Source: RENDERING.md section 4, "Basics".
"""

import numpy as np

from lavimo.shapes import Float

Vectors = Float[np.ndarray, "*#batch 3"]
Matrices = Float[np.ndarray, "*#batch 3 3"]
Numbers = Float[np.ndarray, "*#batch"]


def unit(v: Vectors) -> Vectors:
    """Length one along the last axis; a zero vector stays zero."""
    squares: Vectors = v / np.maximum(np.sqrt(dot(v, v)), 1e-12)[..., None]
    return squares


def dot(a: Vectors, b: Vectors) -> Numbers:
    """Inner products along the last axis."""
    return np.asarray(a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2])


def cross(a: Vectors, b: Vectors) -> Vectors:
    """Cross products; numpy's own spends its time on axes."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def turned(rotation: Matrices, v: Vectors) -> Vectors:
    """R v for each frame."""
    product: Vectors = (rotation @ v[..., None])[..., 0]
    return product


def orthogonal(v: Vectors, p: Vectors) -> Vectors:
    """The part of v at a right angle to the unit vector p, not normalised."""
    rest: Vectors = v - dot(v, p)[..., None] * p
    return rest


def swing(a: Vectors, b: Vectors, share: float | Numbers = 1.0) -> Matrices:
    """Shortest rotation from unit vector a to unit vector b, or the given share of its angle.

    Near opposite directions the axis is whatever the cross product leaves of it, so nothing
    jumps that need not.
    """
    axis, cosine = cross(a, b), dot(a, b)
    sine = np.sqrt(dot(axis, axis))
    angle = share * np.arctan2(sine, cosine)
    away = np.where(np.abs(a[..., :1]) < 0.9, np.eye(3)[0], np.eye(3)[1])
    some = unit(cross(a, np.broadcast_to(away, a.shape)))
    lost = (sine < 1e-9) & (cosine < 0)
    axis = np.where(lost[..., None], np.broadcast_to(some, axis.shape), unit(axis))
    return about(axis, angle)


def about(axis: Vectors, angle: Numbers) -> Matrices:
    """Rotation by an angle about a unit axis (Rodrigues); a zero axis gives the identity."""
    x, y, z = axis[..., 0], axis[..., 1], axis[..., 2]
    s = np.sin(angle)
    c = 1 - np.cos(angle)
    m = np.empty((*x.shape, 3, 3))
    m[..., 0, 0] = 1 - c * (y * y + z * z)
    m[..., 0, 1] = c * x * y - s * z
    m[..., 0, 2] = c * x * z + s * y
    m[..., 1, 0] = c * x * y + s * z
    m[..., 1, 1] = 1 - c * (x * x + z * z)
    m[..., 1, 2] = c * y * z - s * x
    m[..., 2, 0] = c * x * z - s * y
    m[..., 2, 1] = c * y * z + s * x
    m[..., 2, 2] = 1 - c * (x * x + y * y)
    return m


def frame(p: Vectors, s: Vectors) -> Matrices:
    """Columns x, y, z with y = p (unit) and x = s made orthogonal to it."""
    x = unit(orthogonal(s, p))
    return np.stack(np.broadcast_arrays(x, p, cross(x, p)), axis=-1)


def kabsch(
    rest: Float[np.ndarray, "pairs 3"],
    seen: Float[np.ndarray, "frames pairs 3"],
    weights: Float[np.ndarray, " pairs"],
) -> Matrices:
    """The rotation of each frame that takes the unit vectors `rest` closest to those `seen`."""
    h = np.einsum("tpi,pj->tij", seen * weights[:, None], rest)
    u, _, vt = np.linalg.svd(h)
    u[..., 2] *= np.linalg.det(u @ vt)[..., None]
    best: Matrices = u @ vt
    return best


def halfway(a: Matrices, b: Matrices, share: float) -> Matrices:
    """From rotation a the given share of the way to b, along the shorter arc."""
    turn = np.swapaxes(a, -1, -2) @ b
    axis = np.stack([turn[..., 2, 1] - turn[..., 1, 2], turn[..., 0, 2] - turn[..., 2, 0],
                     turn[..., 1, 0] - turn[..., 0, 1]], axis=-1)  # fmt: skip
    sine = np.sqrt(dot(axis, axis))
    angle = np.arctan2(sine, turn[..., 0, 0] + turn[..., 1, 1] + turn[..., 2, 2] - 1)
    way: Matrices = a @ about(unit(axis), share * angle)
    return way


def ramp(x: Numbers, low: float, high: float) -> Numbers:
    """Smoothstep: 0 below `low`, 1 above `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def blur(rows: Float[np.ndarray, "frames n"], sigma: float) -> Float[np.ndarray, "frames n"]:
    """Gaussian average over frames (sigma in frames), the ends repeated."""
    reach = int(np.ceil(3 * sigma))
    if reach == 0 or len(rows) == 1:
        return rows
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    padded = np.pad(rows, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    mean: Float[np.ndarray, "frames n"] = windows @ (kernel / kernel.sum())
    return mean


def hann(row: Float[np.ndarray, " frames"], reach: float) -> Float[np.ndarray, " frames"]:
    """Average over `reach` frames to each side by a Hann window, the ends repeated."""
    side = round(reach)
    if side == 0 or len(row) == 1:
        return row
    window = np.hanning(2 * side + 3)[1:-1]
    return np.convolve(np.pad(row, side, mode="edge"), window / window.sum(), mode="valid")


def within(angle: Numbers, free: float, most: float) -> Numbers:
    """The angle as it is up to `free`, then bent to end at `most`."""
    room = most - free
    over = np.maximum(np.abs(angle) - free, 0)
    bent: Numbers = np.sign(angle) * (
        np.minimum(np.abs(angle), free) + room * (1 - np.exp(-over / room))
    )
    return bent
