"""Jumps, hops and jumping exercises: flights follow gravity whatever the pace."""

import numpy as np

from lavimo.data.choreography.action import HANDS, Action
from lavimo.data.choreography.actions_locomotion import gait_named
from lavimo.data.choreography.gait import travel
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Number, Stage, Value

GRAVITY = 9.81
Place = tuple[Number, Number, Number]
BOTH = ("near", "far")
HOME: Place = (0, 0, 0)


def flight(
    stage: Stage,
    high: float,
    place: Place = HOME,
    *,
    start: Place = HOME,
    which: tuple[str, ...] = BOTH,
    wide: Number = 1.0,
    tuck: float = 0.0,
    low: float = 0.97,
    channels: dict[str, Value] | None = None,
) -> None:
    """Leave the floor at `start`, rise `high` metres, land at `place`; `channels` at the peak."""
    f = stage.figure
    whole = 2 * float(np.sqrt(2 * high / GRAVITY))
    for share in (0.25, 0.5, 0.75, 1.0):
        up = high * (1 - (2 * share - 1) ** 2)
        spot = tuple(float(a + share * (b - a)) for a, b in zip(start, place, strict=True))
        lifted = up + tuck * np.sin(np.pi * share) ** 2
        pitch = 0.0 if share == 1.0 else 0.75
        stage.toes(
            whole / 4,
            lifted,
            pitch,
            place=(spot[0], spot[1], spot[2]),
            real=True,
            which=which,
            wide=1 + (wide - 1) * share,
        )
        stretch = 1.04 + (low - 1.04) * share
        stage.fly(whole / 4, root=spot, height=stretch + up / f.pelvis_height,
                   **((channels or {}) if share == 0.5 else {}))  # fmt: skip


def crouch(stage: Stage, deep: float = 0.8, duration: float = 0.3) -> None:
    """Bend the knees, arms back, ready to jump."""
    stage.move(
        duration,
        height=deep,
        pelvis=(0.3, 0, 0),
        spine=(0.25, 0, 0),
        sway=(0, -0.06),
        head=(-0.15, 0, 0),
        both_arm=(0.15, -0.8, -0.4),
    )


def push_off(stage: Stage, arms: tuple[float, ...] = (0.15, -0.35, 0.8)) -> None:
    """Straighten onto the toes."""
    stage.toes(0.13, 0.0, 0.85, real=True)
    stage.fly(0.13, height=1.04, pelvis=(0.05, 0, 0), spine=(0, 0, 0), sway=(0, 0.02),
               head=(0, 0, 0), both_arm=arms)  # fmt: skip


def land(stage: Stage, deep: float = 0.82) -> None:
    """Take the landing with bent knees and come up."""
    stage.fly(
        0.14,
        height=deep,
        pelvis=(0.25, 0, 0),
        spine=(0.2, 0, 0),
        sway=(0, -0.05),
        both_arm=(0.25, -0.75, 0.35),
    )
    stage.move(0.35, height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), both_arm=None)


def jump_up(stage: Stage, event: Event) -> None:
    """Straight up from both feet, arms thrown up."""
    high = 0.24 * stage.size * stage.figure.leg
    for _ in range(event.count):
        crouch(stage)
        push_off(stage)
        flight(stage, high, channels={"both_arm": (0.2, 0.85, 0.3)})
        land(stage)
    stage.settle(0.2)


def jump_way(stage: Stage, event: Event) -> None:
    """A two-footed jump forward, backward or to the side."""
    far = {"forward": 1.2, "backward": 0.6}.get(event.direction, 0.75)
    far *= stage.size * stage.figure.leg
    way = {"forward": (0.0, 1.0), "backward": (0.0, -1.0)}.get(event.direction, (1.0, 0.0))
    start: Place = HOME
    for k in range(event.count):
        place = (way[0] * far * (k + 1), way[1] * far * (k + 1), 0)
        crouch(stage, 0.76)
        stage.toes(0.13, 0.0, 0.85, real=True, place=start)
        stage.fly(
            0.13,
            height=1.0,
            pelvis=(0.2, 0, 0),
            spine=(0, 0, 0),
            root=(start[0] + 0.12 * way[0], start[1] + 0.12 * way[1], 0),
            both_arm=(0.15, -0.35, 0.8),
            sway=(0, 0),
        )
        lead = (start[0] + 0.12 * way[0], start[1] + 0.12 * way[1], 0.0)
        flight(stage, 0.2 * stage.figure.leg, place, start=lead, tuck=0.12, low=0.93)
        land(stage)
        start = place
    stage.settle(0.2)


def jumping_jacks(stage: Stage, event: Event) -> None:
    """Feet apart and arms up, feet together and arms down."""
    stage.move(0.2, height=0.94, both_arm=(0.15, -0.95, 0.05))
    for _ in range(event.count):
        flight(stage, 0.07, wide=3.0, low=0.93, channels={"both_arm": (0.98, 0.0, 0.1)})
        stage.move(0.12, height=0.93, both_arm=(0.2, 0.95, 0.08))
        _close(stage)
        stage.move(0.12, height=0.94, both_arm=(0.12, -0.96, 0.05))
    stage.settle(0.3)


def _close(stage: Stage) -> None:
    """The way back of a jumping jack: from feet apart to feet together."""
    whole = 2 * float(np.sqrt(2 * 0.07 / GRAVITY))
    for share in (0.5, 1.0):
        up = 0.07 * (1 - (2 * share - 1) ** 2)
        stage.toes(whole / 2, up, 0.6 * (1 - share), wide=3 - 2 * share, real=True)
        stage.fly(
            whole / 2,
            height=(1.0 if share == 0.5 else 0.95) + up / 2,
            both_arm=(0.98, 0.0, 0.1) if share == 0.5 else (0.5, -0.8, 0.05),
        )


