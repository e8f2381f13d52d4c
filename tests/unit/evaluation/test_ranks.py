"""The worked examples of METHOD.md D5, whose results come from the published metric code."""

import numpy as np
import pytest

from lavimo.errors import EvaluationError
from lavimo.evaluation.ranks import KS, best_ranks, median_rank, ranks, recall, similarity


def table(text):
    return np.array([[float(value) for value in row.split()] for row in text.split("|")])


A = table(".9 .1 .2 .3 | .8 .5 .6 .1 | .2 .4 .7 .75 | .05 .3 .2 .1")
B = table(".9 .8 .1 .2 | .9 .8 .1 .2 | .1 .3 .7 .2 | .2 .1 .4 .6")
C = table(".5 .4 .3 .2 | .5 .4 .3 .2 | .5 .4 .3 .2 | .1 .2 .3 .9")
D = table(".2 .9 .5 .1 | .3 .4 .8 .1 | .9 .2 .6 .7 | .1 .2 .3 .05")


def own(scores, ties="averaging"):
    return ranks(scores, np.arange(len(scores)), ties=ties)


@pytest.mark.parametrize(
    ("scores", "ties", "cols", "recalls", "median"),
    [
        (A, "averaging", [0, 2, 1, 2], [25, 50, 100, 100, 100], 2.5),
        (A.T, "averaging", [0, 0, 0, 2.5], [75, 75, 100, 100, 100], 1.0),
        (B, "averaging", [0, 1, 0, 0], [75, 100, 100, 100, 100], 1.0),
        (B.T, "averaging", [0.5, 0.5, 0, 0], [100, 100, 100, 100, 100], 1.25),
        (B.T, "optimistic", [0, 0, 0, 0], [100, 100, 100, 100, 100], 1.0),
        (C, "averaging", [0, 1, 2, 0], [50, 75, 100, 100, 100], 1.5),
        (C.T, "averaging", [1, 1, 1.5, 0], [25, 100, 100, 100, 100], 2.0),
        (C.T, "optimistic", [0, 0, 0, 0], [100, 100, 100, 100, 100], 1.0),
        (D, "averaging", [2, 1, 2, 3], [0, 25, 75, 100, 100], 3.0),
        (D.T, "averaging", [2, 1, 1, 3], [0, 50, 75, 100, 100], 2.5),
    ],
)
def test_worked_examples(scores, ties, cols, recalls, median):
    found = own(scores, ties)
    np.testing.assert_array_equal(found, cols)
    assert [recall(found, k) for k in KS] == recalls
    assert median_rank(found) == median


@pytest.mark.parametrize(
    ("scores", "cols", "recalls", "median"),
    [
        (D, [0, 1, 2, 3], [25, 50, 75, 100, 100], 2.5),
        (D.T, [1, 0, 1, 3], [25, 75, 75, 100, 100], 2.0),
    ],
)
def test_the_best_positive_counts(scores, cols, recalls, median):
    positives = np.eye(4, dtype=bool)
    positives[0, 1] = positives[1, 0] = True
    found = best_ranks(scores, positives)
    np.testing.assert_array_equal(found, cols)
    assert [recall(found, k) for k in KS] == recalls
    assert median_rank(found) == median


def test_collapsed_embeddings_gain_nothing():
    flat = np.zeros((31, 31))
    np.testing.assert_array_equal(own(flat), np.full(31, 15.0))
    assert recall(own(flat), 10) == 0
    assert median_rank(own(flat)) == 16
    assert recall(own(flat, "optimistic"), 1) == 100


def test_equal_rows_tie_exactly():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(600, 48)).astype(np.float32)
    rows[1::2] = rows[::2]
    scores = similarity(rows, rows)
    np.testing.assert_array_equal(scores[::2], scores[1::2])
    np.testing.assert_array_equal(scores[:, ::2], scores[:, 1::2])
    np.testing.assert_allclose(scores, rows @ rows.T, atol=1e-4)


def test_nothing_to_rank_is_said():
    with pytest.raises(EvaluationError, match="nothing to rank"):
        ranks(np.zeros((0, 0)), np.zeros(0, np.int64))
    with pytest.raises(EvaluationError, match="no right answer"):
        best_ranks(A, np.zeros((4, 4), bool))
    with pytest.raises(EvaluationError, match="not finite"):
        similarity(np.full((2, 3), np.nan, np.float32), np.ones((2, 3), np.float32))
