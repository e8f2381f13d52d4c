"""A folder of BVH files and a model that costs nothing, for benchmarks of all that is around it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lavimo.formats import write
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations
from lavimo.motion.skeleton import SMPL_22


class StandIn:
    """Vectors by a fixed random mixture of the mean features; sentences by their letters."""

    model_id = "stand-in"
    dim = 64

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        from lavimo.features import humanml

        mix = np.random.default_rng(0).normal(size=(263, self.dim))
        clips = humanml.encode_batch([motion.positions for motion in motions], canonical=True)
        return _unit(np.stack([clip.mean(0) @ mix for clip in clips]))

    def encode_sentences(self, texts: Sequence[str]) -> np.ndarray:
        seeds = [sum(map(ord, text)) for text in texts]
        return _unit(np.stack([np.random.default_rng(s).normal(size=384) for s in seeds]))


def walking(seconds: float, seed: int) -> Motion:
    """A body that swings its limbs along +z at 30 fps, with a pace and reach of its own."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * 30)) / 30
    pace, reach = random.uniform(0.6, 1.6), random.uniform(0.2, 0.8)
    local = rot.identity(len(t), 22)
    for joint, sign in ((1, 1), (2, -1), (16, -1), (17, 1), (4, -1), (5, 1)):
        angle = sign * reach * np.sin(2 * np.pi * pace * t + random.uniform(0, 0.3))
        local[:, joint] = rot.from_axis_angle(np.array([1.0, 0, 0]), angle)
    root = np.stack([0 * t, 0.9 + 0 * t, pace * t], axis=-1).astype(np.float32)
    return from_rotations(SMPL_22, local, 30.0, root=root)


def folder_of_files(folder: Path, count: int) -> Path:
    """`count` BVH files of 2 to 9 seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        seconds = 2 + number * 7 / max(count - 1, 1)
        write(walking(seconds, number), folder / f"walk_{number:03d}.bvh")
    return folder


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
