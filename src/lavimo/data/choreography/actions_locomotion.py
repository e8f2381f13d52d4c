"""Walking, running and what else takes one from place to place on foot."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lavimo.data.choreography.action import Action
from lavimo.data.choreography.gait import Gait, travel
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

WALK = Gait()
STEPS = (3, 4, 5, 6, 8)

_GAITS = {
    "walk": WALK,
    "jog": Gait(beat=0.37, stride=1.0, contact=0.75, lift=0.14, curl=1.1, strike=-0.1, low=0.94,
                high=1.0, arm_swing=0.42, elbow=0.62, lean=0.1, twist=0.14, wide=0.5),
    "run": Gait(beat=0.31, stride=1.7, contact=0.6, lift=0.24, curl=1.35, strike=-0.1, low=0.92,
                high=1.02, arm_swing=0.62, elbow=0.6, lean=0.2, twist=0.2, wide=0.4),
}  # fmt: skip


def _gait(name: str) -> Callable[[Stage, Event], None]:
    def perform(stage: Stage, event: Event) -> None:
        way = {"backward": (0.0, -1.0)}.get(event.direction, (0.0, 1.0))
        travel(stage, _GAITS[name], event.count, way=way)
        stage.settle(0.3)

    return perform


def turn_steps(stage: Stage, radians: float) -> None:
    """Turn on the spot towards near by small steps."""
    count = max(2, 2 * int(np.ceil(abs(radians) / 1.3)))
    gait = replace(WALK, beat=0.42, arm_swing=0.12, twist=0.04, curl=0.5, strike=0.0, wide=1.0)
    begins, beat = stage.now, stage.seconds(gait.beat)
    stage.put("head", begins + 0.3, (0, 0, 0.45), begins)
    for k in range(count):
        which = "near" if k % 2 == 0 else "far"
        angle = radians * min(1.0, (k + 1 if k % 2 == 0 else k + 1) / count)
        lands = begins + (k + 1) * beat
        stage.step(which, lands - 0.8 * beat, lands, (0, 0, angle), lift=0.05)
        stage.put("root", lands, (0, 0, radians * (k + 1) / count), begins)
    stage.now = begins + count * beat
    stage.put("head", stage.now, (0, 0, 0), begins + 0.3)


def turn_around(stage: Stage, event: Event) -> None:
    """Turn on the spot."""
    turn_steps(stage, np.radians(event.degrees))
    stage.settle(0.3)


ACTIONS = {
    "walk": Action(
        _gait("walk"),
        ("{walk} forward $n[step]", "{take} $n[step] forward", "{walk} $n[step] straight ahead"),
        counts=STEPS, directions=("forward",), can_stay=True,
    ),
    "walk_backward": Action(
        _gait("walk"),
        ("{walk} backward $n[step]", "{take} $n[step] backward", "{go} $n[step] backwards"),
        counts=STEPS, directions=("backward",), can_stay=True,
    ),
    "jog": Action(
        _gait("jog"),
        ("{jog} forward $n[step]", "{jog} ahead for $n[step]"),
        counts=(6, 8, 10), directions=("forward",), can_stay=True,
    ),
    "run": Action(
        _gait("run"),
        ("{run} forward $n[step]", "{run} ahead for $n[step]"),
        counts=(6, 8, 10), directions=("forward",), can_stay=True,
    ),
    "turn": Action(
        turn_around,
        ("{turn} $deg to the $dir", "{make} a turn of $deg to the $dir"),
        directions=("left", "right"), degrees=(45, 90, 135, 180),
    ),
}  # fmt: skip
