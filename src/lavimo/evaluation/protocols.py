"""Protocols, each named by what counts as right: there is no bare "all".

strict            the clip itself
same-caption      any clip whose captions hold the query's sentence
threshold-0.95    as published with TMR: captions of raw cosine > 2 * 0.95 - 1 = 0.90
threshold-cos0.8  LAVIMO's wording: captions of raw cosine >= 0.80
small-batches     strict within batches of 32 of one fixed shuffle; the mean of the batches

Ties: "averaging" (METHOD.md D1) everywhere but under same-caption, where clips that are right
answers too never count as rivals ("expected"; the same as averaging when one answer is right).
The query of a clip is its first caption. "dissimilar" (nsim) and "no mirror" are galleries, not
hit rules: give their clips as `gallery`. Source: METHOD.md D1 to D3, PROBE.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from lavimo.errors import EvaluationError
from lavimo.evaluation import ranks
from lavimo.evaluation.bootstrap import interval
from lavimo.evaluation.ceilings import ceiling_cols, chance
from lavimo.evaluation.ranks import Scores, Ties
from lavimo.shapes import Bool, Float, Float32, Int64

Direction = Literal["T2M", "M2T", "V2M", "M2V", "T2V", "V2T"]
Ways = tuple[Direction, Direction]
"""A direction and its reverse: rows asking for columns, columns asking for rows."""
DIRECTIONS: tuple[Ways, ...] = (("T2M", "M2T"), ("V2M", "M2V"), ("T2V", "V2T"))
PROTOCOLS = ("strict", "same-caption", "threshold-0.95", "threshold-cos0.8", "small-batches")
BATCH = 32


@runtime_checkable
class Judged(Protocol):
    """What a protocol must know of a clip: a manifest row or a sample will do."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def texts(self) -> tuple[str, ...]:
        """Its captions, the query first."""
        ...


@dataclass(frozen=True, eq=False)
class Task:
    """A test set and a model's scores on it.

    Row i is clip i's first caption, column i its motion; with other `ways` one of them is its
    film. `sentences` are unit sentence vectors of the first captions, needed by the thresholds
    only.
    """

    clips: Sequence[Judged]
    scores: Float32[np.ndarray, "clips clips"]
    sentences: Float32[np.ndarray, "clips dim"] | None = None
    ways: Ways = DIRECTIONS[0]

    @property
    def queries(self) -> list[str]:
        """The first caption of each clip. Raises EvaluationError when a clip has none."""
        for clip in self.clips:
            if not clip.texts:
                raise EvaluationError(f"{clip.id} has no caption; evaluation needs one a clip.")
        return [clip.texts[0] for clip in self.clips]


@dataclass(frozen=True)
class Result:
    """One direction under one protocol, with what frames it: interval, ceiling and chance."""

    protocol: str
    direction: Direction
    scores: Scores
    low: Scores
    high: Scores
    ceiling: Scores
    chance: Scores
    ties: Ties = "averaging"


def judge(
    task: Task,
    protocol: str,
    *,
    queries: Int64[np.ndarray, " queries"] | None = None,
    gallery: Int64[np.ndarray, " gallery"] | None = None,
    ties: Ties = "averaging",
    seed: int = 0,
) -> tuple[Result, Result]:
    """Both ways of a task under one protocol; the first caption of a clip stands for its film too.

    `queries` are the clips that ask, `gallery` those that are ranked (default: all; every query
    must be among them). Raises EvaluationError for an unknown protocol or an empty choice.
    """
    everything = np.arange(len(task.clips))
    gallery = everything if gallery is None else gallery
    queries = gallery if queries is None else queries
    if len(queries) == 0 or not np.isin(queries, gallery).all():
        raise EvaluationError("The queries are empty or not all in the gallery; choose others.")
    if protocol == "small-batches":
        return _small_batches(task, gallery, ties, seed)
    if protocol == "same-caption" and ties == "averaging":
        ties = "expected"
    right = positives(task, protocol)
    texts = task.queries
    there = (task.scores[np.ix_(queries, gallery)], right[np.ix_(queries, gallery)])
    back = (task.scores[np.ix_(gallery, queries)].T, right[np.ix_(gallery, queries)].T)
    asked, kept = [texts[i] for i in queries], [texts[i] for i in gallery]

    def result(way: Direction, scores: np.ndarray, mask: np.ndarray) -> Result:
        best = ceiling_cols(way, mask, asked, kept, ties)
        return _result(protocol, way, scores, mask, best, ties, seed)

    return result(task.ways[0], *there), result(task.ways[1], *back)


def positives(task: Task, protocol: str) -> Bool[np.ndarray, "clips clips"]:
    """Which motion (column) is a right answer to which first caption (row)."""
    if protocol not in _RULES:
        raise EvaluationError(f"There is no protocol {protocol!r}; known: {', '.join(PROTOCOLS)}.")
    mask = _RULES[protocol](task)
    np.fill_diagonal(mask, True)
    return mask


