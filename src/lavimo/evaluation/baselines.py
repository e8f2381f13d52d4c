"""Two systems that any net must beat: a one-second ridge, and neighbours by caption.

Both see a motion as 549 numbers: mean, deviation, 10 % and 90 % quantile of the normalised,
clipped features without the 6D block, and the log of the length. Both read sentences with the
frozen sentence model. Source: PROBE.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.data.sample import Sample
from lavimo.data.splits import refuse_test
from lavimo.errors import EvaluationError
from lavimo.evaluation.ranks import best_ranks, recall, similarity
from lavimo.features import humanml
from lavimo.shapes import Float, Float32

LAMBDAS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
NEIGHBOURS = (1, 3, 5, 10, 20)
CLIP = 6.0
_ROTATIONS = slice(67, 193)

Sentences = Callable[[Sequence[str]], Float32[np.ndarray, "texts dim"]]
"""Texts to unit rows: `MiniLM.sentence`."""


@dataclass(frozen=True, eq=False)
class Summary:
    """Motions as 549 numbers, normalised by the training clips."""

    mean: Float32[np.ndarray, " numbers"]
    std: Float32[np.ndarray, " numbers"]

    @staticmethod
    def of(samples: Sequence[Sample]) -> "Summary":
        """Feature statistics of training clips, each frame counting once."""
        frames = np.concatenate(_features(samples))
        return Summary(frames.mean(axis=0), frames.std(axis=0) + np.float32(1e-8))

    def __call__(self, samples: Sequence[Sample]) -> Float32[np.ndarray, "clips numbers"]:
        """One row a clip."""
        return np.stack([self._row(block) for block in _features(samples)])

    def _row(self, block: Float32[np.ndarray, "frames numbers"]) -> Float32[np.ndarray, " out"]:
        normal = np.clip((block - self.mean) / self.std, -CLIP, CLIP)
        low, high = np.quantile(normal, [0.1, 0.9], axis=0)
        length = np.log(np.float32(len(block)))[None]
        parts = [normal.mean(axis=0), normal.std(axis=0), low, high, length]
        return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Ridge:
    """Motion statistics to the mean sentence vector of a clip's captions, by ridge regression."""

    summary: Summary
    sentences: Sentences
    offset: Float[np.ndarray, " numbers"]
    weights: Float[np.ndarray, "numbers dim"]
    centre: Float[np.ndarray, " dim"]
    penalty: float

    def text(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """Unit rows: sentence vectors minus the mean of the training targets."""
        return _unit(self.sentences(texts) - self.centre)

    def motion(self, samples: Sequence[Sample]) -> Float32[np.ndarray, "clips dim"]:
        """Unit rows: what the motion's statistics predict."""
        return _unit((self.summary(samples) - self.offset) @ self.weights)

    def scores(self, samples: Sequence[Sample]) -> Float32[np.ndarray, "clips clips"]:
        """First captions (rows) against motions (columns)."""
        return _products(self.text(_queries(samples)), self.motion(samples))


def fit_ridge(train: Sequence[Sample], val: Sequence[Sample], sentences: Sentences) -> Ridge:
    """The ridge with the penalty that does best on val (same-caption R@1 + 5 + 10, T2M and M2T).

    Raises DataError when a test clip is among the clips, EvaluationError without training clips.
    """
    refuse_test([*train, *val])
    if not train or not val:
        raise EvaluationError("A ridge needs clips to train on and clips of val to choose by.")
    summary = Summary.of(train)
    x, y = summary(train).astype(np.float64), _targets(train, sentences)
    offset, centre = x.mean(axis=0), y.mean(axis=0)
    values, axes = np.linalg.eigh((x - offset).T @ (x - offset))
    moved = axes.T @ ((x - offset).T @ (y - centre))

    def ridge(penalty: float) -> Ridge:
        weights = axes @ (moved / (np.maximum(values, 0) + penalty)[:, None])
        return Ridge(summary, sentences, offset, weights, centre, penalty)

    return max((ridge(p) for p in LAMBDAS), key=lambda one: _goodness(one.scores(val), val))


@dataclass(frozen=True, eq=False)
class TextNeighbours:
    """A sentence finds the nearest training captions, their motions find the nearest motions."""

    summary: Summary
    sentences: Sentences
    captions: Float32[np.ndarray, "captions dim"]
    owners: tuple[int, ...]
    motions: Float32[np.ndarray, "clips numbers"]
    offset: Float32[np.ndarray, " numbers"]
    neighbours: int

    def scores(self, samples: Sequence[Sample]) -> Float32[np.ndarray, "clips clips"]:
        """First captions (rows) against motions (columns): the nearest of the found motions."""
        queries = self.sentences(_queries(samples))
        mine = _unit(self.summary(samples) - self.offset)
        alike = _products(self.motions, mine)
        near = _products(queries, self.captions)
        rows = []
        for row in near:
            order = np.argsort(-row, kind="stable")
            clips = list(dict.fromkeys(self.owners[i] for i in order))[: self.neighbours]
            nearest = {clip: row[i] for i in order[::-1] if (clip := self.owners[i]) in set(clips)}
            weights = np.array([nearest[clip] for clip in clips])
            rows.append((weights[:, None] * alike[clips]).max(axis=0))
        return np.stack(rows).astype(np.float32)


def fit_neighbours(
    train: Sequence[Sample], val: Sequence[Sample], sentences: Sentences
) -> TextNeighbours:
    """The number of neighbours that does best on val. Raises as `fit_ridge`."""
    refuse_test([*train, *val])
    if not train or not val:
        raise EvaluationError("Neighbours need clips to train on and clips of val to choose by.")
    summary = Summary.of(train)
    rows = summary(train)
    texts = [(text, number) for number, one in enumerate(train) for text in one.texts]
    vectors = sentences([text for text, _ in texts])
    offset = rows.mean(axis=0)
    found = (
        TextNeighbours(
            summary, sentences, vectors, tuple(n for _, n in texts), _unit(rows - offset), offset, k
        )
        for k in NEIGHBOURS
    )
    return max(found, key=lambda one: _goodness(one.scores(val), val))


def _features(samples: Sequence[Sample]) -> list[Float32[np.ndarray, "_ 137"]]:
    encoded: list[Float32[np.ndarray, "_ numbers"]] = []
    if all(one.features is not None for one in samples):
        encoded = [one.features for one in samples if one.features is not None]
    else:
        clips = [one.positions for one in samples if one.positions is not None]
        if len(clips) < len(samples):
            raise EvaluationError("A clip has no positions; a baseline needs every motion.")
        encoded = humanml.encode_batch(clips, canonical=True)
    if encoded[0].shape[1] != humanml.DIM:
        raise EvaluationError("The baselines know 263 numbers a frame only, not KIT's 251.")
    return [np.delete(block, _ROTATIONS, axis=1) for block in encoded]


def _targets(samples: Sequence[Sample], sentences: Sentences) -> Float[np.ndarray, "clips dim"]:
    texts = sorted({text for one in samples for text in one.texts})
    vectors = dict(zip(texts, sentences(texts), strict=True))
    return np.stack([np.mean([vectors[text] for text in one.texts], axis=0) for one in samples])


def _queries(samples: Sequence[Sample]) -> list[str]:
    return [one.texts[0] for one in samples]


def _goodness(scores: Float32[np.ndarray, "clips clips"], samples: Sequence[Sample]) -> float:
    right = np.array([[one.texts[0] in other.texts for other in samples] for one in samples])
    both = (best_ranks(scores, right), best_ranks(scores.T, right.T))
    return sum(recall(cols, k) for cols in both for k in (1, 5, 10))


def _unit(rows: Float[np.ndarray, "rows dim"]) -> Float32[np.ndarray, "rows dim"]:
    scaled: Float[np.ndarray, "rows dim"] = rows / np.maximum(
        np.linalg.norm(rows, axis=1, keepdims=True), 1e-12
    )
    return scaled.astype(np.float32)


def _products(
    a: Float32[np.ndarray, "rows dim"], b: Float32[np.ndarray, "columns dim"]
) -> Float32[np.ndarray, "rows columns"]:
    return similarity(a, b)
