"""Exercises and stretches on the spot."""

from lavimo.data.choreography.action import HANDS, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def squat(stage: Stage, event: Event) -> None:
    """Knees bent deep, arms forward, and up."""
    deep = max(0.42, 0.62 - 0.2 * (stage.size - 1))
    stage.tread("near", 0.3, wide=1.5)
    stage.move(0.3, both_arm=(0.0, -0.4, 0.8))
    for _ in range(event.count):
        stage.move(
            0.55,
            height=deep,
            pelvis=(0.45, 0, 0),
            spine=(0.15, 0, 0),
            sway=(0, -0.16 * (1.4 - deep)),
            both_arm=(0.0, 0.15, 0.95),
            head=(-0.25, 0, 0),
        )
        stage.move(0.12)
        stage.move(
            0.5,
            height=1.0,
            pelvis=(0, 0, 0),
            spine=(0, 0, 0),
            sway=(0, 0),
            both_arm=(0.0, -0.4, 0.8),
            head=(0, 0, 0),
        )
    stage.tread("near", 0.3)
    stage.settle(0.35)


def lunge(stage: Stage, event: Event) -> None:
    """A long step forward, the back knee towards the floor, and back."""
    far = 0.85 * stage.figure.leg
    for _ in range(event.count):
        stage.tread("near", 0.4, (0, far, 0))
        stage.move(0.4, root=(0, far * 0.4, 0), height=0.85, both_arm=(0.1, -0.75, 0.12, 0.6))
        stage.toes(0.3, 0.0, 0.75, which=("far",))
        stage.move(0.3, root=(0, far * 0.52, 0), height=0.66)
        stage.move(0.25)
        stage.move(0.25, root=(0, far * 0.4, 0), height=0.85)
        stage.toes(0.25, 0.0, 0.0, which=("far",))
        stage.tread("near", 0.4)
        stage.move(0.42, root=(0, 0, 0), height=1.0)
    stage.settle(0.35)


def stretch(stage: Stage, event: Event) -> None:
    """Both arms high, back arched, onto the toes."""
    stage.move(0.6, both_arm=(0.35, 0.5, 0.45, 0.3))
    stage.toes(0.5, 0.0, 0.5)
    stage.move(0.6, both_arm=(0.3, 0.92, 0.0), spine=(-0.28, 0, 0), head=(-0.35, 0, 0), height=1.04)
    stage.move(0.6)
    stage.toes(0.4, 0.0, 0.0)
    stage.move(0.7, both_arm=(0.6, -0.5, 0.1), spine=(0, 0, 0), head=(0, 0, 0), height=1.0)
    stage.settle(0.4)


def bend_side(stage: Stage, event: Event) -> None:
    """The trunk bends to the near side with the far arm over the head."""
    stage.tread("near", 0.3, wide=1.7)
    stage.move(0.35, near_arm=(0.1, -0.65, 0.1, 0.8))
    for _ in range(event.count):
        stage.move(
            0.55,
            spine=(0, 0.55, 0),
            pelvis=(0, 0.12, 0),
            far_arm=(-0.15, 0.95, 0.05),
            sway=(-0.06, 0),
            head=(0, 0.2, 0),
        )
        stage.move(0.2)
        stage.move(
            0.5,
            spine=(0, 0, 0),
            pelvis=(0, 0, 0),
            far_arm=(0.3, 0.3, 0.3),
            sway=(0, 0),
            head=(0, 0, 0),
        )
    stage.tread("near", 0.3)
    stage.settle(0.4)


def twist_trunk(stage: Stage, event: Event) -> None:
    """Arms out, the trunk turns from side to side."""
    stage.move(0.4, both_arm=(0.75, -0.05, 0.3, 0.1))
    for _ in range(event.count):
        stage.move(0.4, spine=(0, 0, 0.85), pelvis=(0, 0, 0.25), head=(0, 0, 0.2))
        stage.move(0.45, spine=(0, 0, -0.85), pelvis=(0, 0, -0.25), head=(0, 0, -0.2))
    stage.move(0.25, spine=(0, 0, 0), pelvis=(0, 0, 0))
    stage.settle(0.4)


def touch_toes(stage: Stage, event: Event) -> None:
    """Straight legs, hands down to the feet, and up."""
    for _ in range(event.count):
        stage.move(
            0.7,
            pelvis=(1.15, 0, 0),
            spine=(1.0, 0, 0),
            sway=(0, -0.16),
            height=0.97,
            both_arm=(-0.05, -0.62, 0.78),
            head=(0.2, 0, 0),
        )
        stage.move(0.3)
        stage.move(
            0.7,
            pelvis=(0, 0, 0),
            spine=(0, 0, 0),
            sway=(0, 0),
            height=1.0,
            both_arm=None,
            head=(0, 0, 0),
        )
    stage.settle(0.2)


