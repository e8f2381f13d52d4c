"""On and near the floor: lying, crawling, rolling, exercises, falling."""

import numpy as np

from lavimo.data.choreography.action import HANDS, PRONE, STAND, SUPINE, Action
from lavimo.data.choreography.postures import (
    INSTEP,
    hands_down,
    lie_back,
    lie_on_front,
    on_all_fours,
    rise_from_back,
    rise_from_fours,
)
from lavimo.data.choreography.programme import FPS, Event
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
    stage.move(0.7, height=0.56, pelvis=(1.25, 0, 0), spine=(0.1, 0, 0), both_leg=None,
               sway=(0, -0.16 * f.leg), head=(-0.3, 0, 0))
    rise_from_fours(stage, 1.5)
    stage.settle(0.2)  # fmt: skip


def roll_over(stage: Stage, event: Event) -> None:
    """From the back over the near side onto the front."""
    stage.move(0.4, far_arm=(-0.2, -0.2, 0.8), pelvis=(-1.57, 0, 0.3), head=(0, 0, 0.4))
    stage.move(0.5, pelvis=(-1.57, 0, 1.57), height=0.17, both_arm=(0.1, 0.2, 0.6), head=(0, 0, 0))
    stage.move(0.5, pelvis=(-1.57, 0, np.pi), height=0.12, both_arm=(0.45, 0.45, 0.05, 1.0),
               both_leg=(0.1, -0.99, 0.02, 0, 1.2))
    stage.move(0.4)
    # Lying on the front, half a turn about the body: the same as pitch +90 and a turned heading.
    _renew(stage, "pelvis", (np.pi / 2, 0.0, 0.0))
    heading = stage.last("heading")[0] + np.pi
    _renew(stage, "heading", (heading,))
    left, forward = stage.last("sway")
    _renew(stage, "sway", (-left, -forward))
    stage.settle_feet()
    stage.rest = {"arm": (0.45, 0.45, 0.05, 1.0)}  # fmt: skip


def _renew(stage: Stage, track: str, values: tuple[float, ...]) -> None:
    """Change a channel to equal values (a whole turn apart) between two frames."""
    frame = (np.floor(stage.now * FPS) + 0.5) / FPS
    stage.now = max(stage.now, frame + 0.002)
    stage.key(track, frame - 0.001, stage.last(track), frame - 0.002)
    stage.key(track, frame + 0.001, values, frame - 0.001)


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
        stage.tread(two, beat * 0.8, (0, back + ahead + step * 0.5, 0), lift=0.02, pitch=INSTEP)
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
    stage.move(0.5, height=0.48, pelvis=(0.8, 0, 0), spine=(0.6, 0, 0), sway=(0, -0.05),
               head=(-0.3, 0, 0), both_arm=(0.05, -0.75, 0.6))
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
    stage.move(0.5, height=high, pelvis=(np.pi / 2 - slope, 0, 0), spine=(0, 0, 0),
               sway=(0, back), head=(-0.25, 0, 0))
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
    stage.move(0.6, height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0), sway=(0, 0), head=(0, 0, 0),
               both_arm=None)
    stage.settle(0.2)  # fmt: skip


def sit_ups(stage: Stage, event: Event) -> None:
    """On the back with bent knees, the trunk comes up and goes down."""
    bent = (0.1, -0.42, 0.5, 0.0, -0.2)
    stage.move(0.5, both_leg=bent, both_arm=(0.12, 0.35, 0.12, 0.9))
    for _ in range(event.count):
        stage.move(0.5, spine=(0.75, 0, 0), pelvis=(-1.2, 0, 0), head=(0.3, 0, 0),
                   both_leg=(0.1, -0.2, 0.66, 0.0, -0.2))
        stage.move(0.35, spine=(0.7, 0, 0), pelvis=(-0.5, 0, 0), both_leg=(0.1, 0.18, 0.68, 0.0, -0.2))
        stage.move(0.15)
        stage.move(0.75, spine=(0, 0, 0), pelvis=(-1.57, 0, 0), head=(0, 0, 0), both_leg=bent)
    stage.move(0.5, both_leg=(0.12, -0.99, 0.0, 0.2, -0.3), both_arm=stage.rest.get("arm"))


