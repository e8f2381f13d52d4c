import numpy as np
import pytest

from lavimo.errors import DataError
from lavimo.features import statistics


def made(seed: int = 0, dim: int = 263) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [
        (100 + random.normal(0, 0.1 + np.arange(dim), (frames, dim))).astype(np.float32)
        for frames in (3, 50, 1, 400)
    ]


def test_running_statistics_are_those_of_all_rows_at_once() -> None:
    clips = made()
    rows = np.concatenate(clips).astype(np.float64)
    found = statistics.of(clips)
    assert found.count == len(rows)
    np.testing.assert_allclose(found.mean, rows.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.std, rows.std(axis=0, ddof=1), rtol=1e-5)


def test_normalise_and_restore() -> None:
    clips = made()
    found = statistics.of(clips)
    rows = found.normalise(np.concatenate(clips))
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-2)
    np.testing.assert_allclose(rows.std(axis=0), 1, atol=1e-2)
    np.testing.assert_allclose(found.restore(found.normalise(clips[0])), clips[0], rtol=1e-3)


def test_a_constant_column_stays_finite_on_other_data() -> None:
    found = statistics.of([np.ones((5, 263), np.float32)])
    assert np.abs(found.normalise(np.full((2, 263), 3, np.float32))).max() == 2


def test_blocks_average_each_kind_of_column() -> None:
    found = statistics.of(made()).in_blocks()
    kinds = [(0, 1), (1, 3), (3, 4), (4, 67), (67, 193), (193, 259), (259, 263)]
    assert [(b.start, b.stop) for b in statistics.blocks(263)] == kinds
    assert [(b.start, b.stop) for b in statistics.blocks(251)][3:] == [
        (4, 64), (64, 184), (184, 247), (247, 251)]  # fmt: skip
    plain = statistics.of(made()).std
    for a, b in kinds:
        np.testing.assert_allclose(found.std[a:b], plain[a:b].mean(), rtol=1e-5)


@pytest.mark.data
def test_blocks_are_those_of_the_published_deviation(golden) -> None:
    std = np.load(golden / "humanml3d_Std.npy")
    for block in statistics.blocks(263):
        assert np.ptp(std[block]) < 1e-6


def test_arrays_come_back() -> None:
    found = statistics.of(made())
    again = statistics.from_arrays(found.arrays())
    np.testing.assert_array_equal(again.mean, found.mean)
    np.testing.assert_array_equal(again.std, found.std)
    assert again.count == found.count


@pytest.mark.parametrize(
    "arrays",
    [
        {"mean": np.zeros(3)},
        {"mean": np.zeros(3), "std": np.array([1, np.nan, 1])},
        {"mean": np.zeros(3), "std": np.array([1, -1, 1])},
        {"mean": np.zeros(3), "std": np.ones(4)},
    ],
)
def test_wrong_arrays_are_refused(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(DataError):
        statistics.from_arrays(arrays)


def test_other_widths_and_no_data_are_refused() -> None:
    with pytest.raises(DataError, match="262 columns"):
        statistics.blocks(262)
    with pytest.raises(DataError, match="at least two"):
        statistics.of([])
