"""z-scores of galleries of every size, and how parts are joined."""

import numpy as np
import pytest

from lavimo.search import scores
from lavimo.search.scores import Spread

USUAL = Spread(0.2, 0.1)


def test_a_large_gallery_speaks_for_itself() -> None:
    cosines = np.random.default_rng(0).normal(-0.3, 0.05, 20_000).astype(np.float32)
    found = scores.spread(cosines, USUAL)
    assert found.mean == pytest.approx(-0.3, abs=0.02)
    assert found.std == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_small_gallery_is_measured_by_what_is_usual(count: int) -> None:
    found = scores.spread(np.full(count, 0.6, np.float32), USUAL)
    assert found.mean == pytest.approx(0.2, abs=0.01)
    assert found.std == pytest.approx(0.1, abs=0.02)


def test_z_scores_are_bounded() -> None:
    z = scores.standard(np.array([-np.inf, 0.2, 0.4, 99], np.float32), USUAL)
    np.testing.assert_allclose(z, [scores.LOWEST, 0, 2, scores.HIGHEST], atol=1e-5)


def test_parts_are_joined_by_weight() -> None:
    parts = {"motion": np.array([1.0], np.float32), "captions": np.array([4.0], np.float32)}
    weights = scores.WEIGHTS
    expected = (weights["motion"] + 4 * weights["captions"]) / (
        weights["motion"] + weights["captions"]
    )
    assert scores.joined(parts)[0] == pytest.approx(expected)


def test_what_is_unwanted_only_takes_off() -> None:
    parts = {"motion": np.array([3.0, 3.0], np.float32)}
    unwanted = np.array([2.0, -2.0], np.float32)
    np.testing.assert_allclose(scores.joined(parts, unwanted), [2.0, 3.0])


def test_a_checkpoint_says_what_is_typical() -> None:
    known = {"typical": {"motion": {"mean": 0.5, "std": 0.25}}}
    assert scores.typical(known, "motion") == Spread(0.5, 0.25)
    assert scores.typical(known, "captions") == scores.TYPICAL["captions"]


def test_the_best_of_many_windows_is_good_by_chance() -> None:
    lost = scores.chances(np.array([1, 45, 45, 330]))
    assert lost.mean() == pytest.approx(0, abs=1e-6)
    assert lost[1] == lost[2]
    assert lost[3] - lost[0] == pytest.approx(scores.CHANCE * np.log(330), abs=1e-6)
    assert not scores.chances(np.array([7, 7, 7])).any()
    assert len(scores.chances(np.zeros(0, np.int64))) == 0


def test_windows_of_a_film_count_together() -> None:
    once, twice = np.array([[3.0], [-1.0]]), np.array([[3.0], [3.0]])
    assert scores.together(once.astype(np.float32))[0] == pytest.approx(3.0, abs=1e-3)
    assert scores.together(twice.astype(np.float32))[0] == pytest.approx(
        3 + scores.NEARLY * np.log(2)
    )
    alone = np.array([[1.0, 5.0, -2.0]], np.float32)
    np.testing.assert_allclose(scores.together(alone), alone[0])
