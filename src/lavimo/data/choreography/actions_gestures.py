"""Gestures of hands, arms and head, done standing or sitting."""

from lavimo.data.choreography.action import HANDS, LIMBS, STAND, UPRIGHT, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

Hand = tuple[float, ...]


def arms(event: Event, hand: Hand | None) -> dict[str, object]:
    """The hand's place for the chosen arm or for both."""
    return {"both_arm" if event.side == "both" else "near_arm": hand}


def wave(stage: Stage, event: Event) -> None:
    """Hand up beside the head, swung out and in."""
    size = stage.size
    stage.move(0.55, **arms(event, (0.3, 0.42 + 0.12 * size, 0.25, 0.5)), head=(0, 0.04, 0.05))
    for _ in range(event.count):
        stage.move(0.24, **arms(event, (0.3 + 0.3 * size, 0.36 + 0.12 * size, 0.2, 0.5)))
        stage.move(0.24, **arms(event, (0.3 - 0.24 * size, 0.45 + 0.12 * size, 0.25, 0.5)))
    stage.settle(0.55)


def raise_arm(stage: Stage, event: Event) -> None:
    """Arm lifted overhead and lowered again."""
    for _ in range(event.count):
        stage.move(0.35, **arms(event, (0.2, -0.2, 0.85)))
        stage.move(0.4, **arms(event, (0.12, 0.97, 0.12)), head=(-0.12, 0, 0))
        stage.move(0.35)
        stage.move(0.35, **arms(event, (0.2, -0.1, 0.9)), head=(0, 0, 0))
        stage.move(0.4, **arms(event, stage.rest.get("arm")))
    stage.settle(0.2)


def raise_sideways(stage: Stage, event: Event) -> None:
    """Straight arm lifted out to the side, to shoulder height."""
    for _ in range(event.count):
        stage.move(0.6, **arms(event, (0.97, 0.08, 0.12)))
        stage.move(0.4)
        stage.move(0.6, **arms(event, stage.rest.get("arm")))
    stage.settle(0.2)


def arm_circles(stage: Stage, event: Event) -> None:
    """Straight arms circle: forward is up behind and down in front."""
    back = event.direction == "backward"
    quarters = ((0.25, 0.0, 0.93), (0.15, 0.96, 0.08), (0.45, 0.1, -0.8), (0.15, -0.96, 0.0))
    if not back:
        quarters = (*quarters[2::-1], quarters[3])
    for _ in range(event.count):
        for hand in quarters:
            stage.move(0.24, **arms(event, hand))
    stage.settle(0.3)


def clap(stage: Stage, event: Event) -> None:
    """Hands meet in front of the chest."""
    apart = 0.02 + 0.24 * stage.size
    stage.move(0.4, both_arm=(apart, -0.18, 0.6, 0.25))
    for _ in range(event.count):
        stage.move(0.16, both_arm=(-0.34, -0.18, 0.55, 0.25))
        stage.move(0.2, both_arm=(apart, -0.18, 0.58, 0.25))
    stage.settle(0.45)


def point(stage: Stage, event: Event) -> None:
    """Arm stretched out forward, the gaze along it."""
    for _ in range(event.count):
        stage.move(0.25, near_arm=(0.2, -0.3, 0.5))
        stage.move(0.3, near_arm=(0.02, 0.1, 0.99), spine=(0.03, 0, -0.15), head=(0, 0, -0.05))
        stage.move(0.7)
    stage.settle(0.5)


def point_side(stage: Stage, event: Event) -> None:
    """Arm stretched out to its own side, the head turned after it."""
    stage.move(0.25, near_arm=(0.4, -0.3, 0.35))
    stage.move(0.3, near_arm=(0.95, 0.1, 0.25), spine=(0, 0, 0.2), head=(0, 0, 0.8))
    stage.move(0.8)
    stage.settle(0.5)


def salute(stage: Stage, event: Event) -> None:
    """Fingers to the temple, held, and down."""
    stage.move(0.4, near_arm=(-0.02, 0.38, 0.26, 1.3), spine=(-0.08, 0, 0), head=(-0.04, 0, 0))
    stage.move(0.8)
    stage.settle(0.4)