def somersault(stage: Stage, event: Event) -> None:
    """Crouch, hands down, over the rounded back, and up."""
    far = 1.35 * stage.figure.leg
    stage.move(0.45, height=0.5, pelvis=(0.8, 0, 0), spine=(0.8, 0, 0), sway=(0, 0.05),
               both_arm=(0.0, -0.3, 0.85), head=(0.5, 0, 0))
    tuck = (0.1, -0.25, 0.45, 0.2, 0.4)
    stage.move(0.25, height=0.52, pelvis=(1.9, 0, 0), spine=(1.1, 0, 0), root=(0, 0.25 * far, 0),
               both_arm=(0.05, 0.35, 0.7), head=(0.7, 0, 0), both_leg=(0.08, -0.5, 0.4, 0, 0.6))
    stage.move(0.25, height=0.45, pelvis=(3.3, 0, 0), spine=(1.3, 0, 0), root=(0, 0.5 * far, 0),
               both_leg=tuck, both_arm=(0.1, -0.1, 0.7))
    stage.move(0.25, height=0.16, pelvis=(5.0, 0, 0), spine=(1.1, 0, 0), root=(0, 0.75 * far, 0),
               both_leg=tuck)
    for which in ("near", "far"):
        x, z, yaw = stage.spot(which, 0, far * 1.06)
        track = f"foot_{stage.side(which)}"
        stage.key(track, stage.now, (x, 0.0, z, yaw, 0.0), stage.now - 0.02)
    stage.move(0.25, height=0.4, pelvis=(6.6, 0, 0), spine=(0.7, 0, 0), root=(0, 0.98 * far, 0),
               both_leg=None, both_arm=(0.05, -0.3, 0.85))
    stage.move(0.5, height=1.0, pelvis=(2 * np.pi, 0, 0), spine=(0, 0, 0), head=(0, 0, 0),
               root=(0, 1.06 * far, 0), sway=(0, 0), both_arm=None)
    _renew(stage, "pelvis", (0.0, 0.0, 0.0))
    stage.settle(0.3)  # fmt: skip


def cartwheel(stage: Stage, event: Event) -> None:
    """Sideways over both hands towards near."""
    f = stage.figure
    whole = 2 * np.pi
    arms = {"both_arm": (0.22, 0.96, 0.05)}
    far = 2.1 * f.leg
    stage.tread("near", 0.4, (0.45 * f.leg, 0, 0), lift=0.2)
    stage.move(0.45, **arms, root=(0.2 * f.leg, 0, 0), height=0.96)
    plan = (
        (0.25, 0.8, 0.3, 0.66), (0.32, 1.9, 0.5, 0.86), (0.25, np.pi, 0.62, 1.02),
        (0.25, 4.4, 0.78, 0.88), (0.25, 5.4, 0.92, 0.72),
    )  # fmt: skip
    spread = (0.62, -0.78, 0.05, 0.0, 0.7)
    for k, (lasts, roll, way, height) in enumerate(plan):
        legs: dict[str, object] = {}
        if k == 0:
            legs = {"far_leg": spread}
        elif k == 1:
            legs = {"near_leg": spread}
        elif k == 4:
            for which, at in (("far", far * 1.02), ("near", far)):
                x, z, yaw = stage.spot(which, at, 0)
                track = f"foot_{stage.side(which)}"
                stage.key(track, stage.now + 0.02, (x, 0.0, z, yaw, 0.0), stage.now)
            legs = {"far_leg": None}
        stage.move(lasts, pelvis=(0, roll, 0), root=(far * way, 0, 0), height=height, **arms, **legs)
    stage.move(0.35, pelvis=(0, whole, 0), root=(far, 0, 0), height=1.0, near_leg=None,
               both_arm=(0.8, 0.3, 0.1))
    _renew(stage, "pelvis", (0.0, 0.0, 0.0))
    stage.settle(0.45)


def fall_back(stage: Stage, event: Event) -> None:
    """Struck down: knees give way, onto the back."""
    stage.move(0.18, spine=(-0.3, 0, 0.2), head=(-0.3, 0, 0), both_arm=(0.5, -0.3, 0.4), sway=(0, -0.08))
    leg = stage.figure.leg
    stage.move(0.35, height=0.6, sway=(0, -0.3 * leg), pelvis=(-0.2, 0, 0), spine=(0.2, 0, 0.1),
               both_arm=(0.7, -0.2, 0.1))
    stage.move(0.25, height=0.13, sway=(0, -0.62 * leg), pelvis=(-0.5, 0, 0), spine=(0.35, 0, 0))
    stage.move(0.3, height=0.11, sway=(0, -0.68 * leg), pelvis=(-1.57, 0, 0), spine=(0, 0, 0),
               near_arm=(0.8, -0.1, -0.02), far_arm=(0.6, 0.5, -0.02), head=(0, 0, 0.3))
    stage.move(0.4, both_leg=(0.2, -0.97, 0.0, 0.3, -0.1))
    stage.move(0.8)
    stage.rest = {"arm": (0.25, -0.95, -0.02)}  # fmt: skip


