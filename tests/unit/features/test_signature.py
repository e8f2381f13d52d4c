"""Signatures, the bank of windows, and warping against their plain definitions."""

import numpy as np
import pytest

from lavimo.data import choreography
from lavimo.features import directions, signature, warping
from lavimo.features.directions import Poses


@pytest.fixture(scope="module")
def clips() -> list[Poses]:
    return [
        directions.from_motion(made.positions, 20.0)
        for made in choreography.choreographed(range(30))
    ]


def whole(poses: Poses) -> signature.Windows:
    return signature.windows(poses, ())


def test_windows_lie_inside_and_reach_both_ends() -> None:
    for rows in (2, 13, 40, 233):
        found = signature.spans(rows)
        assert tuple(found[0]) == (0, rows)
        assert (found[:, 0] >= 0).all()
        assert (found[:, 1] <= rows).all()
        for seconds in signature.SECONDS:
            own = found[1:][found[1:, 1] - found[1:, 0] == round(seconds * directions.RATE)]
            assert (len(own) > 0) == (round(seconds * directions.RATE) < rows)
            if len(own):
                assert own[0, 0] == 0
                assert own[-1, 1] == rows


def test_distance_is_that_of_the_smoothed_moments(clips: list[Poses]) -> None:
    basis = signature.COSINES
    np.testing.assert_allclose(basis.T @ basis, np.eye(signature.KEPT), atol=1e-5)
    still = clips[0].cut(0, 1)
    held = Poses(still.limbs.repeat(30, 0), 0 * still.turn.repeat(30), still.path.repeat(30, 0))
    found = whole(held).signatures[0].reshape(-1, signature.KEPT)
    np.testing.assert_allclose(found[:27, 0], 4 * still.limbs[0], atol=1e-5)  # sqrt(16) moments
    np.testing.assert_allclose(found[:, 1:], 0, atol=1e-5)


def plain_warp(a: np.ndarray, b: np.ndarray) -> float:
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            before = min(total[i, j], total[i, j + 1], total[i + 1, j])
            total[i + 1, j + 1] = np.square(a[i] - b[j]).sum() + before
    return float(total[-1, -1] / (len(a) + len(b)))


def test_warping_equals_its_plain_form(clips: list[Poses]) -> None:
    rows = [warping.steps(clip) for clip in clips[:6]]
    found = warping.warp(rows[2], rows)
    np.testing.assert_allclose(
        found, [plain_warp(rows[2], row) for row in rows], rtol=1e-3, atol=1e-4
    )
    assert found.argmin() == 2


def test_warping_forgives_another_speed(clips: list[Poses]) -> None:
    others = [warping.steps(clip) for clip in clips]
    right = 0
    for number, clip in enumerate(clips):
        right += int(warping.warp(warping.steps(clip.at_speed(1.3)), others).argmin() == number)
    assert right >= 27
