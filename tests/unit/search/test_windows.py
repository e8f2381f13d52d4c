"""Moments of long clips."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lavimo.search.windows import LENGTHS, LONG, spans


@given(st.floats(0.05, 300))
def test_windows_cover_a_long_clip(duration):
    found = spans(duration)
    if duration <= LONG:
        assert found == ()
        return
    for length in LENGTHS:
        mine = [span for span in found if abs(span[1] - span[0] - length) < 1e-6]
        if not mine:
            assert length > 0.75 * duration
            continue
        assert mine[0][0] == 0
        assert duration - length / 4 <= mine[-1][1] <= duration + 1e-6
        # Whatever lies in half a window lies wholly inside one of them, but for the last moment.
        starts = [start for start, _ in mine]
        assert all(b - a <= length / 2 + 1e-6 for a, b in itertools.pairwise(starts))
        assert starts == sorted(set(starts))
    assert all(end - start < duration for start, end in found)


def test_a_ten_second_clip_has_moments_of_two_lengths():
    fours = ((0.0, 4.0), (2.0, 6.0), (4.0, 8.0), (6.0, 10.0))
    assert spans(10.0) == (*fours, (0.0, 8.0), (2.0, 10.0))
