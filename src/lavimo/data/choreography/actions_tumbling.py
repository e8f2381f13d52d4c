"""Rolls, wheels, falls and being hit."""

import numpy as np

from lavimo.data.choreography.action import HANDS, PRONE, SUPINE, Action
from lavimo.data.choreography.actions_jumps import GRAVITY, crouch, push_off
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage, Value


def somersault(stage: Stage, event: Event) -> None:
    """Crouch, hands down, over the rounded back, and up."""
    far = 1.35 * stage.figure.leg
    stage.move(
        0.45,
        height=0.5,
        pelvis=(0.8, 0, 0),
        spine=(0.8, 0, 0),
        sway=(0, 0.05),
        both_arm=(0.0, -0.3, 0.85),
        head=(0.5, 0, 0),
    )
    tuck = (0.1, -0.25, 0.45, 0.2, 0.4)
    stage.move(
        0.3,
        height=0.52,
        pelvis=(1.9, 0, 0),
        spine=(1.1, 0, 0),
        root=(0, 0.25 * far, 0),
        both_arm=(0.05, 0.3, 0.6),
        head=(0.7, 0, 0),
        both_leg=(0.08, -0.5, 0.4, 0, 0.6),
    )
    stage.move(
        0.34,
        height=0.45,
        pelvis=(3.3, 0, 0),
        spine=(1.3, 0, 0),
        root=(0, 0.5 * far, 0),
        both_leg=tuck,
        both_arm=(0.05, 0.0, 0.6),
    )
    stage.move(
        0.34,
        height=0.16,
        pelvis=(5.0, 0, 0),
        spine=(1.1, 0, 0),
        root=(0, 0.75 * far, 0),
        both_leg=tuck,
    )
    for which in ("near", "far"):
        x, z, yaw = stage.spot(which, 0, far * 1.06)
        track = f"foot_{stage.side(which)}"
        stage.key(track, stage.now, (x, 0.0, z, yaw, 0.0), stage.now - 0.02)
    stage.move(
        0.36,
        height=0.4,
        pelvis=(6.6, 0, 0),
        spine=(0.7, 0, 0),
        root=(0, 0.98 * far, 0),
        both_leg=None,
        both_arm=(0.05, -0.3, 0.85),
    )
    stage.move(
        0.5,
        height=1.0,
        pelvis=(2 * np.pi, 0, 0),
        spine=(0, 0, 0),
        head=(0, 0, 0),
        root=(0, 1.06 * far, 0),
        sway=(0, 0),
        both_arm=None,
    )
    stage.renew("pelvis", (0.0, 0.0, 0.0))
    stage.settle(0.3)


def backflip(stage: Stage, event: Event) -> None:
    """A high jump with a whole turn backward in the air."""
    f = stage.figure
    crouch(stage, 0.66, 0.4)
    push_off(stage, (0.15, 0.3, 0.85))
    high, back = 0.75 * f.leg, -0.35 * f.leg
    whole = 2 * float(np.sqrt(2 * high / GRAVITY))
    tuck = (0.1, -0.25, 0.5, 0.1, 0.5)
    for share, pitch, leg in (
        (0.2, -0.5, None),
        (0.4, -2.0, tuck),
        (0.6, -3.9, tuck),
        (0.8, -5.4, tuck),
        (1.0, -6.1, None),
    ):
        up = high * (1 - (2 * share - 1) ** 2)
        stage.toes(whole / 5, up, 0.6 * (share < 1), place=(0, back * share, 0), real=True)
        legs: dict[str, Value] = {} if share == 0.2 else {"both_leg": leg}
        stage.fly(
            whole / 5,
            root=(0, back * share, 0),
            pelvis=(pitch, 0, 0),
            spine=(0.35, 0, 0),
            height=1.0 - 0.04 * share + up / f.pelvis_height,
            both_arm=(0.15, 0.6, 0.6) if share == 0.2 else (0.1, -0.5, 0.6),
            **legs,
        )
    stage.fly(
        0.16,
        height=0.72,
        pelvis=(0.35 - 2 * np.pi, 0, 0),
        spine=(0.3, 0, 0),
        sway=(0, -0.05),
        both_arm=(0.2, -0.2, 0.85),
    )
    stage.move(
        0.45, height=1.0, pelvis=(-2 * np.pi, 0, 0), spine=(0, 0, 0), sway=(0, 0), both_arm=None
    )
    stage.renew("pelvis", (0.0, 0.0, 0.0))
    stage.settle(0.3)


