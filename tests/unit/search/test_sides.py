"""The side rule over stored captions."""

import numpy as np
import pytest

from lavimo.data.captions import direction_codes
from lavimo.search.sides import UNSPOKEN, axes_of, codes, penalties


@pytest.mark.parametrize(
    ("query", "caption", "taken"),
    [
        ("waves with the left hand", "waves the right hand", np.inf),
        ("waves with the left hand", "waves the left hand", 0),
        ("waves with the left hand", "waves", UNSPOKEN),
        ("walks forward", "walks backwards", np.inf),
        ("looks up", "looks down", np.inf),
        ("turns clockwise", "turns counter-clockwise", np.inf),
        ("turns left", "turns left, then right", 0),
        ("a man turns left", "stands upright", UNSPOKEN),
    ],
)
def test_penalties(query: str, caption: str, taken: float) -> None:
    found = penalties(query, codes([caption], axes_of(query)))
    assert found[0] == pytest.approx(taken)


def test_a_query_without_a_side_is_free() -> None:
    assert not axes_of("waves")
    assert axes_of("waves upwards with the left hand") == (0, 2)


def test_the_quick_look_misses_no_direction() -> None:
    texts = ["Left", "turns RIGHT", "walks ahead", "frontwards", "back and forth", "steps back"]
    texts += ["counterclockwise", "anti-clockwise", "hops upwards", "falls down", "sits", "upright"]
    np.testing.assert_array_equal(codes(texts, range(4)), direction_codes(texts))