def die_forward(stage: Stage, event: Event) -> None:
    """Sinks to the knees and falls on the face."""
    f = stage.figure
    back = -0.6 * f.leg
    stage.move(0.35, spine=(0.4, 0.1, 0), head=(0.3, 0, 0), near_arm=(-0.3, -0.3, 0.4), height=0.93)
    stage.tread("near", 0.3, (0, back * 0.8, 0), lift=0.03, pitch=1.3)
    stage.tread("far", 0.3, (0, back, 0), lift=0.03, pitch=1.3, delay=0.15)
    stage.move(0.5, height=0.55, pelvis=(0, 0, 0), spine=(0.3, 0, 0), sway=(0, -0.12),
               far_arm=(0.1, -0.8, 0.3))
    stage.move(0.35, head=(0.45, 0, 0))
    stage.move(0.45, height=0.2, pelvis=(1.2, 0, 0), spine=(0.1, 0, 0), sway=(0, 0.1 * f.leg),
               near_arm=(0.3, 0.2, 0.5), far_arm=(0.4, 0.3, 0.5))
    stage.move(0.25, height=0.115, pelvis=(1.57, 0, 0), spine=(0, 0, 0), head=(-0.1, 0, 0.5),
               both_leg=(0.12, -0.98, 0.02, 0, 1.2), near_arm=(0.5, 0.5, 0.05, 1.0),
               far_arm=(0.6, -0.3, 0.02))
    stage.move(0.9)
    stage.rest = {"arm": (0.45, 0.45, 0.05, 1.0)}  # fmt: skip


def hit_reaction(stage: Stage, event: Event) -> None:
    """Struck on the near side: the trunk is thrown round, a step to catch the balance."""
    for _ in range(event.count):
        stage.move(0.12, spine=(0.1, -0.35, -0.5), head=(0.1, -0.3, -0.5), sway=(-0.06, 0),
                   both_arm=(0.3, -0.6, 0.4), height=0.95)
        stage.tread("far", 0.28, (-0.28 * stage.figure.leg, -0.08, 0))
        stage.move(0.3, root=(-0.12 * stage.figure.leg, -0.05, 0), spine=(0.3, -0.15, -0.2))
        stage.move(0.2)
        stage.tread("far", 0.3)
        stage.move(0.4, root=(0, 0, 0), sway=(0, 0), spine=(0, 0, 0), head=(0, 0, 0), height=1.0,
                   both_arm=None)
    stage.settle(0.3)  # fmt: skip


def stumble(stage: Stage, event: Event) -> None:
    """Two steps, a foot catches, the trunk pitches forward, quick steps, upright again."""
    leg = stage.figure.leg
    ahead = 0.0
    for which, far, lasts, pitch, low in (
        ("near", 0.6, 0.45, 0.05, 0.98), ("far", 0.85, 0.45, 0.1, 0.98),
        ("near", 1.15, 0.24, 0.75, 0.86), ("far", 1.6, 0.24, 0.85, 0.82),
        ("near", 2.0, 0.3, 0.6, 0.86), ("far", 2.0, 0.4, 0.1, 0.97),
    ):  # fmt: skip
        stage.tread(which, lasts * 0.9, (0, far * leg, 0))
        arms = (0.5, -0.35, 0.55) if pitch > 0.4 else (0.2, -0.9, 0.15)
        stage.move(lasts, root=(0, (far * 0.7 + ahead * 0.3) * leg, 0), height=low,
                   pelvis=(pitch * 0.5, 0, 0), spine=(pitch * 0.6, 0, 0), both_arm=arms)
        ahead = far
    stage.move(0.3, root=(0, 2.0 * leg, 0), height=1.0, pelvis=(0, 0, 0), spine=(0, 0, 0))
    stage.settle(0.4)


