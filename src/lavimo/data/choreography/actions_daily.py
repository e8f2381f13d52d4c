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


def pick_up(stage: Stage, event: Event) -> None:
    """Bend and squat to the floor, take something with one hand or both, come up."""
    hands = "both_arm" if event.side == "both" else "near_arm"
    for _ in range(event.count):
        stage.move(
            0.7,
            height=0.6,
            pelvis=(0.75, 0, 0),
            spine=(0.55, 0.0, 0),
            sway=(0, -0.16),
            head=(0.1, 0, 0),
            **{hands: (-0.05, -0.62, 0.76)},
        )
        stage.move(0.3)
        stage.move(
            0.7,
            height=1.0,
            pelvis=(0, 0, 0),
            spine=(0, 0, 0),
            sway=(0, 0),
            head=(0, 0, 0),
            **{hands: (-0.05, -0.35, 0.5, 0.2)},
        )
        stage.move(0.3)
    stage.settle(0.4)


def put_down(stage: Stage, event: Event) -> None:
    """Something held in front is set on the floor."""
    hands = "both_arm" if event.side == "both" else "near_arm"
    stage.move(0.4, **{hands: (-0.05, -0.3, 0.55, 0.2)})
    stage.move(0.4)
    stage.move(
        0.8,
        height=0.6,
        pelvis=(0.75, 0, 0),
        spine=(0.55, 0, 0),
        sway=(0, -0.16),
        head=(0.1, 0, 0),
        **{hands: (-0.05, -0.62, 0.76)},
    )
    stage.move(0.2)
    stage.move(
        0.7,
        height=1.0,
        pelvis=(0, 0, 0),
        spine=(0, 0, 0),
        sway=(0, 0),
        head=(0, 0, 0),
        **{hands: None},
    )
    stage.settle(0.2)


def lift_overhead(stage: Stage, event: Event) -> None:
    """A box from the floor to the chest and over the head, and down again."""
    for _ in range(event.count):
        stage.move(
            0.7,
            height=0.55,
            pelvis=(0.7, 0, 0),
            spine=(0.3, 0, 0),
            sway=(0, -0.16),
            both_arm=(-0.05, -0.72, 0.66),
            head=(-0.1, 0, 0),
        )
        stage.move(0.25)
        stage.move(
            0.7,
            height=0.97,
            pelvis=(0, 0, 0),
            spine=(-0.05, 0, 0),
            sway=(0, 0),
            both_arm=(-0.08, -0.15, 0.5, 0.3),
            head=(0, 0, 0),
        )
        stage.move(0.5, both_arm=(-0.02, 0.9, 0.2), spine=(-0.1, 0, 0), head=(-0.2, 0, 0))
        stage.move(0.4)
        stage.move(0.5, both_arm=(-0.08, -0.2, 0.5, 0.3), spine=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.45)


def reach_up(stage: Stage, event: Event) -> None:
    """On the toes, one hand to a high shelf."""
    for _ in range(event.count):
        stage.toes(0.5, 0.0, 0.55)
        stage.move(
            0.5,
            near_arm=(0.05, 0.96, 0.25),
            spine=(-0.05, -0.12, 0),
            head=(-0.4, 0, 0),
            height=1.045,
            shrug=(0.2, 0),
        )
        stage.move(0.4)
        stage.toes(0.4, 0.0, 0.0)
        stage.move(
            0.45,
            near_arm=(0.0, -0.2, 0.6),
            spine=(0, 0, 0),
            head=(0, 0, 0),
            height=1.0,
            shrug=(0, 0),
        )
    stage.settle(0.35)


def sweep(stage: Stage, event: Event) -> None:
    """Both hands on a broom at the near side, to and fro with the trunk."""
    stage.tread("far", 0.3, (0, 0.25 * stage.figure.leg, 0), wide=1.3)
    stage.move(
        0.45,
        near_arm=(-0.1, -0.5, 0.5, 0.2),
        far_arm=(-0.5, -0.6, 0.45),
        height=0.95,
        spine=(0.4, 0, 0.2),
        head=(0.25, 0, 0),
    )
    for _ in range(event.count):
        stage.move(
            0.4,
            near_arm=(0.15, -0.55, 0.4, 0.2),
            far_arm=(-0.45, -0.72, 0.45),
            spine=(0.42, 0, 0.5),
        )
        stage.move(
            0.4,
            near_arm=(-0.3, -0.5, 0.65, 0.2),
            far_arm=(-0.05, -0.72, 0.6),
            spine=(0.45, 0, -0.25),
        )
    stage.tread("far", 0.3)
    stage.settle(0.45)


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


ACTIONS = {
    "sit_down": Action(
        sit_down, ("{sit} down on a chair", "{take} a seat", "{sit} down", "{settle} on a chair"),
        ends=CHAIR,
    ),
    "stand_up": Action(
        stand_up, ("{stand} up from a chair", "{get} up from a seat", "{rise} from a chair"),
        begins=(CHAIR,), ends=STAND,
    ),
    "sit_floor": Action(
        sit_floor, ("{sit} down on the floor", "{take} a seat on the ground",
                    "{go} down to sit on the floor"),
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
        rise_knees, ("{stand} up from kneeling", "{get} up from both knees",
                    "{rise} from the knees"),
        begins=(KNEEL,), ends=STAND,
    ),
    "kneel_on_one": Action(
        kneel_on_one, ("{kneel} on $knee and {get} up again", "{go} down on $knee and {rise} again",
                       "{genuflect} on $knee"),
        sides=HANDS,
    ),
    "pick_up": Action(
        pick_up, ("{pick} something up from the floor with $hand",
                    "{bend} down and {pick} something up with $hand",
                  "{lift} something off the ground with $hand"),
        sides=LIMBS, counts=(1, 2),
    ),
    "put_down": Action(
        put_down, ("{put} something down on the floor with $hand",
                    "{place} something on the ground with $hand",
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
        sweep, ("{sweep} the floor with a broom", "{mop} the floor",
                    "{clean} the floor with a mop"),
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
}  # fmt: skip
