"""On and near the floor: lying, crawling, rolling, exercises, falling."""

import numpy as np

from lavimo.data.choreography.action import PRONE, STAND, SUPINE, Action
from lavimo.data.choreography.postures import (
    INSTEP,
    hands_down,
    inside,
    lie_back,
    lie_on_front,
    on_all_fours,
    rise_from_back,
    rise_from_fours,
)
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def lie_down(stage: Stage, event: Event) -> None:
    """Onto the back, and stay."""
    lie_back(stage, 2.8)
    stage.move(0.6)


def get_up(stage: Stage, event: Event) -> None:
    """From the back to standing."""
    stage.move(0.3)
    rise_from_back(stage, 2.6)
    stage.settle(0.2)


def lie_front(stage: Stage, event: Event) -> None:
    """Onto the front, and stay."""
    lie_on_front(stage, 2.8)
    stage.move(0.6)


def get_up_front(stage: Stage, event: Event) -> None:
    """From the front over hands and knees to standing."""
    f = stage.figure
    stage.move(0.3)
    hands_down(stage, stage.now, stage.now + 0.3, 0.5 * f.leg)
    stage.move(0.35)
    stage.move(
        0.7,
        height=0.56,
        pelvis=(1.25, 0, 0),
        spine=(0.1, 0, 0),
        both_leg=None,
        sway=(0, -0.16 * f.leg),
        head=(-0.3, 0, 0),
    )
    rise_from_fours(stage, 1.5)
    stage.settle(0.2)


def roll_over(stage: Stage, event: Event) -> None:
    """From the back over the near side onto the front."""
    stage.move(0.4, far_arm=(-0.2, -0.2, 0.8), pelvis=(-1.57, 0, 0.3), head=(0, 0, 0.4))
    stage.move(0.5, pelvis=(-1.57, 0, 1.57), height=0.17, both_arm=(0.1, 0.2, 0.6), head=(0, 0, 0))
    stage.move(
        0.5,
        pelvis=(-1.57, 0, np.pi),
        height=0.12,
        both_arm=(0.45, 0.45, 0.05, 1.0),
        both_leg=(0.1, -0.99, 0.02, 0, 1.2),
    )
    stage.move(0.4)
    # Lying on the front, half a turn about the body: the same as pitch +90 and a turned heading.
    stage.renew("pelvis", (np.pi / 2, 0.0, 0.0))
    heading = stage.last("heading")[0] + np.pi
    stage.renew("heading", (heading,))
    left, forward = stage.last("sway")
    stage.renew("sway", (-left, -forward))
    stage.settle_feet()
    stage.rest = {"arm": (0.45, 0.45, 0.05, 1.0)}  # fmt: skip


def crawl(stage: Stage, event: Event) -> None:
    """On hands and knees, opposite hand and knee together."""
    on_all_fours(stage, 1.5)
    f = stage.figure
    half = float(f.offsets[13, 0] + f.offsets[16, 0]) * 1.15
    reach, back, step = 0.34 * f.leg, -0.86 * f.leg, 0.3 * f.leg * stage.size
    beat = 0.55
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        side = half if one == "near" else -half
        ahead = step * (k + 1)
        begins, middle = stage.now, stage.now + stage.seconds(beat * 0.4)
        ends = stage.now + stage.seconds(beat * 0.8)
        stage.put(f"{one}_grip", middle, (side, 0.12, reach + ahead), begins)
        stage.put(f"{one}_grip", ends, (side, 0.03, reach + ahead + step * 0.5), begins)
        stage.tread(two, beat * 0.8, (0, back + ahead + step * 0.5, 0), lift=0.05, pitch=INSTEP)
        lean = 0.06 if one == "near" else -0.06
        stage.move(beat, root=(0, ahead, 0), pelvis=(1.25, lean, 0), spine=(0.1, -lean, lean))
    end = step * event.count
    stage.open_event(stage.sign, stage.rate, stage.size)
    stage.move(0.15, pelvis=(1.25, 0, 0), spine=(0.1, 0, 0), root=(0, 0, 0))
    rise_from_fours(stage, 1.5)
    stage.settle(0.2)
    assert end >= 0


def plank(stage: Stage) -> float:
    """From standing over a squat into push-up position; gives the pelvis height there."""
    f = stage.figure
    stage.move(
        0.5,
        height=0.48,
        pelvis=(0.8, 0, 0),
        spine=(0.6, 0, 0),
        sway=(0, -0.05),
        head=(-0.3, 0, 0),
        both_arm=(0.05, -0.75, 0.6),
    )
    ahead = 0.42 * f.leg
    hands_down(stage, stage.now, stage.now + stage.seconds(0.25), ahead, 1.3)
    stage.move(0.3, height=0.45, pelvis=(1.1, 0, 0))
    torso = float(np.sum(f.offsets[[3, 6, 9], 1])) + float(f.offsets[13, 1] + f.offsets[16, 1])
    span = f.leg + torso - f.offsets[1, 1]
    rise = 0.96 * f.arm - 0.06
    slope = float(np.arcsin(min(0.9, (rise - 0.06) / span)))
    back = ahead - torso * np.cos(slope)
    feet = back - (f.leg * 0.985 - f.offsets[1, 1]) * np.cos(slope) - 0.05
    for which, late in (("near", 0.0), ("far", 0.1)):
        stage.tread(which, 0.35, (0, feet - 0.6 * f.toe, 0), lift=0.1, pitch=1.15, delay=late)
    high = (0.1 + (f.leg - f.offsets[1, 1]) * np.sin(slope)) / f.pelvis_height
    stage.move(
        0.5,
        height=high,
        pelvis=(np.pi / 2 - slope, 0, 0),
        spine=(0, 0, 0),
        sway=(0, back),
        head=(-0.25, 0, 0),
    )
    return float(high)  # fmt: skip


