"""Direction words, the side rule, mirrored captions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lavimo.data.captions import (
    compatible,
    compatible_pairs,
    contradict,
    direction_codes,
    direction_words,
    mirror_text,
)

WORDS = [
    ("A person waves with the left hand.", {"left"}),
    ("LEFT hand up", {"left", "up"}),
    ("He is left-handed.", {"left"}),
    ("a lefthanded throw", {"left"}),
    ("moves leftwards, then rightward", {"left", "right"}),
    ("the rightmost foot", {"right"}),
    ("stands upright", set()),
    ("does sit-ups, push-ups and a pull-up after a run-up", set()),
    ("lifts the upper body", set()),
    ("right away he walks", set()),
    ("holds the arm at a right angle", set()),
    ("hangs upside down", set()),
    ("walks with no energy left, feeling down, warming up", set()),
    ("walks straight ahead", {"forward"}),
    ("walks forwards and backwards", {"forward", "backward"}),
    ("steps back", {"backward"}),
    ("sways back and forth", {"forward", "backward"}),
    ("lies on the back", set()),
    ("walks back to the start", set()),
    ("steps back to the start", set()),
    ("bright lights, the leftover copyright", set()),
    ("turns clockwise", {"clockwise"}),
    ("turns counter-clockwise", {"counterclockwise"}),
    ("turns counter clockwise", {"counterclockwise"}),
    ("turns anticlockwise", {"counterclockwise"}),
    ("turns anti-clockwise, later clock-wise", {"counterclockwise", "clockwise"}),
    ("climbs up and down", {"up", "down"}),
    ("looks upwards", {"up"}),
    ("downward blow", {"down"}),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_direction_words(text, expected):
    assert direction_words(text) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("waves with the left hand", "waves with the right hand", False),
        ("waves with the left hand", "waves with a hand", False),
        ("waves with the left hand", "greets with his left arm", True),
        ("walks forward", "walks straight ahead", True),
        ("walks forward", "walks backwards", False),
        ("looks up", "looks down", False),
        ("turns clockwise", "turns counterclockwise", False),
        ("jumps", "hops", True),
    ],
)
def test_side_rule(a, b, expected):
    assert compatible(a, b) is expected
    assert compatible(b, a) is expected
    assert bool(compatible_pairs([a], [b])[0, 0]) is expected


def test_silence_does_not_contradict():
    assert contradict("kicks with the left leg", "kicks with the right leg")
    assert not contradict("kicks with the left leg", "kicks")
    assert not contradict("turns left, then right", "turns right")


def test_codes_name_each_direction():
    np.testing.assert_array_equal(
        direction_codes(["jumps", "left", "right", "left and right", "down"]), [0, 1, 2, 3, 32]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Left hand goes right.", "The Right hand goes left."),
        ("leftwards, right-handed", "rightwards, left-handed"),
        ("stands upright on bright ground", "stands upright on bright ground"),
        ("turns clockwise", "turns counterclockwise"),
        ("turns Counter-clockwise", "turns Clockwise"),
        ("turns anti clockwise and LEFT", "turns clockwise and RIGHT"),
        ("right away to the right", "right away to the left"),
        ("walks forward and up", "walks forward and up"),
    ],
)
def test_mirror_text(text, expected):
    assert mirror_text(text) == expected


VOCABULARY = st.sampled_from(
    "left right upright clockwise counterclockwise forward leftwards right-handed up Left".split()  # noqa: SIM905
)


@given(st.lists(VOCABULARY, max_size=8).map(" ".join))
def test_mirroring_twice_is_nothing_and_swaps_directions(text):
    assert mirror_text(mirror_text(text)) == text
    opposite = {"left": "right", "right": "left", "clockwise": "counterclockwise",
                "counterclockwise": "clockwise"}  # fmt: skip
    swapped = {opposite.get(word, word) for word in direction_words(text)}
    assert direction_words(mirror_text(text)) == swapped
