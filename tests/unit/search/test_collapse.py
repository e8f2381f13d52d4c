"""Folding rows into hits: against loops that say the same more slowly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lavimo.gallery import Item
from lavimo.search.collapse import apart, best_of_each, best_rows, fold, overlap

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3)), min_size=1, max_size=60)


@given(ROWS, st.integers(1, 8))
def test_best_rows_are_those_of_a_loop(rows: list[tuple[int, int]], count: int) -> None:
    owners = np.array([owner for owner, _ in rows], np.int64)
    total = np.array([score for _, score in rows], np.float32)
    best: dict[int, int] = {}
    for row in sorted(range(len(rows)), key=lambda row: (-total[row], row)):
        best.setdefault(int(owners[row]), row)
    assert best_rows(total, owners, count).tolist() == list(best.values())[:count]
    everything = sorted(range(len(rows)), key=lambda row: (-total[row], row))
    assert best_rows(total, owners, count, every_row=True).tolist() == everything[:count]


@given(ROWS)
def test_best_of_each_is_that_of_a_loop(rows: list[tuple[int, int]]) -> None:
    owners = np.array([owner for owner, _ in rows], np.int64)
    values = np.array([score for _, score in rows], np.float32)
    expected = [values[owners == owner].max() for owner in sorted(set(owners.tolist()))]
    assert best_of_each(values, owners).tolist() == expected


def item(id: str, start: float = 0.0, end: float = 2.0, sha256: str = "", **more: object) -> Item:
    return Item(1, id, f"/{id}.bvh", "", start, end, 2.0, 30.0, sha256=sha256, **more)  # type: ignore[arg-type]


def test_clips_beyond_the_last_hit_are_still_counted() -> None:
    vectors = np.eye(3, 4, dtype=np.float32)[[0, 1, 0, 1, 2]]
    groups = fold([item(str(n)) for n in range(5)], vectors, 2)
    assert [(group.leader, group.alike) for group in groups] == [(0, 1), (1, 1)]


def test_the_same_moment_of_the_same_content_is_one() -> None:
    items = [item("a", sha256="x"), item("b", 0.2, 2.0, sha256="x"), item("c", 5.0, 7.0, "x")]
    different = np.eye(3, 4, dtype=np.float32)
    assert [group.alike for group in fold(items, different, 5)] == [1, 0]
    assert [group.leader for group in apart(items, 5)] == [0, 2]


def test_a_twin_is_known_from_either_side() -> None:
    different = np.eye(2, 4, dtype=np.float32)
    first, twin = item("a"), item("b", mirrored_of="a")
    assert len(fold([first, twin], different, 5)) == 1
    assert len(fold([twin, first], different, 5)) == 1
    assert len(fold([first, item("c")], different, 5)) == 2


def test_overlap() -> None:
    assert overlap((0.0, 4.0), (2.0, 6.0)) == 1 / 3
    assert overlap((0.0, 1.0), (2.0, 3.0)) == 0
    assert overlap((1.0, 1.0), (1.0, 1.0)) == 1