def _strict(task: Task) -> Bool[np.ndarray, "clips clips"]:
    return np.eye(len(task.clips), dtype=bool)


def _same_caption(task: Task) -> Bool[np.ndarray, "clips clips"]:
    holders: dict[str, list[int]] = {}
    for number, clip in enumerate(task.clips):
        for text in set(clip.texts):
            holders.setdefault(text, []).append(number)
    mask = np.zeros((len(task.clips), len(task.clips)), bool)
    for number, text in enumerate(task.queries):
        mask[number, holders[text]] = True
    return mask


def _alike(task: Task) -> Float[np.ndarray, "clips clips"]:
    if task.sentences is None:
        raise EvaluationError("A threshold needs sentence vectors; give the task `sentences`.")
    return ranks.similarity(task.sentences, task.sentences)


def _tmr(task: Task) -> Bool[np.ndarray, "clips clips"]:
    return _alike(task) > np.float32(2 * 0.95 - 1)


def _cos(task: Task) -> Bool[np.ndarray, "clips clips"]:
    return _alike(task) >= np.float32(0.8)


_RULES: dict[str, Callable[[Task], Bool[np.ndarray, "clips clips"]]] = {
    "strict": _strict,
    "same-caption": _same_caption,
    "threshold-0.95": _tmr,
    "threshold-cos0.8": _cos,
}


def _result(
    protocol: str,
    direction: Direction,
    scores: Float[np.ndarray, "queries candidates"],
    right: Bool[np.ndarray, "queries candidates"],
    best_cols: Float[np.ndarray, " queries"],
    ties: Ties,
    seed: int,
) -> Result:
    cols = ranks.best_ranks(scores, right, ties=ties)
    candidates = scores.shape[1]
    low, high = interval(cols, candidates, seed=seed)
    return Result(
        protocol=protocol,
        direction=direction,
        scores=ranks.scores_of(cols, candidates),
        low=low,
        high=high,
        ceiling=ranks.scores_of(best_cols, candidates),
        chance=chance(right.sum(axis=1), candidates),
        ties=ties,
    )


def small_batches(ids: Sequence[str]) -> list[Int64[np.ndarray, " 32"]]:
    """The published batches of 32: ids sorted, shuffled by the legacy generator with seed 0.

    Indices into `ids`; the remainder is dropped, as published (METHOD.md D3 d).
    """
    by_name = np.array(sorted(range(len(ids)), key=lambda i: ids[i]), np.int64)
    order = np.arange(len(ids))
    np.random.RandomState(0).shuffle(order)
    return [by_name[order[i : i + BATCH]] for i in range(0, len(ids) - BATCH + 1, BATCH)]


def _small_batches(
    task: Task, gallery: Int64[np.ndarray, " gallery"], ties: Ties, seed: int
) -> tuple[Result, Result]:
    batches = [gallery[b] for b in small_batches([task.clips[i].id for i in gallery])]
    if not batches:
        raise EvaluationError(f"Small batches need {BATCH} clips, there are {len(gallery)}.")
    texts = task.queries
    own, one = np.eye(BATCH, dtype=bool), np.ones(BATCH, np.int64)

    def mean(direction: Direction) -> Result:
        blocks = [task.scores[np.ix_(b, b)] for b in batches]
        forward = direction == task.ways[0]
        cols = [ranks.ranks(s if forward else s.T, np.arange(BATCH), ties=ties)
                for s in blocks]  # fmt: skip
        said = [[texts[i] for i in b] for b in batches]
        best = [ceiling_cols(direction, own, part, part, ties) for part in said]
        parts = [ranks.scores_of(c, BATCH) for c in cols]
        low, high = _ends_over_batches(parts, seed)
        return Result(
            protocol="small-batches",
            direction=direction,
            scores=ranks.mean_scores(parts),
            low=low,
            high=high,
            ceiling=ranks.mean_scores([ranks.scores_of(c, BATCH) for c in best]),
            chance=chance(one, BATCH),
            ties=ties,
        )

    return mean(task.ways[0]), mean(task.ways[1])


def _ends_over_batches(parts: list[Scores], seed: int) -> tuple[Scores, Scores]:
    """95 % interval of the mean, whole batches resampled."""
    figures = np.array([[*part.recalls, part.median] for part in parts])
    chosen = np.random.default_rng(seed).integers(0, len(parts), (1000, len(parts)))
    ends = np.percentile(figures[chosen].mean(axis=1), [2.5, 97.5], axis=0)
    queries = sum(part.queries for part in parts)
    low, high = (Scores(tuple(map(float, e[:-1])), float(e[-1]), queries, BATCH) for e in ends)
    return low, high
