"""Postures between which actions move: on a chair, on the ground, kneeling, lying, on all fours.

Feet stay planted wherever they touch the floor, so that going down and coming up do not slide.
"""

import numpy as np

from lavimo.data.choreography.action import CHAIR, FOURS, GROUND, KNEEL, PRONE, STAND, SUPINE
from lavimo.data.choreography.score import Number, Stage

ON_THIGHS = (-0.04, -0.66, 0.42, 0.3)
ON_KNEES = (-0.02, -0.5, 0.62, 0.3)
PROPPED = (0.3, -0.85, -0.4, 0.2)
INSTEP = 2.0
"""Foot pitch at which the instep lies on the floor (kneeling, crawling)."""


def inside(pitch: Number, out: Number, up: Number, forward: Number) -> tuple[float, ...]:
    """A direction of the upright frame, seen from a pelvis pitched by `pitch`."""
    c, s = float(np.cos(pitch)), float(np.sin(pitch))
    return float(out), c * up + s * forward, c * forward - s * up


def take_posture(stage: Stage, posture: str) -> None:
    """Put the performer into a posture at time 0."""
    down = {
        CHAIR: sit_on_chair, GROUND: sit_on_ground, KNEEL: kneel, SUPINE: lie_back,
        PRONE: lie_on_front, FOURS: on_all_fours,
    }.get(posture)  # fmt: skip
    if down is not None:
        down(stage)
        stage.restart()
    stage.posture = posture


def sit_on_chair(stage: Stage, duration: Number = 0.9) -> None:
    """Down onto a seat at knee height behind the feet."""
    thigh = stage.figure.thigh
    stage.move(
        duration * 0.5,
        height=0.84,
        sway=(0, -0.45 * thigh),
        pelvis=(0.35, 0, 0),
        spine=(0.3, 0, 0),
        both_arm=(0.08, -0.7, 0.5),
    )
    stage.move(duration * 0.5, height=0.6, sway=(0, -0.98 * thigh), pelvis=(-0.05, 0, 0),
               spine=(0.08, 0, 0), both_arm=ON_THIGHS)  # fmt: skip
    stage.posture = CHAIR
    stage.rest = {"arm": ON_THIGHS}


def rise_from_chair(stage: Stage, duration: Number = 0.9) -> None:
    """Up from a seat: lean forward first, then straighten."""
    thigh = stage.figure.thigh
    stage.move(
        duration * 0.4,
        height=0.66,
        sway=(0, -0.7 * thigh),
        pelvis=(0.45, 0, 0),
        spine=(0.35, 0, 0),
        both_arm=(0.05, -0.7, 0.5),
    )
    stage.move(duration * 0.6, height=1.0, sway=(0, 0), pelvis=(0, 0, 0), spine=(0, 0, 0),
               both_arm=None)  # fmt: skip
    _upright(stage)


def sit_on_ground(stage: Stage, duration: Number = 1.5) -> None:
    """Down to sit on the floor behind the feet, knees up."""
    leg = stage.figure.leg
    stage.move(
        duration * 0.5,
        height=0.55,
        sway=(0, -0.16 * leg),
        pelvis=(0.5, 0, 0),
        spine=(0.35, 0, 0),
        both_arm=(0.1, -0.7, 0.55),
    )
    stage.move(
        duration * 0.3,
        height=0.2,
        sway=(0, -0.5 * leg),
        pelvis=(-0.1, 0, 0),
        spine=(0.2, 0, 0),
        both_arm=PROPPED,
    )
    stage.move(duration * 0.2, height=0.13, sway=(0, -0.62 * leg), pelvis=(-0.12, 0, 0),
               spine=(0.3, 0, 0), both_arm=ON_KNEES)  # fmt: skip
    stage.posture = GROUND
    stage.rest = {"arm": ON_KNEES}


