"""Pictures hold what they should, where they should; clever painting equals the naive one."""

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import camera, figure, paint, stick


def _hue(picture: np.ndarray, paint: str) -> np.ndarray:
    """Pixels whose colour leans as far from grey as this paint does, and to its side."""
    colour = figure.colour("light", paint)
    wanted = colour - colour.mean()
    lean = picture - picture.mean(axis=-1, keepdims=True)
    return (lean @ wanted) / (wanted @ wanted) > 0.6


def test_one_picture_a_frame_of_the_asked_size(walk: Motion):
    pictures = stick.frames(walk.positions[:7], size=(96, 64))
    assert [p.size for p in pictures] == [(96, 64)] * 7
    assert np.asarray(pictures[0]).std() > 5


def test_left_limbs_are_blue_and_right_limbs_orange(walk: Motion):
    view = camera.fit(walk.positions, azimuth=0.0)  # face to face: their left is our right
    picture = np.asarray(stick.frames(walk.positions[:1], size=128, view=view)[0], np.float32)
    blue, orange = _hue(picture, "left"), _hue(picture, "right")
    assert blue.sum() > 60
    assert orange.sum() > 60
    assert np.nonzero(blue)[1].mean() > np.nonzero(orange)[1].mean() + 5


def test_each_joint_is_painted_over(walk: Motion):
    scene = stick.Scene(walk.positions, size=160)
    empty = scene._background(0)
    picture = np.asarray(scene.draw(0), np.float32)
    for x, y, _ in scene.pixels[0, :22]:
        assert np.abs(picture[int(y), int(x)] - empty[int(y), int(x)]).max() > 10


def test_the_near_limb_hides_the_far_one():
    body = np.zeros((1, 22, 3), np.float32)
    body[0] = np.random.default_rng(3).normal(0, 0.02, (22, 3))
    body[0, :, 1] += 1
    body[0, [1, 4, 7, 10], 2] += 1.0  # left leg a metre nearer to a camera at +z
    view = camera.fit(body, azimuth=0.0, elevation=0.0)
    scene = stick.Scene(body, size=96, view=view)
    x, y, _ = scene.pixels[0, 4]
    red, _, blue = np.asarray(scene.draw(0))[int(y), int(x)].astype(int)
    assert blue > red


def test_a_limb_is_what_a_distance_to_a_segment_says():
    picture = np.zeros((40, 60, 3), np.float32)
    a, b = np.array([12.0, 10.0, 1.0], np.float32), np.array([44.5, 30.2, 1.0], np.float32)
    paint.limb(picture, a, b, 6.0, 6.0, np.full(3, 200, np.float32))
    for row in range(40):
        for column in range(60):
            p = np.array([column + 0.5, row + 0.5])
            h = np.clip((p - a[:2]) @ (b - a)[:2] / ((b - a)[:2] @ (b - a)[:2]), 0, 1)
            away = np.linalg.norm(p - a[:2] - h * (b - a)[:2])
            covered = picture[row, column].max() > 0
            if abs(away - 6.5) > 0.01:
                assert covered == (away < 6.5)


def test_shadow_lies_under_the_feet(walk: Motion):
    scene = stick.Scene(walk.positions, size=128)
    lit = scene._background(0)
    shaded = lit.copy()
    scene.ground.cast(shaded, scene.points[0])
    dark = (lit - shaded).sum(axis=-1)
    rows, columns = np.nonzero(dark > 0.5 * dark.max())
    feet = scene.pixels[0, [10, 11]].mean(axis=0)
    assert np.hypot(columns.mean() - feet[0], rows.mean() - feet[1]) < 12


@pytest.mark.parametrize(
    ("fps_in", "fps", "expected"), [(20.0, None, 60), (20.0, 10.0, 30), (20.0, 40.0, 119)]
)
def test_resampling_keeps_the_time(walk: Motion, fps_in: float, fps: float | None, expected: int):
    shown = stick.resampled(walk.positions, fps_in, fps)
    assert len(shown) == expected
    np.testing.assert_allclose(shown[0], walk.positions[0])
    rate = fps or fps_in
    at = walk.positions[20]
    np.testing.assert_allclose(shown[round(rate)], at, atol=1e-5)


@pytest.mark.parametrize("size", [8, (100, 9000), 0])
def test_sizes_that_no_one_means_are_refused(walk: Motion, size: int | tuple[int, int]):
    with pytest.raises(RenderError, match="pixels"):
        stick.frames(walk.positions, size=size)


def test_positions_that_cannot_be_drawn_are_refused(walk: Motion):
    broken = walk.positions.copy()
    broken[3, 4, 1] = np.nan
    with pytest.raises(RenderError, match="no finite number"):
        stick.frames(broken)
    with pytest.raises(RenderError, match="theme"):
        stick.frames(walk.positions, theme="pink")
    with pytest.raises(RenderError, match="joint"):
        stick.check_clip(walk.positions[:0])


@pytest.mark.parametrize("theme", list(figure.THEMES))
def test_a_body_folded_into_one_point_is_drawn_all_the_same(theme: str):
    point = np.zeros((2, 22, 3), np.float32)
    assert len(stick.frames(point, size=48, theme=theme)) == 2
