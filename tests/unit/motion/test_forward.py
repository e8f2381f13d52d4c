"""Forward kinematics, a generation of joints at a time, against one joint at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lavimo.motion import rotations as rot
from lavimo.motion.kinematics import forward
from lavimo.motion.skeleton import Skeleton


def _cross_and_turn(q, v):
    w, xyz = q[0], q[1:]
    return v + 2 * w * np.cross(xyz, v) + 2 * np.cross(xyz, np.cross(xyz, v))


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 2**16))
def test_generations_give_what_single_joints_give(joints, frames, seed):
    random = np.random.default_rng(seed)
    parents = np.array([-1, *(random.integers(0, j) for j in range(1, joints))], np.int16)
    offsets = random.normal(size=(joints, 3)).astype(np.float32)
    skeleton = Skeleton(tuple(map(str, range(joints))), parents, offsets)
    turns = rot.normalise(random.normal(size=(frames, joints, 4)))
    places = random.normal(size=(frames, joints, 3))
    positions, world = forward(skeleton, turns, places)
    for frame in range(frames):
        for joint in range(1, joints):
            above = world[frame, parents[joint]]
            expected = positions[frame, parents[joint]] + _cross_and_turn(
                above, places[frame, joint]
            )
            np.testing.assert_allclose(positions[frame, joint], expected, atol=1e-12)
    np.testing.assert_allclose(rot.to_matrix(world[:, 0]), rot.to_matrix(turns[:, 0]), atol=1e-12)


@given(st.integers(0, 2**16))
def test_a_product_turns_first_by_the_right_factor(seed):
    random = np.random.default_rng(seed)
    a, b = rot.normalise(random.normal(size=(2, 5, 4)))
    expected = rot.to_matrix(a) @ rot.to_matrix(b)
    np.testing.assert_allclose(rot.to_matrix(rot.multiply(a, b)), expected, atol=1e-12)
    v = random.normal(size=(5, 3))
    turned = np.einsum("nij,nj->ni", rot.to_matrix(a), v)
    np.testing.assert_allclose(rot.rotate(a, v), turned, atol=1e-12)
    np.testing.assert_allclose(rot.rotate(a[:1], v), v @ rot.to_matrix(a[0]).T, atol=1e-12)
