"""The bank of a gallery: its clips' signatures, kept in step with it.

A copy lies in the gallery's cache folder; what changed since is made again, clip by clip.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from lavimo.errors import LavimoError
from lavimo.features import bank, landmark_errors
from lavimo.features.bank import AT_ONCE, PoseBank
from lavimo.features.canonical import FPS
from lavimo.features.directions import WIDTH, Poses, from_motion
from lavimo.features.signature import DIM
from lavimo.files import atomic_path
from lavimo.gallery.contract import Backend
from lavimo.shapes import Float32, Int64

CACHE = "poses-2.bank"
"""The cache file's name; the number changes with what a signature is and weighs."""


def poses_of(rows: Float32[np.ndarray, "rows 31"]) -> Poses:
    """Stored pose rows as poses."""
    return Poses(rows[:, :WIDTH], rows[:, WIDTH], rows[:, WIDTH + 1 :])


class BankOf:
    """The bank of a gallery, made when it is first asked for and kept in step."""

    def __init__(self, gallery: Backend) -> None:
        self.gallery = gallery
        self._held = bank.empty(landmark_errors.metric())
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
        new = [bank.empty(held.metric)]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            new.append(bank.make(some, self.poses(some.tolist()), held.metric))
        kept = bank.some(held, np.flatnonzero(keep))
        return bank.in_order(bank.joined([kept, *new])), True


def _save(file: Path, held: PoseBank) -> None:
    file.parent.mkdir(exist_ok=True)
    with atomic_path(file) as temporary, temporary.open("wb") as stream:
        for part in (held.seqs, held.starts, held.spans, held.squares, held.rows):
            np.save(stream, part)


def _load(file: Path) -> PoseBank:
    """A saved bank; an empty one where there is none or it is not whole."""
    metric = landmark_errors.metric()
    try:
        with file.open("rb") as stream:
            seqs, starts, spans, squares, rows = (np.load(stream) for _ in range(5))
        held = PoseBank(seqs, starts, spans, rows, squares, metric)
    except (OSError, ValueError, EOFError):
        return bank.empty(metric)
    whole = len(starts) == len(seqs) + 1 and starts[-1] == len(rows) == len(spans) == len(squares)
    fits = rows.shape[1:] == (DIM,) and squares.shape[1:] == (4,)
    return held if whole and fits else bank.empty(metric)
