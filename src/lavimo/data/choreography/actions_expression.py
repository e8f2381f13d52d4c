"""Head, mood and what hands do near the face or the body."""

from lavimo.data.choreography.action import HANDS, STAND, UPRIGHT, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def pray(stage: Stage, event: Event) -> None:
    """Palms together before the chest, head bent."""
    stage.move(0.6, both_arm=(-0.36, -0.22, 0.42, 0.5), head=(0.4, 0, 0), spine=(0.12, 0, 0))
    stage.move(1.4)
    stage.settle(0.6)


def drink(stage: Stage, event: Event) -> None:
    """A cup taken from in front, lifted to the mouth, set down again."""
    stage.move(0.5, near_arm=(0.0, -0.4, 0.6))
    for _ in range(event.count):
        stage.move(0.45, near_arm=(-0.3, 0.22, 0.36, 0.5), head=(-0.15, 0, 0))
        stage.move(0.5, near_arm=(-0.3, 0.28, 0.34, 0.7), head=(-0.4, 0, 0))
        stage.move(0.45, near_arm=(0.0, -0.35, 0.6), head=(0, 0, 0))
    stage.settle(0.4)


def phone(stage: Stage, event: Event) -> None:
    """Hand at the ear, the head leaning to it, shifting about."""
    stage.move(0.55, near_arm=(-0.02, 0.28, 0.12, 0.7), head=(0.08, 0.18, 0))
    for k in range(3):
        turn = 0.25 if k % 2 == 0 else -0.2
        stage.move(
            0.6,
            head=(0.02 * k, 0.15, turn),
            spine=(0.02, 0.03 * (k - 1), turn * 0.4),
            far_arm=(0.2, -0.7, 0.3 + 0.1 * k),
        )
    stage.settle(0.5)


def talk(stage: Stage, event: Event) -> None:
    """Both hands speak along, now one, now the other."""
    stage.move(0.35, both_arm=(0.1, -0.4, 0.55))
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        sign = 1.0 if one == "near" else -1.0
        stage.move(
            0.3,
            **{f"{one}_arm": (0.35, -0.22, 0.55, 0.2), f"{two}_arm": (0.0, -0.45, 0.5)},
            head=(0.08, 0, 0.15 * sign),
        )
        stage.move(0.28, **{f"{one}_arm": (0.05, -0.4, 0.6)}, head=(-0.05, 0, 0))
    stage.settle(0.45)


def nod(stage: Stage, event: Event) -> None:
    """Head and a little of the trunk, down and up."""
    for _ in range(event.count):
        stage.move(0.22, head=(0.5 * stage.size, 0, 0), spine=(0.12, 0, 0))
        stage.move(0.24, head=(-0.1, 0, 0), spine=(0, 0, 0))
    stage.settle(0.3)


def shake_head(stage: Stage, event: Event) -> None:
    """Head from side to side, the shoulders going along a little."""
    for _ in range(event.count):
        stage.move(0.24, head=(0, 0, 0.65), spine=(0, 0, 0.1))
        stage.move(0.3, head=(0, 0, -0.65), spine=(0, 0, -0.1))
    stage.settle(0.3)


def look_around(stage: Stage, event: Event) -> None:
    """Head and trunk turn to the near side, then to the far side."""
    stage.move(0.5, head=(0, 0, 0.9), spine=(0, 0, 0.4))
    stage.move(0.5)
    stage.move(0.8, head=(-0.05, 0, -0.9), spine=(0, 0, -0.4))
    stage.move(0.5)
    stage.settle(0.5)


def look_up(stage: Stage, event: Event) -> None:
    """Head back, a hand over the eyes."""
    stage.move(0.5, near_arm=(-0.15, 0.38, 0.35, 1.2), head=(-0.5, 0, 0), spine=(-0.2, 0, 0))
    stage.move(1.0, head=(-0.45, 0, 0.4))
    stage.settle(0.5)


def bow(stage: Stage, event: Event) -> None:
    """The upper body bends forward and comes up."""
    for _ in range(event.count):
        deep = 0.75 * stage.size
        stage.move(
            0.65,
            pelvis=(deep * 0.55, 0, 0),
            spine=(deep * 0.6, 0, 0),
            sway=(0, -0.12),
            head=(0.15, 0, 0),
            both_arm=(0.1, -0.85, 0.3),
        )
        stage.move(0.4)
        stage.move(
            0.6, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0), both_arm=None
        )
    stage.settle(0.2)


def cross_arms(stage: Stage, event: Event) -> None:
    """Forearms folded over the chest."""
    stage.move(
        0.6, near_arm=(-0.55, -0.3, 0.32, 0.3), far_arm=(-0.5, -0.4, 0.38, 0.3), spine=(-0.06, 0, 0)
    )
    stage.move(1.2, sway=stage.beside(0.03), head=(0, 0.05, 0.2))
    stage.settle(0.5)