def swim(stage: Stage, event: Event) -> None:
    """Trunk bent forward, the arms pull in turn over the head and down."""
    stage.move(0.5, pelvis=(0.5, 0, 0), spine=(0.5, 0, 0), sway=(0, -0.14), height=0.93,
               head=(-0.3, 0, 0), near_arm=(0.1, 0.7, 0.6), far_arm=(0.12, -0.8, 0.4))
    circle = ((0.1, 0.9, 0.4), (0.0, 0.1, 0.95), (0.05, -0.85, 0.3), (0.35, -0.3, -0.55))
    for k in range(event.count):
        one, two = ("near", "far") if k % 2 == 0 else ("far", "near")
        sign = 1.0 if one == "near" else -1.0
        for part in range(2):
            stage.move(0.3, **{f"{one}_arm": circle[part + 1 if part == 0 else 2],
                               f"{two}_arm": circle[3 if part == 0 else 0]},
                       spine=(0.5, 0, -0.4 * sign if part == 0 else 0.3 * sign))
    stage.move(0.3, pelvis=(0, 0, 0))
    stage.settle(0.4)  # fmt: skip


ACTIONS = {
    "lie_down": Action(
        lie_down, ("{lie} down on the back", "{lie} down on the floor, face up",
                   "{lower} to the ground to lie on the back"),
        ends=SUPINE,
    ),
    "get_up": Action(
        get_up, ("{get} up from lying on the back", "{rise} from the floor, where they lay face up",
                 "{stand} up after lying on the back"),
        begins=(SUPINE,), ends=STAND,
    ),
    "lie_on_front": Action(
        lie_front, ("{lie} down on the belly", "{lie} down on the floor, face down",
                    "{lower} to the ground to lie on the stomach"),
        ends=PRONE,
    ),
    "get_up_front": Action(
        get_up_front, ("{get} up from lying on the belly", "{push} up from the floor, face down, to standing",
                       "{stand} up after lying on the stomach"),
        begins=(PRONE,), ends=STAND,
    ),
    "crawl": Action(
        crawl, ("{crawl} forward on hands and knees, $n[step]", "{crawl} $n[step] ahead on all fours",
                "{go} down and {crawl} forward $n[step]"),
        counts=(4, 6, 8), directions=("forward",), styled=False,
    ),
    "push_ups": Action(
        push_ups, ("{do} $n[push-up]", "{perform} $n[push-up]", "{exercise} with $n[push-up]"),
        counts=(1, 2, 3, 4, 5), styled=False,
    ),
    "sit_ups": Action(
        sit_ups, ("{do} $n[sit-up]", "{perform} $n[sit-up]", "{exercise} with $n[sit-up] on the back"),
        counts=(2, 3, 4, 5), begins=(SUPINE,), styled=False,
    ),
    "somersault": Action(
        somersault, ("{do} a forward roll", "{roll} forward over the back and {stand} up",
                     "{do} a somersault on the floor"),
        directions=("forward",), speeds=("normal",), styled=False,
    ),
    "cartwheel": Action(
        cartwheel, ("{do} a cartwheel to the $dir", "{perform} a cartwheel towards the $dir",
                    "{turn} a cartwheel to the $dir"),
        directions=("left", "right"), speeds=("normal",), styled=False,
    ),
    "fall_back": Action(
        fall_back, ("{fall} backward onto the floor", "{fall} over backwards and {lie} still",
                    "{collapse} and {drop} onto the back"),
        ends=SUPINE, speeds=("normal", "fast"), styled=False,
    ),
    "die": Action(
        die_forward, ("{sink} to the knees and {fall} on the face, dying", "{die}, falling forward onto the floor",
                      "{collapse} forward over the knees as if dead"),
        ends=PRONE, speeds=("slow", "normal"), styled=False,
    ),
    "hit_reaction": Action(
        hit_reaction, ("{get} hit on the $side and {stagger}", "{take} a blow from the $side",
                       "{recoil} from a hit on the $side"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "stumble": Action(
        stumble, ("{stumble} forward and {catch} the balance", "{trip} and almost {fall} forward",
                  "{trip} while walking and {recover}"),
        directions=("forward",), speeds=("normal", "fast"), styled=False,
    ),
    "swim": Action(
        swim, ("{make} $n[front crawl stroke] with the arms", "{pretend} to swim, $n[arm stroke]",
               "{move} the arms like a swimmer, $n[stroke]"),
        counts=(4, 6, 8),
    ),
}  # fmt: skip
