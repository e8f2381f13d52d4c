"""Limb directions in the heading frame: what a film's landmarks and a motion have in common.

Nine unit vectors a frame carry no bone lengths, hence no proportions and no scale, and little of
the difference between landmarks and joints (PROBE.md, Video). Both sides come to the same rows at
10 Hz.
"""

import math
from dataclasses import dataclass

import numpy as np

from lavimo.shapes import Float, Float32, Int64

RATE = 10.0
"""Rows a second of `Poses`."""

LIMBS = (
    "trunk",
    "left_upper_arm", "right_upper_arm", "left_forearm", "right_forearm",
    "left_thigh", "right_thigh", "left_shin", "right_shin",
)  # fmt: skip
WIDTH = 3 * len(LIMBS)
"""Numbers a row of limb directions."""
ROW = WIDTH + 4
"""Numbers a row with turn and path: what a pose tower reads."""

# Shoulders, elbows, wrists, hips, knees, ankles, left before right.
_OF_JOINTS = (16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8)
_OF_LANDMARKS = (11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
_BONES = ((0, 2), (1, 3), (2, 4), (3, 5), (6, 8), (7, 9), (8, 10), (9, 11))
_MIRRORED = (0, 2, 1, 4, 3, 6, 5, 8, 7)
_FINE = 20.0  # Hz; rows are means of two fine frames, which takes out most of the jitter


@dataclass(frozen=True, eq=False)
class Poses:
    """One person through a clip or a film, ten rows a second.

    `limbs`: the nine directions (x left, y up, z ahead) in the frame that the heading turns to
    +z. `turn`: change of the heading, radians a second. `path`: of a motion the root's velocity in
    the heading frame (left, up, ahead; metres a second), of a film the hips' way through the
    picture (right, up; trunk lengths a second) and the growth of the trunk's size (log a second).
    """

    limbs: Float32[np.ndarray, "rows 27"]
    turn: Float32[np.ndarray, " rows"]
    path: Float32[np.ndarray, "rows 3"]

    def __len__(self) -> int:
        return len(self.limbs)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.limbs) / RATE

    @property
    def rows(self) -> Float32[np.ndarray, "rows 31"]:
        """Limbs, turn and path side by side."""
        return np.concatenate([self.limbs, self.turn[:, None], self.path], axis=1)

    def cut(self, start: int, end: int) -> "Poses":
        """Rows `start` to `end`."""
        return Poses(self.limbs[start:end], self.turn[start:end], self.path[start:end])

    def mirrored(self) -> "Poses":
        """The same seen in a mirror: left and right change places."""
        flip = np.array([-1, 1, 1], np.float32)
        limbs = self.limbs.reshape(-1, len(LIMBS), 3)[:, _MIRRORED] * flip
        return Poses(limbs.reshape(-1, WIDTH), -self.turn, self.path * flip)

    def at_speed(self, factor: float) -> "Poses":
        """Played `factor` times as fast."""
        count = max(2, round(len(self) / factor))
        at = np.linspace(0, len(self) - 1, count)
        quick = np.float32((len(self) - 1) / (count - 1))
        return Poses(
            interpolated(self.limbs, at),
            interpolated(self.turn[:, None], at)[:, 0] * quick,
            interpolated(self.path, at) * quick,
        )


def from_motion(positions: Float[np.ndarray, "frames 22 3"], fps: float) -> Poses:
    """The rows of a motion of the 22 joints (metres, y up)."""
    body = positions[:, _OF_JOINTS].astype(np.float32)
    at = _fine_times(len(body) / fps, len(body), fps)
    limbs, yaw = _turned(interpolated(body, at))
    root = _smooth(interpolated(positions[:, 0].astype(np.float32), at))
    speed = _into(np.gradient(root, 1 / _FINE, axis=0) if len(root) > 1 else 0 * root, yaw)
    return _paired(limbs, yaw, speed)


def from_landmarks(
    times: Float[np.ndarray, " frames"],
    world: Float[np.ndarray, "frames 33 3"],
    picture: Float[np.ndarray, "frames 33 2"],
    end: float = math.inf,
) -> Poses:
    """The rows of a person in a film.

    `times` in seconds, rising; `world` in metres with x to the picture's right, y up and z
    towards the camera; `picture` in pixels, y down. Landmarks are neither smoothed nor masked.
    The last picture stands as long as the others do, but not beyond `end`, the film's own: takes of
    one action are told apart by a tenth of a second.
    """
    start, last = float(times[0]), float(times[-1])
    step = (last - start) / max(1, len(times) - 1)
    until = min(last + step, end) if end > last else last + step
    count = max(2, round((until - start) * _FINE))
    at = np.interp(start + np.arange(count) / _FINE, times, np.arange(len(times)))
    limbs, yaw = _turned(interpolated(world[:, _OF_LANDMARKS].astype(np.float32), at))
    seen = interpolated(picture[:, _OF_LANDMARKS].astype(np.float32), at)
    return _paired(limbs, yaw, _picture_path(seen))


