"""What measured tags say about sentences."""

import pytest

from lavimo.search.facts import CONTRADICTION, SUPPORT, weigh


@pytest.mark.parametrize(
    ("text", "tags", "value"),
    [
        ("a person walks", ["walking", "moving forward"], SUPPORT),
        ("a person walks", ["sitting"], 0),
        ("someone walks backwards", ["walking", "moving backward"], SUPPORT),
        ("someone walks backwards", ["walking", "moving forward"], SUPPORT / 2 + CONTRADICTION),
        ("walks forward and backward", ["moving forward", "walking"], SUPPORT),
        ("turns left", ["turning left"], SUPPORT),
        ("turns left", ["turning right"], CONTRADICTION),
        ("turns left", ["turning right", "turning left"], SUPPORT),
        ("turns clockwise", ["turning right"], SUPPORT),
        ("turns", ["turning right"], SUPPORT),
        ("turns to the right", ["turning right"], SUPPORT),
        ("steps to the right", ["moving sideways left"], CONTRADICTION),
        ("waves with the left hand", ["waving left hand"], SUPPORT),
        ("waves with the left hand", ["right hand raised"], CONTRADICTION),
        ("waves with the left hand", ["only right arm moves"], CONTRADICTION),
        ("raises both hands", ["both hands raised"], SUPPORT),
        ("kicks with the right leg", ["kick left"], CONTRADICTION),
        ("a high kick", ["kick left"], SUPPORT),
        ("runs and jumps", ["running"], SUPPORT / 2),
        ("sits down", ["sitting"], SUPPORT),
        ("dances salsa", ["walking", "turning left"], 0),
        ("a stock market crash", ["walking"], 0),
    ],
)
def test_verdicts(text: str, tags: list[str], value: float) -> None:
    assert weigh(text, tags).value == pytest.approx(value)


def test_what_speaks_for_and_against_is_named() -> None:
    verdict = weigh("Waves with the LEFT hand", ["right hand raised", "walking"])
    assert verdict.against == ("right hand raised",)
    assert verdict.supporting == ()
    assert weigh("raises the left hand", ["left hand raised"]).supporting == ("left hand raised",)