def beckon(stage: Stage, event: Event) -> None:
    """Hand out in front, drawn in towards the body."""
    stage.move(0.4, near_arm=(0.1, 0.0, 0.9))
    for _ in range(event.count):
        stage.move(0.25, near_arm=(0.02, 0.12, 0.36, 0.1), head=(0.08, 0, 0))
        stage.move(0.25, near_arm=(0.1, 0.0, 0.82), head=(0, 0, 0))
    stage.settle(0.45)


def shrug(stage: Stage, event: Event) -> None:
    """Shoulders up, palms out."""
    for _ in range(event.count):
        stage.move(0.3, shrug=(0.45, 0.45), both_arm=(0.42, -0.5, 0.3), head=(0.0, 0.2, 0))
        stage.move(0.3)
        stage.move(0.3, shrug=(0, 0), both_arm=stage.rest.get("arm"), head=(0, 0, 0))
    stage.settle(0.2)


def scratch_head(stage: Stage, event: Event) -> None:
    """Hand on top of the head, small quick strokes."""
    stage.move(0.5, near_arm=(-0.12, 0.5, 0.12, 1.0), head=(0.15, 0.2, 0))
    for _ in range(4):
        stage.move(0.13, near_arm=(-0.2, 0.52, 0.06, 1.0))
        stage.move(0.13, near_arm=(-0.08, 0.48, 0.16, 1.0))
    stage.settle(0.5)


def cheer(stage: Stage, event: Event) -> None:
    """Both fists pumped overhead."""
    stage.move(0.35, both_arm=(0.3, 0.5, 0.3, 0.3), head=(-0.2, 0, 0), spine=(-0.1, 0, 0))
    for _ in range(event.count):
        stage.move(0.18, both_arm=(0.3, 0.9, 0.2), spine=(-0.14, 0, 0))
        stage.move(0.2, both_arm=(0.35, 0.45, 0.25, 0.3), spine=(0, 0, 0))
    stage.settle(0.4)


def fist_pump(stage: Stage, event: Event) -> None:
    """One fist pulled down beside the body in triumph."""
    for _ in range(event.count):
        stage.move(0.3, near_arm=(0.12, 0.4, 0.5), spine=(-0.08, 0, 0.15))
        stage.move(0.17, near_arm=(0.08, -0.42, 0.25, 0.2), spine=(0.2, 0.05, -0.05))
        stage.move(0.25)
    stage.settle(0.4)


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
        stage.move(0.6, head=(0.02 * k, 0.15, turn), spine=(0.02, 0.03 * (k - 1), turn * 0.4),
                   far_arm=(0.2, -0.7, 0.3 + 0.1 * k))
    stage.settle(0.5)  # fmt: skip


def talk(stage: Stage, event: Event) -> None:
    """Both hands speak along, now one, now the other."""
    stage.move(0.35, both_arm=(0.1, -0.4, 0.55))
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        sign = 1.0 if one == "near" else -1.0
        stage.move(0.3, **{f"{one}_arm": (0.35, -0.22, 0.55, 0.2), f"{two}_arm": (0.0, -0.45, 0.5)},
                   head=(0.08, 0, 0.15 * sign))
        stage.move(0.28, **{f"{one}_arm": (0.05, -0.4, 0.6)}, head=(-0.05, 0, 0))
    stage.settle(0.45)  # fmt: skip


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
        stage.move(0.65, pelvis=(deep * 0.55, 0, 0), spine=(deep * 0.6, 0, 0), sway=(0, -0.12),
                   head=(0.15, 0, 0), both_arm=(0.1, -0.85, 0.3))
        stage.move(0.4)
        stage.move(0.6, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0),
                   both_arm=None)
    stage.settle(0.2)  # fmt: skip


