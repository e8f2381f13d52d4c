"""Kicks, punches, blocks, weapons, spells and being hit."""

from lavimo.data.choreography.action import HANDS, LIMBS, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Number, Stage

GUARD = {"near_arm": (-0.02, -0.12, 0.5, 0.1), "far_arm": (-0.05, -0.08, 0.42, 0.1)}


def on_guard(stage: Stage, ahead: Number = 0.34) -> None:
    """Fighting stance: the far foot a step ahead, fists up."""
    leg = stage.figure.leg
    stage.tread("far", 0.28, (0, ahead * leg, 0))
    stage.move(0.3, root=(0, ahead * leg * 0.45, 0), height=0.95, spine=(0.08, 0, 0.1), **GUARD)


def off_guard(stage: Stage) -> None:
    """Feet together again, arms down."""
    stage.tread("far", 0.28)
    stage.move(0.3, root=(0, 0, 0), height=1.0, pelvis=(0, 0, 0))
    stage.settle(0.3)


def stand_on_far(stage: Stage, duration: Number = 0.25) -> None:
    """Weight over the far foot, fists up."""
    stage.move(duration, sway=(-stage.figure.stance * 0.9, 0), **GUARD)


def kick_front(stage: Stage, event: Event) -> None:
    """Knee up, shin snapped forward."""
    high = -0.15 + 0.4 * (stage.size - 1)
    lean = -0.14 * stage.size
    stand_on_far(stage)
    for _ in range(event.count):
        stage.move(0.24, near_leg=(0.05, -0.3, 0.5, 0, 0.3), pelvis=(lean / 2, 0, 0))
        stage.move(
            0.13,
            near_leg=(0.05, high, 0.97, 0, 0.6),
            pelvis=(lean, 0, 0.15),
            spine=(0.12, 0, -0.2),
            near_arm=(0.25, -0.5, -0.2),
            sway=(-0.07, 0.05),
        )
        stage.move(0.09)
        stage.move(
            0.18,
            near_leg=(0.06, -0.4, 0.4, 0, 0.2),
            spine=(0, 0, 0),
            sway=(-stage.figure.stance * 0.9, 0),
            **GUARD,
        )
        stage.move(0.22, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.35)


def kick_side(stage: Stage, event: Event) -> None:
    """Knee drawn up, leg thrust out to the side, trunk leaning away."""
    high = -0.1 + 0.35 * (stage.size - 1)
    stand_on_far(stage)
    for _ in range(event.count):
        stage.move(0.26, near_leg=(0.2, -0.35, 0.35, 0.4, 0.0), pelvis=(0, -0.12, 0))
        stage.move(
            0.15,
            near_leg=(0.92, high - 0.3, 0.12, 0.2, 0.0),
            pelvis=(0, -0.42, 0),
            spine=(0, -0.25, 0),
            near_arm=(0.4, -0.6, 0.2),
            head=(0, 0.1, 0.6),
        )
        stage.move(0.12)
        stage.move(
            0.22, near_leg=(0.2, -0.4, 0.3, 0.3, 0.0), pelvis=(0, -0.1, 0), spine=(0, 0, 0), **GUARD
        )
        stage.move(0.24, near_leg=None, pelvis=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.35)


def kick_roundhouse(stage: Stage, event: Event) -> None:
    """The near leg sweeps round from the side to the front while the hips turn."""
    high = -0.1 + 0.35 * (stage.size - 1)
    stand_on_far(stage, 0.28)
    for _ in range(event.count):
        stage.move(0.2, near_leg=(0.45, -0.45, -0.15, 0.6, 0.4), pelvis=(0, -0.15, 0.3))
        stage.move(
            0.13,
            near_leg=(0.8, high - 0.2, 0.4, 0.3, 0.7),
            pelvis=(0, -0.4, -0.3),
            spine=(0, -0.15, -0.2),
            near_arm=(0.5, -0.5, -0.3),
        )
        stage.move(
            0.12,
            near_leg=(0.4, high - 0.15, 0.88, 0.2, 0.8),
            pelvis=(0, -0.4, -1.0),
            spine=(0, -0.1, 0.3),
        )
        stage.move(
            0.24,
            near_leg=(0.15, -0.5, 0.35, 0.1, 0.3),
            pelvis=(0, -0.1, -0.5),
            spine=(0, 0, 0),
            **GUARD,
        )
        stage.move(0.26, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.35)


