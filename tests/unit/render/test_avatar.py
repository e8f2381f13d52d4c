"""Shipped avatars load, pose and go out as animated files."""

from pathlib import Path

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import avatar, avatar_motion
from lavimo.render.pose import solve

IDENTITY = np.tile(np.eye(3, dtype=np.float32), (22, 1, 1))


def test_thirteen_are_shipped_and_kept() -> None:
    assert avatar.names() == tuple(f"a{number:02d}" for number in range(1, 14))
    assert avatar.load("a05") is avatar.load("a05")


@pytest.mark.parametrize("name", avatar.names())
def test_an_avatar_stands_on_its_soles_and_faces_forward(name: str) -> None:
    body = avatar.load(name)
    left, right = body.joints[[1, 4, 7, 10, 16, 18, 20]], body.joints[[2, 5, 8, 11, 17, 19, 21]]
    assert (left[:, 0] > 0.02).all()
    np.testing.assert_allclose(left, right * [-1, 1, 1], atol=0.01)
    assert (body.joints[[10, 11], 2] > body.joints[[7, 8], 2] + 0.05).all()
    bones, points = body.soles
    assert set(bones.tolist()) == {7, 8, 10, 11}
    assert points[:, 1].max() < body.vertices[:, 1].min() + 0.05
    np.testing.assert_allclose(body.weights.sum(axis=1), 1, atol=1e-5)
    assert abs(body.height - np.ptp(body.vertices[:, 1])) < 0.2


def test_skinning_moves_rigidly_as_one_joint_does() -> None:
    body = avatar.load("a03")
    vertices, normals = avatar.skin(body, IDENTITY, body.joints)
    np.testing.assert_allclose(vertices, body.vertices, atol=1e-6)
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    shift = np.array([1, 2, 3], np.float32)
    vertices, normals = avatar.skin(body, np.tile(turn, (22, 1, 1)), body.joints @ turn.T + shift)
    np.testing.assert_allclose(vertices, body.vertices @ turn.T + shift, atol=1e-5)
    np.testing.assert_allclose(normals, body.normals @ turn.T, atol=1e-3)


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(RenderError, match=r"'a99'.*a01, a02.*a13") as caught:
        avatar.load("a99")
    assert "\n" not in str(caught.value)


def test_a_clip_on_an_avatar_reads_back_as_motion_and_as_avatar(
    tmp_path: Path, walk: Motion
) -> None:
    body = avatar.load("a10")
    posed = solve(walk.positions, walk.fps, body)
    path = avatar_motion.write(body, posed, walk.fps, tmp_path / "clip.glb")
    motion = formats.read(path)
    assert motion.fps == pytest.approx(20)
    np.testing.assert_allclose(motion.positions, posed.joints, atol=1e-5)
    again = avatar.load(path)
    np.testing.assert_allclose(again.vertices, body.vertices, atol=1e-6)
    np.testing.assert_array_equal(again.textures[0], body.textures[0])
    assert again.height == pytest.approx(body.height)
    with pytest.raises(RenderError, match="must end in"):
        avatar_motion.write(body, posed, walk.fps, tmp_path / "clip.bvh")
