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
    basis = signature._BASIS
    np.testing.assert_allclose(basis.T @ basis, np.eye(signature.KEPT), atol=1e-5)
    still = clips[0].cut(0, 1)
    held = Poses(still.limbs.repeat(30, 0), 0 * still.turn.repeat(30), still.path.repeat(30, 0))
    found = whole(held).signatures[0].reshape(-1, signature.KEPT)
    np.testing.assert_allclose(found[:27, 0], 4 * still.limbs[0], atol=1e-5)  # sqrt(16) moments
    np.testing.assert_allclose(found[:, 1:], 0, atol=1e-5)


def test_the_bank_finds_what_plain_code_finds(clips: list[Poses]) -> None:
    bank = signature.Bank.of(clips)
    query = signature.windows(clips[7], (1.3,))
    best, place = bank.nearest(query, prior=15.0)
    for row in range(len(query.spans)):
        for column, clip in enumerate(clips):
            own = signature.windows(clip)
            distance = np.square(own.signatures - query.signatures[row]).sum(axis=1)
            score = -distance - 15 * np.abs(np.log(query.seconds[row] / own.seconds))
            assert best[row, column] == pytest.approx(score.max(), abs=0.6)  # half precision
            assert bank.owners[place[row, column]] == column
    assert best[0].argmax() == 7


def test_blocks_change_nothing(clips: list[Poses], monkeypatch: pytest.MonkeyPatch) -> None:
    bank = signature.Bank.of(clips)
    query = whole(clips[3])
    plain = bank.nearest(query, 15.0)
    monkeypatch.setattr(signature, "AT_ONCE", 17)
    parts = bank.nearest(query, 15.0)
    np.testing.assert_allclose(plain[0], parts[0], rtol=1e-5, atol=1e-3)
    np.testing.assert_array_equal(plain[1], parts[1])


def test_an_empty_bank_answers_with_nothing(clips: list[Poses]) -> None:
    best, place = signature.Bank.of([]).nearest(whole(clips[0]), 15.0)
    assert best.shape == place.shape == (1, 0)


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
