"""The crop against a plain numpy one."""

import numpy as np
import pytest

pytest.importorskip("numba")
from lavimo.video.warp import crop


def plain(picture: np.ndarray, n: int, centre: tuple[float, float], scale: float, angle: float):
    """Bilinear, black outside, from the definition."""
    v, u = np.mgrid[:n, :n] + 0.5 - n / 2
    x = centre[0] + scale * (np.cos(angle) * u - np.sin(angle) * v) - 0.5
    y = centre[1] + scale * (np.sin(angle) * u + np.cos(angle) * v) - 0.5
    padded = np.zeros((picture.shape[0] + 4, picture.shape[1] + 4, 3))
    padded[2:-2, 2:-2] = picture
    x = np.clip(x + 2, 0, padded.shape[1] - 2)
    y = np.clip(y + 2, 0, padded.shape[0] - 2)
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    a, b = (x - i)[..., None], (y - j)[..., None]
    above = padded[j, i] * (1 - a) + padded[j, i + 1] * a
    return above * (1 - b) + (padded[j + 1, i] * (1 - a) + padded[j + 1, i + 1] * a) * b


@pytest.mark.parametrize(
    ("centre", "scale", "angle"),
    [
        ((40.0, 30.0), 1.5, 0.3),
        ((2.0, 50.0), 2.4, 2.0),
        ((79.0, 1.0), 0.7, -1.1),
        ((300.0, 300.0), 1.0, 0.0),
    ],
)
def test_the_crop_is_bilinear(centre: tuple[float, float], scale: float, angle: float) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    out = np.empty((32, 32, 3), np.float32)
    crop(picture, out, centre, scale, angle, 0.0, 255.0)
    assert np.abs(out - plain(picture, 32, centre, scale, angle)).max() < 1e-3


def test_levels_and_shrinking() -> None:
    out = np.empty((10, 10, 3), np.float32)
    picture = np.full((80, 80, 3), 255, np.uint8)
    crop(picture, out, (40.0, 40.0), 16.0, 0.0, -1.0, 1.0)
    assert (out[3:7, 3:7] == 1).all()
    assert (out[0] == -1).all()
    # A fine chequer shrinks to grey instead of to one of its colours.
    picture = np.indices((80, 80)).sum(axis=0)[..., None].repeat(3, axis=2) % 2 * 255
    crop(picture.astype(np.uint8), out, (40.0, 40.0), 6.0, 0.0, 0.0, 1.0)
    assert np.abs(out - 0.5).max() < 0.05
