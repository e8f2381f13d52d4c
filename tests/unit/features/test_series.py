import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lavimo.features import series

values = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


@given(values, st.integers(1, 9))
def test_smoothing_is_two_means_with_repeated_edges(row: list[float], width: int) -> None:
    expected = np.array(row)
    for left in ((width - 1) // 2, width // 2):
        padded = np.concatenate(
            [np.repeat(expected[:1], left), expected, np.repeat(expected[-1:], width - 1 - left)]
        )
        expected = np.array([padded[i : i + width].mean() for i in range(len(expected))])
    found = series.smooth(np.array([row]), width)[0]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(values, st.integers(1, 5))
def test_lowest_nearby_is_the_minimum_of_the_window(row: list[float], reach: int) -> None:
    found = series.lowest_nearby(np.array([row]), reach)[0]
    expected = [min(row[max(0, i - reach) : i + reach + 1]) for i in range(len(row))]
    np.testing.assert_array_equal(found, expected)


def test_runs_close_gaps_before_short_ones_are_dropped() -> None:
    mask = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0], bool)
    assert series.runs(mask) == [(0, 2), (3, 4), (7, 8)]
    assert series.runs(mask, gap=1) == [(0, 4), (7, 8)]
    assert series.runs(mask, shortest=2, gap=1) == [(0, 4)]
    assert series.runs(mask, gap=3) == [(0, 8)]
    assert series.runs(np.zeros(4, bool)) == []


def test_pivots_of_a_wave_are_its_tops_and_bottoms() -> None:
    t = np.arange(100)
    points = series.pivots(np.sin(2 * np.pi * t / 20) + 0.05 * np.cos(t), 0.8)
    tops = [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
    np.testing.assert_allclose(points[1:11], tops, atol=1)


@given(values, st.integers(1, 15))
def test_neighbouring_pivots_differ_by_the_swing_and_alternate(
    row: list[float], swing: int
) -> None:
    points = series.pivots(np.array(row), float(swing))
    steps = np.diff([row[p] for p in points])
    assert (np.abs(steps) >= swing).all()
    assert (steps[1:] * steps[:-1] < 0).all()
    assert points == sorted(points)
    assert bool(points) == (np.ptp(row) >= swing)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_series_are_no_trouble(frames: int) -> None:
    row = np.arange(frames, dtype=float)
    assert series.smooth(row[None], 7).shape == (1, frames)
    assert series.pivots(row, 10.0) == []
