"""Signatures of limb directions: the training-free way from a film to a motion (PROBE.md, Video).

A window of a clip is resampled to 16 moments of 28 numbers (limb directions and the heading's
turn). Of the 16 only the slow half is kept (a cosine transform in time), since the fast half is
landmark noise: 224 numbers, whose squared distance is that of the smoothed windows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.features.directions import RATE, WIDTH, Poses, interpolated
from lavimo.shapes import Float, Float32, Int64

MOMENTS, KEPT = 16, 8
TURN_WEIGHT = 0.5
"""What a radian a second of turning weighs beside a direction's coordinate."""
SECONDS = (1.3, 2.2, 3.6, 6.0)
"""Lengths of the windows beside the whole clip; a step is a fifth of the length."""
DIM = KEPT * (WIDTH + 1)

AT_ONCE = 16384


def _cosines() -> Float32[np.ndarray, "16 8"]:
    moment, order = np.arange(MOMENTS)[:, None], np.arange(KEPT)[None]
    basis = np.cos(np.pi * (moment + 0.5) * order / MOMENTS) * np.sqrt(2 / MOMENTS)
    basis[:, 0] /= np.sqrt(2)
    return np.asarray(basis, np.float32)


_BASIS = _cosines()


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
    rows = np.concatenate([poses.limbs, TURN_WEIGHT * np.clip(poses.turn, -6, 6)[:, None]], axis=1)
    length = (chosen[:, 1] - chosen[:, 0])[:, None]
    at = chosen[:, :1] + (np.arange(MOMENTS) + 0.5) / MOMENTS * length - 0.5
    moments = interpolated(rows, np.clip(at, 0, len(rows) - 1).reshape(-1))
    slow = np.tensordot(moments.reshape(len(chosen), MOMENTS, -1), _BASIS, axes=(1, 0))
    return slow.reshape(len(chosen), -1)


@dataclass(frozen=True, eq=False)
class Bank:
    """Signatures of the windows of many clips, ready to be compared.

    Half precision: `owners` is the clip of each window, in the order that `of` was given.
    """

    signatures: Float[np.ndarray, "windows 224"]
    squares: Float32[np.ndarray, " windows"]
    owners: Int64[np.ndarray, " windows"]
    spans: Int64[np.ndarray, "windows 2"]
    clips: int

    @classmethod
    def of(cls, clips: Iterable[Poses]) -> "Bank":
        """The bank of clips, whole and in windows."""
        found = [windows(poses) for poses in clips]
        if not found:
            return cls(
                np.zeros((0, DIM), np.float16), np.zeros(0, np.float32), np.zeros(0, np.int64),
                np.zeros((0, 2), np.int64), 0,
            )  # fmt: skip
        stored = np.concatenate([one.signatures.astype(np.float16) for one in found])
        squares = [np.square(one.signatures).sum(axis=1) for one in found]
        return cls(
            stored,
            np.concatenate(squares),
            np.repeat(np.arange(len(found)), [len(one.spans) for one in found]),
            np.concatenate([one.spans for one in found]),
            len(found),
        )

    def nearest(
        self, query: Windows, prior: float
    ) -> tuple[Float32[np.ndarray, "queries clips"], Int64[np.ndarray, "queries clips"]]:
        """For each window of a query and each clip: the best score and the window that has it.

        Score = -(squared distance + `prior` x |log of the ratio of lengths|).
        """
        seconds = np.log(np.maximum(self.spans[:, 1] - self.spans[:, 0], 1) / RATE)
        mine = np.log(query.seconds)
        own = np.square(query.signatures).sum(axis=1)
        count = len(query.spans)
        best = np.full((count, self.clips), -np.inf, np.float32)
        place = np.zeros((count, self.clips), np.int64)
        for first in range(0, len(self.owners), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            near = query.signatures @ self.signatures[part].astype(np.float32).T
            near = 2 * near - self.squares[part] - own[:, None]
            near -= np.float32(prior) * np.abs(mine[:, None] - seconds[part])
            _take_best(best, place, near, self.owners[part], first)
        return best, place


def _take_best(
    best: Float32[np.ndarray, "queries clips"],
    place: Int64[np.ndarray, "queries clips"],
    scores: Float32[np.ndarray, "queries windows"],
    owners: Int64[np.ndarray, " windows"],
    first: int,
) -> None:
    """Fold the windows of one block into the best of their clips (windows of a clip adjoin)."""
    starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
    ends = np.concatenate([starts[1:], [len(owners)]])
    top = np.maximum.reduceat(scores, starts, axis=1)
    clips = owners[starts]
    better = top > best[:, clips]
    for row, column in zip(*np.nonzero(better), strict=True):
        begin, end = starts[column], ends[column]
        place[row, clips[column]] = first + begin + int(np.argmax(scores[row, begin:end]))
    best[:, clips] = np.maximum(best[:, clips], top)
