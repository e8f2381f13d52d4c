"""Clips and vectors come back from their bytes."""

import numpy as np
import pytest

from lavimo.errors import GalleryError
from lavimo.gallery import codec


def _walk(frames, step, seed=0):
    random = np.random.default_rng(seed)
    path = np.cumsum(random.normal(0, step, (frames, 1, 3)), axis=0)
    joints = random.normal(0, 0.5, (1, 22, 3)) + random.normal(0, 0.01, (frames, 22, 3))
    return (path + joints).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 2, 77])
@pytest.mark.parametrize("step", [0.01, 5.0])
def test_positions_come_back_within_half_a_millimetre(frames, step):
    positions = _walk(frames, step)
    number, blob = codec.pack_positions(positions)
    again = codec.unpack_positions(number, frames, blob)
    # Half a millimetre of rounding, and float32's own steps far from the origin.
    assert np.abs(again - positions).max() <= 0.0005 + 1e-5


def test_smooth_clips_are_packed_and_noise_is_not():
    smooth, blob = codec.pack_positions(_walk(200, 0.005))
    assert smooth == 2
    assert len(blob) < 200 * 66 * 2
    noise = np.random.default_rng(1).uniform(-30, 30, (50, 22, 3)).astype(np.float32)
    assert codec.pack_positions(noise)[0] == 1


def test_a_long_walk_leaves_the_range_of_int16_and_keeps_its_path():
    positions = _walk(100, 0.01)
    positions[:, :, 2] += np.linspace(0, 900, 100, dtype=np.float32)[:, None]
    number, blob = codec.pack_positions(positions)
    assert number == 3
    assert np.abs(codec.unpack_positions(3, 100, blob) - positions).max() < 0.0006


def test_a_body_of_sixty_metres_is_refused():
    positions = np.zeros((3, 22, 3), np.float32)
    positions[:, 5] = 60
    with pytest.raises(GalleryError, match="unit"):
        codec.pack_positions(positions)


@pytest.mark.parametrize("number", [1, 2, 3, 9])
def test_damaged_clips_are_named(number):
    with pytest.raises(GalleryError, match="damaged"):
        codec.unpack_positions(number, 7, b"\x01\x02\x03\x04\x05\x06\x07")


def test_vectors_keep_their_direction_and_their_length_is_checked():
    vector = np.random.default_rng(0).normal(size=64).astype(np.float32)
    vector /= np.linalg.norm(vector)
    (half,) = codec.unpack_vectors([codec.pack_vector(vector)], 64)
    assert half.astype(np.float32) @ vector == pytest.approx(1, abs=1e-3)
    with pytest.raises(GalleryError, match="length"):
        codec.unpack_vectors([codec.pack_vector(vector)], 63)
