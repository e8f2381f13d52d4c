"""Gaits: footsteps along a path, with the pelvis, the trunk and the arms that go with them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lavimo.data.choreography.figure import SIDES
from lavimo.data.choreography.score import Number, Stage
from lavimo.shapes import Float

Place = tuple[Number, Number, Number]
Way = tuple[Number, Number]
Path = Callable[[float], Place]


@dataclass(frozen=True)
class Gait:
    """How somebody walks or runs; lengths in leg lengths, times in seconds at normal pace."""

    beat: float = 0.53
    """Seconds from one footfall to the next."""
    stride: float = 0.8
    """From one footfall to the next, in leg lengths."""
    contact: float = 1.2
    """Share of a beat that a foot stays down; below 1 both feet leave the floor."""
    lift: float = 0.06
    """Toe height in mid swing, in leg lengths."""
    curl: float = 0.9
    """Foot pitch early in the swing (heel behind)."""
    strike: float = -0.3
    """Foot pitch at landing; negative lands on the heel."""
    heel: float = 0.0
    """Heel height while the foot is down: tiptoe."""
    low: float = 0.975
    """Pelvis height at footfall (walk) or mid stance (run)."""
    high: float = 0.995
    arm_swing: float = 0.45
    elbow: float = 0.93
    """Reach of the swinging arms; small means bent elbows."""
    lean: float = 0.03
    """Trunk pitch."""
    twist: float = 0.12
    roll: float = 0.04
    shift: float = 0.025
    """Sideways sway over the standing foot, in leg lengths."""
    wide: float = 0.75
    """Feet apart, as a share of standing."""
    near_share: float = 1.0
    """Below 1 the step onto the near foot is shorter and quicker: a limp."""
    arms: bool = True
    hold: dict[str, tuple[float, ...]] | None = None
    """Channels held all the way, such as hands that carry."""


def travel(
    stage: Stage,
    gait: Gait,
    steps: int,
    *,
    way: Way = (0.0, 1.0),
    bend: float = 0.0,
    start: Place = (0.0, 0.0, 0.0),
) -> Place:
    """Walk `steps` footfalls along `way` (near, forward), turning by `bend` radians in all.

    The first swing is the near foot's; the last closes the feet. Advances the time and gives the
    place (near, forward, turn) where the performer comes to stand.
    """
    begins = stage.now
    along = _footfalls(steps, gait)
    stride = gait.stride * stage.size * stage.figure.leg
    path = _path(float(along[-1]), stride, way, bend, start)
    plan = _Plan(stage, gait, along, path, way)
    plan.feet()
    plan.root()
    plan.trunk()
    if gait.arms and gait.hold is None:
        plan.arms()
    stage.now = plan.landings[-1] + 0.5 * plan.beat * min(gait.contact, 1.0)
    for name, value in (gait.hold or {}).items():
        stage.put(name, begins + 0.3 / stage.rate, value, begins)
        stage.put(name, stage.now, value, begins)
    return path(along[-1])


def _footfalls(steps: int, gait: Gait) -> Float[np.ndarray, " steps"]:
    """Where each footfall lies along the path, in strides; first and last are shorter."""
    lengths = np.ones(steps)
    lengths[0] = 0.8
    if gait.near_share < 1:
        lengths[1::2] *= gait.near_share
    if steps > 2:
        lengths[-2] *= 0.85
    if steps > 1:
        lengths[-1] = 0.0
    return np.cumsum(lengths)


def _path(total: float, stride: float, way: Way, bend: float, start: Place) -> Path:
    """The place (near, forward, turn) after so many strides, on a line or an arc."""
    near0, forward0, turn0 = start

    def place(u: float) -> Place:
        fine = np.linspace(0, u, 24)
        turns = turn0 + bend * np.clip(fine / max(total, 1e-6), 0, 1)
        middle = (turns[1:] + turns[:-1]) / 2
        step = np.diff(fine) * stride
        near = np.sum(step * (np.cos(middle) * way[0] + np.sin(middle) * way[1]))
        forward = np.sum(step * (np.cos(middle) * way[1] - np.sin(middle) * way[0]))
        return float(near0 + near), float(forward0 + forward), float(turns[-1])

    return place


class _Plan:
    """The keys of one stretch of gait."""

    def __init__(
        self, stage: Stage, gait: Gait, along: Float[np.ndarray, " steps"], path: Path, way: Way
    ) -> None:
        self.stage, self.gait, self.along, self.path, self.way = stage, gait, along, path, way
        self.steps, self.begins = len(along), stage.now
        self.beat = stage.seconds(gait.beat)
        self.landings = [self.begins + self.beat * (k + 1) for k in range(self.steps)]
        self.which = ["near" if k % 2 == 0 else "far" for k in range(self.steps)]
        self.backward = way[1] < -0.5

    def feet(self) -> None:
        """Swings between footfalls; planted feet keep their spot."""
        g, stage = self.gait, self.stage
        if g.heel:
            for side in SIDES:
                old = stage.last(f"foot_{side}")
                stage.key(f"foot_{side}", self.begins + 0.15, (*old[:4], g.heel), self.begins)
        for k in range(self.steps):
            self._swing(k)

    def _swing(self, k: int) -> None:
        """One foot from where it stands to its next spot, heel first where the gait strikes so."""
        g, stage = self.gait, self.stage
        lands, last = self.landings[k], k == self.steps - 1
        lifts = max(lands - (2 - g.contact) * self.beat, self.begins + 0.02)
        track = f"foot_{stage.side(self.which[k])}"
        old = stage.last(track)
        spot = stage.spot(self.which[k], *self.path(self.along[k]), 1.0 if last else g.wide)
        x, z, yaw = spot
        strike = g.heel or (0.0 if last or self.backward else g.strike)
        toe_up = max(0.0, float(np.sin(-strike))) * stage.figure.foot * 0.9
        short = 0.4 if last and self.along[k] - self.along[max(k - 2, 0)] < 0.5 else 1.0
        lift = g.lift * stage.figure.leg * short
        curl = g.curl * (0.4 if self.backward else 1.0) * short
        for part, done, up, pitch in ((0.35, 0.22, lift, curl), (0.7, 0.72, 0.75 * lift, 0.15)):
            way = [a + done * (b - a) for a, b in zip(old[:4], (x, 0, z, yaw), strict=True)]
            time = lifts + part * (lands - lifts)
            stage.key(track, time, (way[0], up, way[2], way[3], max(pitch, g.heel)), lifts)
        stage.key(track, lands, (x, toe_up, z, yaw, strike), lifts)
        if toe_up > 0:
            flat = lands + 0.16 * self.beat * min(g.contact, 1.0)
            stage.key(track, flat, (x, 0.0, z, yaw, 0.0), lands)

    def root(self) -> None:
        """The pelvis passes over each standing foot, low at footfall or in mid stance."""
        g, begins = self.gait, self.begins
        put, flying = self.stage.put, self.gait.contact < 1
        before = 0.0
        for k, (lands, along) in enumerate(zip(self.landings, self.along, strict=True)):
            last = k == self.steps - 1
            after = lands + 0.5 * g.contact * self.beat
            over = min(after, lands + 0.5 * self.beat)
            if flying:
                put("root", after, self.path(along), begins)
                put("height", over, g.low, begins)
                if not last:
                    put("height", lands + 0.5 * (g.contact + 1) * self.beat, g.high, begins)
            else:
                put("root", lands, self.path((along + before) / 2), begins)
                put("height", lands, g.low, begins)
                put("height", over, 1.0 if last else g.high, begins)
            side = 1.0 if self.which[k] == "near" else -1.0
            shift = 0.0 if last else side * g.shift * self.stage.figure.leg
            put("sway", over, (shift, 0.0), begins)
            before = along
        ends = self.landings[-1] + 0.5 * min(g.contact, 1.0) * self.beat
        put("root", ends, self.path(self.along[-1]), begins)

    def trunk(self) -> None:
        """Pelvis turns with the swinging leg, the chest turns against it."""
        g, stage = self.gait, self.stage
        sense = -1.0 if self.backward else 1.0
        fore = abs(self.way[1]) * sense
        for k in range(self.steps):
            side = 1.0 if self.which[k] == "near" else -1.0
            last = k == self.steps - 1
            size = 0.0 if last else stage.size
            t, lean = self.landings[k], 0.0 if last else g.lean
            stage.put("pelvis", t, (lean * 0.4, 0, -side * g.twist * size * fore), self.begins)
            stage.put("spine", t, (lean * 0.6, 0, side * g.twist * 1.6 * size * fore), self.begins)
            over = t + 0.5 * self.beat
            if not last:
                stage.put("pelvis", over, (lean * 0.4, side * g.roll, 0), self.begins)
                stage.put("spine", over, (lean * 0.6, -side * g.roll, 0), self.begins)
            stage.put("head", t, (-lean * 0.5, 0, -side * g.twist * 0.4 * size * fore), self.begins)

    def arms(self) -> None:
        """Each arm swings with the opposite leg."""
        g, stage = self.gait, self.stage
        sense = -1.0 if self.backward else 1.0
        bent = max(0.0, 0.95 - g.elbow)
        for k in range(self.steps):
            last = k == self.steps - 1
            size = 0.15 if last else (0.5 + 0.5 * stage.size) * sense
            swing = g.arm_swing * size * max(abs(self.way[1]), 0.3)
            other = "far" if self.which[k] == "near" else "near"
            fore = (0.12 - 0.25 * bent, -0.9 + 0.9 * bent, swing * (1 + 0.3 * bent), 0.15)
            back = (
                0.17 + 0.1 * bent,
                -0.92 + 0.7 * bent,
                -swing * 0.75 * (1 - 2 * bent) + 0.12 * bent,
                0.1 + 0.3 * bent,
            )
            t = self.landings[k] + (0 if g.contact >= 1 else 0.15 * self.beat)
            for which, hand in ((other, fore), (self.which[k], back)):
                reach = float(np.linalg.norm(hand[:3])) / (1 if last else g.elbow)
                scaled = (hand[0] / reach, hand[1] / reach, hand[2] / reach, hand[3])
                stage.put(f"{which}_arm", t, None if last else scaled, self.begins)