def kick_back(stage: Stage, event: Event) -> None:
    """Trunk bends forward, the leg is thrust out behind."""
    high = -0.1 + 0.3 * (stage.size - 1)
    stand_on_far(stage)
    for _ in range(event.count):
        stage.move(0.24, near_leg=(0.06, -0.5, 0.3, 0, 0.2), spine=(0.2, 0, 0))
        stage.move(
            0.26,
            near_leg=(0.08, -0.6 + high, -0.78, 0, 0.2),
            pelvis=(0.6, 0, 0),
            spine=(0.25, 0, 0.25),
            head=(-0.2, 0, 0.7),
            sway=(-0.07, -0.03),
        )
        stage.move(0.12)
        stage.move(
            0.22,
            near_leg=(0.06, -0.6, 0.2, 0, 0.1),
            pelvis=(0.1, 0, 0),
            spine=(0.1, 0, 0),
            head=(0, 0, 0),
            sway=(-stage.figure.stance * 0.9, 0),
        )
        stage.move(0.24, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.35)


def knee_strike(stage: Stage, event: Event) -> None:
    """Both hands pull down while the knee comes up."""
    stand_on_far(stage)
    for _ in range(event.count):
        stage.move(0.2, both_arm=(-0.05, 0.1, 0.75), spine=(-0.05, 0, 0))
        stage.move(
            0.17,
            near_leg=(0.03, -0.12, 0.5, 0, 0.5),
            pelvis=(-0.15, 0, 0.1),
            spine=(0.35, 0, 0),
            both_arm=(0.0, -0.6, 0.35),
        )
        stage.move(0.1)
        stage.move(0.28, near_leg=None, pelvis=(0, 0, 0), spine=(0, 0, 0))
    stage.settle(0.35)


