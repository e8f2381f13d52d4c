"""Signatures of many clips' windows in memory: what a film is compared with.

Every clip is kept whole and in windows of several lengths (`lavimo.features.signature`), about 45
for seven seconds, as int8: 10 kB a clip, whose rounding moves a squared distance by less than 0.1
where neighbours are several units apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lavimo.features import signature
from lavimo.features.directions import LIMBS, RATE, WIDTH, Poses
from lavimo.features.signature import DIM, KEPT, Windows
from lavimo.shapes import Float32, Int8, Int64

Metric = Float32[np.ndarray, "224 224"]
"""Weights of pairs of numbers, order by order: those of the means over time first."""
PLAIN = np.eye(DIM, dtype=np.float32)
"""Every number of a signature weighs the same: the training-free search of PROBE.md."""
AT_ONCE = 256
"""Clips whose signatures are made in one go."""
BLOCK = 4096
"""Windows that are widened to float32 at a time: 3.7 MB, which the processor's cache holds."""
STILL = (30.0, 16.0, 16.0)
"""Squared movement that errors alone amount to, of the whole body, of legs and of arms: of two
clips that move less nothing agrees."""
_BY_ORDER = np.arange(DIM).reshape(WIDTH + 1, KEPT).T.ravel()
"""Rows are stored order by order: the means over time first, then what moves."""
_STEPS = np.tile(np.repeat(np.array([4 / 127, 12 / 127], np.float32), [WIDTH, 1]), KEPT)
_MEANS, _MOVES = np.arange(WIDTH + 1), np.arange(WIDTH + 1, DIM)


def _moves_of(words: tuple[str, ...]) -> Int64[np.ndarray, " some"]:
    """Places of the movements of limbs with one of these words in their names."""
    limbs = [limb for limb, name in enumerate(LIMBS) if any(word in name for word in words)]
    places = [3 * limb + axis for limb in limbs for axis in range(3)]
    return np.array([order * (WIDTH + 1) + at for order in range(1, KEPT) for at in places])


_PARTS = (_MOVES, _moves_of(("trunk", "thigh", "shin")), _moves_of(("trunk", "arm")))
"""What agreement is of: everything that moves; legs and trunk; arms and trunk."""


class Likeness(NamedTuple):
    """What makes two windows alike: score = movement x agreement + legs x agreement of legs and
    trunk + arms x that of arms and trunk - distance x squared distance - prior x |log of the ratio
    of lengths|, of which `free` costs nothing.

    Agreement is the cosine of what is left of two signatures without their means over time: how
    limbs move, wherever they are, and however far.
    """

    prior: float
    distance: float = 1.0
    movement: float = 0.0
    legs: float = 0.0
    arms: float = 0.0
    free: float = 0.0


