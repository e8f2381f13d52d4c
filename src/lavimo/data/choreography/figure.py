"""From sampled channels to 22 joints: spine by angles, limbs by two-bone inverse kinematics.

Bone lengths are exact by construction, knees and elbows bend one way only, planted toes stay where
the score put them: when a leg cannot reach its foot the heel rises, and then the pelvis sinks.
Angles: pitch leans forward, roll leans to the left, twist turns to the left (radians).
"""

from collections.abc import Mapping

import numpy as np

from lavimo.data.choreography.body import Body
from lavimo.shapes import Float

Vectors = Float[np.ndarray, "frames 3"]
Matrices = Float[np.ndarray, "frames 3 3"]
Column = Float[np.ndarray, " frames"]
Channels = Mapping[str, Float[np.ndarray, "frames _"]]

SIDES = ("left", "right")
SIGN = {"left": 1.0, "right": -1.0}
STRAIGHT = 0.995
"""Longest reach of a limb as a share of its length: a knee is never quite straight."""
FOLDED = {"leg": np.radians(28.0), "arm": np.radians(30.0)}
"""Smallest inner angle of knee and elbow."""
HEEL_LIMIT = np.radians(80.0)

LIMITS = {
    "spine": (np.radians([-40.0, -35.0, -55.0]), np.radians([85.0, 35.0, 55.0])),
    "head": (np.radians([-50.0, -35.0, -75.0]), np.radians([50.0, 35.0, 75.0])),
}
_JOINTS = {"left": (1, 4, 7, 10, 13, 16, 18, 20), "right": (2, 5, 8, 11, 14, 17, 19, 21)}