def cross_arms(stage: Stage, event: Event) -> None:
    """Forearms folded over the chest."""
    stage.move(0.6, near_arm=(-0.55, -0.3, 0.32, 0.3), far_arm=(-0.5, -0.4, 0.38, 0.3),
               spine=(-0.06, 0, 0))
    stage.move(1.2, sway=stage.beside(0.03), head=(0, 0.05, 0.2))
    stage.settle(0.5)  # fmt: skip


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
    "wave": Action(
        wave, ("{wave} with $hand", "{wave} $hand", "{greet} somebody by waving $hand",
               "{swing} $hand in a wave"),
        sides=LIMBS, counts=(2, 3, 4, 5), begins=UPRIGHT, sizes=("small", "normal", "large"),
    ),
    "raise_arm": Action(
        raise_arm, ("{raise} $arm up", "{lift} $arm overhead", "{put} $hand up in the air"),
        sides=LIMBS, counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "raise_sideways": Action(
        raise_sideways, ("{raise} $arm out to the side", "{lift} $arm sideways to shoulder height",
                         "{stretch} $arm out sideways"),
        sides=LIMBS, counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "arm_circles": Action(
        arm_circles, ("{circle} $arm $dir", "{swing} $arm around in $dir circles",
                      "{rotate} $arm $dir"),
        sides=LIMBS, counts=(2, 3, 4), directions=("forward", "backward"),
    ),
    "clap": Action(
        clap, ("{clap} the hands", "{clap}", "{applaud} with $n[clap]"),
        counts=(2, 3, 4, 6, 8), begins=UPRIGHT, sizes=("small", "normal", "large"),
    ),
    "point": Action(
        point, ("{point} forward with $hand", "{point} ahead with $arm",
                "{stretch} $arm out to point ahead"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "point_side": Action(
        point_side, ("{point} to the $side with $hand", "{point} sideways with $arm",
                     "{show} something on the $side by pointing with $arm"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "salute": Action(
        salute, ("{salute} with $hand", "{give} a military salute with $hand",
                 "{lift} $hand to the temple in a salute"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "beckon": Action(
        beckon, ("{beckon} with $hand", "{wave} somebody closer with $hand",
                 "{make} a come-here gesture with $arm"),
        sides=HANDS, counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "shrug": Action(
        shrug, ("{shrug} the shoulders", "{shrug}", "{lift} the shoulders in a shrug"),
        counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "scratch_head": Action(
        scratch_head, ("{scratch} the head with $hand", "{put} $hand on the head and {scratch}",
                       "{rub} the top of the head with $hand"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "cheer": Action(
        cheer, ("{cheer} with both arms overhead", "{pump} both fists in the air, cheering",
                "{celebrate} with both fists up"),
        counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "fist_pump": Action(
        fist_pump, ("{pump} $fist in triumph", "{pull} $fist down in victory",
                    "{celebrate} by pulling $fist down"),
        sides=HANDS, counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "pray": Action(
        pray, ("{pray} with folded hands", "{put} the palms together and {pray}",
               "{hold} both hands together in prayer, head bent"),
        begins=UPRIGHT,
    ),
    "drink": Action(
        drink, ("{drink} from a cup in $hand", "{lift} a cup to the mouth with $hand and {drink}",
                "{take} a drink with $hand"),
        sides=HANDS, counts=(1, 2), begins=UPRIGHT,
    ),
    "phone": Action(
        phone, ("{talk} on the phone, held in $hand", "{hold} a phone to the ear with $hand",
                "{make} a phone call with $hand at the ear"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "talk": Action(
        talk, ("{talk} with lively hands", "{speak}, gesturing with both hands",
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
        look_around, ("{look} around, first to the $dir", "{look} to the $dir and then to the other side",
                      "{turn} the head to look around, beginning on the $dir"),
        directions=("left", "right"), begins=UPRIGHT,
    ),
    "look_up": Action(
        look_up, ("{look} up, shading the eyes with $hand", "{shield} the eyes with $hand and {look} up",
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
    ),
    "hands_on_hips": Action(
        hands_on_hips, ("{put} both hands on the hips", "{set} the hands on the hips",
                        "{stand} with both hands on the hips"),
    ),
    "idle": Action(
        idle, ("{stand} and {wait}", "{stand} idle, shifting weight", "{wait} around"),
    ),
    "weep": Action(
        cover_face, ("{cover} the face with both hands and {weep}",
                     "{cry} with both hands before the face", "{sob} into both hands"),
        begins=UPRIGHT, styled=False,
    ),
    "blow_kiss": Action(
        blow_kiss, ("{blow} a kiss with $hand", "{throw} a kiss with $hand"),
        sides=HANDS, begins=UPRIGHT,
    ),
}  # fmt: skip
