"""Gaits: footsteps along a path, with the pelvis, the trunk and the arms that go with them."""

from dataclasses import dataclass

import numpy as np

from lavimo.data.choreography.score import SIDES, Stage


@dataclass(frozen=True)
class Gait:
    """How somebody walks or runs; lengths in leg lengths, times in seconds at normal pace."""

    beat: float = 0.55
    """Seconds from one footfall to the next."""
    stride: float = 0.72
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
    way: tuple[float, float] = (0.0, 1.0),
    bend: float = 0.0,
    start: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[float, float, float]:
    """Walk `steps` footfalls along `way` (near, forward), turning by `bend` radians in all.

    The first swing is the near foot's; the last closes the feet. Advances the time and gives the
    place (near, forward, turn) where the performer comes to stand.
    """
    beat = stage.seconds(gait.beat)
    stride = gait.stride * stage.size * stage.figure.leg
    begins = stage.now
    along = _footfalls(steps, gait)
    path = _path(along[-1], stride, way, bend, start)
    landings = begins + beat * np.arange(1, steps + 1)
    plan = _Plan(stage, gait, beat, stride, begins, landings, along, path, way)
    plan.feet()
    plan.root()
    plan.trunk()
    if gait.arms and gait.hold is None:
        plan.arms()
    stage.now = float(landings[-1] + 0.5 * beat * min(gait.contact, 1.0))
    for name, value in (gait.hold or {}).items():
        stage.put(name, begins + 0.3 / stage.rate, value, begins)
        stage.put(name, stage.now, value, begins)
    return path(along[-1])


def _footfalls(steps: int, gait: Gait) -> np.ndarray:
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


def _path(total, stride, way, bend, start):  # type: ignore[no-untyped-def]
    near0, forward0, turn0 = start

    def place(u: float) -> tuple[float, float, float]:
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

    def __init__(self, stage, gait, beat, stride, begins, landings, along, path, way):  # type: ignore[no-untyped-def]
        self.stage, self.gait, self.beat, self.stride = stage, gait, beat, stride
        self.begins, self.landings, self.along, self.path, self.way = (
            begins, landings, along, path, way)  # fmt: skip
        self.steps = len(along)
        self.which = ["near" if k % 2 == 0 else "far" for k in range(self.steps)]
        self.backward = way[1] < -0.5

    def feet(self) -> None:
        """Swings between footfalls; planted feet keep their spot."""
        g, stage = self.gait, self.stage
        swing = (2 - g.contact) * self.beat
        leg = stage.figure.leg
        if g.heel:
            for side in SIDES:
                old = stage.last(f"foot_{side}")
                stage.key(f"foot_{side}", self.begins + 0.15, (*old[:4], g.heel), self.begins)
        for k, (which, lands) in enumerate(zip(self.which, self.landings, strict=True)):
            lifts = max(lands - swing, self.begins + 0.02)
            track = f"foot_{stage.side(which)}"
            old = stage.last(track)
            x, z, yaw = stage.spot(
                which, *self.path(self.along[k]), g.wide if k < self.steps - 1 else 1.0
            )
            last = k >= self.steps - 2 and k == self.steps - 1
            strike = g.heel if g.heel else (0.0 if last or self.backward else g.strike)
            toe_up = max(0.0, np.sin(-strike)) * stage.figure.foot * 0.9
            short = 0.4 if (last and self.along[k] - self.along[max(k - 2, 0)] < 0.5) else 1.0
            for part, how_far, up, pitch in (
                (0.35, 0.22, g.lift * leg, g.curl * (0.4 if self.backward else 1.0) * short),
                (0.7, 0.72, g.lift * leg * 0.75, 0.15),
            ):
                spot = [a + how_far * (b - a) for a, b in zip(old[:4], (x, 0, z, yaw), strict=True)]
                time = lifts + part * (lands - lifts)
                stage.key(
                    track,
                    time,
                    (spot[0], up * short + old[1] * 0, spot[2], spot[3], max(pitch, g.heel)),
                    lifts,
                )
            stage.key(track, lands, (x, toe_up, z, yaw, strike), lifts)
            if toe_up > 0:
                flat = lands + 0.16 * self.beat * min(g.contact, 1)
                stage.key(track, flat, (x, 0.0, z, yaw, 0.0), lands)

    def root(self) -> None:
        """The pelvis passes over each standing foot."""
        g, stage = self.gait, self.stage
        leg = stage.figure.leg
        previous = np.concatenate([[0.0], self.along[:-1]])
        flying = g.contact < 1
        for k in range(self.steps):
            lands = self.landings[k]
            after = lands + 0.5 * g.contact * self.beat
            if flying:
                times = ((after, self.along[k]),)
            else:
                times = ((lands, (self.along[k] + previous[k]) / 2),)
            for time, u in times:
                stage.put("root", time, self.path(u), self.begins)
            side = 1.0 if self.which[k] == "near" else -1.0
            last = k == self.steps - 1
            over = min(after, lands + 0.5 * self.beat)
            if flying:
                stage.put("height", over, g.low, self.begins)
                if not last:
                    stage.put(
                        "height", lands + 0.5 * (g.contact + 1) * self.beat, g.high, self.begins
                    )
            else:
                stage.put("height", lands, g.low, self.begins)
                stage.put("height", over, 1.0 if last else g.high, self.begins)
            stage.put("sway", over, (0 if last else side * g.shift * leg, 0), self.begins)
        ends = self.landings[-1] + 0.5 * min(g.contact, 1.0) * self.beat
        stage.put("root", ends, self.path(self.along[-1]), self.begins)

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
                -swing * 0.75 + 0.25 * bent,
                0.1 + 0.3 * bent,
            )
            t = self.landings[k] + (0 if g.contact >= 1 else 0.15 * self.beat)
            for which, hand in ((other, fore), (self.which[k], back)):
                reach = np.linalg.norm(hand[:3]) / (1 if last else g.elbow)
                scaled = (hand[0] / reach, hand[1] / reach, hand[2] / reach, hand[3])
                stage.put(f"{which}_arm", t, None if last else scaled, self.begins)
