"""Hands busy with imagined things: food, tools, instruments, wheels."""

from lavimo.data.choreography.action import CHAIR, HANDS, UPRIGHT, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def eat(stage: Stage, event: Event) -> None:
    """Bites carried from in front to the mouth."""
    stage.move(0.45, near_arm=(-0.05, -0.42, 0.55), far_arm=(-0.1, -0.5, 0.45))
    for _ in range(event.count):
        stage.move(0.4, near_arm=(-0.3, 0.2, 0.36, 0.4), head=(0.1, 0, 0))
        stage.move(0.15, head=(0.0, 0, 0))
        stage.move(0.35, near_arm=(-0.05, -0.42, 0.55), head=(0.15, 0, 0))
    stage.settle(0.4)


def brush_teeth(stage: Stage, event: Event) -> None:
    """Quick small strokes before the mouth, elbow out."""
    stage.move(0.5, near_arm=(-0.3, 0.2, 0.4, 1.1), far_arm=(0.1, -0.5, 0.4))
    for _ in range(8):
        stage.move(0.12, near_arm=(-0.38, 0.2, 0.4, 1.1))
        stage.move(0.12, near_arm=(-0.2, 0.2, 0.4, 1.1))
    stage.settle(0.45)


def wash_hands(stage: Stage, event: Event) -> None:
    """Hands rub each other in front of the belly."""
    stage.move(0.45, both_arm=(-0.32, -0.5, 0.5, 0.2), spine=(0.25, 0, 0), head=(0.3, 0, 0))
    for _ in range(5):
        stage.move(0.17, near_arm=(-0.32, -0.45, 0.62, 0.2), far_arm=(-0.32, -0.55, 0.45, 0.2))
        stage.move(0.17, near_arm=(-0.32, -0.55, 0.45, 0.2), far_arm=(-0.32, -0.45, 0.62, 0.2))
    stage.settle(0.45)


def comb_hair(stage: Stage, event: Event) -> None:
    """Strokes from the forehead over the head to the back."""
    stage.move(0.45, near_arm=(-0.2, 0.45, 0.3, 0.9), head=(0.1, 0.15, 0))
    for _ in range(event.count):
        stage.move(0.3, near_arm=(-0.1, 0.48, -0.02, 1.1))
        stage.move(0.25, near_arm=(-0.2, 0.46, 0.3, 0.9))
    stage.settle(0.45)


def rub_nose(stage: Stage, event: Event) -> None:
    """Fingers at the nose."""
    stage.move(0.45, near_arm=(-0.33, 0.26, 0.34, 0.3), head=(0.08, 0, 0))
    for _ in range(3):
        stage.move(0.14, near_arm=(-0.36, 0.25, 0.36, 0.3))
        stage.move(0.14, near_arm=(-0.31, 0.28, 0.34, 0.3))
    stage.settle(0.45)


def photo(stage: Stage, event: Event) -> None:
    """A camera held before the eyes with both hands."""
    stage.move(0.55, both_arm=(-0.22, 0.22, 0.45, 0.6), head=(0.02, 0, 0), height=0.98)
    for _ in range(event.count):
        stage.move(0.3, spine=(0.06, 0, 0.1), head=(0.02, 0, 0.05))
        stage.move(0.15, shrug=(0.06, 0.0))
        stage.move(0.35, spine=(0.02, 0, -0.12), shrug=(0, 0))
    stage.settle(0.5)


def read(stage: Stage, event: Event) -> None:
    """A book held open in front, a page turned by the near hand."""
    stage.move(0.5, both_arm=(-0.12, -0.32, 0.42, 0.3), head=(0.35, 0, 0), spine=(0.05, 0, 0))
    for _ in range(event.count):
        stage.move(0.7, head=(0.38, 0, 0.12))
        stage.move(0.22, near_arm=(0.02, -0.22, 0.45, 0.4), head=(0.35, 0, -0.05))
        stage.move(0.25, near_arm=(-0.45, -0.22, 0.42, 0.4))
        stage.move(0.25, near_arm=(-0.12, -0.32, 0.42, 0.3))
    stage.settle(0.45)


