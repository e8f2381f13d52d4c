"""The 263 features against published arrays and against values measured with the public code."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lavimo.features import canonical, humanml
from lavimo.motion.skeleton import SMPL_22, SMPL_AXES, SMPL_LENGTHS

oracle = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("humanml_oracle.py"))))


def whole(features: np.ndarray) -> np.ndarray:
    """All frames a feature array knows: `recover`, and one more by the last row's velocities.

    Encoding loses the last frame, recovering cannot bring it back from positions; but the
    velocities of the last row lead to it. With it the smoothed headings are those of the original.
    """
    positions = humanml.recover(features)
    angle = 2 * np.sum(features[:-1, 0], dtype=np.float64)
    x, y, z = features[-1, 193:259].reshape(22, 3).T
    cosine, sine = np.cos(angle), np.sin(angle)
    step = np.stack([cosine * x - sine * z, y, sine * x + cosine * z], axis=-1)
    return np.concatenate([positions, positions[-1:] + step[None]]).astype(np.float32)


@pytest.mark.data
def test_recover_equals_the_published_joints(golden: Path) -> None:
    features = np.load(golden / "012314_new_joint_vecs.npy")
    joints = np.load(golden / "012314_new_joints.npy")
    np.testing.assert_allclose(humanml.recover(features), joints, rtol=0, atol=1e-6)


@pytest.mark.data
@pytest.mark.parametrize("name", ["012314", "000000", "000612"])
def test_encode_equals_the_published_features(golden: Path, name: str) -> None:
    features = np.load(golden / f"{name}_new_joint_vecs.npy")
    mended = features.copy()
    if name == "000612":
        # The body turns past straight backwards in row 142, where the published yaw step has the
        # wrong sign (176.6 deg, then 171.4, then 176.8). The motion it came from has the right one;
        # encoding that motion must bring the wrong sign back.
        mended[142, 0] *= -1
    again = humanml.encode(whole(mended))
    assert again.shape == features.shape
    difference = np.abs(again - features)
    assert difference.mean() < 1e-6
    assert difference.max() < 2e-5


@pytest.mark.data
def test_without_parity_the_yaw_step_keeps_its_sign(golden: Path) -> None:
    features = np.load(golden / "000612_new_joint_vecs.npy")
    mended = features.copy()
    mended[142, 0] *= -1
    again = humanml.encode(whole(mended), parity=False)
    assert np.abs(again - mended).max() < 2e-5


@pytest.mark.data
def test_published_joints_alone_come_within_the_known_tolerances(golden: Path) -> None:
    # One frame fewer than the original had, so the smoothed heading differs at the end (A5).
    features = np.load(golden / "012314_new_joint_vecs.npy")[:-1]
    again = humanml.encode(np.load(golden / "012314_new_joints.npy"))
    difference = np.abs(again - features).max(axis=0)
    assert difference[0] < 3.1e-4
    assert difference[1:3].max() < 1.5e-4
    assert difference[3] < 1e-6
    assert difference[4:67].max() < 6.9e-3
    assert difference[67:193].max() < 1.4e-2
    assert difference[193:259].max() < 4.2e-4
    assert difference[259:].max() == 0


@pytest.mark.data
def test_clip_012314_row_by_row(golden: Path) -> None:
    features = humanml.encode(whole(np.load(golden / "012314_new_joint_vecs.npy")))
    close = {"rtol": 0, "atol": 2e-5}
    np.testing.assert_allclose(features[0, :4], [0.106373, -0.002094, 0.001620, 0.836999], **close)
    np.testing.assert_allclose(features[0, 4:7], [0.080579, 0.773063, 0.006591], **close)
    np.testing.assert_allclose(
        features[0, 67:73], [0.781761, -0.620291, 0.063942, 0.620291, 0.784056, 0.022260], **close
    )
    np.testing.assert_allclose(features[0, 193:196], [-0.002389, -0.000667, 0.001142], **close)
    np.testing.assert_allclose(features[1, :4], [0.005050, 0.003625, 0.003747, 0.836332], **close)
    np.testing.assert_allclose(features[-1, :4], [-0.002546, 0.002519, 0.005822, 0.90452], **close)
    assert features.sum(dtype=np.float64) == pytest.approx(7479.563, abs=0.05)
    assert np.abs(features).sum(dtype=np.float64) == pytest.approx(15539.05, abs=0.05)
    assert features[:, 0].sum(dtype=np.float64) == pytest.approx(-0.398015, abs=2e-5)


@pytest.mark.data
def test_published_mean_has_the_height_of_a_standing_body(golden: Path) -> None:
    mean = np.load(golden / "humanml3d_Mean.npy")
    assert mean[3] == pytest.approx(0.938551, abs=1e-6)


def turning_clip() -> np.ndarray:
    """The synthetic clip of METHOD.md F2: the rest pose, 1.7 times as large, turning and moving."""
    rest = np.zeros((22, 3))
    for joint in range(1, 22):
        rest[joint] = rest[SMPL_22.parents[joint]] + SMPL_22.offsets[joint]
    frames = []
    for t in range(30):
        a = 0.04 * t
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        frames.append(1.7 * (rest @ turn.T) + [0.01 * t, 1, 0.03 * t])
    return np.array(frames, np.float32)


def test_synthetic_clip_has_the_values_of_the_public_code() -> None:
    features = humanml.encode(turning_clip())
    close = {"rtol": 0, "atol": 2e-5}
    expected = {
        0: (-0.149294, 0.000431, 0.018597, 0.826056),
        1: (-0.009047, 0.000094, 0.018601, 0.826056),
        2: (-0.009336, -0.000253, 0.018600, 0.826056),
        15: (-0.011241, -0.005355, 0.017814, 0.826056),
        28: (-0.008747, -0.009836, 0.015788, 0.826056),
    }
    assert features.shape == (29, 263)
    for t, row in expected.items():
        np.testing.assert_allclose(features[t, :4], row, **close)
    np.testing.assert_allclose(features[0, 4:7], [0.103074, 0.826056, 0], **close)
    np.testing.assert_allclose(features[0, 7:10], [-0.109883, 0.826056, 0], **close)
    np.testing.assert_allclose(features[0, 46:49], [0, 1.377540, 0.103039], **close)
    np.testing.assert_allclose(features[0, 67:73], [1, 0, 0, 0, 1, 0], **close)
    np.testing.assert_allclose(features[0, 79:85], [1, 0, 0, 0, 1, 0], **close)
    np.testing.assert_allclose(features[0, 193:196], [0.005882, 0, 0.017647], **close)
    np.testing.assert_allclose(features[0, 196:199], [0.005800, 0, 0.013525], **close)
    np.testing.assert_allclose(features[15, 4:7], [0.103070, 0.826056, -0.000901], **close)
    np.testing.assert_allclose(features[15, 67:73], [0.370494, 0, -0.928835, 0, 1, 0], **close)
    np.testing.assert_allclose(features[15, 85:91], [0.825336, 0, 0.564642, 0, 1, 0], **close)
    np.testing.assert_allclose(features[15, 193:196], [-0.004953, 0, 0.017930], **close)
    np.testing.assert_allclose(features[15, 253:256], [-0.005111, 0, 0.012433], **close)
    assert (features[:, 259:] == 1).all()


def test_synthetic_clip_sums_and_path() -> None:
    features = humanml.encode(turning_clip())
    total = features.sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(total[:3], [-0.439453, -0.140871, 0.511855], rtol=0, atol=2e-5)
    assert total[4:67].sum() == pytest.approx(457.612, abs=2e-3)
    assert total[67:193].sum() == pytest.approx(1008.955, abs=2e-3)
    assert total[193:259].sum() == pytest.approx(9.0528, abs=2e-4)
    root = humanml.recover(features)[:, 0]
    np.testing.assert_allclose(root[15], [0.088235, 0.826056, 0.264706], rtol=0, atol=2e-5)
    np.testing.assert_allclose(root[28], [0.164706, 0.826056, 0.494118], rtol=0, atol=2e-5)


@pytest.mark.data
def test_the_plain_implementation_agrees(golden: Path) -> None:
    for name in ("012314", "000000", "000612"):
        positions = whole(np.load(golden / f"{name}_new_joint_vecs.npy")) * np.float32(1.3)
        plain = oracle.encode(positions, SMPL_AXES, SMPL_LENGTHS)
        ours = humanml.encode(positions)
        np.testing.assert_allclose(ours, plain, rtol=0, atol=2e-4)
        assert np.abs(ours - plain).mean() < 1e-6
        np.testing.assert_allclose(
            canonical.canonical_positions(positions),
            oracle.canonical(positions, SMPL_AXES, SMPL_LENGTHS),
            rtol=0,
            atol=5e-6,
        )


def test_the_plain_implementation_agrees_without_data() -> None:
    plain = oracle.encode(turning_clip(), SMPL_AXES, SMPL_LENGTHS)
    np.testing.assert_allclose(humanml.encode(turning_clip()), plain, rtol=0, atol=5e-6)
