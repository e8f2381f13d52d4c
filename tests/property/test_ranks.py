"""Ranks against sorting every row, as the published metric code does it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lavimo.evaluation.ranks import best_ranks, ranks


def by_sorting(scores, positives, ties):
    cols = []
    for row, mask in zip(-scores, positives, strict=True):
        ordered = np.sort(row)
        places = np.flatnonzero(ordered == row[mask].min())
        cols.append(places.mean() if ties == "averaging" else places.min())
    return np.array(cols)


@given(
    st.integers(1, 40),
    st.integers(1, 30),
    st.integers(0, 2**16),
    st.sampled_from(["averaging", "optimistic"]),
)
def test_counting_gives_what_sorting_gives(queries, candidates, seed, ties):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-3, 4, (queries, candidates)).astype(np.float32)  # many ties
    truth = rng.integers(0, candidates, queries)
    only = np.arange(candidates) == truth[:, None]
    np.testing.assert_array_equal(ranks(scores, truth, ties=ties), by_sorting(scores, only, ties))
    more = only | (rng.random((queries, candidates)) < 0.2)
    np.testing.assert_array_equal(
        best_ranks(scores, more, ties=ties), by_sorting(scores, more, ties)
    )


@given(st.integers(513, 900), st.integers(0, 2**16))
def test_blocks_do_not_matter(queries, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 9, (queries, 12)).astype(np.float32)
    truth = rng.integers(0, 12, queries)
    whole = ranks(scores, truth)
    parts = [ranks(scores[i : i + 100], truth[i : i + 100]) for i in range(0, queries, 100)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@given(st.integers(1, 12), st.integers(1, 7), st.integers(0, 2**16))
def test_expected_place_is_the_mean_over_random_orders(queries, candidates, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (queries, candidates)).astype(np.float32)
    positives = rng.random(scores.shape) < 0.4
    positives[:, 0] = True
    found = best_ranks(scores, positives, ties="expected")
    for row, mask, col in zip(scores, positives, found, strict=True):
        places = []
        for _ in range(300):
            order = np.lexsort((rng.random(candidates), -row))
            places.append(np.flatnonzero(mask[order])[0])
        assert abs(np.mean(places) - col) < 0.6
    single = np.arange(candidates) == rng.integers(0, candidates, queries)[:, None]
    np.testing.assert_array_equal(
        best_ranks(scores, single, ties="expected"), best_ranks(scores, single)
    )