@dataclass(frozen=True, eq=False)
class PoseBank:
    """Signatures of the windows of many clips; windows of a clip adjoin, the whole clip first.

    `seqs` names the clips, ascending; clip i has the windows `starts[i]` to `starts[i + 1]`;
    `spans` are pose rows (10 Hz) of the clip. `metric` says what a difference of two signatures
    weighs: its squared length is d' metric d; it knows no term between means and movements.
    `squares` are the squared lengths of the rows' means, and of their movements: all, of legs and
    trunk, of arms and trunk.
    """

    seqs: Int64[np.ndarray, " clips"]
    starts: Int64[np.ndarray, " bounds"]
    spans: Int64[np.ndarray, "windows 2"]
    rows: Int8[np.ndarray, "windows 224"]
    squares: Float32[np.ndarray, "windows 4"]
    metric: Metric

    def __len__(self) -> int:
        return len(self.seqs)

    def scores(self, query: Windows, *ways: Likeness) -> Float32[np.ndarray, "ways queries clips"]:
        """For each way to be alike, window of a film and clip: the score of the clip's best
        window.
        """
        found = np.empty((len(ways), len(self), len(query.spans)), np.float32)
        asked = self._asked(query)
        wide = np.empty((BLOCK, DIM), np.float32)
        for first, last in self._blocks():
            begin, end = int(self.starts[first]), int(self.starts[last])
            if end - begin > len(wide):  # one clip of many minutes
                wide = np.empty((end - begin, DIM), np.float32)
            starts = self.starts[first:last] - begin
            for way, near in enumerate(self._near(asked, ways, begin, end, wide)):
                np.maximum.reduceat(near, starts, axis=0, out=found[way, first:last])
        return np.ascontiguousarray(found.transpose(0, 2, 1))

    def best_span(self, query: Windows, window: int, way: Likeness, clip: int) -> tuple[int, int]:
        """The rows of the window of clip number `clip` that is most like one of a film."""
        one = Windows(query.spans[window : window + 1], query.signatures[window : window + 1])
        begin, end = int(self.starts[clip]), int(self.starts[clip + 1])
        wide = np.empty((end - begin, DIM), np.float32)
        (near,) = self._near(self._asked(one), (way,), begin, end, wide)
        best = begin + int(near[:, 0].argmax())
        return int(self.spans[best, 0]), int(self.spans[best, 1])

    def _asked(self, query: Windows) -> "_Asked":
        values = query.signatures[:, _BY_ORDER]
        weighed = np.zeros((4, DIM, len(values)), np.float32)
        squares = np.empty((4, len(values)), np.float32)
        for number, (part, products) in enumerate(_weighed(values, self.metric)):
            weighed[number, part] = (products * _STEPS[part]).T
            squares[number] = (products * values[:, part]).sum(axis=1)
        means, moves = weighed[0, : len(_MEANS)], weighed[1:, len(_MEANS) :]
        return _Asked(means, moves, squares, np.log(query.seconds))

    def _near(
        self,
        asked: "_Asked",
        ways: Sequence[Likeness],
        begin: int,
        end: int,
        wide: Float32[np.ndarray, "_ _"],
    ) -> Iterator[Float32[np.ndarray, "windows queries"]]:
        some = wide[: end - begin]
        np.copyto(some, self.rows[begin:end])
        squares, spans = self.squares[begin:end], self.spans[begin:end]
        lengths = np.log((spans[:, 1] - spans[:, 0]).astype(np.float32) / np.float32(RATE))
        apart = np.abs(np.subtract.outer(lengths, asked.lengths))
        dots: dict[int, np.ndarray] = {}

        def dot(part: int) -> np.ndarray:
            if part not in dots:
                dots[part] = some[:, len(_MEANS) :] @ asked.moves[part]
            return dots[part]

        for way in ways:
            near = np.maximum(apart - np.float32(way.free), 0)
            near *= np.float32(-way.prior)
            if way.distance:
                alike = some[:, : len(_MEANS)] @ asked.means
                alike += dot(0)
                alike -= squares[:, :2].sum(axis=1)[:, None] / 2
                alike -= asked.squares[:2].sum(axis=0) / 2
                alike *= np.float32(2 * way.distance)
                near += alike
            for part, weight in enumerate((way.movement, way.legs, way.arms)):
                if weight:
                    still = np.float32(STILL[part])
                    size = np.sqrt(squares[:, 1 + part] + still)[:, None] / np.float32(weight)
                    agreed = dot(part) / size
                    agreed /= np.sqrt(asked.squares[1 + part] + still)
                    near += agreed
            yield near

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges of clips with about `BLOCK` windows each."""
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self.starts, self.starts[first] + BLOCK, "right")) - 1
            last = max(first + 1, min(last, len(self)))
            yield first, last
            first = last


class _Asked(NamedTuple):
    """Windows of a film, weighed: columns to multiply stored means and stored movements with (of
    all, of legs, of arms: zeros elsewhere, since copying columns would cost more), squared lengths
    as a bank has them, logs of their seconds."""

    means: Float32[np.ndarray, "28 queries"]
    moves: Float32[np.ndarray, "3 196 queries"]
    squares: Float32[np.ndarray, "4 queries"]
    lengths: Float32[np.ndarray, " queries"]


def _weighed(
    rows: Float32[np.ndarray, "rows 224"], metric: Metric
) -> Iterator[tuple[Int64[np.ndarray, " some"], Float32[np.ndarray, "rows _"]]]:
    """The places of means, movements, those of legs and of arms, and the rows there, weighed."""
    for part in (_MEANS, *_PARTS):
        yield part, rows[:, part] @ metric[np.ix_(part, part)]


def _squares(
    rows: Float32[np.ndarray, "rows 224"], metric: Metric
) -> Float32[np.ndarray, "rows 4"]:
    """Squared lengths of means, of movements, of those of legs and of arms."""
    found = [(products * rows[:, part]).sum(axis=1) for part, products in _weighed(rows, metric)]
    return np.stack(found, axis=1)


def empty(metric: Metric) -> PoseBank:
    """A bank of no clips."""
    return PoseBank(
        np.zeros(0, np.int64),
        np.zeros(1, np.int64),
        np.zeros((0, 2), np.int64),
        np.zeros((0, DIM), np.int8),
        np.zeros((0, 4), np.float32),
        metric,
    )


def make(
    seqs: Int64[np.ndarray, " clips"], clips: Sequence[Poses], metric: Metric = PLAIN
) -> PoseBank:
    """The bank of clips; `seqs` ascending."""
    parts = (
        _make(seqs[start : start + AT_ONCE], clips[start : start + AT_ONCE], metric)
        for start in range(0, len(clips), AT_ONCE)
    )
    return joined([empty(metric), *parts])


def _make(seqs: Int64[np.ndarray, " clips"], clips: Sequence[Poses], metric: Metric) -> PoseBank:
    """All clips as one long one: a call a clip would take three times as long."""
    # The first and the last row once more, so that no window reads into its neighbour.
    padded = [np.r_[0, np.arange(len(one)), len(one) - 1] for one in clips]
    limbs = np.concatenate([one.limbs[at] for one, at in zip(clips, padded, strict=True)])
    turn = np.concatenate([one.turn[at] for one, at in zip(clips, padded, strict=True)])
    spans = [_spans(len(one)) for one in clips]
    counts = [len(one) for one in spans]
    offsets = np.cumsum([0, *(len(at) for at in padded)])[:-1] + 1
    chosen = np.concatenate(spans)
    long = Poses(limbs, turn, np.zeros((len(turn), 3), np.float32))
    exact = signature.signatures(long, chosen + np.repeat(offsets, counts)[:, None])
    rows = np.clip(np.rint(exact[:, _BY_ORDER] / _STEPS), -127, 127).astype(np.int8)
    squares = _squares(rows * _STEPS, metric)
    starts = np.cumsum([0, *counts])
    return PoseBank(np.asarray(seqs, np.int64), starts, chosen, rows, squares, metric)


@lru_cache(maxsize=4096)
def _spans(rows: int) -> Int64[np.ndarray, "windows 2"]:
    return signature.spans(rows)


def joined(parts: Sequence[PoseBank]) -> PoseBank:
    """Banks of one metric as one, clips in the order they come."""
    offsets = np.cumsum([0, *(len(part.rows) for part in parts)])
    starts = [part.starts[:-1] + at for part, at in zip(parts, offsets, strict=False)]
    return PoseBank(
        np.concatenate([part.seqs for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
        np.concatenate([part.spans for part in parts]),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.squares for part in parts]),
        parts[0].metric,
    )


def some(bank: PoseBank, clips: Int64[np.ndarray, " some"]) -> PoseBank:
    """Some clips of a bank, in the order asked for."""
    if np.array_equal(clips, np.arange(len(bank))):
        return bank
    counts = np.diff(bank.starts)[clips]
    starts = np.concatenate([[0], np.cumsum(counts)])
    at = np.repeat(bank.starts[clips] - starts[:-1], counts) + np.arange(starts[-1])
    return PoseBank(
        bank.seqs[clips], starts, bank.spans[at], bank.rows[at], bank.squares[at], bank.metric
    )


def in_order(bank: PoseBank) -> PoseBank:
    """The same clips by ascending seq."""
    return some(bank, np.argsort(bank.seqs, kind="stable"))
