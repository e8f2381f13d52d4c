"""Ridge and neighbours on motions whose speed the caption names."""

import numpy as np
import pytest

from lavimo.data.captions import Caption
from lavimo.data.sample import Sample
from lavimo.errors import DataError, EvaluationError
from lavimo.evaluation import baselines
from lavimo.evaluation.diagnostics import side_accuracy
from lavimo.evaluation.protocols import Task, judge

WORDS = ("still", "legs", "left arm", "right arm")
SHAKEN = ([0], [4, 5, 7, 8], [18, 20], [19, 21])


def sentences(texts):
    return np.stack([np.eye(8, dtype=np.float32)[WORDS.index(text)] for text in texts])


def made(walk, split, count, rng):
    """Bodies whose named limbs shake."""
    samples = []
    for number in range(count):
        kind = number % 4
        positions = walk.positions + rng.normal(scale=1e-3, size=walk.positions.shape)
        shaken = SHAKEN[kind]
        positions[:, shaken] += rng.normal(scale=0.1, size=(len(positions), len(shaken), 3))
        positions = positions.astype(np.float32)
        samples.append(
            Sample(f"{split}{number}", positions, captions=(Caption(WORDS[kind]),), split=split)
        )
    return samples


@pytest.mark.parametrize("fit", [baselines.fit_ridge, baselines.fit_neighbours])
def test_learns_what_the_words_mean(walk, fit):
    rng = np.random.default_rng(0)
    train, val, test = (made(walk, name, n, rng) for name, n in
                        (("train", 24), ("val", 8), ("test", 12)))  # fmt: skip
    scores = fit(train, val, sentences).scores(test)
    for result in judge(Task(test, scores), "same-caption"):
        assert result.scores.at(1) > 90 > 2 * result.chance.at(1)


@pytest.mark.parametrize("fit", [baselines.fit_ridge, baselines.fit_neighbours])
def test_never_sees_a_test_clip(walk, fit):
    rng = np.random.default_rng(0)
    train, test = made(walk, "train", 8, rng), made(walk, "test", 8, rng)
    with pytest.raises(DataError, match="test split"):
        fit(train, test, sentences)
    with pytest.raises(EvaluationError):
        fit(train, [], sentences)


def sided(action, text):
    return Sample(f"{action}-{text}", captions=(Caption(text),), action=action)


def test_side_accuracy_counts_pairs():
    samples = [
        sided("wave-left-hand", "waves the left hand"),
        sided("wave-left-hand", "waves a hand"),  # names no side: asks nothing
        sided("wave-right-hand", "waves the right hand"),
        sided("kick", "kicks left"),
    ]
    scores = np.zeros((4, 4), np.float32)
    scores[0] = [0.9, 0.2, 0.5, 1.0]  # one of two left clips above the right one
    scores[2] = [0.1, 0.3, 0.3, 0.0]  # one pair won, one tied
    found = side_accuracy(samples, scores)
    assert found.pairs == 4
    assert found.accuracy == pytest.approx((1 + 1.5) / 4)
    assert list(found.families) == ["wave"]


def test_side_accuracy_needs_both_sides():
    samples = [sided("wave-left-hand", "left")]
    with pytest.raises(EvaluationError, match="both sides"):
        side_accuracy(samples, np.zeros((1, 1), np.float32))