def interpolated(
    values: Float32[np.ndarray, "frames *n"], at: Float[np.ndarray, " count"]
) -> Float32[np.ndarray, "count *n"]:
    """Values at fractional frame numbers, on the straight line between neighbours."""
    low: Int64[np.ndarray, " count"] = np.clip(at.astype(np.int64), 0, max(0, len(values) - 2))
    high = np.minimum(low + 1, len(values) - 1)
    weight = np.clip(at - low, 0, 1).astype(np.float32).reshape(-1, *[1] * (values.ndim - 1))
    found: np.ndarray = values[low] * (1 - weight) + values[high] * weight
    return found


def _fine_times(seconds: float, frames: int, fps: float) -> Float[np.ndarray, " count"]:
    count = max(2, round(seconds * _FINE))
    times: Float[np.ndarray, " count"] = np.minimum(np.arange(count) * (fps / _FINE), frames - 1)
    return times


def _turned(
    body: Float32[np.ndarray, "frames 12 3"],
) -> tuple[Float32[np.ndarray, "frames 9 3"], Float32[np.ndarray, " frames"]]:
    """Limb directions with the heading at +z, and the yaw that it had (0 = +z, to the left > 0)."""
    across = _unit(body[:, 0] - body[:, 1]) + _unit(body[:, 6] - body[:, 7])
    yaw = np.arctan2(-across[:, 2], across[:, 0])
    trunk = (body[:, 0] + body[:, 1]) - (body[:, 6] + body[:, 7])
    bones = [trunk, *(body[:, b] - body[:, a] for a, b in _BONES)]
    limbs = _unit(np.stack(bones, axis=1))
    return _into(limbs, yaw[:, None]), yaw


def _into(vectors: np.ndarray, yaw: np.ndarray) -> Float32[np.ndarray, "frames *n"]:
    """Vectors in the frame that the heading turns to +z."""
    sin, cos = np.sin(yaw), np.cos(yaw)
    x, z = vectors[..., 0], vectors[..., 2]
    turned = [cos * x - sin * z, vectors[..., 1], sin * x + cos * z]
    found: np.ndarray = np.stack(turned, axis=-1).astype(np.float32)
    return found


def _picture_path(seen: Float32[np.ndarray, "frames 12 2"]) -> Float32[np.ndarray, "frames 3"]:
    hips = seen[:, 6:8].mean(axis=1)
    trunk = np.linalg.norm(seen[:, 0:2].mean(axis=1) - hips, axis=1)
    legs = np.linalg.norm(seen[:, 8:10].mean(axis=1) - hips, axis=1)
    # The trunk alone shortens when somebody bends: of both, what is seen longer tells the size.
    size = np.maximum(np.maximum(trunk, legs), 1e-3)
    unit = max(float(np.median(size)), 1e-3)
    place = _smooth(np.concatenate([hips / unit, np.log(size)[:, None]], axis=1))
    speed = np.gradient(place, 1 / _FINE, axis=0) if len(place) > 1 else 0 * place
    upwards: np.ndarray = speed * np.array([1, -1, 1], np.float32)
    return np.asarray(np.clip(upwards, -10, 10), np.float32)


def _smooth(track: Float32[np.ndarray, "frames n"]) -> Float32[np.ndarray, "frames n"]:
    """A running mean over 0.25 s: differences of places shake more than directions do."""
    if len(track) < 5:
        return track
    padded = np.concatenate([track[:1].repeat(2, 0), track, track[-1:].repeat(2, 0)])
    total = np.cumsum(np.concatenate([np.zeros_like(padded[:1]), padded]), axis=0)
    means: np.ndarray = (total[5:] - total[:-5]) / 5
    return means.astype(np.float32)


def _paired(
    limbs: Float32[np.ndarray, "frames 9 3"],
    yaw: Float32[np.ndarray, " frames"],
    path: Float32[np.ndarray, "frames 3"],
) -> Poses:
    """Rows at 10 Hz: means of two fine frames; the heading's turn between them."""
    if len(limbs) % 2:
        limbs, yaw, path = limbs[:-1], yaw[:-1], path[:-1]
    way = np.unwrap(yaw)
    turn = np.gradient(way, 1 / _FINE) if len(way) > 1 else 0 * way
    return Poses(
        limbs.reshape(-1, 2, WIDTH).mean(axis=1),
        turn.reshape(-1, 2).mean(axis=1).astype(np.float32),
        path.reshape(-1, 2, 3).mean(axis=1),
    )


def _unit(vectors: Float32[np.ndarray, "*n 3"]) -> Float32[np.ndarray, "*n 3"]:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Float32[np.ndarray, "*n 3"] = (vectors / np.maximum(length, 1e-6)).astype(np.float32)
    return found
