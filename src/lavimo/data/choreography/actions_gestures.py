"""Gestures of hands, arms and head, done standing or sitting."""

from collections.abc import Callable

from lavimo.data.choreography.action import HANDS, LIMBS, UPRIGHT, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

Hand = tuple[float, ...]


def arms(event: Event, hand: Hand | None) -> dict[str, object]:
    """The hand's place for the chosen arm or for both."""
    return {"both_arm" if event.side == "both" else "near_arm": hand}


def wave(stage: Stage, event: Event) -> None:
    """Hand up beside the head, swung out and in."""
    size = stage.size
    up: Hand = (0.3, 0.42 + 0.12 * size, 0.25, 0.5)
    stage.move(0.55, **arms(event, up), head=(0, 0.04, 0.05))
    for _ in range(max(event.count, 1)):
        stage.move(0.24, **arms(event, (0.3 + 0.3 * size, 0.36 + 0.12 * size, 0.2, 0.5)))
        stage.move(0.24, **arms(event, (0.3 - 0.24 * size, 0.45 + 0.12 * size, 0.25, 0.5)))
    stage.settle(0.55)


def raise_arm(stage: Stage, event: Event) -> None:
    """Arm lifted overhead and lowered again."""
    for _ in range(event.count):
        stage.move(0.35, **arms(event, (0.2, -0.2, 0.85)))
        stage.move(0.4, **arms(event, (0.12, 0.97, 0.12)), head=(-0.12, 0, 0))
        stage.move(0.35)
        stage.move(0.35, **arms(event, (0.2, -0.1, 0.9)), head=(0, 0, 0))
        stage.move(0.4, **arms(event, None))
    stage.settle(0.2)


def clap(stage: Stage, event: Event) -> None:
    """Hands meet in front of the chest."""
    apart = 0.02 + 0.24 * stage.size
    stage.move(0.4, both_arm=(apart, -0.18, 0.6, 0.25))
    for _ in range(event.count):
        stage.move(0.16, both_arm=(-0.34, -0.18, 0.55, 0.25))
        stage.move(0.2, both_arm=(apart, -0.18, 0.58, 0.25))
    stage.settle(0.45)


def point(stage: Stage, event: Event) -> None:
    """Arm stretched out forward, the gaze along it."""
    stage.move(0.25, near_arm=(0.2, -0.3, 0.5))
    stage.move(0.3, near_arm=(0.02, 0.1, 0.99), spine=(0.03, 0, -0.15), head=(0, 0, -0.05))
    stage.move(0.8)
    stage.settle(0.5)


def _bow(stage: Stage, event: Event) -> None:
    for _ in range(event.count):
        depth = 0.75 * stage.size
        stage.move(
            0.65,
            pelvis=(depth * 0.55, 0, 0),
            spine=(depth * 0.6, 0, 0),
            sway=(0, -0.12),
            head=(0.15, 0, 0),
            both_arm=(0.1, -0.85, 0.3),
        )
        stage.move(0.45)
        stage.move(0.6, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0),
                   both_arm=None)  # fmt: skip
    stage.settle(0.2)


Perform = Callable[[Stage, Event], None]

ACTIONS = {
    "wave": Action(
        wave,
        ("{wave} with $hand", "{wave} $hand", "{greet} by waving $hand", "{swing} $hand in a wave"),
        sides=LIMBS, counts=(2, 3, 4, 5), begins=UPRIGHT, sizes=("small", "normal", "large"),
    ),
    "raise_arm": Action(
        raise_arm,
        ("{raise} $arm up", "{lift} $arm overhead", "{put} $hand up in the air"),
        sides=LIMBS, counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "clap": Action(
        clap, ("{clap} the hands", "{clap}", "{applaud} with $n[clap]"),
        counts=(2, 3, 4, 6, 8), begins=UPRIGHT,
    ),
    "point": Action(
        point,
        ("{point} forward with $hand", "{point} ahead with $arm", "{stretch} $arm out to point"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "bow": Action(
        _bow, ("{bow}", "{take} $n[bow]", "{bend} the upper body down in a bow"),
        counts=(1, 2, 3), sizes=("small", "normal", "large"),
        size_words=("slightly", "deeply"),
    ),
}  # fmt: skip
