"""The body's table is consistent, mirrored, and made for any size."""

import numpy as np
import pytest

from lavimo.motion.clip import Motion, mirror_positions
from lavimo.render import figure


def test_sums_of_joints_move_with_the_body(walk: Motion):
    for weights in figure.POINTS.values():
        assert sum(weights.values()) == pytest.approx(1)
    shift = np.array([3, 1, -2], np.float32)
    moved = figure.points_of(walk.positions + shift)
    np.testing.assert_allclose(moved, figure.points_of(walk.positions) + shift, atol=1e-4)


def test_every_part_hangs_between_known_points():
    for part in figure.BODY:
        assert set(part.points) <= set(figure.NAMES)
        assert len(part.radii) in (1, 2)
        assert all(part.paint in theme for theme in figure.THEMES.values())


def test_the_body_is_the_same_on_both_sides(walk: Motion):
    mirrored = figure.points_of(mirror_positions(walk.positions))
    plain = figure.points_of(walk.positions)
    for name in figure.NAMES:
        other = name.replace("left", "#").replace("right", "left").replace("#", "right")
        a = mirrored[:, figure.NAMES.index(other)] * np.array([-1, 1, 1])
        np.testing.assert_allclose(a, plain[:, figure.NAMES.index(name)], atol=1e-4)


def test_the_nose_points_ahead(walk: Motion):
    points = figure.points_of(walk.positions)
    nose = points[:, figure.NAMES.index("nose")] - points[:, figure.NAMES.index("skull")]
    assert (nose[:, 2] > 0.05).all()


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_thickness_goes_with_length(walk: Motion, size: float):
    scaled = (walk.positions * size).astype(np.float32)
    assert figure.scale_of(scaled) == pytest.approx(size * figure.scale_of(walk.positions))


def test_left_and_right_differ_in_grey_too():
    grey = np.array([0.299, 0.587, 0.114])
    for theme in figure.THEMES:
        left, right = figure.colour(theme, "left"), figure.colour(theme, "right")
        assert abs(float((left - right) @ grey)) > 25


COLOUR_BLIND = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "protanopia": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.052]],
    "deuteranopia": [[0.3673, 0.8606, -0.228], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritanopia": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


@pytest.mark.parametrize("kind", COLOUR_BLIND)
@pytest.mark.parametrize("theme", list(figure.THEMES))
def test_left_and_right_differ_for_the_colour_blind(kind: str, theme: str):
    def seen(paint: str) -> np.ndarray:
        linear = (figure.colour(theme, paint) / 255) ** 2.2
        return 255 * np.clip(np.array(COLOUR_BLIND[kind]) @ linear, 0, 1) ** (1 / 2.2)

    assert np.linalg.norm(seen("left") - seen("right")) > 90
