"""Walking, running, turning and what else takes one from place to place on foot."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lavimo.data.choreography.action import Action
from lavimo.data.choreography.gait import Gait, travel
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

WALK = Gait()
STEPS = (3, 4, 5, 6, 8)
PACES = (6, 8, 10)

_GAITS = {
    "walk": WALK,
    "walk_backward": replace(WALK, stride=0.5, beat=0.6, arm_swing=0.3, lift=0.05),
    "sidestep": replace(WALK, stride=0.45, beat=0.5, arm_swing=0.1, strike=0.0, curl=0.5,
                        twist=0.0),
    "jog": Gait(beat=0.37, stride=1.0, contact=0.75, lift=0.14, curl=1.1, strike=-0.1, low=0.94,
                high=1.0, arm_swing=0.42, elbow=0.62, lean=0.1, twist=0.14, wide=0.5),
    "run": Gait(beat=0.31, stride=1.6, contact=0.6, lift=0.24, curl=1.35, strike=-0.1, low=0.92,
                high=1.02, arm_swing=0.62, elbow=0.6, lean=0.2, twist=0.2, wide=0.4),
    "run_backward": Gait(beat=0.34, stride=0.62, contact=0.8, lift=0.1, curl=1.2, strike=0.3,
                         low=0.93, high=0.98, arm_swing=0.35, elbow=0.62, lean=0.12, twist=0.08),
    "run_sideways": Gait(beat=0.3, stride=0.7, contact=0.8, lift=0.07, curl=0.5, strike=0.1,
                         low=0.9, high=0.95, arm_swing=0.25, elbow=0.6, lean=0.15, twist=0.0),
    "march": Gait(beat=0.52, stride=0.6, lift=0.34, curl=0.5, strike=0.0, arm_swing=0.8,
                  elbow=0.9, lean=-0.04, twist=0.05, low=0.985),
    "sneak": Gait(beat=0.85, stride=0.62, lift=0.2, curl=0.7, strike=0.15, low=0.83, high=0.85,
                  lean=0.45, twist=0.1, hold={"both_arm": (0.1, -0.45, 0.42, 0.4)}),
    "tiptoe": Gait(beat=0.5, stride=0.42, heel=0.62, lift=0.07, low=1.02, high=1.035, lean=0.0,
                   arm_swing=0.15, hold={"both_arm": (0.5, -0.55, 0.12, 0.2)}),
    "limp": Gait(beat=0.62, stride=0.55, near_share=0.45, lift=0.04, curl=0.5, strike=-0.1,
                 low=0.95, high=0.985, roll=0.06, shift=0.05, arm_swing=0.25, lean=0.12),
    "skip": Gait(beat=0.5, stride=0.85, contact=0.55, lift=0.3, curl=0.7, strike=0.2, low=0.95,
                 high=1.08, arm_swing=0.7, elbow=0.85, lean=0.04, twist=0.18),
    "march_in_place": Gait(beat=0.5, stride=0.0, lift=0.34, curl=0.6, strike=0.0, arm_swing=0.6,
                           elbow=0.8, lean=-0.02, twist=0.03, low=0.985),
    "run_in_place": Gait(beat=0.3, stride=0.0, contact=0.7, lift=0.24, curl=1.2, strike=0.1,
                         low=0.96, high=1.02, arm_swing=0.5, elbow=0.6, lean=0.08, twist=0.08),
    "carry": replace(WALK, stride=0.55, beat=0.62, lean=-0.08, low=0.965,
                     hold={"both_arm": (-0.1, -0.32, 0.55, 0.15)}),
    "push": Gait(beat=0.8, stride=0.45, lift=0.05, low=0.86, high=0.88, lean=0.75, twist=0.06,
                 strike=0.1, hold={"both_arm": (0.0, 0.1, 0.88, 0.1)}),
    "pull": Gait(beat=0.8, stride=0.42, lift=0.05, low=0.86, high=0.88, lean=-0.32, twist=0.06,
                 hold={"both_arm": (-0.15, -0.3, 0.86, 0.1)}),
    "stagger": Gait(beat=0.62, stride=0.5, lift=0.07, low=0.93, high=0.96, shift=0.11, roll=0.1,
                    lean=0.22, arm_swing=0.6, elbow=0.9, twist=0.16, wide=1.5),
}  # fmt: skip
WAYS = {"backward": (0.0, -1.0), "left": (1.0, 0.0), "right": (1.0, 0.0)}


def _gait(name: str) -> Callable[[Stage, Event], None]:
    def perform(stage: Stage, event: Event) -> None:
        travel(stage, _GAITS[name], event.count, way=WAYS.get(event.direction, (0.0, 1.0)))
        stage.settle(0.3)

    return perform


def _curve(name: str, steps: int) -> Callable[[Stage, Event], None]:
    """A walk or run along a bend towards near."""

    def perform(stage: Stage, event: Event) -> None:
        travel(stage, _GAITS[name], steps, bend=float(np.radians(event.degrees)))
        stage.settle(0.3)

    return perform


def gait_named(name: str) -> Gait:
    """One of the gaits by name."""
    return _GAITS[name]


def limp(stage: Stage, event: Event) -> None:
    """The near leg hurts: short quick steps off it, the trunk falls towards it."""
    travel(stage, _GAITS["limp"], event.count)
    stage.settle(0.3)


def sneak(stage: Stage, event: Event) -> None:
    """Bent knees, long careful steps, looking about."""
    begins = stage.now
    travel(stage, _GAITS["sneak"], event.count)
    stage.put("head", begins + (stage.now - begins) * 0.3, (-0.3, 0, 0.5), begins)
    stage.put("head", begins + (stage.now - begins) * 0.7, (-0.3, 0, -0.5), begins)
    stage.settle(0.4)


def turn_steps(stage: Stage, radians: float, beat: float = 0.42) -> None:
    """Turn on the spot towards near by small steps."""
    count = max(2, 2 * int(np.ceil(abs(radians) / 1.3)))
    begins, beat = stage.now, stage.seconds(beat)
    stage.put("head", begins + 0.8 * beat, (0, 0, 0.4), begins)
    for k in range(count):
        which = "near" if k % 2 == 0 else "far"
        share = min(1.0, (k + 1 + (k % 2 == 0)) / count)
        lands = begins + (k + 1) * beat
        stage.step(which, lands - 0.8 * beat, lands, (0, 0, radians * share), lift=0.05)
        stage.put("root", lands, (0, 0, radians * (k + 1) / count), begins)
        side = 1.0 if which == "near" else -1.0
        over = (-side * 0.3 * stage.figure.stance, 0) if k < count - 1 else (0, 0)
        stage.put("sway", lands - 0.4 * beat, over, begins)
    stage.now = begins + count * beat
    stage.put("head", stage.now, (0, 0, 0), begins + 0.8 * beat)


def turn_around(stage: Stage, event: Event) -> None:
    """Turn on the spot."""
    turn_steps(stage, np.radians(event.degrees))
    stage.settle(0.3)


def spin(stage: Stage, event: Event) -> None:
    """Quick full turns on the spot, arms out."""
    begins = stage.now
    turn_steps(stage, 2 * np.pi * event.count, 0.24)
    for which in ("near", "far"):
        stage.put(f"{which}_arm", begins + 0.3, (0.7, -0.35, 0.2, 0.2), begins)
        stage.put(f"{which}_arm", stage.now, (0.6, -0.5, 0.1, 0.2), begins)
    stage.settle(0.4)


def climb_stairs(stage: Stage, event: Event) -> None:
    """Up one stair after the other, ending with both feet on the last."""
    f = stage.figure
    rise, depth = 0.2 * f.leg, 0.36 * f.leg
    beat = 0.62
    for k in range(event.count):
        which, other = ("near", "far") if k % 2 == 0 else ("far", "near")
        up, ahead = rise * (k + 1), depth * (k + 1)
        stage.tread(which, beat * 0.7, (0, ahead, 0), up=up, lift=0.08)
        stage.move(
            beat * 0.6,
            height=1 + rise * (k - 0.15) / f.pelvis_height,
            pelvis=(0.14, 0, 0),
            spine=(0.18, 0, 0),
            root=(0, depth * (k + 0.55), 0),
            **{f"{other}_arm": (0.12, -0.8, 0.45), f"{which}_arm": (0.15, -0.9, -0.2)},
        )
        stage.move(
            beat * 0.4,
            height=1 + rise * (k + 0.8) / f.pelvis_height,
            root=(0, depth * (k + 0.95), 0),
        )
    last = "far" if event.count % 2 else "near"
    stage.tread(last, 0.45, (0, depth * event.count, 0), up=rise * event.count, lift=0.06)
    stage.move(0.5, height=1 + rise * event.count / f.pelvis_height, pelvis=(0, 0, 0),
               spine=(0, 0, 0), root=(0, depth * event.count, 0), both_arm=None)  # fmt: skip


def climb_ladder(stage: Stage, event: Event) -> None:
    """Hand over hand, foot over foot, straight up."""
    f = stage.figure
    rung, ahead = 0.32 * f.leg, 0.34 * f.leg
    top = f.pelvis_height + 0.55 * f.leg
    half = 0.16 * f.leg
    for which, near, up in (("near", half, top + rung * 0.5), ("far", -half, top)):
        stage.put(f"{which}_grip", stage.now + 0.5, (near, up, ahead), stage.now)
    stage.move(0.55, spine=(0.05, 0, 0), head=(-0.25, 0, 0))
    for k in range(event.count):
        which, other = ("near", "far") if k % 2 == 0 else ("far", "near")
        side = half if which == "near" else -half
        stage.tread(which, 0.42, (0, 0.1 * f.leg, 0), up=rung * (k + 1), lift=0.04, wide=0.8)
        begins = stage.now + stage.seconds(0.2)
        stage.put(
            f"{other}_grip",
            begins + stage.seconds(0.35),
            (-side, top + rung * (k + 1.5), ahead),
            begins,
        )
        stage.move(
            0.6,
            height=1 + rung * (k + 0.4) / f.pelvis_height,
            spine=(0.05, 0.08 if which == "near" else -0.08, 0),
        )
    stage.move(0.3)


ACTIONS = {
    "walk": Action(
        _gait("walk"),
        ("{walk} forward $n[step]", "{take} $n[step] forward", "{walk} $n[step] straight ahead"),
        counts=STEPS, directions=("forward",), can_stay=True,
    ),
    "walk_backward": Action(
        _gait("walk_backward"),
        ("{walk} backward $n[step]", "{take} $n[step] backward", "{walk} $n[step] backwards"),
        counts=STEPS, directions=("backward",), can_stay=True,
    ),
    "sidestep": Action(
        _gait("sidestep"),
        ("{sidestep} $n[step] to the $dir", "{take} $n[step] sideways to the $dir",
         "{move} sideways to the $dir with $n[step]"),
        counts=(2, 4, 6), directions=("left", "right"), can_stay=True,
    ),
    "walk_curve": Action(
        _curve("walk", 7),
        ("{walk} forward and {turn} to the $dir", "{walk} in a curve to the $dir",
         "{walk} along a bend to the $dir"),
        directions=("left", "right"), degrees=(90,),
    ),
    "walk_circle": Action(
        _curve("walk", 12),
        ("{walk} in a circle to the $dir", "{walk} $how a full circle, turning $dir",
         "{walk} $how around in a circle, always to the $dir"),
        directions=("left", "right"), degrees=(360,),
    ),
    "jog": Action(
        _gait("jog"), ("{jog} forward $n[step]", "{jog} ahead for $n[step]",
                       "{jog} straight on for $n[step]"),
        counts=PACES, directions=("forward",), can_stay=True,
    ),
    "run": Action(
        _gait("run"), ("{run} forward $n[step]", "{run} ahead for $n[step]",
                       "{run} straight on for $n[step]"),
        counts=PACES, directions=("forward",), can_stay=True,
    ),
    "jog_circle": Action(
        _curve("jog", 14),
        ("{jog} in a circle to the $dir", "{jog} $how a full circle, turning $dir",
         "{run} slowly around in a circle to the $dir"),
        directions=("left", "right"), degrees=(360,), speeds=("normal",),
    ),
    "run_backward": Action(
        _gait("run_backward"),
        ("{run} backward $n[step]", "{jog} backwards for $n[step]"),
        counts=PACES, directions=("backward",), can_stay=True,
    ),
    "run_sideways": Action(
        _gait("run_sideways"),
        ("{run} sideways to the $dir for $n[step]", "{shuffle} quickly to the $dir for $n[step]",
         "{strafe} to the $dir for $n[step]"),
        counts=(4, 6, 8), directions=("left", "right"), speeds=("normal",), can_stay=True,
    ),
    "run_curve": Action(
        _curve("run", 8),
        ("{run} in a curve to the $dir", "{run} forward and {veer} to the $dir",
         "{run} along a bend to the $dir"),
        directions=("left", "right"), degrees=(90,),
    ),
    "march": Action(
        _gait("march"), ("{march} forward $n[step]", "{march} ahead like a soldier for $n[step]",
                         "{stride} $how forward $n[step] with high knees, marching"),
        counts=(4, 6, 8), directions=("forward",), can_stay=True,
    ),
    "march_in_place": Action(
        _gait("march_in_place"), ("{march} on the spot for $n[step]",
                    "{march} in place for $n[step]"),
        counts=(4, 6, 8),
    ),
    "run_in_place": Action(
        _gait("run_in_place"), ("{run} on the spot for $n[step]", "{jog} in place for $n[step]",
                                "{run} in place for $n[step]"),
        counts=(8, 12),
    ),
    "sneak": Action(
        sneak, ("{sneak} forward $n[step]", "{creep} ahead stealthily for $n[step]",
                "{walk} $how forward $n[step] crouched, sneaking"),
        counts=(3, 4, 5), directions=("forward",), styled=False, can_stay=True,
    ),
    "tiptoe": Action(
        _gait("tiptoe"), ("{walk} forward $n[step] on tiptoe", "{tiptoe} forward $n[step]"),
        counts=(4, 6, 8), directions=("forward",), styled=False,
    ),
    "limp": Action(
        limp, ("{limp} forward $n[step] on $leg", "{walk} $how $n[step] with a limp in $leg",
               "{hobble} $how forward $n[step], sparing $leg"),
        sides=("left", "right"), counts=(5, 6, 8), styled=False,
    ),
    "stagger": Action(
        _gait("stagger"), ("{stagger} forward $n[step]", "{sway} and {stagger} ahead for $n[step]",
                           "{reel} forward $n[step]"),
        counts=(4, 5, 6), directions=("forward",), styled=False,
    ),
    "skip": Action(
        _gait("skip"), ("{skip} forward $n[step]", "{skip} ahead for $n[step]"),
        counts=(4, 6, 8), directions=("forward",),
    ),
    "carry": Action(
        _gait("carry"), ("{carry} something heavy forward $n[step]",
                         "{walk} forward $n[step] carrying a box with both hands"),
        counts=(4, 5, 6), directions=("forward",),
    ),
    "push": Action(
        _gait("push"), ("{push} something heavy forward $n[step] with both hands",
                        "{lean} forward and {push} a heavy object ahead for $n[step]"),
        counts=(4, 5, 6), directions=("forward",), styled=False,
    ),
    "pull": Action(
        _gait("pull"), ("{pull} something heavy backward $n[step] with both hands",
                        "{lean} back and {pull} a heavy object for $n[step]"),
        counts=(4, 5, 6), directions=("backward",), styled=False,
    ),
    "turn": Action(
        turn_around,
        ("{turn} $deg to the $dir", "{make} a $deg turn to the $dir", "{turn} to the $dir by $deg"),
        directions=("left", "right"), degrees=(45, 90, 135, 180),
    ),
    "spin": Action(
        spin, ("{spin} around to the $dir", "{spin} in a full circle to the $dir",
               "{whirl} around to the $dir with open arms"),
        directions=("left", "right"), counts=(1, 2), styled=False,
    ),
    "climb_stairs": Action(
        climb_stairs, ("{climb} up $n[stair]", "{walk} up $n[stair]", "{go} $n[step] upstairs"),
        counts=(3, 4, 5, 6), ends="aloft",
    ),
    "climb_ladder": Action(
        climb_ladder, ("{climb} $n[rung] up a ladder", "{go} up $n[rung] of a ladder"),
        counts=(3, 4, 6), ends="aloft",
    ),
}  # fmt: skip