def write(stage: Stage, event: Event) -> None:
    """The near hand writes lines on a board at head height."""
    stage.move(0.5, near_arm=(-0.2, 0.35, 0.75, 0.2), spine=(0.05, 0, 0))
    for line in range(2):
        for k in range(5):
            up = 0.35 - 0.16 * line + (0.05 if k % 2 == 0 else -0.05)
            stage.move(0.17, near_arm=(-0.2 + 0.11 * k, up, 0.75, 0.2))
        stage.move(0.25, near_arm=(-0.2, 0.2 - 0.16 * line, 0.72, 0.2))
    stage.settle(0.45)


def guitar(stage: Stage, event: Event) -> None:
    """The far hand on the neck, the near hand strums before the belly."""
    stage.move(0.5, far_arm=(0.25, -0.12, 0.62, 0.2), near_arm=(-0.3, -0.52, 0.36, 0.6))
    for k in range(event.count):
        shift = 0.1 if k % 4 < 2 else -0.05
        stage.move(
            0.18,
            near_arm=(-0.32, -0.66, 0.34, 0.6),
            spine=(0.06, 0, 0.06),
            far_arm=(0.25 - shift, -0.12 - shift * 0.5, 0.62, 0.2),
        )
        stage.move(0.18, near_arm=(-0.3, -0.46, 0.38, 0.6), spine=(0.02, 0, -0.03))
    stage.settle(0.5)


def violin(stage: Stage, event: Event) -> None:
    """The far arm holds out the violin, the near arm draws the bow."""
    stage.move(
        0.55,
        far_arm=(0.1, -0.02, 0.7, -0.2),
        near_arm=(-0.3, 0.02, 0.45, 0.8),
        head=(0.15, -0.3, -0.35),
    )
    for _ in range(event.count):
        stage.move(0.35, near_arm=(0.32, -0.18, 0.62, 0.6), spine=(0.02, 0, 0.1))
        stage.move(0.35, near_arm=(-0.3, 0.02, 0.45, 0.8), spine=(0.05, 0, -0.05))
    stage.settle(0.5)


def conduct(stage: Stage, event: Event) -> None:
    """Both hands beat four to the bar."""
    stage.move(0.4, both_arm=(0.15, 0.1, 0.62, 0.2))
    for _ in range(event.count):
        for out, up in ((0.1, -0.32), (-0.15, -0.1), (0.5, -0.08), (0.2, 0.22)):
            stage.move(0.22, both_arm=(out, up, 0.58, 0.2), spine=(0.04, 0, 0))
    stage.settle(0.45)


def drive(stage: Stage, event: Event) -> None:
    """Both hands on a wheel in front, turned to near and back."""
    stage.move(0.5, both_arm=(-0.05, -0.2, 0.78, 0.1), head=(0, 0, 0))
    for _ in range(event.count):
        stage.move(
            0.4,
            near_arm=(0.05, -0.42, 0.72, 0.1),
            far_arm=(-0.2, 0.02, 0.78, 0.1),
            spine=(0, 0.1, 0.06),
            head=(0, 0, 0.3),
        )
        stage.move(0.3)
        stage.move(0.4, both_arm=(-0.05, -0.2, 0.78, 0.1), spine=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.5)


def type_keys(stage: Stage, event: Event) -> None:
    """Hands over a keyboard, up and down in turn."""
    stage.move(0.5, both_arm=(-0.08, -0.5, 0.6, 0.2), head=(0.2, 0, 0))
    for k in range(10):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        stage.put(f"{one}_arm", stage.now + 0.13, (-0.1, -0.42, 0.6, 0.2), stage.now)
        stage.put(
            f"{two}_arm", stage.now + 0.13, (-0.02 - 0.02 * (k % 3), -0.55, 0.62, 0.2), stage.now
        )
        stage.now += 0.13
    stage.settle(0.45)


