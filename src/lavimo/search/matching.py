"""A film against the clips of a gallery by limb directions: no model, no checkpoint.

The film is asked whole and in windows, since what somebody does may be a part of it; each window
is compared with the windows of every clip, and the 40 best clips are looked at again by time
warping; differences weigh as `features.landmark_errors` has it. What comes out are z-scores, as
for every part of a search, and for each clip which seconds of the film and of the clip agree.
Source: PROBE.md, Video, "The training-free searcher"; weights and movement are ours.
"""

from dataclasses import dataclass, replace

import numpy as np

from lavimo.features import landmark_errors, signature
from lavimo.features.bank import Likeness, PoseBank
from lavimo.features.directions import RATE, Poses
from lavimo.features.signature import Windows
from lavimo.features.warping import steps, warp
from lavimo.search import scores
from lavimo.search.bank import BankOf
from lavimo.search.scores import TYPICAL, Spread, spread, standard
from lavimo.shapes import Float32, Int64

ALIKE = Likeness(prior=30.0, movement=90.0)
"""How a window of a film is compared with windows of clips (chosen by films of val clips)."""
LEGS = Likeness(prior=0.1, free=0.7, distance=0.0, legs=1.0)
ARMS = Likeness(prior=0.1, free=0.7, distance=0.0, arms=1.0)
"""The same by how one half of the body moves: for what nobody in the gallery does in this way, at
this speed, or with these arms; or whose legs the picture does not show. Up to twice as fast or as
slow costs nothing."""
WAYS = (ALIKE, LEGS, ARMS)
STRANGE, NARROW = -22.0, 1.0
"""A film whose best score by `ALIKE` is lower is compared by movement as well, and the best way
counts: of 405 films of val clips 4 % are below, of their middles 13 %."""
HALF, SURE = 0.5, 0.999
"""A film that is known less is strange; one that is known so well is not compared by movement."""
LOOKED_AT = 40
"""Clips that are compared by time warping."""
PIECES = (2.2, 3.6, 6.0)
"""Seconds of the windows of a film beside the whole of it."""
MOST_PIECES = 32
"""Windows of a film at most: of a long film those with the most movement."""
PART, ACTION = 1.5, 4.5
"""Sigmas that a window costs for each halving of the film, since the whole of it says more; but a
film of more than 4.5 s may well be several actions, and counts as if it had no more than these."""
SIDES = 2.0
"""Sigmas that left and right may count at most. Where a clip and its mirror image are near to each
other, models guess, and limb directions still know which of them a film shows."""
STRETCH = 0.5
"""What a difference of lengths by the factor e costs in time warping, which would forget it."""

Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Matches:
    """One film against all clips: z-scores by clip, and where they agree.

    `directions` is the windows' z-score, of which the best counts most: by where the limbs are of a
    film that is like something in the gallery (`known` 1), and of one that is not (0) also by how
    legs or arms move, in the way of `WAYS` (`way`) that is best; and by how much less the film's
    mirror image is like the clip. `warping` is that of the time warping, among the clips that were
    looked at (the others have the lowest). `seqs` are the clips, ascending.
    """

    bank: PoseBank
    windows: Windows
    window: Int64[np.ndarray, " clips"]
    known: np.float32
    way: Int64[np.ndarray, " clips"]
    directions: Float32[np.ndarray, " clips"]
    warping: Float32[np.ndarray, " clips"]

    @property
    def seqs(self) -> Int64[np.ndarray, " clips"]:
        """The clips' seqs, ascending."""
        return self.bank.seqs

    @property
    def strange(self) -> bool:
        """Whether the film is like nothing in the gallery."""
        return bool(self.known < HALF)

    def spans(self, clip: int) -> tuple[Span, Span]:
        """The seconds of the film, and those of clip number `clip`, that agree best."""
        return _seconds(self.windows.spans[self.window[clip]]), _seconds(self.rows(clip))

    def rows(self, clip: int) -> tuple[int, int]:
        """The rows of clip number `clip` that agree best with its window of the film."""
        way = WAYS[self.way[clip]]
        return self.bank.best_span(self.windows, int(self.window[clip]), way, clip)


