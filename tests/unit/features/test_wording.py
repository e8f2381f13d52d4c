"""Sentences out of facts."""

import pytest

from lavimo.features.facts import Description, Fact


def fact(name: str, side: str = "", value: float = 1.0, at: float = 0.0, to: float = 1.0) -> Fact:
    return Fact(name, float(value), "", side, float(at), float(to))


def said(*facts: Fact, tags: tuple[str, ...] = ()) -> str:
    return Description(facts, tags, {}).sentences()[0]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            (fact("travel", "forward", 3), fact("pace", "walking", 1.2), fact("turn", "left", 90)),
            "A person walks forward while turning left.",
        ),
        (
            (fact("travel", "backward", 3), fact("pace", "slow", 0.6)),
            "A person walks slowly backwards.",
        ),
        ((fact("turn", "right", 88),), "A person turns right about 90 degrees."),
        ((fact("turn", "left", 182),), "A person turns around to the left."),
        (
            (fact("kick", "left"), fact("kick", "left", at=2, to=2.5)),
            "A person kicks with the left leg twice.",
        ),
        (
            (fact("jump", "both"), fact("jump", "both", at=2, to=3), fact("jump", "both", at=4)),
            "A person jumps three times.",
        ),
        ((fact("jump", "left"),), "A person hops on the left foot."),
        ((fact("wave", "left"), fact("wave", "right")), "A person waves with both hands."),
        (
            (fact("posture", "standing"), fact("posture", "sitting", at=1, to=2)),
            "A person sits down.",
        ),
        ((fact("posture", "lying", 5),), "A person lies on the floor."),
        (
            (fact("punch", "right"), fact("kick", "right", at=2, to=3)),
            "A person punches with the right hand and then kicks with the right leg.",
        ),
        ((fact("clap", "both", 4),), "A person claps four times."),
        ((fact("squat"), fact("bend", "forward", 40)), "A person squats."),
    ],
)
def test_facts_become_a_sentence(facts: tuple[Fact, ...], sentence: str) -> None:
    assert said(*facts) == sentence


def test_at_most_four_events_in_order_of_time() -> None:
    facts = (
        fact("punch", "left", at=3, to=3.5),
        fact("kick", "left", at=1, to=1.5),
        fact("jump", "both", at=0, to=0.4),
        fact("clap", "both", 2, at=5, to=6),
        fact("squat", at=8, to=9),
    )
    assert said(*facts) == (
        "A person jumps, kicks with the left leg, punches with the left hand and then claps twice."
    )


def test_nothing_measured_nothing_said() -> None:
    assert Description((fact("posture", "standing", 3),), ("standing",), {}).sentences() == ()
