"""The score: keyframes on channels, written by actions as if the left were the chosen side.

A `Stage` keeps the time, where the performer stands and a mirror flag. Actions speak of `near`
(the chosen side) and `far`, of metres towards near and forward from where the event began; the
stage writes left/right channels in the world. Every move holds a channel until it begins, so that
nothing drifts between keys; keys are joined by monotone cubics, which never overshoot.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lavimo.data.choreography.body import Body
from lavimo.data.choreography.figure import SIDES, SIGN, Figure
from lavimo.data.choreography.programme import FPS
from lavimo.shapes import Float, Float32

TRACKS = {
    "root": 2,  # world x, z of the pelvis without sway
    "heading": 1,  # radians, positive to the left
    "height": 1,  # of the pelvis, as a share of its standing height
    "sway": 2,  # pelvis beside the root: left, forward, metres
    "pelvis": 3,  # pitch, roll, twist
    "spine": 3,
    "head": 3,
    "shrug": 2,  # left, right
    "arm_left": 5,  # hand from the shoulder: x, y, z of a direction, reach, elbow swivel
    "arm_right": 5,
    "grip_left": 4,  # hand in the world: x, y, z, weight
    "grip_right": 4,
    "foot_left": 5,  # toe in the world: x, y, z, yaw, pitch (heel up)
    "foot_right": 5,
    "leg_left": 7,  # foot from the hip: direction, reach, knee swivel, weight, pointed toes
    "leg_right": 7,
}
ARM_DOWN = (0.16, -1.0, 0.06)
LEG_DOWN = (0.08, -1.0, 0.02)


Number = float | int
Value = Number | tuple[Number, ...] | None


def arm(out: Number, up: Number, forward: Number, swivel: Number = 0.0) -> tuple[float, ...]:
    """Hand `out`, `up`, `forward` of the shoulder in arm lengths, as direction and reach."""
    reach = float(np.sqrt(out * out + up * up + forward * forward))
    return out / reach, up / reach, forward / reach, min(reach, 1.0), float(swivel)


HANGING = arm(0.13, -0.96, 0.08, 0.0)


class Stage:
    """Where an action writes its moves. Times are seconds; angles radians; lengths metres."""

    def __init__(self, body: Body, random: np.random.Generator) -> None:
        self.body, self.random, self.figure = body, random, Figure(body)
        self.keys: dict[str, list[tuple[float, tuple[float, ...]]]] = {t: [] for t in TRACKS}
        self.newest: dict[str, tuple[float, tuple[float, ...]]] = {}
        self.now, self.rate, self.size, self.sign = 0.0, 1.0, 1.0, 1.0
        self.origin, self.facing = np.zeros(2), 0.0
        self.posture = "standing"
        self.rest: dict[str, tuple[float, ...]] = {}
        self.quirk = np.zeros(3)
        self.figure.stance *= float(random.uniform(0.85, 1.2))
        self._begin()

    def _begin(self) -> None:
        stance = self.figure.stance
        for track, width in TRACKS.items():
            self._write(track, 0.0, (0.0,) * width)
        self._write("height", 0.0, (1.0,))
        for side in SIDES:
            self._write(f"arm_{side}", 0.0, (SIGN[side] * HANGING[0], *HANGING[1:]))
            self._write(
                f"leg_{side}", 0.0, (SIGN[side] * LEG_DOWN[0], *LEG_DOWN[1:], 0.98, 0, 0, 0)
            )
            toe = (SIGN[side] * stance, 0.0, self.figure.toe * 0.6, SIGN[side] * 0.12, 0.0)
            self._write(f"foot_{side}", 0.0, toe)

    def _write(self, track: str, time: float, values: Sequence[Number]) -> None:
        assert len(values) == TRACKS[track], track
        made = (time, tuple(float(v) for v in values))
        self.keys[track].append(made)
        if track not in self.newest or time >= self.newest[track][0]:
            self.newest[track] = made

    def last(self, track: str) -> tuple[float, ...]:
        """Values of the newest key of a channel."""
        return self.newest[track][1]

    def restart(self) -> None:
        """Begin at time 0 as things now stand, forgetting how they came to be."""
        state = {track: self.last(track) for track in TRACKS}
        self.now, self.newest = 0.0, {}
        for track, values in state.items():
            self.keys[track] = []
            self._write(track, 0.0, values)

    # -- event frame ------------------------------------------------------------------------------

    def open_event(self, sign: float, rate: float, size: float) -> None:
        """Begin an event here: its frame is where the performer stands now.

        `quirk`, when set before, moves the hands of every pose by a little of one's own (arm
        lengths: out, up, forward).
        """
        self.sign, self.rate, self.size = sign, rate, size
        self.origin, self.facing = np.array(self.last("root")), self.last("heading")[0]

    def world(self, near: Number, forward: Number) -> tuple[float, float]:
        """World x, z of a spot `near` and `forward` metres from the event's beginning."""
        left = near * self.sign
        c, s = np.cos(self.facing), np.sin(self.facing)
        return (
            float(self.origin[0] + c * left + s * forward),
            float(self.origin[1] - s * left + c * forward),
        )

    def side(self, which: str) -> str:
        """`near` or `far` as left or right."""
        return "left" if (which == "near") == (self.sign > 0) else "right"

    def seconds(self, duration: Number, real: bool = False) -> float:
        """A duration at this event's pace; gravity (`real`) keeps its own."""
        return duration if real else duration / self.rate

    # -- writing ----------------------------------------------------------------------------------

    def key(self, track: str, time: float, values: Sequence[Number], begins: float) -> None:
        """Move a channel to `values` at `time`, having held it until `begins`."""
        newest = self.newest[track]
        if newest[0] < begins - 1e-6:
            self._write(track, begins, newest[1])
        self._write(track, time, values)

    def move(self, duration: Number, **channels: Value) -> None:
        """Go to a pose within `duration` at this event's pace and advance the time.

        Channels: root (near, forward, turn), height, sway, pelvis, spine, head, shrug, and
        near_/far_/both_ arm, grip, leg; `None` lets a limb return to rest.
        """
        self._go(self.seconds(duration), channels)

    def fly(self, duration: Number, **channels: Value) -> None:
        """As `move`, but gravity sets the time, not the pace."""
        self._go(float(duration), channels)

    def _go(self, seconds: float, channels: Mapping[str, Value]) -> None:
        begins, self.now = self.now, self.now + seconds
        for name, value in channels.items():
            self.put(name, self.now, value, begins)

    def put(self, name: str, time: float, value: Value, begins: float) -> None:
        """Write one named channel of `move` at a time of its own."""
        limb, _, kind = name.rpartition("_")
        if isinstance(value, float | int):
            self.key(name, time, (value,), begins)
        elif limb:
            for which in ("near", "far") if limb == "both" else (limb,):
                self._put_limb(which, kind, time, value, begins)
        elif name == "root" and value is not None:
            self.key("root", time, self.world(value[0], value[1]), begins)
            self.key("heading", time, (self.facing + self.sign * value[2],), begins)
        elif value is not None:
            self._put_trunk(name, time, value, begins)

    def _put_trunk(self, name: str, time: float, value: tuple[Number, ...], begins: float) -> None:
        if name == "sway":
            value = (value[0] * self.sign, value[1])
        elif name == "shrug":
            value = value if self.sign > 0 else value[::-1]
        else:
            value = (value[0], value[1] * self.sign, value[2] * self.sign)
        self.key(name, time, value, begins)

    def _put_limb(
        self, which: str, kind: str, time: float, value: tuple[Number, ...] | None, begins: float
    ) -> None:
        side = self.side(which)
        track, sign = f"{kind}_{side}", SIGN[side]
        if kind == "arm":
            values = HANGING if value is None else arm(*value)
            if value is not None:
                values = _nudged(values, self.quirk)
            self._around_shoulder(track, sign, time, values, begins)
            self.key(track, time, (sign * values[0], *values[1:]), begins)
        elif kind == "grip":
            if value is None:
                self.key(track, time, (*self.last(track)[:3], 0.0), begins)
            else:
                self._put_grip(track, time, value, begins)
        elif value is None:
            self.key(track, time, (*self.last(track)[:5], 0.0, 0.0), begins)
        else:
            self._put_leg(track, sign, time, value, begins)

    def _around_shoulder(
        self, track: str, sign: float, time: float, values: tuple[float, ...], begins: float
    ) -> None:
        """Lead a hand that goes to the opposite side of its shoulder round in front of it."""
        old = self.last(track)
        before = np.array([sign * old[0], *old[1:3]])
        after = np.array(values[:3])
        if self.newest[track][0] >= time or before @ after > -0.35:
            return
        middle = before + after + [0.35, 0.0, 0.8]
        middle /= np.linalg.norm(middle)
        reach = 0.9 * (old[3] + values[3]) / 2
        swivel = (old[4] + values[4]) / 2
        start = max(begins, self.newest[track][0])
        self.key(
            track, (start + time) / 2,
            (sign * middle[0], middle[1], middle[2], reach, swivel), begins,
        )  # fmt: skip

    def _put_grip(self, track: str, time: float, value: tuple[Number, ...], begins: float) -> None:
        near, up, forward = value[:3]
        x, z = self.world(near, forward)
        weight = value[3] if len(value) > 3 else 1.0
        newest = self.last(track)
        if newest[3] == 0.0:  # take hold: start from the new place at no weight
            self.key(track, begins, (x, up, z, 0.0), begins)
        self.key(track, time, (x, up, z, weight), begins)

    def _put_leg(
        self, track: str, sign: float, time: float, value: tuple[Number, ...], begins: float
    ) -> None:
        """(out, up, forward, swivel, toes) in leg lengths from the hip, pelvis frame."""
        out, up, forward, swivel, toes = (*value, 0.0, 0.0)[:5]
        reach = float(np.sqrt(out * out + up * up + forward * forward))
        direction = (sign * out / reach, up / reach, forward / reach, min(reach, 1.0), swivel)
        if self.last(track)[5] == 0.0:
            self.key(track, begins, (*self.last(track)[:5], 0.0, toes), begins)
        self.key(track, time, (*direction, 1.0, toes), begins)

    def spot(
        self, which: str, near: Number, forward: Number, turn: Number = 0.0, wide: Number = 1.0
    ) -> tuple[float, float, float]:
        """World x, z and yaw of a toe for a performer who stands at (near, forward, turn)."""
        sign = SIGN[self.side(which)]
        yaw = self.facing + self.sign * turn
        x, z = self.world(near, forward)
        left, ahead = sign * self.figure.stance * wide, self.figure.toe * 0.6
        c, s = np.cos(yaw), np.sin(yaw)
        return float(x + c * left + s * ahead), float(z - s * left + c * ahead), float(
            yaw + sign * 0.12 * min(wide, 2.0)
        )  # fmt: skip

    def step(
        self,
        which: str,
        begins: float,
        ends: float,
        place: tuple[Number, Number, Number],
        *,
        lift: Number = 0.05,
        wide: Number = 1.0,
        up: Number = 0.0,
        pitch: Number = 0.0,
    ) -> None:
        """Swing a foot to its spot at `place` (near, forward, turn); world times.

        `up` is the height of what it steps on, `pitch` how far the heel is raised there.
        """
        x, z, yaw = self.spot(which, *place, wide)
        track = f"foot_{self.side(which)}"
        old = self.last(track)
        for part, done, height, heel in (
            (0.2, 0.07, 0.6, 0.2),
            (0.5, 0.5, 1.0, 0.25),
            (0.85, 0.96, 0.3, 0.0),
        ):
            floor = old[1] + (up - old[1]) * min(1.0, 2 * done)
            way = [a + done * (b - a) for a, b in zip(old[:4], (x, 0.0, z, yaw), strict=True)]
            bent = max(heel, old[4] + (pitch - old[4]) * done)
            time = begins + part * (ends - begins)
            self.key(track, time, (way[0], floor + height * lift, way[2], way[3], bent), begins)
        self.key(track, ends, (x, up, z, yaw, pitch), begins)

    def tread(
        self,
        which: str,
        duration: Number,
        place: tuple[Number, Number, Number] = (0, 0, 0),
        *,
        lift: Number = 0.05,
        wide: Number = 1.0,
        up: Number = 0.0,
        pitch: Number = 0.0,
        delay: Number = 0.0,
    ) -> None:
        """Start a step now (or after `delay`) that takes `duration`, without advancing the time."""
        begins = self.now + self.seconds(delay)
        ends = begins + self.seconds(duration)
        self.step(which, begins, ends, place, lift=lift, wide=wide, up=up, pitch=pitch)

    def toes(
        self,
        duration: Number,
        up: Number,
        pitch: Number,
        *,
        place: tuple[Number, Number, Number] = (0, 0, 0),
        wide: Number = 1.0,
        which: tuple[str, ...] = ("near", "far"),
        real: bool = False,
    ) -> None:
        """Bring toes straight to `up` metres above their spots, without advancing the time."""
        ends = self.now + self.seconds(duration, real)
        for foot in which:
            x, z, yaw = self.spot(foot, *place, wide)
            self.key(f"foot_{self.side(foot)}", ends, (x, up, z, yaw, pitch), self.now)

    def settle(self, duration: Number = 0.4) -> None:
        """Bring arms, legs and trunk back to rest for the present posture."""
        standing = self.posture == "standing"
        self.move(
            duration,
            height=1.0 if standing else self.last("height")[0],
            sway=(0.0, 0.0) if standing else self._sway(),
            spine=(0, 0, 0), head=(0, 0, 0), shrug=(0, 0), both_arm=self.rest.get("arm"),
        )  # fmt: skip
        if standing:
            self.put("pelvis", self.now, (0, 0, 0), self.now - self.seconds(duration))

    def renew(self, track: str, values: tuple[Number, ...]) -> None:
        """Change a channel to equal values (a whole turn apart) between two frames."""
        frame = (np.floor(self.now * FPS) + 0.5) / FPS
        self.now = float(max(self.now, frame + 0.002))
        self.key(track, frame - 0.001, self.last(track), frame - 0.002)
        self.key(track, frame + 0.001, values, frame - 0.001)

    def beside(self, near: Number) -> tuple[float, float]:
        """Sway `near` metres further than the present posture's own."""
        left, forward = self._sway() if self.posture != "standing" else (0.0, 0.0)
        return left + near, forward

    def settle_feet(self) -> None:
        """Set the (unloaded) toes where a performer at the present root and heading has them."""
        self.open_event(self.sign, self.rate, self.size)
        for which in ("near", "far"):
            x, z, yaw = self.spot(which, 0, 0)
            self.key(f"foot_{self.side(which)}", self.now, (x, 0.0, z, yaw, 0.0), self.now)

    def _sway(self) -> tuple[float, float]:
        left, forward = self.last("sway")
        return left * self.sign, forward

    # -- playing ----------------------------------------------------------------------------------

    def sample(self) -> dict[str, Float[np.ndarray, "frames _"]]:
        """All channels at 20 frames a second, from 0 to the present time."""
        times = np.arange(max(2, round(self.now * FPS))) / FPS
        return {track: interpolate(keys, times) for track, keys in self.keys.items()}

    def play(self) -> Float32[np.ndarray, "frames 22 3"]:
        """The joints of the whole score."""
        return self.figure.solve(self.sample()).astype(np.float32)