def cartwheel(stage: Stage, event: Event) -> None:
    """Sideways over both hands towards near."""
    f = stage.figure
    whole = 2 * np.pi
    arms = {"both_arm": (0.22, 0.96, 0.05)}
    far = 2.1 * f.leg
    stage.tread("near", 0.4, (0.45 * f.leg, 0, 0), lift=0.2)
    stage.move(0.45, **arms, root=(0.2 * f.leg, 0, 0), height=0.96)
    plan = (
        (0.28, 0.8, 0.3, 0.7), (0.34, 1.9, 0.5, 0.95), (0.27, np.pi, 0.62, 1.1),
        (0.27, 4.4, 0.78, 0.95), (0.28, 5.4, 0.92, 0.76),
    )  # fmt: skip
    spread = (0.62, -0.78, 0.05, 0.0, 0.7)
    for k, (lasts, roll, way, height) in enumerate(plan):
        legs: dict[str, Value] = {}
        if k == 0:
            legs = {"far_leg": spread}
        elif k == 1:
            legs = {"near_leg": spread}
        elif k == 4:
            for which, at in (("far", far * 1.02), ("near", far)):
                x, z, yaw = stage.spot(which, at, 0)
                track = f"foot_{stage.side(which)}"
                stage.key(track, stage.now + 0.02, (x, 0.0, z, yaw, 0.0), stage.now)
            legs = {"far_leg": None}
        stage.move(
            lasts, pelvis=(0, roll, 0), root=(far * way, 0, 0), height=height, **arms, **legs
        )
    stage.move(
        0.35,
        pelvis=(0, whole, 0),
        root=(far, 0, 0),
        height=1.0,
        near_leg=None,
        both_arm=(0.8, 0.3, 0.1),
    )
    stage.renew("pelvis", (0.0, 0.0, 0.0))
    stage.settle(0.45)


def fall_back(stage: Stage, event: Event) -> None:
    """Struck down: knees give way, onto the back."""
    stage.move(
        0.18, spine=(-0.3, 0, 0.2), head=(-0.3, 0, 0), both_arm=(0.5, -0.3, 0.4), sway=(0, -0.08)
    )
    leg = stage.figure.leg
    stage.move(
        0.35,
        height=0.6,
        sway=(0, -0.3 * leg),
        pelvis=(-0.2, 0, 0),
        spine=(0.2, 0, 0.1),
        both_arm=(0.7, -0.2, 0.1),
    )
    stage.move(0.25, height=0.13, sway=(0, -0.62 * leg), pelvis=(-0.5, 0, 0), spine=(0.35, 0, 0))
    stage.move(
        0.3,
        height=0.11,
        sway=(0, -0.68 * leg),
        pelvis=(-1.57, 0, 0),
        spine=(0, 0, 0),
        near_arm=(0.8, -0.1, -0.02),
        far_arm=(0.6, 0.5, -0.02),
        head=(0, 0, 0.3),
    )
    stage.move(0.4, both_leg=(0.2, -0.97, 0.0, 0.3, -0.1))
    stage.move(0.8)
    stage.rest = {"arm": (0.25, -0.95, -0.02)}  # fmt: skip


def die_forward(stage: Stage, event: Event) -> None:
    """Sinks to the knees and falls on the face."""
    f = stage.figure
    back = -0.6 * f.leg
    stage.move(0.35, spine=(0.4, 0.1, 0), head=(0.3, 0, 0), near_arm=(-0.3, -0.3, 0.4), height=0.93)
    stage.tread("near", 0.3, (0, back * 0.8, 0), lift=0.03, pitch=1.3)
    stage.tread("far", 0.3, (0, back, 0), lift=0.03, pitch=1.3, delay=0.15)
    stage.move(
        0.5,
        height=0.55,
        pelvis=(0, 0, 0),
        spine=(0.3, 0, 0),
        sway=(0, -0.12),
        far_arm=(0.1, -0.8, 0.3),
    )
    stage.move(0.35, head=(0.45, 0, 0))
    stage.move(
        0.45,
        height=0.2,
        pelvis=(1.2, 0, 0),
        spine=(0.1, 0, 0),
        sway=(0, 0.1 * f.leg),
        near_arm=(0.3, 0.2, 0.5),
        far_arm=(0.4, 0.3, 0.5),
    )
    stage.move(
        0.25,
        height=0.115,
        pelvis=(1.57, 0, 0),
        spine=(0, 0, 0),
        head=(-0.1, 0, 0.5),
        both_leg=(0.12, -0.98, 0.02, 0, 1.2),
        near_arm=(0.5, 0.5, 0.05, 1.0),
        far_arm=(0.6, -0.3, 0.02),
    )
    stage.move(0.9)
    stage.rest = {"arm": (0.45, 0.45, 0.05, 1.0)}  # fmt: skip