def jab(stage: Stage, event: Event) -> None:
    """Straight punch from a guard."""
    on_guard(stage)
    for _ in range(event.count):
        stage.move(0.14, spine=(0.04, 0, 0.35), near_arm=(0.1, -0.2, 0.25, 0.1))
        stage.move(
            0.13,
            spine=(0.1, 0, -0.55),
            pelvis=(0.05, 0, -0.25),
            sway=(0, 0.05),
            near_arm=(-0.15, 0.03, 0.98, 0.1),
        )
        stage.move(0.08)
        stage.move(0.2, spine=(0.06, 0, 0.1), pelvis=(0, 0, 0), sway=(0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def hook(stage: Stage, event: Event) -> None:
    """The fist comes round from the side with a bent elbow."""
    on_guard(stage)
    for _ in range(event.count):
        stage.move(0.18, spine=(0.05, 0, 0.5), near_arm=(0.62, -0.15, 0.2, 0.9))
        stage.move(
            0.15,
            spine=(0.08, 0, -0.65),
            pelvis=(0.03, 0, -0.35),
            head=(0, 0, 0.3),
            near_arm=(-0.18, 0.03, 0.66, 1.2),
        )
        stage.move(0.08)
        stage.move(0.24, spine=(0.06, 0, 0.1), pelvis=(0, 0, 0), head=(0, 0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def uppercut(stage: Stage, event: Event) -> None:
    """Dip on the near side, then the fist rises to chin height."""
    on_guard(stage)
    for _ in range(event.count):
        stage.move(0.22, height=0.87, spine=(0.2, 0.15, 0.4), near_arm=(0.15, -0.75, 0.1))
        stage.move(
            0.15,
            height=0.99,
            spine=(-0.1, -0.05, -0.45),
            pelvis=(-0.05, 0, -0.25),
            near_arm=(-0.1, 0.25, 0.6, 0.0),
        )
        stage.move(0.09)
        stage.move(0.25, height=0.95, spine=(0.06, 0, 0.1), pelvis=(0, 0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def box(stage: Stage, event: Event) -> None:
    """Bouncing in guard, punches with both fists in turn."""
    on_guard(stage)
    for k in range(event.count):
        which, twist = ("near", -0.5) if k % 2 == 0 else ("far", 0.45)
        stage.move(0.13, height=0.93, spine=(0.08, 0, -twist * 0.4))
        stage.move(
            0.12,
            height=0.96,
            spine=(0.12, 0, twist),
            sway=(0, 0.04),
            **{f"{which}_arm": (-0.12, 0.04, 0.96, 0.15)},
        )
        stage.move(0.17, height=0.94, spine=(0.08, 0, 0), sway=(0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def block(stage: Stage, event: Event) -> None:
    """The forearm thrown up before the head, the body drawn back."""
    on_guard(stage)
    name = "both_arm" if event.side == "both" else "near_arm"
    for _ in range(event.count):
        stage.move(
            0.15,
            height=0.9,
            spine=(-0.08, 0, 0.2),
            head=(0.2, 0, 0),
            sway=(0, -0.05),
            **{name: (-0.16, 0.36, 0.42, 0.8)},
        )
        stage.move(0.3)
        stage.move(0.25, height=0.95, spine=(0.06, 0, 0), head=(0, 0, 0), sway=(0, 0), **GUARD)
    off_guard(stage)  # fmt: skip


def dodge(stage: Stage, event: Event) -> None:
    """The trunk ducks away to one side, or back."""
    on_guard(stage, 0.2)
    for _ in range(event.count):
        if event.direction == "backward":
            stage.move(0.2, spine=(-0.4, 0, 0), pelvis=(-0.2, 0, 0), sway=(0, -0.06), height=0.92)
        else:
            stage.move(
                0.2,
                spine=(0.2, 0.5, 0.1),
                pelvis=(0.1, 0.2, 0),
                sway=(0.12, 0),
                height=0.85,
                head=(0, -0.2, 0),
            )
        stage.move(0.15)
        stage.move(
            0.25, spine=(0.05, 0, 0), pelvis=(0, 0, 0), sway=(0, 0), height=0.95, head=(0, 0, 0)
        )
    off_guard(stage)  # fmt: skip


def duck(stage: Stage, event: Event) -> None:
    """Down quickly under something, hands before the head."""
    for _ in range(event.count):
        stage.move(
            0.25,
            height=0.58,
            pelvis=(0.45, 0, 0),
            spine=(0.6, 0, 0),
            sway=(0, -0.12),
            head=(0.3, 0, 0),
            both_arm=(0.05, 0.15, 0.5, 0.3),
        )
        stage.move(0.35)
        stage.move(
            0.4,
            height=1.0,
            pelvis=(0, 0, 0),
            spine=(0, 0, 0),
            sway=(0, 0),
            head=(0, 0, 0),
            both_arm=None,
        )
    stage.settle(0.2)


ACTIONS = {
    "kick_front": Action(
        kick_front, ("{kick} forward with $leg", "{do} $n[front kick] with $foot",
                     "{kick} to the front with $foot"),
        sides=HANDS, counts=(1, 2, 3), sizes=("small", "normal", "large"),
        size_words=("low", "high"),
    ),
    "kick_side": Action(
        kick_side, ("{kick} out to the side with $leg", "{do} $n[side kick] with $foot",
                    "{kick} sideways with $leg"),
        sides=HANDS, counts=(1, 2, 3), sizes=("small", "normal", "large"),
        size_words=("low", "high"),
    ),
    "kick_roundhouse": Action(
        kick_roundhouse, ("{do} $n[roundhouse kick] with $leg",
                          "{perform} $n[roundhouse kick] with $foot",
                          "{swing} $leg around in a roundhouse kick"),
        sides=HANDS, counts=(1, 2), sizes=("normal", "large"), size_words=("low", "high"),
    ),
    "kick_back": Action(
        kick_back, ("{kick} backward with $leg", "{do} $n[back kick] with $foot",
                    "{kick} out behind with $leg"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "knee_strike": Action(
        knee_strike, ("{do} $n[knee strike] with $knee", "{strike} with $knee",
                      "{drive} $knee up into an opponent"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "punch": Action(
        jab, ("{punch} straight ahead with $hand", "{throw} $n[straight punch] with $fist",
              "{jab} forward with $fist"),
        sides=HANDS, counts=(1, 2, 3, 4),
    ),
    "hook": Action(
        hook, ("{throw} $n[hook] with $fist", "{punch} in a hook from the side with $hand",
               "{swing} $fist round in a hook"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "uppercut": Action(
        uppercut, ("{throw} $n[uppercut] with $fist", "{punch} upward with $hand",
                   "{do} $n[uppercut] with $hand"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "box": Action(
        box, ("{box} with both fists for $n[punch]", "{throw} $n[punch] with alternating fists",
              "{box} the air with $n[punch] left and right"),
        counts=(4, 6, 8),
    ),
    "block": Action(
        block, ("{block} a blow with $arm", "{lift} $arm to block an attack",
                "{shield} the head with $arm"),
        sides=LIMBS, counts=(1, 2, 3),
    ),
    "dodge": Action(
        dodge, ("{dodge} to the $dir", "{lean} away to the $dir to dodge a blow",
                "{evade} to the $dir"),
        directions=("left", "right"), counts=(1, 2, 3), styled=False,
    ),
    "dodge_backward": Action(
        dodge, ("{dodge} backward", "{lean} back to dodge a blow",
                    "{evade} a blow by leaning back"),
        directions=("backward",), counts=(1, 2, 3), styled=False,
    ),
    "duck": Action(
        duck, ("{duck} down", "{duck} under something", "{crouch} quickly to duck"),
        counts=(1, 2, 3), styled=False,
    ),
}  # fmt: skip