def _nudged(hand: tuple[float, ...], quirk: Float[np.ndarray, " 3"]) -> tuple[float, ...]:
    """A hand's direction and reach, displaced by `quirk` arm lengths."""
    place = np.array(hand[:3]) * hand[3] + quirk
    reach = float(np.linalg.norm(place))
    x, y, z = place / reach
    return float(x), float(y), float(z), min(reach, 1.0), hand[4]


def interpolate(
    keys: list[tuple[float, tuple[float, ...]]], at: Float[np.ndarray, " frames"]
) -> Float[np.ndarray, "frames _"]:
    """Monotone cubic through keys (Fritsch-Carlson slopes, at rest at both ends)."""
    merged: dict[float, tuple[float, ...]] = {}
    for time, values in sorted(keys, key=lambda key: key[0]):
        merged[round(time, 5)] = values
    times, rows = np.array(list(merged)), np.array(list(merged.values()))
    if len(times) == 1:
        return np.repeat(rows, len(at), axis=0)
    gap = np.diff(times)[:, None]
    rise = np.diff(rows, axis=0) / gap
    slope = np.zeros_like(rows)
    if len(times) > 2:
        w1, w2 = 2 * gap[1:] + gap[:-1], gap[1:] + 2 * gap[:-1]
        agree = rise[:-1] * rise[1:] > 0
        left, right = np.where(agree, rise[:-1], 1), np.where(agree, rise[1:], 1)
        slope[1:-1] = np.where(agree, (w1 + w2) / (w1 / left + w2 / right), 0)
    i = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(times) - 2)
    h = gap[i]
    u = np.clip((at - times[i])[:, None] / h, 0, 1)
    v = 1 - u
    return np.asarray(
        rows[i] * (1 + 2 * u) * v * v
        + rows[i + 1] * (3 - 2 * u) * u * u
        + h * (slope[i] * u * v * v - slope[i + 1] * u * u * v)
    )