def rise_from_ground(stage: Stage, duration: Number = 1.6) -> None:
    """Up from the floor over a deep squat."""
    leg = stage.figure.leg
    stage.move(
        duration * 0.3,
        height=0.22,
        sway=(0, -0.45 * leg),
        pelvis=(0.2, 0, 0),
        spine=(0.4, 0, 0),
        both_arm=PROPPED,
    )
    stage.move(
        duration * 0.3,
        height=0.5,
        sway=(0, -0.14 * leg),
        pelvis=(0.6, 0, 0),
        spine=(0.4, 0, 0),
        both_arm=(0.1, -0.75, 0.5),
    )
    stage.move(duration * 0.4, height=1.0, sway=(0, 0), pelvis=(0, 0, 0), spine=(0, 0, 0),
               both_arm=None)  # fmt: skip
    _upright(stage)


def kneel(stage: Stage, duration: Number = 1.5) -> None:
    """Down onto both knees: one foot back, knee down, then the other."""
    back = -0.62 * stage.figure.leg
    stage.tread("near", duration * 0.4, (0, back, 0), pitch=1.1)
    stage.move(duration * 0.4, height=0.86, sway=(0, -0.05), spine=(0.15, 0, 0), pelvis=(0.1, 0, 0))
    stage.move(duration * 0.3, height=0.54, sway=(0, -0.12), spine=(0.12, 0, 0))
    stage.tread("far", duration * 0.3, (0, back, 0), lift=0.04, pitch=INSTEP)
    stage.toes(duration * 0.3, 0.0, INSTEP, place=(0, back, 0), which=("near",))
    stage.move(duration * 0.3, height=0.545, sway=(0, -0.1), pelvis=(0, 0, 0), spine=(0, 0, 0),
               both_arm=(0.1, -0.9, 0.2))  # fmt: skip
    stage.posture = KNEEL
    stage.rest = {"arm": (0.1, -0.9, 0.2)}


def rise_from_knees(stage: Stage, duration: Number = 1.4) -> None:
    """Up from both knees: one foot forward, push up, feet together."""
    back = -0.62 * stage.figure.leg
    stage.toes(duration * 0.35, 0.0, 1.1, place=(0, back, 0), which=("near",))
    stage.tread("far", duration * 0.35, (0, 0.04, 0), lift=0.1)
    stage.move(
        duration * 0.35,
        height=0.55,
        sway=(0, -0.06),
        spine=(0.25, 0, 0),
        pelvis=(0.15, 0, 0),
        far_arm=(0.0, -0.6, 0.45),
    )
    stage.move(duration * 0.3, height=0.85, sway=(0, -0.02), spine=(0.25, 0, 0))
    stage.tread("near", duration * 0.35, (0, 0, 0))
    stage.tread("far", duration * 0.1, (0, 0, 0), lift=0.0, delay=duration * 0.25)
    stage.move(duration * 0.35, height=1.0, sway=(0, 0), pelvis=(0, 0, 0), spine=(0, 0, 0),
               both_arm=None)  # fmt: skip
    _upright(stage)


def lie_back(stage: Stage, duration: Number = 2.4) -> None:
    """Down to sit, then onto the back with the legs stretched."""
    sit_on_ground(stage, duration * 0.55)
    leg = stage.figure.leg
    stage.move(
        duration * 0.25,
        pelvis=(-1.0, 0, 0),
        spine=(0.5, 0, 0),
        height=0.12,
        both_arm=(0.35, -0.75, -0.1),
        head=(0.3, 0, 0),
        sway=(0, -0.66 * leg),
    )
    stage.move(duration * 0.25, pelvis=(-1.57, 0, 0), spine=(0.0, 0, 0), height=0.11,
               both_arm=(0.25, -0.95, -0.02), head=(0, 0, 0), sway=(0, -0.7 * leg),
               both_leg=(0.12, -0.99, 0.0, 0.2, -0.3))  # fmt: skip
    stage.posture = SUPINE
    stage.rest = {"arm": (0.25, -0.95, -0.02)}