def push_ups(stage: Stage, event: Event) -> None:
    """Down into a plank, push-ups, and up again."""
    high = plank(stage)
    back = stage.last("sway")[1]
    pitch = stage.last("pelvis")[0]
    for _ in range(event.count):
        stage.move(0.5, height=high * 0.5, pelvis=(pitch + 0.17, 0, 0), sway=(0, back + 0.02))
        stage.move(0.1)
        stage.move(0.45, height=high, pelvis=(pitch, 0, 0), sway=(0, back))
    stage.move(0.15)
    stage.tread("near", 0.4, lift=0.08)
    stage.tread("far", 0.4, lift=0.08, delay=0.1)
    stage.move(0.55, height=0.46, pelvis=(1.05, 0, 0), spine=(0.5, 0, 0), sway=(0, -0.05))
    stage.move(0.2, both_grip=None, both_arm=(0.05, -0.9, 0.3))
    stage.move(
        0.6,
        height=1.0,
        pelvis=(0, 0, 0),
        spine=(0, 0, 0),
        sway=(0, 0),
        head=(0, 0, 0),
        both_arm=None,
    )
    stage.settle(0.2)


def sit_ups(stage: Stage, event: Event) -> None:
    """On the back with bent knees and the feet down, the trunk comes up and goes down."""

    def feet_down(pitch: float) -> tuple[float, ...]:
        return (*inside(pitch, 0.1, -0.03, 0.6), 0.1, -0.3)

    stage.move(0.5, both_leg=feet_down(-1.57), both_arm=(0.12, 0.35, 0.12, 0.9))
    for _ in range(event.count):
        stage.move(
            0.4, spine=(0.75, 0, 0), pelvis=(-1.2, 0, 0), head=(0.3, 0, 0), both_leg=feet_down(-1.2)
        )
        stage.move(0.2, pelvis=(-0.85, 0, 0), both_leg=feet_down(-0.85))
        stage.move(0.2, spine=(0.8, 0, 0), pelvis=(-0.5, 0, 0), both_leg=feet_down(-0.5))
        stage.move(0.12)
        stage.move(0.4, pelvis=(-1.1, 0, 0), spine=(0.6, 0, 0), both_leg=feet_down(-1.1))
        stage.move(
            0.4, spine=(0, 0, 0), pelvis=(-1.57, 0, 0), head=(0, 0, 0), both_leg=feet_down(-1.57)
        )
    stage.move(0.5, both_leg=(0.12, -0.99, 0.0, 0.2, -0.3), both_arm=stage.rest.get("arm"))


def swim(stage: Stage, event: Event) -> None:
    """Trunk bent forward, the arms pull in turn over the head and down."""
    stage.move(
        0.5,
        pelvis=(0.5, 0, 0),
        spine=(0.5, 0, 0),
        sway=(0, -0.14),
        height=0.93,
        head=(-0.3, 0, 0),
        near_arm=(0.1, 0.7, 0.6),
        far_arm=(0.12, -0.8, 0.4),
    )
    circle = ((0.1, 0.9, 0.4), (0.0, 0.1, 0.95), (0.05, -0.85, 0.3), (0.35, -0.3, -0.55))
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        sign = 1.0 if one == "near" else -1.0
        for part in range(2):
            stage.move(
                0.3,
                **{
                    f"{one}_arm": circle[part + 1 if part == 0 else 2],
                    f"{two}_arm": circle[3 if part == 0 else 0],
                },
                spine=(0.5, 0, -0.4 * sign if part == 0 else 0.3 * sign),
            )
    stage.move(0.3, pelvis=(0, 0, 0))
    stage.settle(0.4)


ACTIONS = {
    "lie_down": Action(
        lie_down, ("{lie} down on the back", "{lie} down on the floor $how, face up",
                   "{go} down to the ground and {lie} on the back"),
        ends=SUPINE,
    ),
    "get_up": Action(
        get_up, ("{get} up from lying on the back", "{rise} from lying face up",
                 "{stand} up after lying on the back"),
        begins=(SUPINE,), ends=STAND,
    ),
    "lie_on_front": Action(
        lie_front, ("{lie} down on the belly", "{lie} down on the floor $how, face down",
                    "{go} down to the ground and {lie} on the stomach"),
        ends=PRONE,
    ),
    "get_up_front": Action(
        get_up_front, ("{get} up from lying on the belly", "{rise} from lying face down",
                       "{stand} up after lying on the stomach"),
        begins=(PRONE,), ends=STAND,
    ),
    "crawl": Action(
        crawl, ("{crawl} forward on hands and knees for $n[step]",
                    "{crawl} $n[step] ahead on all fours",
                "{go} down and {crawl} forward $n[step]"),
        counts=(4, 6, 8), directions=("forward",), styled=False,
    ),
    "push_ups": Action(
        push_ups, ("{do} $n[push-up]", "{perform} $n[push-up]", "{exercise} with $n[push-up]"),
        counts=(1, 2, 3, 4, 5), styled=False,
    ),
    "sit_ups": Action(
        sit_ups, ("{do} $n[sit-up]", "{perform} $n[sit-up]",
                    "{exercise} with $n[sit-up] on the back"),
        counts=(2, 3, 4, 5), begins=(SUPINE,), styled=False,
    ),
    "swim": Action(
        swim, ("{make} $n[front crawl stroke] with the arms",
                    "{pretend} to swim with $n[arm stroke]",
               "{move} the arms like a swimmer for $n[stroke]"),
        counts=(4, 6, 8),
    ),
}  # fmt: skip