def match(bank_of: BankOf, film: Poses) -> Matches:
    """Compare a film with every clip; the caller holds a snapshot of the gallery."""
    bank = bank_of.get()
    windows = pieces(film)
    (alike,) = bank.scores(_with_mirrored(windows, film), ALIKE)
    alike, mirrored = alike[:-1], alike[-1]
    known = _known(alike[0])
    scored = plain = _standard(alike, "directions")
    way = np.zeros(scored.shape, np.int64)
    if known < SURE:
        moved = (_standard(one, "movement") for one in bank.scores(windows, LEGS, ARMS))
        every = np.stack([plain, *moved])
        if known < HALF:
            way = every.argmax(axis=0)
        scored = known * plain + (1 - known) * every.max(axis=0)
    scored = scored - part_costs(windows)[:, None] - scores.chances(np.diff(bank.starts))
    window = scored.argmax(axis=0)
    matches = Matches(
        bank=bank,
        windows=windows,
        window=window,
        known=known,
        way=way[window, np.arange(len(bank))],
        directions=scores.together(scored),
        warping=np.zeros(len(bank), np.float32),
    )
    # Sides and warping go by where limbs are: of a film that is like nothing they say nothing.
    return replace(
        matches,
        directions=matches.directions + known * _sides(alike[0], mirrored),
        warping=known * _warped(bank_of, matches, film),
    )


def _with_mirrored(windows: Windows, film: Poses) -> Windows:
    """The windows of a film and, last, the whole of its mirror image."""
    other = signature.windows(film.mirrored(), ())
    return Windows(
        np.concatenate([windows.spans, other.spans]),
        np.concatenate([windows.signatures, other.signatures]),
    )


def _sides(
    own: Float32[np.ndarray, " clips"], mirrored: Float32[np.ndarray, " clips"]
) -> Float32[np.ndarray, " clips"]:
    """By how many sigmas each clip is more like the film than like its mirror image."""
    apart = (own - mirrored) / np.float32(_scale(own, "directions").std)
    found: Float32[np.ndarray, " clips"] = np.clip(apart, -SIDES, SIDES).astype(np.float32)
    return found


def _known(alike: Float32[np.ndarray, " clips"]) -> np.float32:
    """0 for a film that is like nothing in the gallery, 1 for one that is, a little in between."""
    best = alike.max(initial=-1e6)
    return np.float32(1 / (1 + np.exp(min((STRANGE - best) / NARROW, 50.0))))


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


def _warped(bank_of: BankOf, matches: Matches, film: Poses) -> Float32[np.ndarray, " clips"]:
    """z-scores of time warping on the best windows of the best clips."""
    best = np.argsort(-matches.directions, kind="stable")[:LOOKED_AT]
    poses = bank_of.poses(matches.seqs[best].tolist())
    costs, weights = np.empty(len(best), np.float32), landmark_errors.row_weights()
    for piece in np.unique(matches.window[best]):
        mine = np.flatnonzero(matches.window[best] == piece)
        cut = [matches.rows(int(best[at])) for at in mine]
        theirs = [steps(poses[at].cut(*span)) @ weights for at, span in zip(mine, cut, strict=True)]
        begin, end = matches.windows.spans[piece].tolist()
        apart = np.abs(np.log([(last - first) / (end - begin) for first, last in cut]))
        costs[mine] = warp(steps(film.cut(begin, end)) @ weights, theirs) + STRETCH * apart
    z = standard(-costs, _scale(-costs, "warping"))
    found = np.full(len(matches.bank), z.min(initial=0.0), np.float32)
    found[best] = z
    return found


def _standard(
    scores: Float32[np.ndarray, "windows clips"], part: str
) -> Float32[np.ndarray, "windows clips"]:
    return np.stack([standard(one, _scale(one, part)) for one in scores])


def _scale(scores: Float32[np.ndarray, " clips"], part: str) -> Spread:
    """Forty clips are a scale of their own; what is typical would favour windows of a film that
    are near to everything."""
    if len(scores) < LOOKED_AT:
        return spread(scores, TYPICAL[part])
    return Spread(float(scores.mean()), max(float(scores.std()), 0.05))


def _seconds(span: Int64[np.ndarray, " 2"] | tuple[int, int]) -> Span:
    return float(span[0]) / RATE, float(span[1]) / RATE