def rise_from_back(stage: Stage, duration: Number = 2.2) -> None:
    """Up from lying on the back: sit up, feet under, stand."""
    leg = stage.figure.leg
    stage.move(
        duration * 0.4,
        pelvis=(-0.35, 0, 0),
        spine=(0.7, 0, 0),
        head=(0.3, 0, 0),
        height=0.13,
        sway=(0, -0.62 * leg),
        both_arm=(0.1, -0.5, 0.7),
        both_leg=None,
    )
    rise_from_ground(stage, duration * 0.6)


def on_all_fours(stage: Stage, duration: Number = 1.6) -> None:
    """Down onto hands and knees."""
    f = stage.figure
    back = -0.86 * f.leg
    stage.move(
        duration * 0.4,
        height=0.5,
        pelvis=(0.8, 0, 0),
        spine=(0.4, 0, 0),
        head=(-0.3, 0, 0),
        sway=(0, -0.08),
        both_arm=(0.05, -0.8, 0.4),
    )
    begins = stage.now
    ahead = 0.34 * f.leg
    stage.tread("near", duration * 0.3, (0, back, 0), pitch=INSTEP, lift=0.03, delay=duration * 0.1)
    stage.tread("far", duration * 0.3, (0, back, 0), pitch=INSTEP, lift=0.03, delay=duration * 0.3)
    stage.move(duration * 0.25, both_grip=(0, 0.03, ahead))
    hands_down(stage, begins, stage.now, ahead)
    stage.move(duration * 0.35, height=0.56, pelvis=(1.25, 0, 0), spine=(0.1, 0, 0),
               sway=(0, -0.16 * f.leg), head=(-0.45, 0, 0))  # fmt: skip
    stage.posture = FOURS
    stage.rest = {}


def hands_down(
    stage: Stage, begins: float, ends: float, forward: float, wide: float = 1.15
) -> None:
    """Both hands onto the floor `forward` of the event's beginning, under the shoulders."""
    half = float(stage.figure.offsets[13, 0] + stage.figure.offsets[16, 0]) * wide
    for which, near in (("near", half), ("far", -half)):
        stage.put(f"{which}_grip", ends, (near, 0.03, forward), begins)


def rise_from_fours(stage: Stage, duration: Number = 1.4) -> None:
    """Up from hands and knees over a crouch."""
    stage.tread("near", duration * 0.35, (0, 0, 0), lift=0.06)
    stage.tread("far", duration * 0.35, (0, 0, 0), lift=0.06, delay=duration * 0.2)
    stage.move(duration * 0.35, height=0.52, pelvis=(1.0, 0, 0), spine=(0.5, 0, 0), sway=(0, -0.12))
    stage.move(
        duration * 0.2,
        both_grip=None,
        both_arm=(0.05, -0.9, 0.3),
        height=0.56,
        pelvis=(0.8, 0, 0),
        sway=(0, -0.08),
    )
    stage.move(duration * 0.45, height=1.0, sway=(0, 0), pelvis=(0, 0, 0), spine=(0, 0, 0),
               head=(0, 0, 0), both_arm=None)  # fmt: skip
    _upright(stage)


def lie_on_front(stage: Stage, duration: Number = 2.4) -> None:
    """Down onto hands and knees, then flat on the front."""
    on_all_fours(stage, duration * 0.6)
    leg = stage.figure.leg
    stage.move(duration * 0.4, height=0.115, pelvis=(1.57, 0, 0), spine=(0, 0, 0),
               head=(-0.3, 0, 0), sway=(0, -0.1 * leg), both_grip=None,
               both_leg=(0.1, -0.99, 0.02, 0, 1.2), both_arm=(0.45, 0.45, 0.05, 1.0))  # fmt: skip
    stage.posture = PRONE
    stage.rest = {"arm": (0.45, 0.45, 0.05, 1.0)}


def _upright(stage: Stage) -> None:
    stage.posture = STAND
    stage.rest = {}
