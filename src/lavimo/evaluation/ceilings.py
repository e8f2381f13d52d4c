"""What a perfect model can reach, and what a random order reaches: the frame of every score."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import comb

import numpy as np

from lavimo.evaluation.ranks import KS, Scores, Ties
from lavimo.shapes import Bool, Float, Int64


def ceiling_cols(
    direction: str,
    right: Bool[np.ndarray, "queries candidates"],
    queries: Sequence[str],
    gallery: Sequence[str],
    ties: Ties = "averaging",
) -> Float[np.ndarray, " queries"]:
    """Cols of a perfect text encoder beside distinct motions and films (METHOD.md D2).

    `queries` and `gallery` are the first captions of the clips that ask and that are ranked.
    From a sentence: one that several clips share has one order of motions, so that of clips which
    only answer themselves one is first, one second, and so on. To a sentence: equal ones tie
    exactly, which costs nothing where each of them is right ("expected"). Between films and
    motions nothing stands in the way.
    """
    if direction.startswith("T2"):
        return _text_to_motion(right, queries)
    if not direction.endswith("2T"):
        return np.zeros(len(queries))
    copies = Counter(gallery)
    tie = np.array([(copies[text] - 1) / 2 if ties == "averaging" else 0.0 for text in gallery])
    best: Float[np.ndarray, " queries"] = np.where(right, tie, np.inf).min(axis=1)
    return best


def _text_to_motion(
    right: Bool[np.ndarray, "queries candidates"], queries: Sequence[str]
) -> Float[np.ndarray, " queries"]:
    """Clips of one sentence with one common right answer reach 0, else 0, 1, 2 …"""
    members: dict[str, list[int]] = {}
    for number, text in enumerate(queries):
        members.setdefault(text, []).append(number)
    cols = np.zeros(len(queries))
    for group in members.values():
        if not right[group].all(axis=0).any():
            cols[group] = np.arange(len(group))
    return cols


def chance(right: Int64[np.ndarray, " queries"], candidates: int) -> Scores:
    """Expected scores of a random order: `right` counts the right answers of each query.

    P(the best of p right ones among N lies below k) = 1 - C(N - p, k) / C(N, k). MedR is the
    median of the mixture over queries, (N + 1) / 2 when each query has one right answer.
    """
    counts, weights = np.unique(right, return_counts=True)
    shares = weights / weights.sum()

    def below(k: int) -> float:
        missed = [comb(candidates - int(p), k) / comb(candidates, k) for p in counts]
        return 1.0 - float(np.dot(shares, missed))

    recalls = tuple(100 * below(k) if k <= candidates else 100.0 for k in KS)
    return Scores(recalls, _median(below, candidates) + 1.0, len(right), candidates)


def _median(below: Callable[[int], float], candidates: int) -> float:
    """Middle of the smallest cols at which the distribution reaches and passes one half."""
    middle = 0.5 + 1e-9

    def smallest(target: float) -> int:
        low, high = 0, candidates - 1
        while low < high:
            at = (low + high) // 2
            low, high = (low, at) if below(at + 1) >= target else (at + 1, high)
        return low

    return (smallest(0.5 - 1e-9) + smallest(middle)) / 2
