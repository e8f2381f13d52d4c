"""Signatures of limb directions: the training-free way from a film to a motion (PROBE.md, Video).

A window of a clip is resampled to 16 moments of 28 numbers (limb directions and the heading's
turn). Of the 16 only the slow half is kept (a cosine transform in time), since the fast half is
landmark noise: 224 numbers, whose squared distance is that of the smoothed windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.features.directions import RATE, WIDTH, Poses, interpolated
from lavimo.shapes import Float32, Int64

MOMENTS, KEPT = 16, 8
TURN_WEIGHT, FASTEST = 0.5, 6.0
"""What a radian a second of turning weighs beside a direction's coordinate; faster turns count as
this fast."""
SECONDS = (1.3, 2.2, 3.6, 6.0)
"""Lengths of the windows beside the whole clip; a step is a fifth of the length."""
DIM = KEPT * (WIDTH + 1)


def _cosines() -> Float32[np.ndarray, "16 8"]:
    moment, order = np.arange(MOMENTS)[:, None], np.arange(KEPT)[None]
    basis = np.cos(np.pi * (moment + 0.5) * order / MOMENTS) * np.sqrt(2 / MOMENTS)
    basis[:, 0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


COSINES = _cosines()
"""The slow half of a cosine transform over the moments."""


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of one clip: rows `start` to `end` of its poses, and a signature each."""

    spans: Int64[np.ndarray, "windows 2"]
    signatures: Float32[np.ndarray, "windows 224"]

    @property
    def seconds(self) -> Float32[np.ndarray, " windows"]:
        """Length of each window."""
        return np.asarray((self.spans[:, 1] - self.spans[:, 0]) / RATE, np.float32)


def spans(rows: int, seconds: Sequence[float] = SECONDS) -> Int64[np.ndarray, "windows 2"]:
    """Row spans of a clip: the whole first, then windows of each length that is shorter."""
    found = [(0, rows)]
    for length in seconds:
        count = round(length * RATE)
        if count >= rows:
            continue
        starts = np.arange(0, rows - count, max(1, count / 5))
        found += [(int(start), int(start) + count) for start in starts]
        found.append((rows - count, rows))
    return np.array(found, np.int64)


def windows(poses: Poses, seconds: Sequence[float] = SECONDS) -> Windows:
    """Every window of a clip with its signature."""
    chosen = spans(len(poses), seconds)
    return Windows(chosen, signatures(poses, chosen))


def signatures(
    poses: Poses, chosen: Int64[np.ndarray, "windows 2"]
) -> Float32[np.ndarray, "windows 224"]:
    """Signatures of chosen spans."""
    turn = TURN_WEIGHT * np.clip(poses.turn, -FASTEST, FASTEST)
    return of_rows(np.concatenate([poses.limbs, turn[:, None]], axis=1), chosen)


def of_rows(
    rows: Float32[np.ndarray, "rows 28"], chosen: Int64[np.ndarray, "windows 2"]
) -> Float32[np.ndarray, "windows 224"]:
    """Signatures of spans of limb directions and weighed turns; a number's eight orders adjoin."""
    length = (chosen[:, 1] - chosen[:, 0])[:, None]
    at = chosen[:, :1] + (np.arange(MOMENTS) + 0.5) / MOMENTS * length - 0.5
    moments = interpolated(rows, np.clip(at, 0, len(rows) - 1).reshape(-1))
    slow = np.tensordot(moments.reshape(len(chosen), MOMENTS, -1), COSINES, axes=(1, 0))
    return slow.reshape(len(chosen), -1)
