"""The bank of signatures against plain code, in every way to be alike."""

from collections.abc import Callable

import numpy as np
import pytest

from lavimo.features import bank, landmark_errors, signature
from lavimo.features.bank import PLAIN, STILL, Likeness, Metric
from lavimo.features.directions import Poses

Make = Callable[[int, int], Poses]
WAYS = (
    Likeness(15.0),
    Likeness(30.0, movement=90.0),
    Likeness(0.0, distance=0.0, movement=1.0),
    Likeness(0.0, distance=0.0, legs=1.0),
    Likeness(3.0, distance=0.0, arms=1.0),
    Likeness(0.5, distance=0.0, legs=1.0, free=0.7),
)
TRUNK, UPPER, LOWER = range(3), range(3, 15), range(15, 27)


def moves(*columns: range) -> list[int]:
    """Places of some columns in the orders that move."""
    return [28 * k + c for k in range(1, signature.KEPT) for part in columns for c in part]


PARTS = (moves(range(28)), moves(TRUNK, LOWER), moves(TRUNK, UPPER))
LENGTHS = (40, 8, 90, 2, 61, 33)


@pytest.fixture
def clips(some_poses: Make) -> list[Poses]:
    return [some_poses(rows, seed) for seed, rows in enumerate(LENGTHS)]


def agreement(
    a: np.ndarray, b: np.ndarray, metric: Metric, columns: list[int], still: float
) -> float:
    weights = metric[np.ix_(columns, columns)]
    size = [np.sqrt(v[columns] @ weights @ v[columns] + still) for v in (a, b)]
    return float(a[columns] @ weights @ b[columns] / (size[0] * size[1]))


def plain(
    query: signature.Windows, clip: Poses, metric: Metric, way: Likeness
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of every window of a clip, and the windows, number by number."""
    own = signature.windows(clip)
    found = np.zeros((len(query.spans), len(own.spans)))

    def by_order(rows: np.ndarray) -> np.ndarray:
        return rows.reshape(-1, signature.KEPT).T.ravel()

    for i, mine in enumerate(query.signatures):
        for j, theirs in enumerate(own.signatures):
            a, b = by_order(mine), by_order(theirs)
            agreed = [agreement(a, b, metric, *part) for part in zip(PARTS, STILL, strict=True)]
            apart = max(0.0, abs(np.log(query.seconds[i] / own.seconds[j])) - way.free)
            distance = (a - b) @ metric @ (a - b)
            found[i, j] = np.dot(agreed, (way.movement, way.legs, way.arms))
            found[i, j] -= way.distance * distance + way.prior * apart
    return found, own.spans


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("weighed", [False, True])
def test_scores_are_those_of_plain_code(
    clips: list[Poses], some_poses: Make, way: Likeness, weighed: bool
) -> None:
    metric = landmark_errors.metric() if weighed else PLAIN
    made = bank.make(np.arange(6) * 3 + 1, clips, metric)
    query = signature.windows(some_poses(37, 99), (2.2,))
    (found,) = made.scores(query, way)
    for number, clip in enumerate(clips):
        scores, spans = plain(query, clip, metric, way)
        near = 0.02 if way.distance == 0 else 1.5  # int8
        np.testing.assert_allclose(found[:, number], scores.max(axis=1), atol=near)
        best = made.best_span(query, 0, way, number)
        place = [tuple(span) for span in spans.tolist()].index(best)
        assert scores[0, place] > scores[0].max() - near


def test_blocks_change_nothing(
    clips: list[Poses], some_poses: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = signature.windows(some_poses(37, 99))
    whole = bank.make(np.arange(6), clips).scores(query, *WAYS)
    monkeypatch.setattr(bank, "AT_ONCE", 2)
    monkeypatch.setattr(bank, "BLOCK", 50)
    parts = bank.make(np.arange(6), clips).scores(query, *WAYS)
    np.testing.assert_allclose(whole, parts, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("way", WAYS)
def test_a_clip_finds_itself_whole(clips: list[Poses], way: Likeness) -> None:
    made = bank.make(np.arange(6), clips, landmark_errors.metric())
    for number in (0, 2, 4, 5):
        query = signature.windows(clips[number], ())
        (scores,) = made.scores(query, way)
        assert scores[0].argmax() == number
        assert made.best_span(query, 0, way, number) == (0, len(clips[number]))


def test_movement_counts_however_far_it_goes(some_poses: Make) -> None:
    # The same movement half as far, from another stance: the clip is found by movement only.
    moving, other = some_poses(40, 1), some_poses(40, 2)
    mean = moving.limbs.mean(axis=0)
    elsewhere = other.limbs.mean(axis=0) + 0.5 * (moving.limbs - mean)
    film = Poses(elsewhere.astype(np.float32), moving.turn / 2, moving.path)
    still = Poses(np.repeat(other.limbs.mean(axis=0)[None], 40, 0), 0 * other.turn, other.path)
    made = bank.make(np.arange(2), [moving, still])
    near, moves = made.scores(signature.windows(film, ()), WAYS[0], WAYS[2])
    assert near[0].argmax() == 1
    assert moves[0].argmax() == 0


def test_an_empty_bank_answers_with_nothing(some_poses: Make) -> None:
    made = bank.make(np.zeros(0, np.int64), [])
    assert made.scores(signature.windows(some_poses(20, 0)), WAYS[0]).shape[2] == 0


def test_errors_weigh_means_least() -> None:
    metric = landmark_errors.metric()
    np.testing.assert_allclose(metric, metric.T, atol=1e-5)
    assert np.linalg.eigvalsh(metric).min() > 0
    assert not metric[:28, 28:].any()
    weights = np.diag(metric).reshape(signature.KEPT, 28)[:, :27].mean(axis=1)
    assert (weights[1:] > 1.1 * weights[0]).all()
    rows = landmark_errors.row_weights()
    np.testing.assert_allclose(rows, rows.T, atol=1e-5)
    assert np.linalg.eigvalsh(rows).min() > 0
