import numpy as np
import pytest

from lavimo.errors import MotionError
from lavimo.features import canonical, humanml
from lavimo.features.packed import BLOCK
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22


def turned(positions: np.ndarray, per_frame: float) -> np.ndarray:
    """The clip with a steady turn added about the vertical axis through the origin."""
    angle = per_frame * np.arange(len(positions))[:, None]
    x, y, z = np.moveaxis(positions, -1, 0)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], -1).astype(np.float32)


def test_shape_and_columns(walk: Motion) -> None:
    features = humanml.encode(walk.positions)
    assert features.shape == (59, 263)
    assert features.dtype == np.float32
    ready = canonical.canonical_positions(walk.positions)
    np.testing.assert_allclose(features[:, 3], ready[:-1, 0, 1], atol=1e-6)
    assert features[:, 2].mean() == pytest.approx(1.2 / 20 * 0.816 / 0.816, rel=0.05)
    assert set(np.unique(features[:, 259:])) <= {0, 1}


def test_many_clips_are_the_same_as_one_by_one(walk: Motion) -> None:
    clips = [turned(walk.positions[a:b], 0.02 * a) for a, b in ((0, 60), (5, 7), (10, 30))] * 40
    for clip, many in zip(clips, humanml.encode_batch(clips), strict=True):
        np.testing.assert_allclose(many, humanml.encode(clip), rtol=0, atol=1e-6)


def test_a_clip_longer_than_a_block_is_the_same_in_pieces(
    walk: Motion, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = np.concatenate([turned(walk.positions, 0.01)] * (2 * BLOCK // 60 + 1))
    whole = humanml.encode(long)
    monkeypatch.setattr(humanml, "BLOCK", len(long))
    np.testing.assert_allclose(humanml.encode(long), whole, rtol=0, atol=1e-6)


def test_canonical_input_skips_the_first_steps(walk: Motion) -> None:
    ready = canonical.canonical_positions(walk.positions)
    np.testing.assert_allclose(
        humanml.encode_batch([ready], canonical=True)[0], humanml.encode(walk.positions), atol=2e-6
    )


def test_recover_gives_the_canonical_positions(walk: Motion) -> None:
    clip = turned(walk.positions, 0.02)
    ready = canonical.canonical_positions(clip)
    np.testing.assert_allclose(humanml.recover(humanml.encode(clip)), ready[:-1], atol=1e-4)


def test_parity_keeps_the_fault_of_a_full_turn_and_the_option_mends_it(walk: Motion) -> None:
    clip = turned(np.concatenate([walk.positions] * 3), 2 * np.pi / 120)
    ready = canonical.canonical_positions(clip)[:-1]
    mended = humanml.recover(humanml.encode(clip, parity=False))
    np.testing.assert_allclose(mended, ready, atol=1e-3)
    assert np.abs(humanml.recover(humanml.encode(clip)) - ready).max() > 0.05
    differing = np.abs(humanml.encode(clip) - humanml.encode(clip, parity=False)).max(axis=0)
    assert differing[0] > 0.01
    assert differing[1:].max() == 0


def test_arms_straight_up_and_bones_without_length_are_finite() -> None:
    rest = np.zeros((22, 3), np.float32)
    for joint in range(1, 22):
        rest[joint] = rest[SMPL_22.parents[joint]] + SMPL_22.offsets[joint]
    up = rest.copy()
    for joint in (18, 20, 19, 21):
        up[joint] = up[SMPL_22.parents[joint]] - SMPL_22.offsets[joint]
    up[6] = up[3]  # a rig without a second spine joint
    features = humanml.encode(np.stack([rest, up, up, rest]))
    assert np.isfinite(features).all()
    left_elbow = features[1, 67:193].reshape(21, 6)[17]
    columns = left_elbow.reshape(2, 3)
    np.testing.assert_allclose(columns @ columns.T, np.eye(2), atol=1e-5)


@pytest.mark.parametrize("degrees", [0.001, 0.1, 1.0])
def test_rotations_near_the_opposite_direction_keep_their_digits(degrees: float) -> None:
    tilt = np.radians(degrees)
    d = np.broadcast_to(np.array([1.0, 0, 0])[:, None, None], (3, 21, 1)).copy()
    d[:, 17, 0] = [np.sin(tilt), np.cos(tilt), 0]  # the left upper arm rests along -y
    found = humanml._shortest_turns(d.astype(np.float32))[:, :, 17, 0]
    # From (0, -1, 0) to d turns by pi - tilt about +z.
    angle = np.pi - tilt
    expected = [
        [np.cos(angle), -np.sin(angle), 0],
        [np.sin(angle), np.cos(angle), 0],
        [0, 0, 1],
    ]
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_one_frame_is_refused(walk: Motion) -> None:
    with pytest.raises(MotionError, match="at least two frames"):
        humanml.encode(walk.positions[:1])
