"""What texts claim, what supports them and what contradicts them."""

import pytest

from lavimo.features import claims
from lavimo.features.facts import Description, Fact


def described(*facts: Fact, tags: tuple[str, ...] = (), **attrs: float | str) -> Description:
    return Description(facts, tags, attrs)


def fact(name: str, side: str = "", value: float = 1.0, unit: str = "", at: float = 0.0) -> Fact:
    return Fact(name, float(value), unit, side, float(at), at + 1.0)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("raises the left hand", "left"),
        ("waves with his right arm", "right"),
        ("a left-hand wave", "left"),
        ("the left hand and the right hand go up", ""),
        ("raises both hands to the left", ""),
        ("turns left", ""),
        ("kicks with the left leg", ""),
    ],
)
def test_the_arm_of_a_text(text: str, side: str) -> None:
    assert claims.limb_side(text, claims.ARM) == side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("turns left", "left"),
        ("a person makes a sharp right turn", "right"),
        ("turns around to the right", "right"),
        ("changes direction to the left", "left"),
        ("walks in a circle clockwise", "right"),
        ("spins counter-clockwise", "left"),
        ("turns left and then right, turning right", ""),
        ("turns the left hand", ""),
        ("walks forward", ""),
    ],
)
def test_the_turn_of_a_text(text: str, side: str) -> None:
    assert claims.turn_side(text) == side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("steps to the left", "left"),
        ("walks sideways to the right", "right"),
        ("leans left", "left"),
        ("steps with the left foot", ""),
        ("moves the left hand", ""),
    ],
)
def test_the_way_of_a_text(text: str, side: str) -> None:
    assert claims.way_side(text) == side


def test_a_text_about_the_other_arm_is_contradicted() -> None:
    found = described(fact("arms move", "right"), fact("wave", "right"))
    assert found.contradicts("A person waves the left hand.") == (
        "The text names the left arm, but only the right arm moves.",
    )
    assert found.contradicts("A person waves the right hand.") == ()
    assert found.contradicts("A person waves.") == ()


def test_arms_are_left_alone_where_the_trunk_moves_or_both_arms_do() -> None:
    assert described(fact("arms move", "both")).contradicts("raises the left hand") == ()
    bent = described(fact("arms move", "right"), fact("bend", "forward", 50))
    assert bent.contradicts("picks something up with the left hand") == ()


def test_a_kick_with_the_other_leg_is_contradicted() -> None:
    found = described(fact("kick", "left"))
    assert len(found.contradicts("kicks with the right leg")) == 1
    assert found.contradicts("kicks with the left foot") == ()
    both = described(fact("kick", "left"), fact("knee raised", "right"))
    assert both.contradicts("kicks with the right leg") == ()


def test_a_turn_the_other_way_is_contradicted() -> None:
    found = described(fact("turn", "right", 88, "deg"))
    assert found.contradicts("walks and turns left") == (
        "The text turns left, but the body turns right by 88 degrees.",
    )
    assert found.contradicts("turns clockwise") == ()
    small = described(fact("turn", "right", 32, "deg"))
    assert small.contradicts("turns left") == ()


def test_travel_the_other_way_is_contradicted() -> None:
    found = described(fact("travel", "forward", 2.5, "m"))
    assert len(found.contradicts("a person walks backwards")) == 1
    assert found.contradicts("walks forward") == ()
    assert found.contradicts("walks forward, then backwards") == ()
    assert found.contradicts("walks back to the start") == ()
    sideways = described(fact("travel", "left", 1.5, "m"))
    assert len(sideways.contradicts("sidesteps to the right")) == 1
    assert sideways.contradicts("walks sideways to the left") == ()


def test_sitting_down_is_not_standing_up() -> None:
    found = described(fact("posture", "standing"), fact("posture", "sitting", at=1))
    assert len(found.contradicts("stands up from a chair")) == 1
    assert found.contradicts("sits down on a chair") == ()
    assert found.contradicts("sits down and stands up again") == ()


def test_matches_name_the_facts_a_text_asks_for() -> None:
    found = described(
        fact("hand raised", "left", 0.4, "m"),
        fact("pace", "walking", 1.2, "m/s"),
        fact("travel", "forward", 3.0, "m"),
        fact("steps", "left", 6),
        fact("turn", "left", 92, "deg", at=2),
    )
    assert found.matches("raises the left hand") == ("left hand raised (0.0-1.0 s)",)
    assert found.matches("raises the right hand") == ()
    assert found.matches("a person walks forward") == (
        "walking 1.2 m/s (0.0-1.0 s)",
        "travel forward 3.0 m (0.0-1.0 s)",
    )
    assert found.matches("takes a few steps") == ("6 steps",)
    assert found.matches("turns left") == ("turn left 92 degrees (2.0-3.0 s)",)
    assert found.matches("turns right") == ()
    assert found.matches("someone swims") == ()
