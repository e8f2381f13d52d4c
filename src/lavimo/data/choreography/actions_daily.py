"""Everyday moves: sitting, lifting, reaching, cleaning, eating, stretching."""

from lavimo.data.choreography.action import CHAIR, GROUND, HANDS, KNEEL, LIMBS, STAND, Action
from lavimo.data.choreography.postures import (
    kneel,
    rise_from_chair,
    rise_from_ground,
    rise_from_knees,
    sit_on_chair,
    sit_on_ground,
)
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def sit_down(stage: Stage, event: Event) -> None:
    """Onto a chair, and stay."""
    sit_on_chair(stage, 1.2)
    stage.move(0.6)


def stand_up(stage: Stage, event: Event) -> None:
    """Up from a chair."""
    stage.move(0.5)
    rise_from_chair(stage, 1.2)
    stage.settle(0.3)


def sit_floor(stage: Stage, event: Event) -> None:
    """Down onto the floor, and stay."""
    sit_on_ground(stage, 1.7)
    stage.move(0.6)


def stand_up_floor(stage: Stage, event: Event) -> None:
    """Up from sitting on the floor."""
    stage.move(0.4)
    rise_from_ground(stage, 1.7)
    stage.settle(0.3)


def kneel_down(stage: Stage, event: Event) -> None:
    """Down onto both knees, and stay."""
    kneel(stage, 1.7)
    stage.move(0.6)


def rise_knees(stage: Stage, event: Event) -> None:
    """Up from both knees."""
    stage.move(0.3)
    rise_from_knees(stage, 1.6)
    stage.settle(0.3)


def kneel_on_one(stage: Stage, event: Event) -> None:
    """The near knee to the floor and up again."""
    back = -0.62 * stage.figure.leg
    stage.tread("near", 0.5, (0, back, 0), pitch=1.1)
    stage.move(0.5, height=0.86, sway=(0, -0.1), spine=(0.12, 0, 0))
    stage.move(0.4, height=0.54, sway=(0, -0.15), far_arm=(0.0, -0.6, 0.4, 0.2))
    stage.move(0.7, spine=(0.1, 0, 0))
    stage.move(0.4, height=0.86, sway=(0, -0.1), spine=(0.2, 0, 0))
    stage.tread("near", 0.45)
    stage.move(0.5, height=1.0, sway=(0, 0), spine=(0, 0, 0), far_arm=None)
    stage.settle(0.2)


def squat(stage: Stage, event: Event) -> None:
    """Knees bent deep, arms forward, and up."""
    deep = max(0.42, 0.62 - 0.2 * (stage.size - 1))
    stage.tread("near", 0.3, wide=1.5)
    stage.move(0.3, both_arm=(0.0, -0.4, 0.8))
    for _ in range(event.count):
        stage.move(0.55, height=deep, pelvis=(0.45, 0, 0), spine=(0.15, 0, 0),
                   sway=(0, -0.16 * (1.4 - deep)), both_arm=(0.0, 0.15, 0.95), head=(-0.25, 0, 0))
        stage.move(0.12)
        stage.move(0.5, height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0),
                   both_arm=(0.0, -0.4, 0.8), head=(0, 0, 0))
    stage.tread("near", 0.3)
    stage.settle(0.35)  # fmt: skip


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


def pick_up(stage: Stage, event: Event) -> None:
    """Bend and squat to the floor, take something with one hand or both, come up."""
    hands = "both_arm" if event.side == "both" else "near_arm"
    for _ in range(event.count):
        stage.move(0.7, height=0.6, pelvis=(0.75, 0, 0), spine=(0.55, 0.0, 0), sway=(0, -0.16),
                   head=(0.1, 0, 0), **{hands: (-0.05, -0.62, 0.76)})
        stage.move(0.3)
        stage.move(0.7, height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0),
                   **{hands: (-0.05, -0.35, 0.5, 0.2)})
        stage.move(0.3)
    stage.settle(0.4)  # fmt: skip


def put_down(stage: Stage, event: Event) -> None:
    """Something held in front is set on the floor."""
    hands = "both_arm" if event.side == "both" else "near_arm"
    stage.move(0.4, **{hands: (-0.05, -0.3, 0.55, 0.2)})
    stage.move(0.4)
    stage.move(0.8, height=0.6, pelvis=(0.75, 0, 0), spine=(0.55, 0, 0), sway=(0, -0.16),
               head=(0.1, 0, 0), **{hands: (-0.05, -0.62, 0.76)})
    stage.move(0.2)
    stage.move(0.7, height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0),
               **{hands: None})
    stage.settle(0.2)  # fmt: skip


