"""The camera sees the whole clip, from the person's front, and follows only who travels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lavimo.motion.clip import Motion, move
from lavimo.render import camera
from lavimo.render.figure import points_of


@given(
    turn=st.floats(-3.1, 3.1),
    size=st.floats(0.3, 3.0),
    aspect=st.sampled_from([0.75, 1.0, 1.78]),
    follow=st.sampled_from([None, True, False]),
)
def test_every_point_is_in_the_picture(turn, size, aspect, follow):
    body = np.random.default_rng(0).normal(0, size, (5, 22, 3)).astype(np.float32)
    body += np.array([np.sin(turn), 1, np.cos(turn)], np.float32) * 5
    view = camera.fit(body, aspect=aspect, follow=follow)
    seen = view.camera.project(points_of(body) - view.anchor[:, None], round(200 * aspect), 200)
    assert (seen[..., 0] > 0).all()
    assert (seen[..., 0] < 200 * aspect).all()
    assert (seen[..., 1] > 0).all()
    assert (seen[..., 1] < 200).all()


def test_the_view_turns_with_the_person(walk: Motion):
    turned = move(walk, (3.0, 0.0, -2.0), 1.1).positions
    seen = []
    for positions in (walk.positions, turned):
        view = camera.fit(positions)
        seen.append(view.camera.project(positions - view.anchor[:, None], 100, 100))
    np.testing.assert_allclose(seen[0], seen[1], atol=0.02)


def test_the_camera_stands_before_the_person_on_their_left(walk: Motion):
    view = camera.fit(walk.positions, follow=False)
    middle = walk.positions.mean(axis=(0, 1))
    assert view.camera.eye[2] > middle[2]
    assert view.camera.eye[0] > middle[0]


def test_who_goes_far_is_followed_and_who_stays_is_not(walk: Motion):
    far = walk.positions.copy()
    far[..., 2] += np.linspace(0, 20, len(far), dtype=np.float32)[:, None]
    assert camera.fit(far).follows
    assert not camera.fit(far, follow=False).follows
    here = walk.positions - walk.positions[:, :1] * np.array([1, 0, 1], np.float32)
    assert not camera.fit(here).follows


def test_a_smooth_path_ends_where_the_body_does_and_keeps_straight_lines(walk: Motion):
    path = camera.smooth_path(walk.positions)
    np.testing.assert_allclose(path[:, 2], walk.positions[:, 0, 2], atol=1e-4)
    assert (path[:, 1] == 0).all()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_shortest_clips_have_a_view(walk: Motion, frames: int):
    assert camera.fit(walk.positions[:frames]).anchor.shape == (frames, 3)
