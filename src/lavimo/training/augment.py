"""What may change in a clip without changing what its caption says."""

from dataclasses import dataclass

import numpy as np

from lavimo.features.directions import Poses
from lavimo.motion.clip import mirror_positions
from lavimo.motion.skeleton import SMPL_PARENTS
from lavimo.presets import Augment
from lavimo.shapes import Float32

Positions = Float32[np.ndarray, "frames 22 3"]
Changed = Float32[np.ndarray, "changed 22 3"]


@dataclass(frozen=True)
class Change:
    """What was drawn for one visit of a clip; the same is done to its positions and its poses.

    `speed` first, then frames `start` to `end` (20 fps) are kept, the path is taken away, the clip
    mirrored.
    """

    speed: float
    start: int
    end: int
    in_place: bool
    mirrored: bool

    def positions(self, positions: Positions) -> Changed:
        """Changed canonical positions."""
        if self.speed != 1:
            positions = at_speed(positions, self.speed)
        positions = positions[self.start : self.end]
        if self.in_place:
            positions = in_place(positions)
        return mirror_positions(positions) if self.mirrored else positions

    def poses(self, poses: Poses) -> Poses:
        """Changed pose rows (10 Hz) of the motion or of a film of it; its path stays."""
        if self.speed != 1:
            poses = poses.at_speed(self.speed)
        start = min(round(self.start / 2), len(poses) - 1)
        poses = poses.cut(start, max(start + 1, round(self.end / 2)))
        return poses.mirrored() if self.mirrored else poses


def drawn(frames: int, augment: Augment, longest: int, rng: np.random.Generator) -> Change:
    """A change for a clip of `frames`, after which at most `longest` + 1 are left."""
    speed, start = 1.0, 0
    if augment.speed > 0:
        speed = float(np.exp(rng.uniform(-1, 1) * augment.speed))
        frames = _at_speed_count(frames, speed)
    end = frames
    if rng.random() < augment.crop and frames > 40:
        keep = int(frames * rng.uniform(0.6, 1.0))
        start = int(rng.integers(0, frames - keep + 1))
        end = start + keep
    if end - start > longest + 1:
        start += int(rng.integers(0, end - start - longest))
        end = start + longest + 1
    return Change(
        speed,
        start,
        end,
        bool(rng.random() < augment.in_place),
        bool(rng.random() < augment.mirror),
    )


def at_speed(positions: Positions, factor: float) -> Changed:
    """The clip played `factor` times as fast, at the same frame rate."""
    count = _at_speed_count(len(positions), factor)
    at = np.linspace(0, len(positions) - 1, count)
    low = np.minimum(at.astype(int), len(positions) - 2)
    weight = (at - low).astype(np.float32)[:, None, None]
    return ((1 - weight) * positions[low] + weight * positions[low + 1]).astype(np.float32)


def _at_speed_count(frames: int, factor: float) -> int:
    return max(2, round(frames / factor))


def in_place(positions: Positions) -> Positions:
    """The clip without its path over the floor, as game libraries store locomotion."""
    path = positions[:, :1] * np.array([1, 0, 1], np.float32)
    return positions - path + path[:1]


def rig_offsets(sigma: float, rng: np.random.Generator) -> Float32[np.ndarray, " 63"]:
    """Where another rig puts joints 1 to 21, as a change of the root-relative positions.

    Offsets are inherited along the chains, as a longer clavicle moves the whole arm.
    """
    own = rng.normal(0, sigma, (22, 3))
    own[0] = 0
    for joint in range(1, 22):
        own[joint] += own[SMPL_PARENTS[joint]]
    return own[1:].reshape(63).astype(np.float32)
