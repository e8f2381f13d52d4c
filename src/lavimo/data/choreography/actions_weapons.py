"""Blades, bows, rifles and spells."""

from lavimo.data.choreography.action import HANDS, Action
from lavimo.data.choreography.actions_combat import GUARD, off_guard, on_guard
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def slash(stage: Stage, event: Event) -> None:
    """A blade swung from high on the near side across and down."""
    on_guard(stage)
    for _ in range(event.count):
        stage.move(0.3, near_arm=(0.5, 0.55, -0.1, 0.3), spine=(-0.05, 0.1, 0.5))
        stage.move(0.11, near_arm=(0.2, 0.1, 0.9, 0.3), spine=(0.15, 0, 0))
        stage.move(
            0.11, near_arm=(-0.5, -0.55, 0.5, 0.3), spine=(0.35, -0.1, -0.55), pelvis=(0.1, 0, -0.2)
        )
        stage.move(0.2)
        stage.move(0.25, spine=(0.06, 0, 0), pelvis=(0, 0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def overhead_strike(stage: Stage, event: Event) -> None:
    """Both hands lift a weapon behind the head and bring it down."""
    on_guard(stage, 0.4)
    for _ in range(event.count):
        stage.move(0.4, both_arm=(-0.2, 0.7, 0.05, 0.4), spine=(-0.25, 0, 0), height=0.98)
        stage.move(0.12, both_arm=(-0.32, 0.4, 0.75, 0.2), spine=(0.1, 0, 0))
        stage.move(0.1, both_arm=(-0.3, -0.55, 0.65, 0.1), spine=(0.5, 0, 0), height=0.88)
        stage.move(0.22)
        stage.move(0.3, both_arm=(-0.25, -0.3, 0.55, 0.1), spine=(0.05, 0, 0), height=0.95)
    off_guard(stage)  # fmt: skip


def stab(stage: Stage, event: Event) -> None:
    """A thrust forward with a lunge of the near leg."""
    leg = stage.figure.leg
    for _ in range(event.count):
        stage.move(
            0.25, near_arm=(0.1, -0.45, -0.15, 0.0), spine=(0.05, 0, 0.4), far_arm=(0.2, -0.6, 0.3)
        )
        stage.tread("near", 0.2, (0, 0.55 * leg, 0))
        stage.move(
            0.2,
            near_arm=(-0.1, -0.08, 0.97),
            spine=(0.2, 0, -0.35),
            height=0.86,
            root=(0, 0.3 * leg, 0),
            far_arm=(0.35, -0.7, -0.4),
        )
        stage.move(0.22)
        stage.tread("near", 0.3)
        stage.move(0.32, root=(0, 0, 0), height=1.0, spine=(0, 0, 0), near_arm=(0.1, -0.6, 0.3))
    stage.settle(0.35)


def shoot_bow(stage: Stage, event: Event) -> None:
    """Bow arm out to the far side, the near hand draws to the cheek and lets go."""
    stage.tread("near", 0.35, (0, -0.28 * stage.figure.leg, 0.7), wide=1.3)
    stage.move(
        0.4,
        far_arm=(0.1, 0.05, 0.98, 0.3),
        near_arm=(-0.3, 0.0, 0.8, 0.6),
        spine=(0, 0, 0.25),
        pelvis=(0, 0, 0.5),
        head=(0, 0, -0.6),
    )
    for _ in range(event.count):
        stage.move(
            0.6,
            near_arm=(-0.08, 0.12, 0.28, 1.0),
            spine=(0, 0, 0.55),
            far_arm=(0.55, 0.06, 0.83, 0.3),
        )
        stage.move(0.35)
        stage.move(0.1, near_arm=(0.3, 0.1, 0.05, 1.0))
        stage.move(0.4)
        if event.count > 1:
            stage.move(0.4, near_arm=(-0.3, 0.0, 0.8, 0.6), spine=(0, 0, 0.3))
    stage.tread("near", 0.35)
    stage.move(0.35, pelvis=(0, 0, 0))
    stage.settle(0.4)


def aim_rifle(stage: Stage, event: Event) -> None:
    """Rifle at the shoulder, aim, shots with recoil."""
    stage.tread("far", 0.3, (0, 0.3 * stage.figure.leg, 0))
    stage.move(
        0.5,
        near_arm=(-0.22, 0.02, 0.36, 0.7),
        far_arm=(-0.4, 0.05, 0.72, 0.2),
        spine=(0.1, 0, 0.35),
        head=(0.1, 0.1, -0.3),
        root=(0, 0.12, 0),
        height=0.97,
    )
    stage.move(0.4)
    for _ in range(event.count):
        stage.move(0.07, spine=(-0.06, 0, 0.45), near_arm=(-0.18, 0.06, 0.26, 0.7))
        stage.move(0.3, spine=(0.1, 0, 0.35), near_arm=(-0.22, 0.02, 0.36, 0.7))
    stage.tread("far", 0.3)
    stage.move(0.35, root=(0, 0, 0), height=1.0)
    stage.settle(0.4)


def cast_spell(stage: Stage, event: Event) -> None:
    """Hands gathered at the hip of the near side, then thrust forward."""
    stage.tread("far", 0.3, (0, 0.35 * stage.figure.leg, 0))
    stage.move(0.3, root=(0, 0.1, 0), height=0.96)
    for _ in range(event.count):
        stage.move(
            0.5,
            near_arm=(0.1, -0.5, -0.05, 0.3),
            far_arm=(-0.55, -0.45, 0.25, 0.2),
            spine=(0.1, 0.05, 0.55),
            height=0.92,
        )
        stage.move(0.3, both_arm=(-0.1, -0.2, 0.3, 0.4), spine=(-0.05, 0, 0.1))
        stage.move(0.13, both_arm=(-0.12, 0.05, 0.97), spine=(0.2, 0, 0), sway=(0, 0.06))
        stage.move(0.45)
        stage.move(0.3, sway=(0, 0), both_arm=(0.1, -0.5, 0.4), spine=(0, 0, 0))
    stage.tread("far", 0.3)
    stage.move(0.3, root=(0, 0, 0), height=1.0)
    stage.settle(0.3)


def summon(stage: Stage, event: Event) -> None:
    """Both arms rise slowly from the sides to the sky, the back arches."""
    for _ in range(event.count):
        stage.move(0.3, both_arm=(0.4, -0.75, 0.35), spine=(0.25, 0, 0), head=(0.2, 0, 0))
        stage.move(0.9, both_arm=(0.62, 0.62, 0.3), spine=(-0.25, 0, 0), head=(-0.35, 0, 0))
        stage.move(0.5, both_arm=(0.5, 0.78, 0.2))
        stage.move(0.6, both_arm=(0.4, -0.7, 0.3), spine=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.4)


ACTIONS = {
    "slash": Action(
        slash, ("{slash} with a sword in $hand", "{swing} a sword diagonally with $hand",
                "{cut} across with a blade in $hand"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "overhead_strike": Action(
        overhead_strike, ("{strike} down from overhead with both hands",
                          "{chop} down with an axe held in both hands",
                          "{swing} a two-handed weapon down from above"),
        counts=(1, 2, 3),
    ),
    "stab": Action(
        stab, ("{stab} forward with $hand", "{lunge} and {thrust} a blade forward with $hand",
               "{thrust} a sword ahead with $hand"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "shoot_bow": Action(
        shoot_bow, ("{shoot} a bow $how, drawing the string with $hand",
                    "{draw} a bow with $hand and {release} the arrow",
                    "{fire} an arrow $how, $hand pulling the string"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "shoot_rifle": Action(
        aim_rifle, ("{aim} a rifle and {fire} $n[shot] $how, the stock at $shoulder",
                    "{fire} $n[shot] from a rifle $how, held at $shoulder"),
        sides=HANDS, counts=(1, 2, 3), styled=False,
    ),
    "cast_spell": Action(
        cast_spell, ("{cast} a spell $how, thrusting both hands forward from the $side",
                     "{hurl} a spell ahead with both hands from the $side hip",
                     "{push} magic forward $how with both hands, drawn back to the $side"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "summon": Action(
        summon, ("{raise} both arms to the sky in a summoning",
                    "{summon} something with arms lifted",
                 "{conjure} $how, lifting both arms to the sky"),
        counts=(1, 2), styled=False,
    ),
}  # fmt: skip