def unit(v: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    """Unit vectors; a zero vector stays zero."""
    return np.asarray(v / np.maximum(np.sqrt(np.sum(v * v, axis=-1, keepdims=True)), 1e-9))


def turn(pitch: Column, roll: Column, twist: Column, heading: Column | float = 0.0) -> Matrices:
    """Ry(heading) Rz(-roll) Rx(pitch) Ry(twist) as matrices."""
    ch, sh = np.cos(heading), np.sin(heading)
    cr, sr = np.cos(roll), -np.sin(roll)
    cp, sp = np.cos(pitch), np.sin(pitch)
    ct, st = np.cos(twist), np.sin(twist)
    # Rz Rx Ry row by row, then the heading on the left.
    m00, m01, m02 = cr * ct - sr * sp * st, -sr * cp, cr * st + sr * sp * ct
    m10, m11, m12 = sr * ct + cr * sp * st, cr * cp, sr * st - cr * sp * ct
    m20, m21, m22 = -cp * st, sp, cp * ct
    out = np.empty((len(pitch), 3, 3))
    out[:, 0, 0], out[:, 0, 1], out[:, 0, 2] = (
        ch * m00 + sh * m20, ch * m01 + sh * m21, ch * m02 + sh * m22)  # fmt: skip
    out[:, 1, 0], out[:, 1, 1], out[:, 1, 2] = m10, m11, m12
    out[:, 2, 0], out[:, 2, 1], out[:, 2, 2] = (
        ch * m20 - sh * m00, ch * m21 - sh * m01, ch * m22 - sh * m02)  # fmt: skip
    return out


def apply(m: Matrices, v: Float[np.ndarray, "*n 3"]) -> Vectors:
    """Turn vectors, one per frame or one for all."""
    if v.ndim == 1:
        return np.asarray(m @ v)
    return np.asarray(np.einsum("tij,tj->ti", m, v))


def bend_direction(
    reach: Vectors, rest: Float[np.ndarray, " 3"], pole: Float[np.ndarray, " 3"], swivel: Column
) -> Vectors:
    """Where a knee or elbow points for a limb along `reach` (body frame).

    `pole` is right for a limb along `rest`; the shortest rotation from `rest` to `reach` carries
    it along, and `swivel` turns it about the limb. The one singular direction is opposite `rest`,
    where limbs do not go.
    """
    d = unit(reach)
    cross = np.cross(np.broadcast_to(rest, d.shape), d)
    cosine = d @ rest
    factor = 1 / np.maximum(1 + cosine, 1e-3)
    along = np.cross(cross, pole)
    carried = pole + along + np.cross(cross, along) * factor[:, None]
    side = np.cross(d, carried)
    return np.asarray(carried * np.cos(swivel)[:, None] + side * np.sin(swivel)[:, None])


def two_bones(
    start: Vectors, target: Vectors, upper: float, lower: float, pole: Vectors, folded: float
) -> tuple[Vectors, Vectors]:
    """Middle and end joint of a two-bone limb that reaches for `target`, bent towards `pole`."""
    way = target - start
    distance = np.sqrt(np.sum(way * way, axis=1))
    nearest = np.sqrt(upper**2 + lower**2 - 2 * upper * lower * np.cos(folded))
    length = np.clip(distance, nearest, STRAIGHT * (upper + lower))
    along = way / np.maximum(distance, 1e-6)[:, None]
    aside = unit(pole - np.sum(pole * along, axis=1)[:, None] * along)
    base = (upper**2 - lower**2 + length**2) / (2 * length)
    high = np.sqrt(np.maximum(upper**2 - base**2, 0))
    middle = start + along * base[:, None] + aside * high[:, None]
    return middle, start + along * length[:, None]


_REST_LEG, _POLE_LEG = unit(np.array([0, -0.75, 0.66])), unit(np.array([0, 0.66, 0.75]))
_REST_ARM, _POLE_ARM = np.array([0.0, 0.0, 1.0]), {
    "left": unit(np.array([0.25, -1.0, 0.0])), "right": unit(np.array([-0.25, -1.0, 0.0])),
}  # fmt: skip


class Figure:
    """One body that takes channel values and gives joints."""

    def __init__(self, body: Body) -> None:
        self.offsets = body.offsets()
        lengths = np.linalg.norm(self.offsets, axis=1)
        self.thigh, self.shin, self.foot = lengths[4], lengths[7], lengths[10]
        self.upper_arm, self.forearm = lengths[18], lengths[20]
        self.leg, self.arm = self.thigh + self.shin, self.upper_arm + self.forearm
        self.ankle = -self.offsets[10, 1]
        self.toe = self.offsets[10, 2]
        self.hip_height = 0.985 * self.leg + self.ankle
        self.pelvis_height = self.hip_height - self.offsets[1, 1]
        self.stance = self.offsets[1, 0] * 1.15

    def solve(self, c: Channels) -> Float[np.ndarray, "frames 22 3"]:
        """Joints of every frame; see score.TRACKS for the channels."""
        frames = len(c["root"])
        joints = np.empty((frames, 22, 3))
        heading = c["heading"][:, 0]
        pitch, roll, twist = c["pelvis"].T
        pelvis = turn(pitch, roll, twist, heading)
        joints[:, 0] = self._pelvis_place(c, heading)
        feet = self._feet(c, joints, pelvis)
        self._legs(c, joints, pelvis, feet)
        chest = self._spine(c, joints, pelvis)
        for side in SIDES:
            self._arm(c, joints, chest, side)
        joints[:, :, 1] += _eased_over(-joints[:, :, 1].min(axis=1))[:, None]
        return joints

    def _pelvis_place(self, c: Channels, heading: Column) -> Vectors:
        left, forward = c["sway"].T
        return np.stack(
            [
                c["root"][:, 0] + np.cos(heading) * left + np.sin(heading) * forward,
                c["height"][:, 0] * self.pelvis_height,
                c["root"][:, 1] - np.sin(heading) * left + np.cos(heading) * forward,
            ],
            axis=1,
        )

    def _feet(
        self, c: Channels, joints: Float[np.ndarray, "frames 22 3"], pelvis: Matrices
    ) -> dict[str, tuple[Vectors, Vectors]]:
        """Ankle targets and foot directions of the planted feet; sinks the pelvis where needed."""
        sink = np.zeros(len(joints))
        feet = {}
        for side in SIDES:
            hip = joints[:, 0] + apply(pelvis, self.offsets[_JOINTS[side][0]])
            toe, yaw, pitch = c[f"foot_{side}"][:, :3], *c[f"foot_{side}"][:, 3:].T
            planted = 1 - c[f"leg_{side}"][:, 5]
            pitch = np.maximum(pitch, self._heel_needed(hip, toe, yaw) * planted)
            direction = _foot_direction(yaw, pitch, self.offsets[10] / self.foot)
            ankle = toe - direction * self.foot
            flat = np.hypot(*(hip - ankle)[:, [0, 2]].T)
            high = np.sqrt(np.maximum((STRAIGHT * self.leg) ** 2 - flat**2, 0.04))
            sink = np.maximum(sink, (hip[:, 1] - ankle[:, 1] - high) * (planted > 0.6))
            feet[side] = (ankle, direction)
        joints[:, 0, 1] -= _eased_over(sink)
        return feet

    def _heel_needed(self, hip: Vectors, toe: Vectors, yaw: Column) -> Column:
        """Smallest foot pitch that lets the leg reach: how far the heel has to rise."""
        low, high = np.zeros(len(hip)), np.full(len(hip), HEEL_LIMIT)
        rest = self.offsets[10] / self.foot
        limit = (STRAIGHT * 0.998 * self.leg) ** 2
        for _ in range(9):
            middle = (low + high) / 2
            way = hip - toe + _foot_direction(yaw, middle, rest) * self.foot
            reaches = np.sum(way * way, axis=1) <= limit
            low, high = np.where(reaches, low, middle), np.where(reaches, middle, high)
        return np.where(high < np.radians(0.3), 0, high)

    def _legs(
        self,
        c: Channels,
        joints: Float[np.ndarray, "frames 22 3"],
        pelvis: Matrices,
        feet: dict[str, tuple[Vectors, Vectors]],
    ) -> None:
        for side in SIDES:
            hip_j, knee_j, ankle_j, toe_j = _JOINTS[side][:4]
            hip = joints[:, 0] + apply(pelvis, self.offsets[hip_j])
            leg = c[f"leg_{side}"]
            free = leg[:, 5:6]
            local = unit(leg[:, :3]) * np.clip(leg[:, 3:4], 0.2, 1) * self.leg
            ankle, direction = feet[side]
            target = hip + apply(pelvis, local) * free + (ankle - hip) * (1 - free)
            airborne = np.minimum(1, 3 * leg[:, 5])
            target[:, 1] = np.maximum(target[:, 1], 0.03 + 0.05 * airborne)
            inside = np.einsum("tji,tj->ti", pelvis, target - hip)
            swivel = -SIGN[side] * leg[:, 4]
            pole = apply(pelvis, bend_direction(inside, _REST_LEG, _POLE_LEG, swivel))
            knee, end = two_bones(hip, target, self.thigh, self.shin, pole, FOLDED["leg"])
            direction = unit(direction * (1 - free) + _free_foot(knee, end, pole, leg[:, 6]) * free)
            joints[:, hip_j], joints[:, knee_j] = hip, knee
            joints[:, ankle_j] = end
            joints[:, toe_j] = (
                end + _above_floor(direction, end[:, 1] - 0.02 * airborne, self.foot) * self.foot
            )

    def _spine(
        self, c: Channels, joints: Float[np.ndarray, "frames 22 3"], pelvis: Matrices
    ) -> Matrices:
        """Places spine, neck and head; gives the chest's frame."""
        third = turn(*(np.clip(c["spine"], *LIMITS["spine"]) / 3).T)
        frame = pelvis
        for joint, parent in ((3, 0), (6, 3), (9, 6)):
            joints[:, joint] = joints[:, parent] + apply(frame, self.offsets[joint])
            frame = frame @ third
        joints[:, 12] = joints[:, 9] + apply(frame, self.offsets[12])
        head = frame @ turn(*np.clip(c["head"], *LIMITS["head"]).T)
        joints[:, 15] = joints[:, 12] + apply(head, self.offsets[15])
        return frame

    def _arm(
        self, c: Channels, joints: Float[np.ndarray, "frames 22 3"], chest: Matrices, side: str
    ) -> None:
        collar_j, shoulder_j, elbow_j, wrist_j = _JOINTS[side][4:]
        sign = SIGN[side]
        arm, grip = c[f"arm_{side}"], c[f"grip_{side}"]
        local = unit(arm[:, :3]) * np.clip(arm[:, 3:4], 0.1, 1)
        joints[:, collar_j] = joints[:, 9] + apply(chest, self.offsets[collar_j])
        shrug = c["shrug"][:, 0 if side == "left" else 1]
        # The shoulder girdle goes along when the arm rises or reaches forward.
        up = shrug + 0.4 * np.clip(local[:, 1] + 0.25, 0, 1.2) * (1 - grip[:, 3])
        fore = 0.25 * np.clip(local[:, 2], -0.4, 1)
        zero = np.zeros(len(up))
        girdle = turn(zero, -sign * up, -sign * fore)
        shoulder = joints[:, collar_j] + apply(chest @ girdle, self.offsets[shoulder_j])
        target = shoulder + apply(chest, local * self.arm)
        target += (grip[:, :3] - target) * grip[:, 3:4]
        target[:, 1] = np.maximum(target[:, 1], 0.025)
        inside = np.einsum("tji,tj->ti", chest, target - shoulder)
        swivel = sign * arm[:, 4]
        pole = apply(chest, bend_direction(inside, _REST_ARM, _POLE_ARM[side], swivel))
        elbow, wrist = two_bones(
            shoulder, target, self.upper_arm, self.forearm, pole, FOLDED["arm"]
        )
        joints[:, shoulder_j], joints[:, elbow_j], joints[:, wrist_j] = shoulder, elbow, wrist


def _foot_direction(yaw: Column, pitch: Column, rest: Float[np.ndarray, " 3"]) -> Vectors:
    """Ankle to toe for a foot that points along `yaw` with its heel raised by `pitch`."""
    down = np.cos(pitch) * rest[1] - np.sin(pitch) * rest[2]
    ahead = np.sin(pitch) * rest[1] + np.cos(pitch) * rest[2]
    return np.stack([np.sin(yaw) * ahead, down, np.cos(yaw) * ahead], axis=1)


def _free_foot(knee: Vectors, ankle: Vectors, pole: Vectors, point: Column) -> Vectors:
    """Foot direction of a leg in the air: square to the shin, pointed by `point` radians."""
    shin = unit(ankle - knee)
    ahead = unit(pole - np.sum(pole * shin, axis=1)[:, None] * shin)
    return np.asarray(ahead * np.cos(point)[:, None] + shin * np.sin(point)[:, None])


def _above_floor(direction: Vectors, ankle: Column, foot: float) -> Vectors:
    """Tips a foot up where its toe would go through the floor."""
    lowest = -np.maximum(ankle, 0) / foot
    y = np.maximum(direction[:, 1], lowest)
    flat = np.hypot(direction[:, 0], direction[:, 2])
    wanted = np.sqrt(np.maximum(1 - y * y, 0))
    out = direction * (wanted / np.maximum(flat, 1e-6))[:, None]
    out[:, 1] = y
    return unit(out)


def _eased_over(needed: Column, reach: int = 2) -> Column:
    """A smooth curve that is nowhere below `needed`: running maximum, then a short average."""
    if not np.any(needed > 1e-6):
        return np.zeros_like(needed)
    padded = np.pad(np.maximum(needed, 0), 2 * reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    highest = windows.max(axis=1)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(highest, kernel / kernel.sum(), mode="valid")
