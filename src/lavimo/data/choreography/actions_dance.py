"""Dance steps."""

import numpy as np

from lavimo.data.choreography.action import Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def side_touch(stage: Stage, event: Event) -> None:
    """Step aside, touch with the other foot, and back, with snapping arms."""
    way = 0.42 * stage.size * stage.figure.leg
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        sign = 1.0 if one == "near" else -1.0
        to = way if one == "near" else 0.0
        stage.tread(one, 0.26, (to, 0, 0))
        stage.move(
            0.28,
            root=(to * 0.8 + (1 - to / way) * 0.2 * way, 0, 0),
            height=0.95,
            spine=(0.05, 0.12 * sign, 0.2 * sign),
            both_arm=(0.35, -0.5, 0.35, 0.3),
            pelvis=(0, -0.08 * sign, 0),
        )
        stage.tread(two, 0.24, (to, 0, 0), lift=0.04, wide=0.6)
        stage.move(
            0.27,
            root=(to, 0, 0),
            height=0.99,
            spine=(0, 0, 0),
            pelvis=(0, 0.08 * sign, 0),
            both_arm=(0.05, -0.4, 0.5, 0.3),
            head=(0.1, 0, 0.2 * sign),
        )
    _home(stage)  # fmt: skip


def _home(stage: Stage) -> None:
    stage.tread("near", 0.3)
    stage.tread("far", 0.3, delay=0.15)
    stage.move(0.45, root=(0, 0, 0), height=1.0, pelvis=(0, 0, 0))
    stage.settle(0.3)


def box_step(stage: Stage, event: Event) -> None:
    """Forward, side, close, back, side, close: a square on the floor, in a dancing hold."""
    d = 0.45 * stage.size * stage.figure.leg
    hold = {"near_arm": (0.35, 0.0, 0.5, 0.5), "far_arm": (0.75, -0.05, 0.35, 0.2)}
    stage.move(0.4, **hold)
    for _ in range(event.count):
        for which, place in (
            ("near", (0, d, 0)), ("far", (-d, d, 0)), ("near", (-d, d, 0)),
            ("far", (-d, 0, 0)), ("near", (0, 0, 0)), ("far", (0, 0, 0)),
        ):  # fmt: skip
            stage.tread(which, 0.32, place, lift=0.03)
            sign = 1.0 if which == "near" else -1.0
            stage.move(
                0.36,
                root=place,
                height=0.975,
                pelvis=(0, -0.07 * sign, 0.1 * sign),
                spine=(0, 0.07 * sign, -0.1 * sign),
                **hold,
            )
    stage.move(0.3, pelvis=(0, 0, 0))
    stage.settle(0.4)


