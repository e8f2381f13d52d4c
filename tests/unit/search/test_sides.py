"""The side rule over stored captions."""

import numpy as np
import pytest

from lavimo.search.sides import UNSPOKEN, penalties


@pytest.mark.parametrize(
    ("query", "caption", "taken"),
    [
        ("waves with the left hand", "waves the right hand", np.inf),
        ("waves with the left hand", "waves the left hand", 0),
        ("waves with the left hand", "waves", UNSPOKEN),
        ("walks forward", "walks backwards", np.inf),
        ("looks up", "looks down", np.inf),
        ("turns clockwise", "turns counter-clockwise", np.inf),
        ("turns left", "turns left, then right", UNSPOKEN),
        ("a man turns left", "stands upright", UNSPOKEN),
    ],
)
def test_penalties(query: str, caption: str, taken: float) -> None:
    found = penalties(query, [caption])
    assert found is not None
    assert found[0] == pytest.approx(taken)


def test_a_query_without_a_side_forbids_nothing() -> None:
    assert penalties("waves", ["waves the right hand"]) is None