def balance(stage: Stage, event: Event) -> None:
    """On the near leg, the other foot against the knee, arms out."""
    stage.move(0.5, sway=(stage.figure.stance, 0), both_arm=(0.9, -0.1, 0.15))
    stage.move(0.5, far_leg=(0.25, -0.5, 0.25, 0.9, 0.4))
    for lean in (0.05, -0.05, 0.04):
        stage.move(0.45, spine=(0, lean, 0), both_arm=(0.9, -0.05 + lean, 0.15))
    stage.move(0.5, far_leg=None, spine=(0, 0, 0))
    stage.settle(0.4)


def raise_knee(stage: Stage, event: Event) -> None:
    """The near knee lifted to hip height and lowered."""
    stage.move(0.25, sway=(-stage.figure.stance * 0.9, 0))
    for _ in range(event.count):
        stage.move(0.4, near_leg=(0.05, -0.32, 0.52, 0, 0.2), far_arm=(0.1, -0.6, 0.45))
        stage.move(0.2)
        stage.move(0.4, near_leg=None, far_arm=None)
    stage.settle(0.3)


def elbow_to_knee(stage: Stage, event: Event) -> None:
    """The far elbow meets the near knee, then the other way round."""
    f = stage.figure
    stage.move(0.4, both_arm=(0.12, 0.3, 0.1, 1.0))
    for k in range(event.count):
        one, sign = ("near", 1.0) if k % 2 == 0 else ("far", -1.0)
        stage.move(0.2, sway=(-sign * f.stance * 0.9, 0))
        stage.move(
            0.35,
            spine=(0.55, 0.15 * sign, 0.6 * sign),
            head=(0.2, 0, 0),
            **{f"{one}_leg": (-0.02, -0.2, 0.52, 0, 0.2)},
        )
        stage.move(0.12)
        stage.move(0.35, spine=(0, 0, 0), head=(0, 0, 0), **{f"{one}_leg": None})
    stage.settle(0.4)


def raise_leg_side(stage: Stage, event: Event) -> None:
    """The straight near leg lifted out to the side and lowered."""
    stage.move(0.3, sway=(-stage.figure.stance, 0), far_arm=(0.45, -0.7, 0.1))
    for _ in range(event.count):
        stage.move(0.5, near_leg=(0.7, -0.7, 0.0, 0, 0.2), pelvis=(0, -0.12, 0))
        stage.move(0.25)
        stage.move(0.5, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.3)


ACTIONS = {
    "squat": Action(
        squat, ("{squat}", "{do} $n[squat]", "{perform} $n[squat]"),
        counts=(1, 2, 3, 4, 5), sizes=("small", "normal", "large"),
        size_words=("not very deep", "very deep"),
    ),
    "lunge": Action(
        lunge, ("{lunge} forward with $leg", "{do} $n[forward lunge] with $leg",
                "{perform} $n[lunge] with $leg in front"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "stretch": Action(
        stretch, ("{stretch} both arms up on tiptoe", "{stretch} the whole body",
                  "{have} a long stretch with arms high"),
    ),
    "bend_side": Action(
        bend_side, ("{bend} sideways to the $dir",
                    "{lean} the trunk to the $dir with an arm overhead",
                    "{do} $n[side bend] to the $dir"),
        directions=("left", "right"), counts=(1, 2, 3),
    ),
    "twist_trunk": Action(
        twist_trunk, ("{twist} the upper body from side to side",
                    "{do} $n[trunk twist] with arms out",
                      "{turn} the trunk left and right with arms out"),
        counts=(2, 3, 4),
    ),
    "touch_toes": Action(
        touch_toes, ("{touch} the toes", "{bend} down to touch the toes",
                     "{do} $n[toe touch] with straight legs"),
        counts=(1, 2, 3),
    ),
    "balance": Action(
        balance, ("{balance} on $leg", "{stand} on $leg with open arms",
                    "{hold} the balance on $foot"),
        sides=HANDS,
    ),
    "raise_knee": Action(
        raise_knee, ("{raise} $knee", "{lift} $knee to hip height", "{pull} $knee up"),
        sides=HANDS, counts=(1, 2, 3, 4),
    ),
    "elbow_to_knee": Action(
        elbow_to_knee, ("{touch} elbow and opposite knee in turn for $n[repetition] $how, "
                        "the $side knee first",
                        "{bring} the elbows to the opposite knees $how, the $side knee first"),
        sides=HANDS, counts=(2, 3, 4),
    ),
    "raise_leg_side": Action(
        raise_leg_side, ("{raise} $leg out to the side", "{lift} $leg sideways",
                         "{do} $n[sideways leg raise] with $leg"),
        sides=HANDS, counts=(1, 2, 3),
    ),
}  # fmt: skip