def twist(stage: Stage, event: Event) -> None:
    """Knees bent, hips and arms twist against each other."""
    stage.move(0.35, height=0.9, both_arm=(0.15, -0.4, 0.45, 0.4), spine=(0.12, 0, 0))
    for k in range(event.count):
        sign = 1.0 if k % 2 == 0 else -1.0
        low = 0.86 if (k // 2) % 2 == 0 else 0.8
        stage.move(
            0.26,
            pelvis=(0.05, 0, 0.45 * sign),
            spine=(0.12, 0, -0.85 * sign),
            height=low,
            near_arm=(0.25, -0.4, 0.4 + 0.25 * sign, 0.4),
            far_arm=(0.25, -0.4, 0.4 - 0.25 * sign, 0.4),
            head=(0, 0, 0.3 * sign),
        )
    stage.move(0.3, pelvis=(0, 0, 0), height=1.0)
    stage.settle(0.35)


def arm_wave(stage: Stage, event: Event) -> None:
    """Arms out sideways, a wave running from the near hand to the far one."""
    stage.move(0.4, both_arm=(0.92, -0.05, 0.1))
    for _ in range(event.count):
        stage.move(0.22, near_arm=(0.75, 0.35, 0.1), far_arm=(0.9, -0.2, 0.1), spine=(0, -0.06, 0))
        stage.move(0.22, near_arm=(0.9, -0.15, 0.1), shrug=(0.3, 0.0), spine=(0, -0.12, 0))
        stage.move(0.22, shrug=(0.0, 0.3), spine=(0, 0.12, 0), far_arm=(0.9, 0.0, 0.1))
        stage.move(0.22, far_arm=(0.75, 0.35, 0.1), shrug=(0, 0), spine=(0, 0.06, 0))
        stage.move(0.22, both_arm=(0.92, -0.05, 0.1), spine=(0, 0, 0))
    stage.settle(0.45)


def salsa(stage: Stage, event: Event) -> None:
    """Forward and back basics with hips and bent elbows."""
    d = 0.34 * stage.size * stage.figure.leg
    stage.move(0.3, both_arm=(0.12, -0.35, 0.45, 0.4))
    for k in range(event.count):
        forward = k % 2 == 0
        one, place = ("near", (0, d, 0)) if forward else ("far", (0, -d, 0))
        sign = 1.0 if one == "near" else -1.0
        stage.tread(one, 0.24, place, lift=0.04)
        stage.move(
            0.27,
            root=(0, place[1] * 0.5, 0),
            height=0.96,
            pelvis=(0, 0.14 * sign, -0.2 * sign),
            spine=(0, -0.16 * sign, 0.25 * sign),
            near_arm=(0.15, -0.35, 0.45 - 0.25 * sign, 0.4),
            far_arm=(0.15, -0.35, 0.45 + 0.25 * sign, 0.4),
        )
        stage.move(0.24, pelvis=(0, -0.14 * sign, 0), spine=(0, 0.16 * sign, 0))
        stage.tread(one, 0.24, (0, 0, 0), lift=0.04)
        stage.move(
            0.29,
            root=(0, 0, 0),
            height=0.98,
            pelvis=(0, 0.1 * sign, 0.1 * sign),
            spine=(0, -0.1 * sign, -0.1 * sign),
        )
    stage.move(0.3, pelvis=(0, 0, 0), height=1.0)
    stage.settle(0.35)


def disco(stage: Stage, event: Event) -> None:
    """One arm points high to the near side, then low across, hips going along."""
    stage.tread("near", 0.3, wide=1.5)
    stage.move(0.35, far_arm=(-0.02, -0.6, 0.1, 0.8))
    for _ in range(event.count):
        stage.move(
            0.26,
            near_arm=(0.6, 0.75, 0.2),
            pelvis=(0, -0.14, 0.1),
            spine=(0, 0.15, 0.25),
            sway=(0.06, 0),
            head=(-0.2, 0, 0.4),
            height=0.98,
        )
        stage.move(0.12)
        stage.move(
            0.28,
            near_arm=(-0.5, -0.7, 0.4),
            pelvis=(0, 0.14, -0.1),
            spine=(0.15, -0.1, -0.3),
            sway=(-0.05, 0),
            head=(0.15, 0, -0.2),
            height=0.93,
        )
        stage.move(0.1)
    stage.tread("near", 0.3)
    stage.move(0.3, pelvis=(0, 0, 0), sway=(0, 0), height=1.0)
    stage.settle(0.35)


def ballet_turn(stage: Stage, event: Event) -> None:
    """A pirouette on the far foot, arms rounded in front."""
    f = stage.figure
    stage.tread("near", 0.3, (0, -0.2 * f.leg, 0))
    stage.move(0.4, height=0.9, near_arm=(0.7, -0.2, 0.4), far_arm=(0.0, -0.2, 0.6, 0.5))
    stage.toes(0.2, 0.0, 0.75, which=("far",))
    stage.move(
        0.2,
        sway=(-f.stance, 0.02),
        height=1.03,
        near_leg=(0.3, -0.55, 0.2, 0.8, 0.8),
        both_arm=(-0.2, -0.2, 0.55, 0.7),
    )
    x, z, _ = stage.spot("far", 0, 0)
    track = f"foot_{stage.side('far')}"
    whole = 2 * np.pi * event.count
    lasts = 0.75 * event.count
    stage.put("root", stage.now, (0, 0, 0), stage.now - 0.1)
    begins = stage.now
    for part in np.linspace(0.125, 1, 8):
        time = begins + stage.seconds(lasts * part)
        turn = float(whole * part)
        _, _, pyaw = stage.spot("far", *_around_far(stage, turn))
        stage.key(track, time, (x, 0.0, z, pyaw, 0.75), begins)
        stage.put("root", time, _around_far(stage, turn), begins)
    stage.move(lasts)
    stage.toes(0.3, 0.0, 0.0, place=(0, 0, whole), which=("far",))
    nx, nz, nyaw = stage.spot("near", 0, 0, whole)
    stage.key(
        f"foot_{stage.side('near')}", stage.now - 0.05, (nx, 0.0, nz, nyaw, 0.0), stage.now - 0.1
    )
    stage.move(
        0.4, near_leg=None, height=0.97, sway=(0, 0), both_arm=(0.7, -0.3, 0.4), root=(0, 0, whole)
    )
    stage.settle(0.4)


def _around_far(stage: Stage, turn: float) -> tuple[float, float, float]:
    """Where the root goes while the body turns about the far foot."""
    near, ahead = -stage.figure.stance, stage.figure.toe * 0.6
    c, s = np.cos(turn), np.sin(turn)
    return (
        float(near - (c * near + s * ahead)), float(ahead - (c * ahead - s * near)), turn,
    )  # fmt: skip


def headbang(stage: Stage, event: Event) -> None:
    """Wide stance, head and trunk thrown down and up to a beat."""
    stage.tread("near", 0.3, wide=1.8)
    stage.move(0.35, both_arm=(0.2, -0.6, 0.35, 0.4), height=0.93)
    for _ in range(event.count):
        stage.move(0.2, spine=(0.7, 0, 0), head=(0.7, 0, 0), pelvis=(0.15, 0, 0))
        stage.move(0.22, spine=(0.0, 0, 0), head=(-0.35, 0, 0), pelvis=(0, 0, 0))
    stage.tread("near", 0.3)
    stage.settle(0.4)


ACTIONS = {
    "side_touch": Action(
        side_touch, ("{dance} $n[side-touch step]", "{dance} from side to side with $n[side step]",
                     "{step} and {touch} from side to side in a dance for $n[step]"),
        counts=(4, 6, 8), sizes=("normal", "large"),
    ),
    "box_step": Action(
        box_step, ("{dance} $n[waltz box]", "{waltz} in a square with $n[box step]",
                   "{do} $n[box step] in a dancing hold"),
        counts=(1, 2),
    ),
    "twist": Action(
        twist, ("{dance} the twist for $n[twist]", "{twist} the hips in a dance for $n[twist]",
                "{dance} $n[twist] with bent knees"),
        counts=(4, 6, 8),
    ),
    "arm_wave": Action(
        arm_wave, ("{send} $n[wave] $how through both arms, starting on the $side",
                   "{dance} $n[arm wave] from the $side hand to the other"),
        sides=("left", "right"), counts=(1, 2, 3),
    ),
    "salsa": Action(
        salsa, ("{dance} salsa for $n[basic step]", "{do} $n[salsa step] with swinging hips",
                "{dance} $n[salsa step] forward and back"),
        counts=(2, 4, 6),
    ),
    "disco": Action(
        disco, ("{dance} disco $how, $arm pointing up and down", "{do} $n[disco point] with $hand",
                "{point} $hand high and low in a disco dance"),
        sides=("left", "right"), counts=(2, 3, 4),
    ),
    "pirouette": Action(
        ballet_turn, ("{do} $n[pirouette] to the $dir",
                    "{turn} $n[pirouette] to the $dir on one foot",
                      "{spin} to the $dir like a ballet dancer with $n[pirouette]"),
        directions=("left", "right"), counts=(1, 2), styled=False,
    ),
    "headbang": Action(
        headbang, ("{headbang}", "{throw} the head up and down to the music",
                   "{bang} the head to heavy music"),
        counts=(4, 6, 8), styled=False,
    ),
}  # fmt: skip
