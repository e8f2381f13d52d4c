"""A film against the clips of a gallery by limb directions: no training, no checkpoint.

The film is asked whole and in windows, since what somebody does may be a part of it; each window
is compared with the windows of every clip, and the 40 best clips are looked at again by time
warping. What comes out are z-scores, as for every part of a search, and for each clip which
seconds of the film and of the clip agree. Source: PROBE.md, Video, "The training-free searcher".
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lavimo.features import signature
from lavimo.features.directions import RATE, Poses
from lavimo.features.signature import Windows
from lavimo.features.warping import steps, warp
from lavimo.search.bank import BankOf, PoseBank
from lavimo.search.scores import TYPICAL, Spread, spread, standard
from lavimo.shapes import Float32, Int64

PRIOR = 15.0
"""What a difference of lengths by the factor e costs, in squared distance."""
LOOKED_AT = 40
"""Clips that are compared by time warping."""
PIECES = (2.2, 3.6, 6.0)
"""Seconds of the windows of a film beside the whole of it."""
MOST_PIECES = 32
"""Windows of a film at most: of a long film those with the most movement."""
PART, ACTION = 1.0, 4.5
"""Sigmas that a window costs for each halving of the film, since the whole of it says more; but a
film of more than 4.5 s may well be several actions, and counts as if it had no more than these."""
STRETCH = 1.5
"""What a difference of lengths by the factor e costs in time warping, which would forget it."""

Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Matches:
    """One film against all clips: z-scores by clip, and where they agree.

    `directions` is the best window's z-score; `warping` that of the time warping, among the clips
    that were looked at (the others have the lowest). `seqs` are the clips, ascending.
    """

    bank: PoseBank
    windows: Windows
    window: Int64[np.ndarray, " clips"]
    directions: Float32[np.ndarray, " clips"]
    warping: Float32[np.ndarray, " clips"]

    @property
    def seqs(self) -> Int64[np.ndarray, " clips"]:
        """The clips' seqs, ascending."""
        return self.bank.seqs

    def spans(self, clip: int) -> tuple[Span, Span]:
        """The seconds of the film, and those of clip number `clip`, that agree best."""
        window = int(self.window[clip])
        theirs = self.bank.best_span(self.windows, window, PRIOR, clip)
        return _seconds(self.windows.spans[window]), _seconds(theirs)

    @cached_property
    def places(self) -> dict[int, int]:
        """Number of each clip by its seq."""
        return {int(seq): number for number, seq in enumerate(self.seqs)}


def match(bank_of: BankOf, film: Poses) -> Matches:
    """Compare a film with every clip; the caller holds a snapshot of the gallery."""
    bank = bank_of.get()
    windows = pieces(film)
    raw = bank.scores(windows, PRIOR)
    scored = np.stack([standard(one, _scale(one, "directions")) for one in raw])
    scored -= part_costs(windows)[:, None]
    window = scored.argmax(axis=0)
    directions = scored.max(axis=0)
    warping = _warped(bank_of, bank, windows, film, window, directions)
    return Matches(bank, windows, window, directions, warping)


def pieces(film: Poses) -> Windows:
    """The windows of a film that are asked for: the whole first, then those that move most."""
    spans = [(0, len(film))]
    for seconds in PIECES:
        count = round(seconds * RATE)
        if count > 0.8 * len(film):
            continue
        starts = np.arange(0, len(film) - count + 1, count // 3)
        spans += [(int(start), int(start) + count) for start in starts]
    chosen = np.array(spans, np.int64)
    if len(chosen) > MOST_PIECES:
        moved = np.linalg.norm(np.diff(film.limbs, axis=0), axis=1)
        way = np.concatenate([[0], np.cumsum(moved), [moved.sum()]])
        speed = (way[chosen[:, 1]] - way[chosen[:, 0]]) / np.diff(chosen, axis=1)[:, 0]
        speed[0] = np.inf
        chosen = chosen[np.sort(np.argsort(-speed, kind="stable")[:MOST_PIECES])]
    return Windows(chosen, signature.signatures(film, chosen))


def part_costs(windows: Windows) -> Float32[np.ndarray, " windows"]:
    """What each window of a film loses for leaving the rest of it out, in sigmas."""
    whole = min(float(windows.seconds[0]), ACTION)
    cost = PART * np.log2(np.maximum(whole / windows.seconds, 1))
    return cost.astype(np.float32)


def _warped(
    bank_of: BankOf,
    bank: PoseBank,
    windows: Windows,
    film: Poses,
    window: Int64[np.ndarray, " clips"],
    directions: Float32[np.ndarray, " clips"],
) -> Float32[np.ndarray, " clips"]:
    """z-scores of time warping on the best windows of the best clips."""
    best = np.argsort(-directions, kind="stable")[:LOOKED_AT]
    poses = bank_of.poses(bank.seqs[best].tolist())
    costs = np.empty(len(best), np.float32)
    for piece in np.unique(window[best]):
        mine = np.flatnonzero(window[best] == piece)
        cut = [bank.best_span(windows, int(piece), PRIOR, int(best[at])) for at in mine]
        theirs = [steps(poses[at].cut(*span)) for at, span in zip(mine, cut, strict=True)]
        begin, end = windows.spans[piece].tolist()
        apart = np.abs(np.log([(last - first) / (end - begin) for first, last in cut]))
        costs[mine] = warp(steps(film.cut(begin, end)), theirs) + STRETCH * apart
    z = standard(-costs, _scale(-costs, "warping"))
    found = np.full(len(bank), z.min(initial=0.0), np.float32)
    found[best] = z
    return found


def _scale(scores: Float32[np.ndarray, " clips"], part: str) -> Spread:
    """Forty clips are a scale of their own; what is typical would favour windows of a film that
    are near to everything."""
    if len(scores) < LOOKED_AT:
        return spread(scores, TYPICAL[part])
    return Spread(float(scores.mean()), max(float(scores.std()), 0.05))


def _seconds(span: Int64[np.ndarray, " 2"] | tuple[int, int]) -> Span:
    return float(span[0]) / RATE, float(span[1]) / RATE