def lift_overhead(stage: Stage, event: Event) -> None:
    """A box from the floor to the chest and over the head, and down again."""
    for _ in range(event.count):
        stage.move(0.7, height=0.55, pelvis=(0.7, 0, 0), spine=(0.3, 0, 0), sway=(0, -0.16),
                   both_arm=(-0.05, -0.72, 0.66), head=(-0.1, 0, 0))
        stage.move(0.25)
        stage.move(0.7, height=0.97, pelvis=(0, 0, 0), spine=(-0.05, 0, 0), sway=(0, 0),
                   both_arm=(-0.08, -0.15, 0.5, 0.3), head=(0, 0, 0))
        stage.move(0.5, both_arm=(-0.02, 0.9, 0.2), spine=(-0.1, 0, 0), head=(-0.2, 0, 0))
        stage.move(0.4)
        stage.move(0.5, both_arm=(-0.08, -0.2, 0.5, 0.3), spine=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.45)  # fmt: skip


def reach_up(stage: Stage, event: Event) -> None:
    """On the toes, one hand to a high shelf."""
    for _ in range(event.count):
        stage.toes(0.5, 0.0, 0.55)
        stage.move(0.5, near_arm=(0.05, 0.96, 0.25), spine=(-0.05, -0.12, 0), head=(-0.4, 0, 0),
                   height=1.045, shrug=(0.2, 0))
        stage.move(0.4)
        stage.toes(0.4, 0.0, 0.0)
        stage.move(0.45, near_arm=(0.0, -0.2, 0.6), spine=(0, 0, 0), head=(0, 0, 0), height=1.0,
                   shrug=(0, 0))
    stage.settle(0.35)  # fmt: skip


def sweep(stage: Stage, event: Event) -> None:
    """Both hands on a broom at the near side, to and fro with the trunk."""
    stage.tread("far", 0.3, (0, 0.25 * stage.figure.leg, 0), wide=1.3)
    stage.move(0.45, near_arm=(-0.1, -0.5, 0.5, 0.2), far_arm=(-0.5, -0.6, 0.45), height=0.95,
               spine=(0.4, 0, 0.2), head=(0.25, 0, 0))
    for _ in range(event.count):
        stage.move(0.4, near_arm=(0.15, -0.55, 0.4, 0.2), far_arm=(-0.45, -0.72, 0.45),
                   spine=(0.42, 0, 0.5))
        stage.move(0.4, near_arm=(-0.3, -0.5, 0.65, 0.2), far_arm=(-0.05, -0.72, 0.6),
                   spine=(0.45, 0, -0.25))
    stage.tread("far", 0.3)
    stage.settle(0.45)  # fmt: skip


def wipe(stage: Stage, event: Event) -> None:
    """Circles of one hand on a pane in front."""
    stage.move(0.4, near_arm=(0.05, 0.3, 0.8))
    for _ in range(event.count):
        for out, up in ((0.4, 0.2), (0.2, -0.12), (-0.2, 0.2), (0.05, 0.48)):
            stage.move(0.2, near_arm=(out, up, 0.75), spine=(0.05, 0, -0.1 - 0.3 * (0.2 - out)))
    stage.settle(0.45)


def knock(stage: Stage, event: Event) -> None:
    """Knuckles on a door at face height."""
    stage.move(0.45, near_arm=(-0.05, 0.15, 0.55, 0.2), spine=(0.05, 0, -0.1))
    for _ in range(event.count):
        stage.move(0.12, near_arm=(-0.05, 0.17, 0.66, 0.2))
        stage.move(0.14, near_arm=(-0.05, 0.2, 0.48, 0.2))
    stage.settle(0.45)


def open_door(stage: Stage, event: Event) -> None:
    """A handle in front grasped, drawn back while stepping back."""
    back = -0.35 * stage.figure.leg
    stage.move(0.5, near_arm=(0.0, -0.35, 0.78), spine=(0.1, 0, -0.1))
    stage.move(0.25, near_arm=(0.02, -0.42, 0.76))
    stage.tread("near", 0.4, (0, back, 0))
    stage.move(0.5, near_arm=(0.3, -0.45, 0.3, 0.2), spine=(0, 0, 0.25), root=(0, back * 0.5, 0))
    stage.move(0.2)
    stage.tread("near", 0.35)
    stage.move(0.4, root=(0, 0, 0), near_arm=None, spine=(0, 0, 0))
    stage.settle(0.2)


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
        stage.move(0.55, spine=(0, 0.55, 0), pelvis=(0, 0.12, 0), far_arm=(-0.15, 0.95, 0.05),
                   sway=(-0.06, 0), head=(0, 0.2, 0))
        stage.move(0.2)
        stage.move(0.5, spine=(0, 0, 0), pelvis=(0, 0, 0), far_arm=(0.3, 0.3, 0.3), sway=(0, 0),
                   head=(0, 0, 0))
    stage.tread("near", 0.3)
    stage.settle(0.4)  # fmt: skip


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
        stage.move(0.7, pelvis=(1.15, 0, 0), spine=(1.0, 0, 0), sway=(0, -0.16), height=0.97,
                   both_arm=(-0.05, -0.62, 0.78), head=(0.2, 0, 0))
        stage.move(0.3)
        stage.move(0.7, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), height=1.0,
                   both_arm=None, head=(0, 0, 0))
    stage.settle(0.2)  # fmt: skip


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


