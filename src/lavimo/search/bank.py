"""The signatures of a gallery's clips in memory: what a film is compared with.

Every clip is indexed whole and in windows of several lengths (`lavimo.features.signature`), about
45 for seven seconds. They are kept as int8: 10 kB a clip, whose rounding moves a squared distance
by less than 0.1 where neighbours are several units apart. A copy lies in the gallery's cache
folder; what changed since is made again, clip by clip.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from lavimo.errors import LavimoError
from lavimo.features import signature
from lavimo.features.canonical import FPS
from lavimo.features.directions import RATE, WIDTH, Poses, from_motion
from lavimo.features.signature import DIM, KEPT, Windows
from lavimo.files import atomic_path
from lavimo.gallery.contract import Backend
from lavimo.shapes import Float32, Int8, Int64

CACHE = "poses-1.bank"
"""The cache file's name; the number changes with what a signature is."""
AT_ONCE = 256
"""Clips whose signatures are made in one go."""
BLOCK = 4096
"""Windows that are widened to float32 at a time: 3.7 MB, which the processor's cache holds."""
_STEPS = np.tile(np.repeat(np.array([4 / 127, 12 / 127], np.float32), [WIDTH, 1]), KEPT)


@dataclass(frozen=True, eq=False)
class PoseBank:
    """Signatures of the windows of many clips; windows of a clip adjoin, the whole clip first.

    `seqs` names the clips, ascending; clip i has the windows `starts[i]` to `starts[i + 1]`;
    `spans` are pose rows (10 Hz) of the clip.
    """

    seqs: Int64[np.ndarray, " clips"]
    starts: Int64[np.ndarray, " bounds"]
    spans: Int64[np.ndarray, "windows 2"]
    rows: Int8[np.ndarray, "windows 224"]
    squares: Float32[np.ndarray, " windows"]

    def __len__(self) -> int:
        return len(self.seqs)

    def scores(self, query: Windows, prior: float) -> Float32[np.ndarray, "queries clips"]:
        """For each window of a film and each clip the score of the clip's best window.

        Score = -(squared distance + `prior` x |log of the ratio of lengths|), as
        `signature.Bank.nearest` has it.
        """
        found = np.empty((len(self), len(query.spans)), np.float32)
        wide = np.empty((BLOCK, DIM), np.float32)
        for first, last in self._blocks():
            begin, end = int(self.starts[first]), int(self.starts[last])
            if end - begin > len(wide):  # one clip of many minutes
                wide = np.empty((end - begin, DIM), np.float32)
            near = self._near(query, prior, begin, end, wide)
            starts = self.starts[first:last] - begin
            np.maximum.reduceat(near, starts, axis=0, out=found[first:last])
        return np.ascontiguousarray(found.T)

    def best_span(self, query: Windows, window: int, prior: float, clip: int) -> tuple[int, int]:
        """The rows of the window of clip number `clip` that is nearest to one of a film."""
        one = Windows(query.spans[window : window + 1], query.signatures[window : window + 1])
        begin, end = int(self.starts[clip]), int(self.starts[clip + 1])
        wide = np.empty((end - begin, DIM), np.float32)
        best = begin + int(self._near(one, prior, begin, end, wide)[:, 0].argmax())
        return int(self.spans[best, 0]), int(self.spans[best, 1])

    def _near(
        self, query: Windows, prior: float, begin: int, end: int, wide: Float32[np.ndarray, "_ _"]
    ) -> Float32[np.ndarray, "windows queries"]:
        some = wide[: end - begin]
        np.copyto(some, self.rows[begin:end])
        near = some @ (2 * query.signatures * _STEPS).T
        near -= self.squares[begin:end, None]
        near -= np.square(query.signatures).sum(axis=1)
        spans = self.spans[begin:end]
        lengths = np.log((spans[:, 1] - spans[:, 0]).astype(np.float32) / np.float32(RATE))
        apart = np.subtract.outer(lengths, np.log(query.seconds))
        near -= np.float32(prior) * np.abs(apart, out=apart)
        return near

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges of clips with about `BLOCK` windows each."""
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self.starts, self.starts[first] + BLOCK, "right")) - 1
            last = max(first + 1, min(last, len(self)))
            yield first, last
            first = last


def empty() -> PoseBank:
    """A bank of no clips."""
    return PoseBank(
        np.zeros(0, np.int64),
        np.zeros(1, np.int64),
        np.zeros((0, 2), np.int64),
        np.zeros((0, DIM), np.int8),
        np.zeros(0, np.float32),
    )


def make(seqs: Int64[np.ndarray, " clips"], clips: Sequence[Poses]) -> PoseBank:
    """The bank of clips; `seqs` ascending."""
    parts = (
        _make(seqs[start : start + AT_ONCE], clips[start : start + AT_ONCE])
        for start in range(0, len(clips), AT_ONCE)
    )
    return _joined([empty(), *parts])


def poses_of(rows: Float32[np.ndarray, "rows 31"]) -> Poses:
    """Stored pose rows as poses."""
    return Poses(rows[:, :WIDTH], rows[:, WIDTH], rows[:, WIDTH + 1 :])


class BankOf:
    """The bank of a gallery, made when it is first asked for and kept in step."""

    def __init__(self, gallery: Backend) -> None:
        self.gallery = gallery
        self._held = empty()
        self._generation = -1
        self.computed = 0
        """Clips whose pose rows were not stored, so that they were computed for the search."""

    def get(self) -> PoseBank:
        """The bank as of now; the caller holds a snapshot of the gallery."""
        generation = self.gallery.generation
        if generation == self._generation:
            return self._held
        file = self.gallery.cache_file(CACHE)
        if self._generation < 0 and file is not None:
            self._held = _load(file)
        seqs = self.gallery.seqs()
        clips = seqs[self.gallery.owners(seqs) == seqs]
        self._held, fresh = self._updated(self._held, clips)
        self._generation = generation
        if fresh and file is not None:
            with suppress(OSError, LavimoError):
                _save(file, self._held)
        return self._held

    def poses(self, seqs: Sequence[int]) -> list[Poses]:
        """Poses of clips, computed from the positions where they are not stored."""
        stored = self.gallery.poses(seqs)
        return [
            poses_of(rows) if rows is not None else from_motion(self.gallery.positions(seq), FPS)
            for seq, rows in zip(seqs, stored, strict=True)
        ]

    def _updated(self, held: PoseBank, clips: Int64[np.ndarray, " clips"]) -> tuple[PoseBank, bool]:
        """The bank of just these clips; says whether it is another than the one held."""
        unposed = set(self.gallery.unposed())
        self.computed = len(unposed)
        missing = np.setdiff1d(clips, held.seqs, assume_unique=True)
        keep = np.isin(held.seqs, clips, assume_unique=True)
        if len(missing) == 0 and keep.all():
            return held, False
        new = [empty()]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            new.append(_make(some, self.poses(some.tolist())))
        return _sorted(_joined([_some(held, np.flatnonzero(keep)), *new])), True


def _make(seqs: Int64[np.ndarray, " clips"], clips: Sequence[Poses]) -> PoseBank:
    """All clips as one long one: a call a clip would take three times as long."""
    # The first and the last row once more, so that no window reads into its neighbour.
    padded = [np.r_[0, np.arange(len(one)), len(one) - 1] for one in clips]
    limbs = np.concatenate([one.limbs[at] for one, at in zip(clips, padded, strict=True)])
    turn = np.concatenate([one.turn[at] for one, at in zip(clips, padded, strict=True)])
    spans = [_spans(len(one)) for one in clips]
    counts = [len(one) for one in spans]
    offsets = np.cumsum([0, *(len(at) for at in padded)])[:-1] + 1
    joined = np.concatenate(spans)
    long = Poses(limbs, turn, np.zeros((len(turn), 3), np.float32))
    exact = signature.signatures(long, joined + np.repeat(offsets, counts)[:, None])
    rows = np.clip(np.rint(exact / _STEPS), -127, 127).astype(np.int8)
    squares = np.square(rows * _STEPS).sum(axis=1)
    return PoseBank(np.asarray(seqs, np.int64), np.cumsum([0, *counts]), joined, rows, squares)


@lru_cache(maxsize=4096)
def _spans(rows: int) -> Int64[np.ndarray, "windows 2"]:
    return signature.spans(rows)


def _joined(parts: Sequence[PoseBank]) -> PoseBank:
    offsets = np.cumsum([0, *(len(part.rows) for part in parts)])
    starts = [part.starts[:-1] + at for part, at in zip(parts, offsets, strict=False)]
    return PoseBank(
        np.concatenate([part.seqs for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
        np.concatenate([part.spans for part in parts]),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.squares for part in parts]),
    )


def _some(bank: PoseBank, clips: Int64[np.ndarray, " some"]) -> PoseBank:
    """Some clips of a bank, in the order asked for."""
    if np.array_equal(clips, np.arange(len(bank))):
        return bank
    counts = np.diff(bank.starts)[clips]
    starts = np.concatenate([[0], np.cumsum(counts)])
    at = np.repeat(bank.starts[clips] - starts[:-1], counts) + np.arange(starts[-1])
    return PoseBank(bank.seqs[clips], starts, bank.spans[at], bank.rows[at], bank.squares[at])


def _sorted(bank: PoseBank) -> PoseBank:
    return _some(bank, np.argsort(bank.seqs, kind="stable"))


def _save(file: Path, bank: PoseBank) -> None:
    file.parent.mkdir(exist_ok=True)
    with atomic_path(file) as temporary, temporary.open("wb") as stream:
        for part in (bank.seqs, bank.starts, bank.spans, bank.squares, bank.rows):
            np.save(stream, part)


def _load(file: Path) -> PoseBank:
    """A saved bank; an empty one where there is none or it is not whole."""
    try:
        with file.open("rb") as stream:
            seqs, starts, spans, squares, rows = (np.load(stream) for _ in range(5))
        bank = PoseBank(seqs, starts, spans, rows, squares)
    except (OSError, ValueError, EOFError):
        return empty()
    whole = len(starts) == len(seqs) + 1 and starts[-1] == len(rows) == len(spans) == len(squares)
    return bank if whole and rows.shape[1:] == (DIM,) else empty()
