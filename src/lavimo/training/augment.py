"""What may change in a clip without changing what its caption says."""

import numpy as np

from lavimo.motion.clip import mirror_positions
from lavimo.motion.skeleton import SMPL_PARENTS
from lavimo.presets import Augment
from lavimo.shapes import Float32

Positions = Float32[np.ndarray, "frames 22 3"]
Changed = Float32[np.ndarray, "changed 22 3"]


def augmented(
    positions: Positions, augment: Augment, longest: int, rng: np.random.Generator
) -> tuple[Changed, bool]:
    """A changed copy of canonical positions (at most `longest` + 1 frames); was it mirrored?"""
    if augment.speed > 0:
        positions = at_speed(positions, float(np.exp(rng.uniform(-1, 1) * augment.speed)))
    if rng.random() < augment.crop and len(positions) > 40:
        keep = int(len(positions) * rng.uniform(0.6, 1.0))
        start = int(rng.integers(0, len(positions) - keep + 1))
        positions = positions[start : start + keep]
    if len(positions) > longest + 1:
        start = int(rng.integers(0, len(positions) - longest))
        positions = positions[start : start + longest + 1]
    if rng.random() < augment.in_place:
        positions = in_place(positions)
    mirrored = bool(rng.random() < augment.mirror)
    if mirrored:
        positions = mirror_positions(positions)
    return positions, mirrored


def at_speed(positions: Positions, factor: float) -> Changed:
    """The clip played `factor` times as fast, at the same frame rate."""
    count = max(2, round(len(positions) / factor))
    at = np.linspace(0, len(positions) - 1, count)
    low = np.minimum(at.astype(int), len(positions) - 2)
    weight = (at - low).astype(np.float32)[:, None, None]
    return ((1 - weight) * positions[low] + weight * positions[low + 1]).astype(np.float32)


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
