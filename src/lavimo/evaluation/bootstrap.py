"""Percentile intervals: how far a score could move with other queries of the same kind."""

import numpy as np

from lavimo.evaluation.ranks import KS, Scores
from lavimo.shapes import Float

DRAWS = 1000
LEVEL = 95.0


def interval(
    cols: Float[np.ndarray, " queries"],
    gallery: int,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[Scores, Scores]:
    """Lower and upper end of each figure over resampled queries; seeded, so it repeats exactly.

    The gallery stays as it is: the interval says nothing of other galleries or training seeds.
    """
    rng = np.random.default_rng(seed)
    figures = np.empty((draws, len(KS) + 1))
    for start in range(0, draws, 100):  # bounds the memory at 100 x queries
        part = cols[rng.integers(0, len(cols), (min(100, draws - start), len(cols)))]
        here = figures[start : start + len(part)]
        for place, k in enumerate(KS):
            here[:, place] = 100.0 * (part < k).mean(axis=1)
        here[:, -1] = np.median(part, axis=1) + 1.0
    ends = np.percentile(figures, [(100 - level) / 2, (100 + level) / 2], axis=0)
    low, high = (
        Scores(tuple(map(float, end[:-1])), float(end[-1]), len(cols), gallery) for end in ends
    )
    return low, high
