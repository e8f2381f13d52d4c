"""Faults of recordings: each is seen when it is there and not when it is not."""

from dataclasses import replace

import numpy as np

from lavimo.motion.clip import Motion, cut, from_rotations
from lavimo.motion.faults import begins_with_rest_pose, faults
from lavimo.motion.kinematics import rest_translations
from lavimo.motion.roles import match_roles


def _kinds(motion):
    return {fault.kind for fault in faults(motion, match_roles(motion))}


def test_a_clean_walk_has_none(walk):
    assert _kinds(walk) == set()


def test_one_frame_is_said(walk):
    assert "one-frame" in _kinds(cut(walk, 0.0, 0.05))


def test_a_jump_of_one_joint_is_named_with_its_frame(walk):
    walk.positions[17, 20, 1] += 1.5
    found = {fault.kind: fault.sentence for fault in faults(walk, match_roles(walk))}
    assert "left_wrist" in found["glitch"]
    assert "after frame 1" in found["glitch"]


def test_a_bone_that_stretches_is_named(walk):
    walk.positions[:, 20] += np.linspace(0, 0.1, len(walk))[:, None] * [0, -1, 0]
    assert "stretch" in _kinds(walk)


def test_sides_that_are_exchanged_show_in_the_feet(walk):
    mirrored = walk.positions * np.array([-1, 1, 1], np.float32)
    assert "feet" in _kinds(Motion(walk.skeleton, mirrored, walk.fps))
    assert "feet" not in _kinds(replace(walk, rotations=None))


def test_a_rest_pose_in_front_of_a_motion_is_seen(walk):
    turned = np.array(walk.rotations)
    turned[:, 1:, 1] += 0.4  # nobody moves in the very rest pose
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    moving = from_rotations(walk.skeleton, turned, 30.0, root=walk.positions[:, 0])
    assert not begins_with_rest_pose(moving)
    turned[0] = [1, 0, 0, 0]
    assert begins_with_rest_pose(
        from_rotations(walk.skeleton, turned, 30.0, root=walk.positions[:, 0])
    )
    still = rest_translations(walk.skeleton, walk.positions[:, 0])
    turned[:] = [1, 0, 0, 0]
    assert not begins_with_rest_pose(
        from_rotations(walk.skeleton, turned, 30.0, translations=still)
    )
