"""Limb directions: what must not change them, and films against motions."""

import numpy as np
import pytest

from lavimo.data import choreography
from lavimo.features import directions
from lavimo.features.directions import Poses
from lavimo.motion.clip import mirror_positions

LANDMARKS = {
    11: 16, 12: 17, 13: 18, 14: 19, 15: 20, 16: 21, 23: 1, 24: 2, 25: 4, 26: 5, 27: 7, 28: 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def clips() -> list[np.ndarray]:
    return [made.positions for made in choreography.choreographed(range(4))]


def turned(positions: np.ndarray, angle: float) -> np.ndarray:
    sin, cos = np.sin(angle), np.cos(angle)
    matrix = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    return positions @ matrix.T


def film(positions: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A perfect tracker in front of a far camera: times, world, picture."""
    world = np.zeros((len(positions), 33, 3), np.float32)
    for landmark, joint in LANDMARKS.items():
        world[:, landmark] = positions[:, joint] - positions[:, [1, 2]].mean(axis=1)
    seen = np.zeros((len(positions), 33, 2), np.float32)
    for landmark, joint in LANDMARKS.items():
        seen[:, landmark] = positions[:, joint, :2] * np.array([100, -100], np.float32)
    return np.arange(len(positions)) / fps, world, seen


def test_a_turn_a_step_aside_and_another_size_change_nothing(clips: list[np.ndarray]) -> None:
    for positions in clips:
        plain = directions.from_motion(positions, 20.0)
        moved = directions.from_motion(1.3 * turned(positions, 1.1) + np.float32(2.0), 20.0)
        np.testing.assert_allclose(moved.limbs, plain.limbs, atol=2e-4)
        np.testing.assert_allclose(moved.turn, plain.turn, atol=2e-2)
        np.testing.assert_allclose(moved.path, 1.3 * plain.path, atol=2e-2)


def test_a_perfect_film_has_the_rows_of_its_motion(clips: list[np.ndarray]) -> None:
    for angle in (0.0, 2.0, 4.0):
        for positions in clips:
            plain = directions.from_motion(positions, 20.0)
            seen = directions.from_landmarks(*film(turned(positions, angle), 20.0))
            np.testing.assert_allclose(seen.limbs, plain.limbs, atol=1e-3)
            np.testing.assert_allclose(seen.turn, plain.turn, atol=5e-2)


def test_films_of_other_rates_agree(clips: list[np.ndarray]) -> None:
    positions = clips[0]
    fine = directions.from_landmarks(*film(positions, 20.0))
    coarse = directions.from_landmarks(*film(positions[::4], 5.0))
    assert abs(len(fine) - len(coarse)) <= 2
    rows = min(len(fine), len(coarse)) - 2
    assert np.abs(fine.limbs[:rows] - coarse.limbs[:rows]).mean() < 0.06


@pytest.mark.parametrize("frames", [31, 32, 33, 34, 35, 36])
def test_a_film_is_as_long_as_its_motion_whatever_its_rate(
    clips: list[np.ndarray], frames: int
) -> None:
    positions = clips[0][:frames]
    seconds = frames / 20
    plain = directions.from_motion(positions, 20.0)
    for step in (1, 2, 4):
        times, world, picture = film(positions[::step], 20.0 / step)
        assert len(directions.from_landmarks(times, world, picture, seconds)) == len(plain)
    # A header that ends before the last picture is not believed, nor one that ends much later.
    times, world, picture = film(positions[::2], 10.0)
    free = directions.from_landmarks(times, world, picture)
    assert len(directions.from_landmarks(times, world, picture, 0.5)) == len(free)
    assert len(directions.from_landmarks(times, world, picture, 9.0)) == len(free)


def test_left_is_left_and_a_mirror_swaps_it(clips: list[np.ndarray]) -> None:
    positions = clips[1]
    plain = directions.from_motion(positions, 20.0)
    mirrored = directions.from_motion(mirror_positions(positions), 20.0)
    np.testing.assert_allclose(plain.mirrored().rows, mirrored.rows, atol=1e-4)
    assert np.abs(plain.limbs - mirrored.limbs).max() > 0.2
    np.testing.assert_allclose(plain.mirrored().mirrored().rows, plain.rows)
    raised = np.tile(positions[:1], (20, 1, 1))
    raised[:, 18] = raised[:, 16] + np.array([0, 0.3, 0], np.float32)  # left elbow over shoulder
    left = directions.LIMBS.index("left_upper_arm")
    assert directions.from_motion(raised, 20.0).limbs[0, 3 * left + 1] > 0.99


def test_turning_left_is_positive(clips: list[np.ndarray]) -> None:
    still = np.tile(clips[0][:1], (40, 1, 1))
    turning = np.stack([turned(body[None], 0.05 * i)[0] for i, body in enumerate(still)])
    rows = directions.from_motion(turning, 20.0)
    np.testing.assert_allclose(rows.turn, 1.0, atol=0.05)  # y-up: +angle about y is to the left


def test_speed_changes_length_turn_and_path(clips: list[np.ndarray]) -> None:
    plain = directions.from_motion(clips[2], 20.0)
    quick = plain.at_speed(1.25)
    assert len(quick) == round(len(plain) / 1.25)
    np.testing.assert_allclose(quick.limbs[0], plain.limbs[0])
    assert np.abs(quick.path).mean() > 1.1 * np.abs(plain.path).mean()


def test_rows_are_finite_on_degenerate_bodies() -> None:
    flat = np.zeros((7, 22, 3), np.float32)
    assert np.isfinite(directions.from_motion(flat, 20.0).rows).all()
    one = directions.from_landmarks(
        np.zeros(1), np.zeros((1, 33, 3), np.float32), np.zeros((1, 33, 2), np.float32)
    )
    assert len(one) >= 1
    assert np.isfinite(one.rows).all()


def test_cutting_keeps_rows(clips: list[np.ndarray]) -> None:
    plain = directions.from_motion(clips[0], 20.0)
    part = plain.cut(3, 9)
    assert isinstance(part, Poses)
    assert part.seconds == pytest.approx(0.6)
    np.testing.assert_array_equal(part.rows, plain.rows[3:9])