def raise_leg_side(stage: Stage, event: Event) -> None:
    """The straight near leg lifted out to the side and lowered."""
    stage.move(0.3, sway=(-stage.figure.stance, 0), far_arm=(0.45, -0.7, 0.1))
    for _ in range(event.count):
        stage.move(0.5, near_leg=(0.7, -0.7, 0.0, 0, 0.2), pelvis=(0, -0.12, 0))
        stage.move(0.25)
        stage.move(0.5, near_leg=None, pelvis=(0, 0, 0))
    stage.settle(0.3)


ACTIONS = {
    "sit_down": Action(
        sit_down, ("{sit} down on a chair", "{take} a seat", "{sit} down", "{lower} onto a chair"),
        ends=CHAIR,
    ),
    "stand_up": Action(
        stand_up, ("{stand} up from a chair", "{get} up from a seat", "{rise} from a chair"),
        begins=(CHAIR,), ends=STAND,
    ),
    "sit_floor": Action(
        sit_floor, ("{sit} down on the floor", "{take} a seat on the ground",
                    "{lower} to sit on the floor"),
        ends=GROUND,
    ),
    "stand_up_floor": Action(
        stand_up_floor, ("{stand} up from sitting on the floor", "{get} up from the ground",
                         "{rise} from a seat on the floor"),
        begins=(GROUND,), ends=STAND,
    ),
    "kneel_down": Action(
        kneel_down, ("{kneel} down on both knees", "{go} down on both knees",
                     "{drop} to both knees"),
        ends=KNEEL,
    ),
    "rise_from_knees": Action(
        rise_knees, ("{stand} up from kneeling", "{get} up from both knees", "{rise} from the knees"),
        begins=(KNEEL,), ends=STAND,
    ),
    "kneel_on_one": Action(
        kneel_on_one, ("{kneel} on $knee and {get} up again", "{go} down on $knee and {rise} again",
                       "{genuflect} on $knee"),
        sides=HANDS,
    ),
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
    "pick_up": Action(
        pick_up, ("{pick} something up from the floor with $hand", "{bend} down and {pick} something up with $hand",
                  "{lift} something off the ground with $hand"),
        sides=LIMBS, counts=(1, 2),
    ),
    "put_down": Action(
        put_down, ("{put} something down on the floor with $hand", "{place} something on the ground with $hand",
                   "{set} something down on the floor with $hand"),
        sides=LIMBS,
    ),
    "lift_overhead": Action(
        lift_overhead, ("{lift} a box from the floor over the head",
                        "{raise} something heavy from the ground to overhead",
                        "{lift} a weight above the head with both hands"),
        counts=(1, 2),
    ),
    "reach_up": Action(
        reach_up, ("{reach} up high with $hand", "{grab} something from a high shelf with $hand",
                   "{stretch} up on the toes to reach something with $hand"),
        sides=HANDS, counts=(1, 2, 3),
    ),
    "sweep": Action(
        sweep, ("{sweep} the floor with a broom", "{mop} the floor", "{clean} the floor with a mop"),
        counts=(3, 4, 5),
    ),
    "wipe": Action(
        wipe, ("{wipe} a window with $hand", "{clean} a window with $hand",
               "{wash} a window in circles with $hand"),
        sides=HANDS, counts=(2, 3, 4),
    ),
    "knock": Action(
        knock, ("{knock} on a door with $hand", "{knock} with $fist"),
        sides=HANDS, counts=(2, 3, 4, 5),
    ),
    "open_door": Action(
        open_door, ("{open} a door with $hand", "{pull} a door open with $hand"),
        sides=HANDS,
    ),
    "stretch": Action(
        stretch, ("{stretch} both arms up on tiptoe", "{stretch} the whole body",
                  "{have} a long stretch with arms high"),
    ),
    "bend_side": Action(
        bend_side, ("{bend} sideways to the $dir", "{lean} the trunk to the $dir with an arm overhead",
                    "{do} $n[side bend] to the $dir"),
        directions=("left", "right"), counts=(1, 2, 3),
    ),
    "twist_trunk": Action(
        twist_trunk, ("{twist} the upper body from side to side", "{do} $n[trunk twist] with arms out",
                      "{turn} the trunk left and right with arms out"),
        counts=(2, 3, 4),
    ),
    "touch_toes": Action(
        touch_toes, ("{touch} the toes", "{bend} down to touch the toes",
                     "{do} $n[toe touch] with straight legs"),
        counts=(1, 2, 3),
    ),
    "balance": Action(
        balance, ("{balance} on $leg", "{stand} on $leg with open arms", "{hold} the balance on $foot"),
        sides=HANDS,
    ),
    "raise_knee": Action(
        raise_knee, ("{raise} $knee", "{lift} $knee to hip height", "{pull} $knee up"),
        sides=HANDS, counts=(1, 2, 3, 4),
    ),
    "raise_leg_side": Action(
        raise_leg_side, ("{raise} $leg out to the side", "{lift} $leg sideways",
                         "{do} $n[sideways leg raise] with $leg"),
        sides=HANDS, counts=(1, 2, 3),
    ),
}  # fmt: skip
