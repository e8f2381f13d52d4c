"""Any skeleton and any rotations survive being written as BVH and read again."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lavimo import formats
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations
from lavimo.motion.skeleton import Skeleton


@settings(max_examples=40)
@given(
    joints=st.integers(1, 15),
    frames=st.integers(1, 5),
    fps=st.floats(1, 240),
    moving=st.booleans(),
    known=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_write_then_read_gives_the_same_positions(joints, frames, fps, moving, known, seed):
    random = np.random.default_rng(seed)
    parents = np.array([-1, *(random.integers(0, j) for j in range(1, joints))], np.int16)
    offsets = random.normal(scale=0.3, size=(joints, 3)).astype(np.float32)
    skeleton = Skeleton(tuple(f"j{n}" for n in range(joints)), parents, offsets)
    turns = rot.normalise(random.normal(size=(frames, joints, 4))).astype(np.float32)
    places = np.broadcast_to(offsets, (frames, joints, 3)).astype(np.float32)
    if moving:
        places = places + random.normal(scale=0.1, size=places.shape).astype(np.float32)
    motion = from_rotations(skeleton, turns, fps, translations=places)
    if not known:
        motion = Motion(skeleton, motion.positions, fps)
    with tempfile.TemporaryDirectory() as folder:
        path = formats.write(motion, Path(folder) / "clip.bvh")
        again = formats.read(path, unit=0.01, up="y")
    order = [again.skeleton.names.index(name) for name in skeleton.names]
    np.testing.assert_allclose(again.positions[:, order], motion.positions, atol=1e-4)
    assert abs(again.fps / fps - 1) < 1e-9