def hit_reaction(stage: Stage, event: Event) -> None:
    """Struck on the near side: the trunk is thrown round, a step to catch the balance."""
    for _ in range(event.count):
        stage.move(
            0.12,
            spine=(0.1, -0.35, -0.5),
            head=(0.1, -0.3, -0.5),
            sway=(-0.06, 0),
            both_arm=(0.3, -0.6, 0.4),
            height=0.95,
        )
        stage.tread("far", 0.28, (-0.28 * stage.figure.leg, -0.08, 0))
        stage.move(0.3, root=(-0.12 * stage.figure.leg, -0.05, 0), spine=(0.3, -0.15, -0.2))
        stage.move(0.2)
        stage.tread("far", 0.3)
        stage.move(
            0.4,
            root=(0, 0, 0),
            sway=(0, 0),
            spine=(0, 0, 0),
            head=(0, 0, 0),
            height=1.0,
            both_arm=None,
        )
    stage.settle(0.3)


def stumble(stage: Stage, event: Event) -> None:
    """Two steps, a foot catches, the trunk pitches forward, quick steps, upright again."""
    leg = stage.figure.leg
    ahead = 0.0
    for which, far, lasts, pitch, low in (
        ("near", 0.6, 0.45, 0.05, 0.98), ("far", 0.85, 0.45, 0.1, 0.98),
        ("near", 1.15, 0.24, 0.75, 0.86), ("far", 1.6, 0.24, 0.85, 0.82),
        ("near", 2.0, 0.3, 0.6, 0.86), ("far", 2.0, 0.4, 0.1, 0.97),
    ):  # fmt: skip
        stage.tread(which, lasts * 0.9, (0, far * leg, 0))
        arms = (0.5, -0.35, 0.55) if pitch > 0.4 else (0.2, -0.9, 0.15)
        stage.move(
            lasts,
            root=(0, (far * 0.7 + ahead * 0.3) * leg, 0),
            height=low,
            pelvis=(pitch * 0.5, 0, 0),
            spine=(pitch * 0.6, 0, 0),
            both_arm=arms,
        )
        ahead = far
    stage.move(0.3, root=(0, 2.0 * leg, 0), height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0))
    stage.settle(0.4)


ACTIONS = {
    "somersault": Action(
        somersault, ("{do} a forward roll", "{roll} forward over the back and {stand} up",
                     "{do} a somersault on the floor"),
        directions=("forward",), speeds=("normal",), styled=False,
    ),
    "backflip": Action(
        backflip, ("{do} a backflip", "{perform} a backward flip in the air",
                   "{jump} and {flip} over backwards"),
        directions=("backward",), speeds=("normal",), styled=False,
    ),
    "cartwheel": Action(
        cartwheel, ("{do} a cartwheel to the $dir", "{perform} a cartwheel towards the $dir",
                    "{turn} a cartwheel to the $dir"),
        directions=("left", "right"), speeds=("normal",), styled=False,
    ),
    "fall_back": Action(
        fall_back, ("{fall} backward onto the floor", "{fall} over backwards and {lie} still",
                    "{collapse} and {drop} onto the back"),
        ends=SUPINE, speeds=("normal", "fast"), styled=False,
    ),
    "die": Action(
        die_forward, ("{sink} to the knees $how and {fall} on the face, dying",
                    "{die} $how, falling forward onto the floor",
                      "{collapse} forward over the knees as if dead"),
        ends=PRONE, speeds=("slow", "normal"), styled=False,
    ),
    "hit_reaction": Action(
        hit_reaction, ("{get} hit on the $side and {stagger}", "{take} a blow from the $side",
                       "{recoil} from a hit on the $side"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "stumble": Action(
        stumble, ("{stumble} forward and {catch} the balance", "{trip} and almost {fall} forward",
                  "{trip} while walking and {recover}"),
        directions=("forward",), speeds=("normal", "fast"), styled=False,
    ),
}  # fmt: skip
