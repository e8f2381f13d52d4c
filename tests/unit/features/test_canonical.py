import numpy as np
import pytest

from lavimo.errors import MotionError
from lavimo.features import canonical
from lavimo.motion.clip import Motion, Source, resample
from lavimo.motion.skeleton import SMPL_22, SMPL_LENGTHS, SMPL_PARENTS


def test_uniform_bones_floor_origin_and_facing(walk: Motion) -> None:
    found = canonical.canonical_positions(walk.positions * np.float32(1.5) + np.float32(2))
    bones = np.linalg.norm(found[:, 1:] - found[:, SMPL_PARENTS[1:]], axis=-1)
    np.testing.assert_allclose(bones, np.broadcast_to(SMPL_LENGTHS[1:], bones.shape), atol=2e-6)
    assert found[..., 1].min() == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(found[0, 0, [0, 2]], 0, atol=1e-6)
    across = found[0, 2] - found[0, 1] + found[0, 17] - found[0, 16]
    assert across[0] < 0
    assert abs(across[2]) < 1e-6


def test_size_place_and_heading_do_not_matter(walk: Motion) -> None:
    angle = 2.3
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    moved = ((0.7 * walk.positions) @ turn.T + [3, -1, 2]).astype(np.float32)
    np.testing.assert_allclose(
        canonical.canonical_positions(moved),
        canonical.canonical_positions(walk.positions),
        atol=1e-5,
    )


def test_batch_is_the_same_as_one_by_one(walk: Motion) -> None:
    clips = [walk.positions[a:b] for a, b in ((0, 60), (5, 6), (10, 30), (0, 59))] * 30
    for one, many in zip(clips, canonical.canonical_batch(clips), strict=True):
        np.testing.assert_array_equal(many, canonical.canonical_positions(one))


def test_a_body_lying_on_its_side_stays_finite(walk: Motion) -> None:
    lying = walk.positions[:, :, [1, 0, 2]] * np.array([1, 1, 1], np.float32)
    found = canonical.canonical_positions(lying)
    assert np.isfinite(found).all()
    exact = np.zeros((3, 22, 3), np.float32)
    exact[:, :, 1] = SMPL_22.offsets[:, 0].cumsum()
    exact[:, [5, 8]] += np.array([[[0.3, 0, 0], [0.6, 0, 0]]], np.float32)
    exact[:, [1, 2, 16, 17], 0] = exact[:, [1, 2, 16, 17], 2] = 0  # across is exactly vertical
    assert np.isfinite(canonical.canonical_positions(exact)).all()


def test_faults_are_told_in_one_sentence(walk: Motion) -> None:
    with pytest.raises(MotionError, match="Clip 1 has a right leg of no length"):
        canonical.canonical_batch([walk.positions, np.zeros((4, 22, 3), np.float32)])
    broken = walk.positions.copy()
    broken[7, 3, 1] = np.nan
    with pytest.raises(MotionError, match="Clip 1: frame 7"):
        canonical.canonical_batch([walk.positions, broken])
    with pytest.raises(MotionError, match="no frames"):
        canonical.canonical_positions(walk.positions[:0])


def motion(walk: Motion, positions: np.ndarray, fps: float = 20.0) -> Motion:
    return Motion(SMPL_22, positions, fps, source=Source(path="walk.npy"))


def test_from_motion_leaves_canonical_positions_alone(walk: Motion) -> None:
    ready = canonical.canonical_positions(walk.positions)
    again = canonical.from_motion(motion(walk, ready))
    np.testing.assert_array_equal(again.positions, ready)
    assert again.fps == canonical.FPS


def test_from_motion_resamples_and_canonicalises(walk: Motion) -> None:
    fast = resample(motion(walk, walk.positions * np.float32(1.2)), 60.0)
    found = canonical.from_motion(fast)
    assert len(found) == 60
    assert found.source.path == "walk.npy"
    np.testing.assert_allclose(
        found.positions, canonical.canonical_positions(walk.positions), atol=1e-4
    )


def test_one_frame_is_refused_with_the_name(walk: Motion) -> None:
    with pytest.raises(MotionError, match=r"walk.npy lasts 0.05 s.*at least two frames"):
        canonical.from_motion(motion(walk, walk.positions[:1]))
