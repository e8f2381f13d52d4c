"""Ranks of the right answer, with the tie rule stated, and what is read off them.

Glossary: S similarity (queries, candidates); col 0-based rank of the right candidate, possibly
fractional; R@k share of queries with col < k, in percent; MedR median col + 1. METHOD.md D1.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lavimo.errors import EvaluationError
from lavimo.shapes import Bool, Float, Float32, Int64

KS = (1, 2, 3, 5, 10)
Ties = Literal["averaging", "optimistic", "expected"]


def similarity(
    queries: Float[np.ndarray, "queries dim"], candidates: Float[np.ndarray, "candidates dim"]
) -> Float32[np.ndarray, "queries candidates"]:
    """Cosine of unit rows; equal rows give bit-equal scores, so that ties are exact.

    Products are summed in float64 over distinct rows only and rounded once: the result does not
    hang on how a matrix product is blocked. Raises EvaluationError on values that are not finite.
    """
    rows, row_of = _distinct(queries)
    columns, column_of = _distinct(candidates)
    scores = (rows.astype(np.float64) @ columns.astype(np.float64).T).astype(np.float32)
    if not np.isfinite(scores).all():
        raise EvaluationError("The embeddings are not finite; train the model again.")
    expanded: Float32[np.ndarray, "queries candidates"] = scores[row_of][:, column_of]
    return expanded


def ranks(
    scores: Float[np.ndarray, "queries candidates"],
    truth: Int64[np.ndarray, " queries"],
    *,
    ties: Ties = "averaging",
) -> Float[np.ndarray, " queries"]:
    """Col of candidate `truth[i]` for query i, the best having 0.

    Candidates with exactly its score: "averaging" gives the mean of their places, "optimistic"
    the first. Raises EvaluationError on an empty set.
    """
    _refuse_empty(scores)
    return _places(scores, scores[np.arange(len(scores)), truth], ties)


def best_ranks(
    scores: Float[np.ndarray, "queries candidates"],
    positives: Bool[np.ndarray, "queries candidates"],
    *,
    ties: Ties = "averaging",
) -> Float[np.ndarray, " queries"]:
    """Col of each query's best-scoring positive (METHOD.md D3 b).

    "averaging" looks its value up in the sorted row, as published: other right answers of the
    same score count as rivals. "expected" does not let them: among p right and w wrong
    candidates of that score in random order the first right one comes at place w / (p + 1). With
    one right answer both are the same. Raises EvaluationError when a query has no positive.
    """
    _refuse_empty(scores)
    if not positives.any(axis=1).all():
        raise EvaluationError("A query has no right answer in the gallery; caption every clip.")
    target = np.where(positives, scores, -np.inf).max(axis=1)
    if ties != "expected":
        return _places(scores, target, ties)
    equal = scores == target[:, None]
    right = (equal & positives).sum(axis=1)
    wrong = (equal & ~positives).sum(axis=1)
    above = (scores > target[:, None]).sum(axis=1)
    cols: Float[np.ndarray, " queries"] = above + wrong / (right + 1)
    return cols


def recall(cols: Float[np.ndarray, " queries"], k: int) -> float:
    """R@k in percent; strict on the fractional col, so a two-way tie at the top counts at 1."""
    return 100.0 * float(np.mean(cols < k))


def median_rank(cols: Float[np.ndarray, " queries"]) -> float:
    """MedR: 1 is best, fractions are possible."""
    return float(np.median(cols)) + 1.0


@dataclass(frozen=True)
class Scores:
    """R@k in percent and MedR of one direction; `queries` and `gallery` are counts."""

    recalls: tuple[float, ...]
    median: float
    queries: int
    gallery: int

    def at(self, k: int) -> float:
        """R@k, k one of `KS`."""
        return self.recalls[KS.index(k)]


def scores_of(cols: Float[np.ndarray, " queries"], gallery: int) -> Scores:
    """What a set of cols comes to."""
    return Scores(tuple(recall(cols, k) for k in KS), median_rank(cols), len(cols), gallery)


def mean_scores(parts: list[Scores]) -> Scores:
    """The mean of every figure over batches, medians included (METHOD.md D3 d)."""
    return Scores(
        tuple(float(np.mean([part.at(k) for part in parts])) for k in KS),
        float(np.mean([part.median for part in parts])),
        sum(part.queries for part in parts),
        parts[0].gallery,
    )


def _places(
    scores: Float[np.ndarray, "queries candidates"],
    target: Float[np.ndarray, " queries"],
    ties: Ties,
    block: int = 512,
) -> Float[np.ndarray, " queries"]:
    if ties not in ("averaging", "optimistic", "expected"):
        raise EvaluationError(f"There is no tie rule {ties!r}; use averaging or optimistic.")
    cols = np.empty(len(scores), np.float64)
    for start in range(0, len(scores), block):
        part, value = scores[start : start + block], target[start : start + block, None]
        above = (part > value).sum(axis=1)
        others = (part == value).sum(axis=1) - 1
        cols[start : start + block] = above + (0 if ties == "optimistic" else others / 2)
    return cols


def _distinct(
    rows: Float[np.ndarray, "rows dim"],
) -> tuple[Float[np.ndarray, "distinct dim"], Int64[np.ndarray, " rows"]]:
    """The different rows, in order of first appearance, and which of them each row is."""
    place: dict[bytes, int] = {}
    numbers = [place.setdefault(row.tobytes(), len(place)) for row in np.ascontiguousarray(rows)]
    index = np.array(numbers, np.int64)
    first = np.unique(index, return_index=True)[1]
    return rows[first], index


def _refuse_empty(scores: Float[np.ndarray, "queries candidates"]) -> None:
    if scores.size == 0:
        raise EvaluationError("There is nothing to rank; choose a split or subset that has clips.")