def star_jump(stage: Stage, event: Event) -> None:
    """High jump with arms and legs spread in the air."""
    high = 0.3 * stage.size * stage.figure.leg
    for _ in range(event.count):
        crouch(stage, 0.74)
        push_off(stage)
        flight(
            stage,
            high,
            channels={"both_arm": (0.75, 0.65, 0.05), "both_leg": (0.5, -0.82, 0.0, 0.0, 0.6)},
        )
        stage.fly(0.1, both_leg=None, height=0.9)
        land(stage, 0.78)
    stage.settle(0.2)


def hop(stage: Stage, event: Event) -> None:
    """Hops on the near foot, the other held up behind."""
    far = 0.0 if event.direction == "" else 0.42 * stage.size * stage.figure.leg
    over = 0.9 * stage.figure.stance
    stage.move(
        0.4,
        sway=(over, 0),
        far_leg=(0.05, -0.72, -0.3, 0.0, 0.6),
        both_arm=(0.42, -0.7, 0.15),
        spine=(0.08, 0, 0),
    )
    start: Place = HOME
    for k in range(event.count):
        place: Place = (0, far * (k + 1), 0)
        stage.move(0.16, height=0.91, spine=(0.18, 0, 0), both_arm=(0.42, -0.75, -0.1))
        stage.toes(0.1, 0.0, 0.6, real=True, place=start, which=("near",))
        stage.fly(0.1, height=1.01, spine=(0.05, 0, 0), both_arm=(0.5, -0.5, 0.3))
        flight(stage, 0.11 * stage.figure.leg, place, start=start, which=("near",), low=0.96)
        start = place
    x, z, yaw = stage.spot("far", *start)
    track = f"foot_{stage.side('far')}"
    stage.key(track, stage.now + 0.05, (x, 0.0, z, yaw, 0.0), stage.now)
    stage.move(0.06, height=0.95)
    stage.move(0.35, far_leg=None, sway=(0, 0), height=1.0)
    stage.settle(0.3)


def leap(stage: Stage, event: Event) -> None:
    """A run of three steps and a long leap off the far foot, landing on the near one."""
    place = travel(stage, gait_named("jog"), 4)
    crouch(stage, 0.82, 0.18)
    far = 1.5 * stage.size * stage.figure.leg
    end: Place = (0, place[1] + far, 0)
    stage.toes(0.12, 0.0, 0.85, real=True, place=place)
    stage.fly(
        0.12,
        height=1.03,
        both_arm=(0.3, 0.3, 0.8),
        pelvis=(0.1, 0, 0),
        spine=(0, 0, 0),
        root=(0, place[1] + 0.1, 0),
    )
    flight(
        stage,
        0.3 * stage.figure.leg,
        end,
        start=(0, place[1] + 0.1, 0),
        tuck=0.15,
        channels={
            "near_leg": (0.08, -0.55, 0.75, 0, 0.4),
            "far_leg": (0.08, -0.6, -0.7, 0, 0.8),
            "both_arm": (0.75, 0.1, 0.4),
        },
    )
    stage.fly(0.1, both_leg=None, height=0.86)
    land(stage, 0.8)
    stage.settle(0.2)


ACTIONS = {
    "jump_up": Action(
        jump_up, ("{jump} up", "{jump} into the air with both feet", "{do} $n[vertical jump]",
                  "{leap} straight up"),
        counts=(1, 2, 3, 4), sizes=("small", "normal", "large"),
        size_words=("only a little off the floor", "very high"), styled=False,
    ),
    "jump_forward": Action(
        jump_way, ("{jump} forward with both feet", "{do} $n[forward jump]",
                   "{make} $n[two-footed jump] ahead"),
        counts=(1, 2, 3), directions=("forward",), sizes=("small", "normal", "large"),
        size_words=("over a short distance", "far"), styled=False,
    ),
    "jump_backward": Action(
        jump_way, ("{jump} backward with both feet", "{do} $n[backward jump]"),
        counts=(1, 2, 3), directions=("backward",), styled=False,
    ),
    "jump_sideways": Action(
        jump_way, ("{jump} sideways to the $dir", "{do} $n[sideways jump] to the $dir",
                   "{jump} to the $dir with both feet"),
        counts=(1, 2, 3), directions=("left", "right"), styled=False,
    ),
    "jumping_jacks": Action(
        jumping_jacks, ("{do} $n[jumping jack]", "{perform} $n[jumping jack]",
                        "{exercise} with $n[jumping jack]"),
        counts=(2, 3, 4, 5, 6), styled=False,
    ),
    "star_jump": Action(
        star_jump, ("{do} $n[star jump]", "{jump} up and {spread} the arms and legs like a star"),
        counts=(1, 2, 3), styled=False,
    ),
    "hop": Action(
        hop, ("{hop} on $leg", "{do} $n[hop] on $foot", "{hop} on the spot on $foot"),
        sides=HANDS, counts=(2, 3, 4, 5), styled=False,
    ),
    "hop_forward": Action(
        hop, ("{hop} forward on $leg", "{do} $n[forward hop] on $foot"),
        sides=HANDS, counts=(2, 3, 4, 5), directions=("forward",), styled=False,
    ),
    "running_leap": Action(
        leap, ("{take} a run-up and {leap} forward", "{run} and {make} a long leap",
               "{run} a few steps and then {jump} far ahead"),
        styled=False,
    ),
}  # fmt: skip
