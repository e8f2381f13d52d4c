"""Gestures of hands, arms and head, done standing or sitting."""

from lavimo.data.choreography.action import HANDS, LIMBS, UPRIGHT, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage, Value

Hand = tuple[float, ...]


def arms(event: Event, hand: Hand | None) -> dict[str, Value]:
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


def t_pose(stage: Stage, event: Event) -> None:
    """Straight arms held out sideways."""
    stage.move(0.7, both_arm=(0.99, 0.03, 0.0))
    stage.move(1.3)
    stage.settle(0.6)


def flex(stage: Stage, event: Event) -> None:
    """Fists up beside the head, elbows out: shows the muscles."""
    for _ in range(event.count):
        stage.move(0.4, both_arm=(0.42, 0.28, 0.08, 0.5), spine=(-0.1, 0, 0), shrug=(0.1, 0.1))
        stage.move(0.3, both_arm=(0.3, 0.22, 0.06, 0.5))
        stage.move(0.3, both_arm=(0.45, -0.4, 0.25), spine=(0, 0, 0), shrug=(0, 0))
    stage.settle(0.4)


def hug(stage: Stage, event: Event) -> None:
    """Arms opened wide and closed around somebody."""
    stage.move(0.5, both_arm=(0.65, 0.0, 0.65), spine=(-0.05, 0, 0))
    stage.move(0.5, both_arm=(-0.32, -0.05, 0.62, 0.4), spine=(0.15, 0, 0), head=(0.1, 0.15, 0.2))
    stage.move(0.8)
    stage.settle(0.5)


ACTIONS = {
    "t_pose": Action(
        t_pose, ("{stand} in a T-pose", "{hold} both arms straight out to the sides",
                 "{take} a T-pose with both arms out"),
        speeds=("normal",), styled=False,
    ),
    "flex": Action(
        flex, ("{flex} the muscles of both arms", "{show} off the biceps of both arms",
               "{pose} like a strong man with both arms flexed"),
        counts=(1, 2, 3), begins=UPRIGHT,
    ),
    "hug": Action(
        hug, ("{hug} somebody", "{open} both arms and {hug} someone", "{embrace} somebody"),
        begins=UPRIGHT,
    ),
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
        cheer, ("{cheer} with both arms overhead", "{pump} both fists in the air $how, cheering",
                "{celebrate} with both fists up"),
        counts=(2, 3, 4), begins=UPRIGHT,
    ),
    "fist_pump": Action(
        fist_pump, ("{pump} $fist in triumph", "{pull} $fist down in victory",
                    "{celebrate} by pulling $fist down"),
        sides=HANDS, counts=(1, 2, 3), begins=UPRIGHT,
    ),
}  # fmt: skip
