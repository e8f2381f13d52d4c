"""Dynamic time warping of limb directions: how well two clips agree when time may stretch."""

from collections.abc import Sequence

import numpy as np

from lavimo.features.directions import Poses
from lavimo.shapes import Float32

STEP = 2
"""Pose rows that make one step: 5 Hz (finer steps find no more, PROBE.md)."""


def steps(poses: Poses) -> Float32[np.ndarray, "steps 27"]:
    """The limb directions at 5 Hz."""
    rows = len(poses) // STEP * STEP
    if rows == 0:
        return poses.limbs
    paired = poses.limbs[:rows].reshape(-1, STEP, poses.limbs.shape[1])
    return np.asarray(paired.mean(axis=1), np.float32)


def warp(
    query: Float32[np.ndarray, "steps width"], clips: Sequence[Float32[np.ndarray, "_ width"]]
) -> Float32[np.ndarray, " clips"]:
    """Cost of each clip against the query, both from corner to corner, a step of either.

    The cost of a pair of steps is their squared distance, that of a path its sum over the number
    of steps of both. All clips advance together along the anti-diagonals.
    """
    if not clips:
        return np.zeros(0, np.float32)
    lengths = np.array([len(clip) for clip in clips])
    rows, columns = len(query), int(lengths.max())
    padded = np.zeros((len(clips), columns, query.shape[1]), np.float32)
    for place, clip in enumerate(clips):
        padded[place, : len(clip)] = clip
    cost = (
        np.square(query).sum(axis=1)[None, :, None]
        + np.square(padded).sum(axis=2)[:, None, :]
        - 2 * np.einsum("rw,bcw->brc", query, padded, optimize=True)
    )
    total = np.full((len(clips), rows + 1, columns + 1), np.inf, np.float32)
    total[:, 0, 0] = 0
    for diagonal in range(rows + columns - 1):
        row = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        column = diagonal - row
        before = np.minimum(total[:, row, column], total[:, row, column + 1])
        before = np.minimum(before, total[:, row + 1, column])
        total[:, row + 1, column + 1] = before + cost[:, row, column]
    found: Float32[np.ndarray, " clips"] = (
        total[np.arange(len(clips)), rows, lengths] / (rows + lengths)
    ).astype(np.float32)
    return found
