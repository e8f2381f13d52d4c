"""What a page carries of a clip and of an avatar is what was meant, to stated errors."""

import base64
import dataclasses
import json
import zlib
from html import unescape

import numpy as np
import pytest

from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_PARENTS
from lavimo.render import avatar, embed, pose


@pytest.fixture(scope="module")
def person() -> avatar.Avatar:
    return avatar.load("a01")


def _rows(clip: embed.Clip) -> np.ndarray:
    rows = np.frombuffer(base64.b64decode(clip.joints), "<i2").reshape(-1, 24, 3)
    return rows * clip.unit


def _turns(clip: embed.Clip) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(clip.turns), "<i2").reshape(clip.frames, -1, 3)
    v = raw * (np.pi / 32767)
    angle = np.linalg.norm(v, axis=-1)
    some = rot.to_matrix(rot.from_axis_angle(np.where(angle[..., None] > 0, v, 1.0), angle))
    every = np.empty((clip.frames, 22, 3, 3))
    for joint in range(22):
        source = joint if joint in embed.TURNING else SMPL_PARENTS[joint]
        every[:, joint] = some[:, embed.TURNING.index(source)]
    return every


def test_a_clip_is_carried_to_the_millimetre(walk: Motion):
    clip = embed.clip_of(walk.positions, 20.0, None)
    np.testing.assert_allclose(_rows(clip)[:, :22], walk.positions, atol=0.0006)
    assert (clip.frames, clip.avatar, clip.turns) == (len(walk), "", "")


def test_a_long_way_from_home_still_fits(walk: Motion):
    far = walk.positions + np.array([0, 0, 900], np.float32)
    np.testing.assert_allclose(_rows(embed.clip_of(far, 20.0, None))[:, :22], far, atol=0.016)


def test_high_rates_are_thinned(walk: Motion):
    clip = embed.clip_of(walk.positions, 120.0, None)
    assert (clip.fps, clip.frames) == (20, 10)


def test_the_player_finds_the_pose_that_was_solved(walk: Motion, person: avatar.Avatar):
    """The forward kinematics of body.js, from what the page holds alone."""
    clip = embed.clip_of(walk.positions, 20.0, person)
    posed = pose.solve(walk.positions, 20.0, person)
    turns = _turns(clip)
    np.testing.assert_allclose(turns, posed.rotations, atol=3e-4)
    joints = np.empty((clip.frames, 22, 3))
    joints[:, 0] = _rows(clip)[:, 23]
    for joint in range(1, 22):
        up = SMPL_PARENTS[joint]
        bone = person.joints[joint] - person.joints[up]
        joints[:, joint] = joints[:, up] + clip.stretch * turns[:, up] @ bone
    joints[..., 1] -= clip.ground
    np.testing.assert_allclose(joints, clip.stretch * posed.joints, atol=0.003)


def test_an_avatar_walks_in_the_metres_of_its_clip(walk: Motion, person: avatar.Avatar):
    child = walk.positions * np.float32(0.6)
    clip = embed.clip_of(child, 20.0, person)
    feet = _rows(clip)[:, 23]
    np.testing.assert_allclose(feet[:, [0, 2]], child[:, 0, [0, 2]], atol=0.06)
    legs = embed.leg_length(child) / embed.leg_length(person.joints[None])
    assert clip.stretch == pytest.approx(legs, abs=1e-4)


def test_the_span_that_is_meant_holds_the_key(walk: Motion):
    whole = embed.clip_of(walk.positions, 20.0, None)
    assert whole.span == [0.0, 2.95]
    some = embed.clip_of(walk.positions, 20.0, None, (0.5, 1.25))
    assert some.span == [0.5, 1.25]
    assert 10 <= some.key <= 25
    for nothing in ((1.0, 1.05), (8.0, 9.0)):
        assert embed.clip_of(walk.positions, 20.0, None, nothing).span == whole.span


def test_half_turns_survive():
    axis = np.array([[0.0, 1, 0], [1, 0, 0], [0.6, 0, 0.8]])
    matrices = rot.to_matrix(rot.from_axis_angle(axis, np.array([np.pi, 0.0, 2.5])))
    vectors = embed.rotation_vectors(matrices[None])[0]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), [np.pi, 0, 2.5], atol=1e-6)


def _unpacked(held: embed.Mesh) -> tuple[dict, bytes]:
    head = json.loads(unescape(held.html.partition(">")[2].removesuffix("</template>")))
    return head, zlib.decompress(base64.b64decode(head["mesh"]))


def test_an_avatar_is_carried_to_a_tenth_of_a_millimetre(person: avatar.Avatar):
    head, raw = _unpacked(embed.mesh_of(person))
    n = len(person.vertices)
    assert head["vertices"] == n
    places = np.frombuffer(raw, "<i2", 3 * n).reshape(n, 3) * head["units"][0]
    np.testing.assert_allclose(places, person.vertices, atol=1e-4)
    uv = np.frombuffer(raw, "<i2", 2 * n, 9 * n).reshape(n, 2) * head["units"][1]
    np.testing.assert_allclose(uv, person.uv, atol=1e-4)
    weights = np.frombuffer(raw, "u1", 4 * n, 17 * n).reshape(n, 4)
    assert (weights.astype(int).sum(axis=1) == 255).all()
    triangles = np.frombuffer(raw, "<u4", -1, 21 * n).reshape(-1, 3)
    np.testing.assert_array_equal(triangles, person.triangles)


def test_triangles_are_grouped_by_their_texture(person: avatar.Avatar):
    material = np.zeros(len(person.triangles), np.uint8)
    material[::3] = 2
    three = (person.textures[0], person.textures[0][:8, :8], person.textures[0])
    head, raw = _unpacked(
        embed.mesh_of(dataclasses.replace(person, material=material, textures=three))
    )
    few = int((material == 2).sum())
    rest = len(material) - few
    assert head["parts"] == [[0, 3 * rest, 0], [3 * rest, 3 * few, 2]]
    triangles = np.frombuffer(raw, "<u4", -1, 21 * len(person.vertices)).reshape(-1, 3)
    np.testing.assert_array_equal(triangles[rest:], person.triangles[::3])
    assert len(head["textures"]) == 3


def test_a_page_with_three_avatars_stays_small():
    from lavimo.render import page

    assert sum(len(embed.mesh_of(avatar.load(name)).html) for name in page.CAST) < 600_000
