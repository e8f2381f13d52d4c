"""Kicks, punches, blocks, weapons and spells."""

from lavimo.data.choreography.action import HANDS, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

GUARD = {"near_arm": (-0.02, -0.12, 0.5, 0.1), "far_arm": (-0.05, -0.08, 0.42, 0.1)}


def kick_front(stage: Stage, event: Event) -> None:
    """Knee up, shin snapped forward."""
    high = -0.15 + 0.25 * (stage.size - 1)
    lean = -0.12 * stage.size
    over = -stage.figure.stance * 0.9
    stage.move(0.25, sway=(over, 0), **GUARD)
    for _ in range(event.count):
        stage.move(0.25, near_leg=(0.05, -0.35, 0.45, 0, 0.3), pelvis=(lean / 2, 0, 0))
        stage.move(
            0.14,
            near_leg=(0.05, high, 0.98, 0, 0.5),
            pelvis=(lean, 0, 0.15),
            spine=(0.1, 0, -0.2),
            near_arm=(0.25, -0.5, -0.2),
        )
        stage.move(0.1)
        stage.move(0.2, near_leg=(0.06, -0.4, 0.4, 0, 0.2), spine=(0, 0, 0), **GUARD)
        stage.move(0.25, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.35)


def jab(stage: Stage, event: Event) -> None:
    """Straight punch from a guard."""
    place = (0.0, 0.0, 0.0)
    begins = stage.now
    stage.step("far", begins, begins + stage.seconds(0.28), (0, 0.32 * stage.figure.leg, 0))
    stage.move(0.3, root=(0, 0.14 * stage.figure.leg, 0), height=0.95, **GUARD)
    for _ in range(event.count):
        stage.move(0.14, spine=(0.04, 0, 0.35), near_arm=(0.1, -0.2, 0.25, 0.1))
        stage.move(
            0.13, spine=(0.08, 0, -0.5), pelvis=(0.05, 0, -0.2), near_arm=(-0.15, 0.03, 0.98, 0.1)
        )
        stage.move(0.08)
        stage.move(0.2, spine=(0.04, 0, 0), pelvis=(0, 0, 0), **GUARD)
    begins = stage.now
    stage.step("far", begins, begins + stage.seconds(0.28), place)
    stage.move(0.3, root=place, height=1.0)
    stage.settle(0.3)


ACTIONS = {
    "kick_front": Action(
        kick_front,
        ("{kick} forward with $leg", "{do} $n[front kick] with $foot", "{kick} to the front with $foot"),
        sides=HANDS, counts=(1, 2, 3), sizes=("small", "normal", "large"), size_words=("low", "high"),
    ),
    "punch": Action(
        jab,
        ("{punch} with $hand", "{throw} $n[straight punch] with $fist", "{strike} forward with $fist"),
        sides=HANDS, counts=(1, 2, 3, 4),
    ),
}  # fmt: skip
