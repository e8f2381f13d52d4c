"""Pictures for an image model: one draw a film, up stays up, mirrored only where asked."""

import numpy as np

from lavimo.data.frames import MEAN, STD, augmented, plain
from lavimo.runtime.frames import PYRAMID, pyramid, segments


def gradient(frames: int = 8, height: int = 60, width: int = 80) -> np.ndarray:
    """Bright at the top, red at the left, the same in every frame."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 1] = np.linspace(250, 20, height)[:, None]
    picture[..., 0] = np.linspace(250, 20, width)[None]
    return np.repeat(picture[None], frames, axis=0)


def test_one_frame_of_each_segment() -> None:
    assert segments(80).tolist() == [4, 14, 24, 34, 44, 54, 64, 74]
    assert segments(4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    rng = np.random.default_rng(0)
    for count in (3, 8, 9, 57):
        drawn = segments(count, rng)
        assert len(drawn) == 8
        assert (np.diff(drawn) >= 0).all()
        assert drawn.min() >= 0
        assert drawn.max() < count
        if count > 8:
            ticks = np.arange(9) * count // 8
            assert ((drawn >= ticks[:-1]) & (drawn < ticks[1:])).all()


def test_the_test_transform_is_a_centre_crop() -> None:
    found = plain(gradient(), 32)
    assert found.shape == (8, 3, 32, 32)
    shown = found.transpose(0, 2, 3, 1) * STD + MEAN
    assert shown.min() >= 0
    assert shown[..., 1].max() < 240 / 255, "the rim is cut off"
    np.testing.assert_allclose(plain(gradient(), 32, mirrored=True), found[..., ::-1], atol=0.12)


def test_a_film_gets_one_draw_and_another_film_another() -> None:
    rng = np.random.default_rng(1)
    first, second = augmented(gradient(), 32, rng), augmented(gradient(), 32, rng)
    assert np.abs(first - first[:1]).max() == 0
    assert np.abs(first - second).max() > 0.05
    again = augmented(gradient(), 32, np.random.default_rng(1))
    np.testing.assert_array_equal(first, again)


def test_no_operation_turns_the_picture_over_or_flips_it() -> None:
    rng = np.random.default_rng(2)
    upright = flipped = 0
    for _ in range(60):
        shown = augmented(gradient(1), 32, rng)[0]
        brightness = shown.mean(axis=0)
        upright += brightness[:10].mean() > brightness[-10:].mean()
        flipped += brightness[:, :10].mean() < brightness[:, -10:].mean()
    # Solarising and hue may turn a gradient round now and then; geometry may not.
    assert upright >= 45
    assert flipped <= 15


def test_a_silhouette_is_its_shares_rows_and_columns() -> None:
    outline = np.zeros((1, 16, 16), np.float32)
    outline[0, :8, 4:12] = 1
    found = pyramid(outline)
    assert found.shape == (1, PYRAMID)
    assert found[0, 84] == 0.25
    np.testing.assert_allclose(found[0, 80:84], [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(found[0, 85:101], [0.5] * 8 + [0] * 8)
    np.testing.assert_allclose(found[0, 101:], [0] * 4 + [0.5] * 8 + [0] * 4)
    assert not np.allclose(pyramid(outline[:, :, ::-1] * np.arange(16) / 16), found)