def stir(stage: Stage, event: Event) -> None:
    """The near hand stirs a pot in front while the far hand holds it."""
    stage.move(
        0.45,
        near_arm=(-0.2, -0.35, 0.55, 0.4),
        far_arm=(-0.1, -0.6, 0.5),
        head=(0.3, 0, 0),
        spine=(0.15, 0, 0),
    )
    for _ in range(event.count):
        for out, ahead in ((-0.05, 0.62), (-0.2, 0.75), (-0.38, 0.62), (-0.2, 0.46)):
            stage.move(0.17, near_arm=(out, -0.35, ahead, 0.4))
    stage.settle(0.45)


def hammer(stage: Stage, event: Event) -> None:
    """Blows of the near hand on something at belly height."""
    stage.move(0.4, far_arm=(-0.25, -0.55, 0.5), spine=(0.2, 0, 0), head=(0.2, 0, 0))
    for _ in range(event.count):
        stage.move(0.3, near_arm=(0.05, 0.15, 0.4, 0.3), spine=(0.1, 0, 0.1))
        stage.move(0.14, near_arm=(-0.2, -0.5, 0.62, 0.1), spine=(0.28, 0, -0.08))
        stage.move(0.08)
    stage.settle(0.45)


ACTIONS = {
    "eat": Action(
        eat, ("{eat} with $hand", "{bring} food to the mouth with $hand",
              "{take} $n[bite] with $hand"),
        sides=HANDS, counts=(2, 3), begins=UPRIGHT,
    ),
    "brush_teeth": Action(
        brush_teeth, ("{brush} the teeth with $hand", "{clean} the teeth with a brush in $hand"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "wash_hands": Action(
        wash_hands, ("{wash} the hands", "{rub} both hands together",
                     "{rub} the hands under water"),
        begins=UPRIGHT,
    ),
    "comb_hair": Action(
        comb_hair, ("{comb} the hair with $hand", "{brush} the hair with $hand"),
        sides=HANDS, counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "rub_nose": Action(
        rub_nose, ("{pick} the nose with $hand", "{scratch} the nose with $hand",
                   "{rub} the nose with $hand"),
        sides=HANDS, begins=UPRIGHT,
    ),
    "photo": Action(
        photo, ("{take} $n[photo] with a camera", "{hold} a camera up and {take} $n[picture]"),
        counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "read": Action(
        read, ("{read} a book and {turn} $n[page] with $hand",
               "{hold} a book and {turn} $n[page] with $hand"),
        sides=HANDS, counts=(1, 2), begins=UPRIGHT, speeds=("normal",),
    ),
    "write": Action(
        write, ("{write} on a board with $hand", "{write} something on the wall with $hand",
                "{draw} on a board with $hand"),
        sides=HANDS,
    ),
    "guitar": Action(
        guitar, ("{play} a guitar $how, strumming with $hand", "{strum} a guitar with $hand",
                 "{play} the guitar with $hand on the strings"),
        sides=HANDS, counts=(6, 8), begins=UPRIGHT,
    ),
    "violin": Action(
        violin, ("{play} the violin with the bow in $hand",
                 "{draw} the bow over a violin with $hand"),
        sides=HANDS, counts=(3, 4), begins=UPRIGHT,
    ),
    "conduct": Action(
        conduct, ("{conduct} an orchestra for $n[bar]", "{beat} time like a conductor for $n[bar]"),
        counts=(2, 3), begins=UPRIGHT,
    ),
    "drive": Action(
        drive, ("{steer} a car to the $dir", "{drive} a car and {turn} the wheel to the $dir",
                "{sit} at a steering wheel and {turn} it to the $dir"),
        directions=("left", "right"), counts=(1, 2), begins=(CHAIR,),
    ),
    "type_keys": Action(
        type_keys, ("{type} on a keyboard", "{sit} and {type}", "{write} on a computer keyboard"),
        begins=(CHAIR,),
    ),
    "stir": Action(
        stir, ("{stir} a pot with $hand", "{stir} something in front with $hand",
               "{cook} $how, stirring with $hand"),
        sides=HANDS, counts=(3, 4, 5),
    ),
    "hammer": Action(
        hammer, ("{hammer} with $hand", "{strike} with a hammer in $hand",
                 "{hit} a nail with a hammer in $hand"),
        sides=HANDS, counts=(2, 3, 4),
    ),
}  # fmt: skip