def hands_on_hips(stage: Stage, event: Event) -> None:
    """Both hands set on the hips, elbows out."""
    stage.move(0.5, both_arm=(-0.05, -0.68, 0.12, 0.9), spine=(-0.06, 0, 0))
    stage.move(1.1, head=(0, 0.08, 0.3), sway=stage.beside(0.03))
    stage.settle(0.5)


def idle(stage: Stage, event: Event) -> None:
    """Stands about, shifting weight."""
    stage.move(1.0, sway=stage.beside(0.05), spine=(0.03, -0.06, 0.05), head=(0.05, 0, 0.2))
    stage.move(1.2, sway=stage.beside(-0.04), spine=(0.02, 0.05, -0.05), head=(0, 0, -0.15))
    stage.settle(0.8)


def cover_face(stage: Stage, event: Event) -> None:
    """Both hands before the face, shoulders shaking: weeping."""
    stage.move(0.6, both_arm=(-0.24, 0.2, 0.3, 0.5), head=(0.45, 0, 0), spine=(0.3, 0, 0))
    for _ in range(4):
        stage.move(0.16, shrug=(0.15, 0.15), spine=(0.36, 0, 0))
        stage.move(0.2, shrug=(0, 0), spine=(0.3, 0, 0))
    stage.settle(0.6)


def blow_kiss(stage: Stage, event: Event) -> None:
    """Hand from the mouth out forward."""
    stage.move(0.45, near_arm=(-0.3, 0.22, 0.32, 0.5), head=(0.1, 0, 0))
    stage.move(0.25)
    stage.move(0.3, near_arm=(0.15, 0.05, 0.92), head=(-0.1, 0, 0), spine=(0.08, 0, -0.1))
    stage.move(0.3)
    stage.settle(0.45)


ACTIONS = {
    "pray": Action(
        pray, ("{pray} with folded hands", "{put} the palms together and {pray}",
               "{hold} both hands together $how in prayer"),
        begins=UPRIGHT,
        speeds=("normal",),
    ),
    "drink": Action(
        drink, ("{drink} from a cup in $hand", "{lift} a cup to the mouth with $hand and {drink}",
                "{take} a drink with $hand"),
        sides=HANDS, counts=(1, 2), begins=UPRIGHT,
    ),
    "phone": Action(
        phone, ("{talk} on the phone $how, held in $hand", "{hold} a phone to the ear with $hand",
                "{make} a phone call $how with $hand at the ear"),
        sides=HANDS, begins=UPRIGHT,
        speeds=("normal",),
    ),
    "talk": Action(
        talk, ("{talk} with lively hands", "{speak} $how, gesturing with both hands",
               "{explain} something with both hands in motion"),
        counts=(4, 6), begins=UPRIGHT,
    ),
    "nod": Action(
        nod, ("{nod}", "{nod} the head", "{nod} in agreement"), counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "shake_head": Action(
        shake_head, ("{shake} the head", "{shake} the head in refusal",
                     "{turn} the head from side to side to say no"),
        counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "look_around": Action(
        look_around, ("{look} around $how, first to the $dir",
                    "{look} to the $dir and then to the other side",
                      "{turn} the head $how to look around, beginning on the $dir"),
        directions=("left", "right"), begins=UPRIGHT,
    ),
    "look_up": Action(
        look_up, ("{look} up $how, shading the eyes with $hand",
                    "{shield} the eyes with $hand and {look} up",
                  "{gaze} into the sky with $hand over the eyes"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "bow": Action(
        bow, ("{bow}", "{take} $n[bow]", "{bend} the upper body down in a bow"),
        counts=(1, 2, 3), sizes=("small", "normal", "large"), size_words=("slightly", "deeply"),
    ),
    "cross_arms": Action(
        cross_arms, ("{cross} the arms over the chest", "{fold} the arms",
                     "{stand} with folded arms"),
        begins=(STAND,),
        speeds=("normal",),
    ),
    "hands_on_hips": Action(
        hands_on_hips, ("{put} both hands on the hips", "{set} the hands on the hips",
                        "{stand} with both hands on the hips"),
        speeds=("normal",),
    ),
    "idle": Action(
        idle, ("{stand} and {wait}", "{stand} idle, shifting weight", "{wait} around"),
        speeds=("normal",),
    ),
    "weep": Action(
        cover_face, ("{cover} the face with both hands and {weep}",
                     "{cry} with both hands before the face", "{sob} into both hands"),
        begins=UPRIGHT, styled=False,
        speeds=("normal",),
    ),
    "blow_kiss": Action(
        blow_kiss, ("{blow} a kiss with $hand", "{throw} a kiss with $hand"),
        sides=HANDS, begins=UPRIGHT,
    ),
}  # fmt: skip
