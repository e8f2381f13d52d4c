"""What must hold for every motion: round trips, symmetries, invariances of the features."""

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lavimo.features import canonical, humanml
from lavimo.motion import rotations as rot
from lavimo.motion.clip import from_rotations, mirror_positions
from lavimo.motion.skeleton import SMPL_22


class Recipe(NamedTuple):
    """What a random motion is made from (in the test: the shape checker draws random numbers)."""

    seed: int
    frames: int
    turning: float
    yaw: float
    scale: float

    def make(self) -> np.ndarray:
        """A smooth motion of the 22 joints: every joint swings, the root travels and turns."""
        random = np.random.default_rng(self.seed)
        t = np.arange(self.frames)[:, None] / 20
        speed, phase = random.uniform(0.2, 2, (2, 22))
        swing = random.uniform(0, 0.7, 22) * np.sin(2 * np.pi * (speed * t + phase))
        local = rot.from_axis_angle(random.normal(size=(22, 3)), swing)
        local[:, 0] = rot.multiply(rot.yaw(self.turning * t[:, 0] + self.yaw), local[:, 0])
        root = np.cumsum(random.normal(0, 0.03, (self.frames, 3)), axis=0)
        root[:, 1] += 1
        motion = from_rotations(
            SMPL_22, local.astype(np.float32), 20.0, root=root.astype(np.float32)
        )
        return motion.positions * np.float32(self.scale)


def recipes() -> st.SearchStrategy[Recipe]:
    return st.builds(
        Recipe,
        seed=st.integers(0, 2**16),
        frames=st.integers(2, 90),
        turning=st.floats(-4, 4),
        yaw=st.floats(-3, 3),
        scale=st.floats(0.3, 3),
    )


@given(recipes())
@settings(max_examples=40)
def test_positions_come_back_within_a_millimetre(recipe: Recipe) -> None:
    positions = recipe.make()
    features = humanml.encode(positions, parity=False)
    back = humanml.recover(features)
    ready = canonical.canonical_positions(positions)[:-1]
    np.testing.assert_allclose(back, ready, rtol=0, atol=1e-3)


@given(recipes(), st.floats(-3, 3), st.floats(-5, 5), st.floats(0.5, 2))
@settings(max_examples=30)
def test_turning_moving_and_scaling_leave_canonical_positions(
    recipe: Recipe, yaw: float, shift: float, scale: float
) -> None:
    positions = recipe.make()
    q = rot.yaw(np.array(yaw, np.float32)).astype(np.float32)
    moved = scale * rot.rotate(q, positions) + np.array([shift, 1, -shift])
    np.testing.assert_allclose(
        canonical.canonical_positions(moved.astype(np.float32)),
        canonical.canonical_positions(positions),
        rtol=0,
        atol=2e-4,
    )


@given(recipes())
@settings(max_examples=30)
def test_canonical_positions_are_a_fixed_point(recipe: Recipe) -> None:
    positions = recipe.make()
    ready = canonical.canonical_positions(positions)
    np.testing.assert_allclose(canonical.canonical_positions(ready), ready, rtol=0, atol=2e-5)


@given(recipes())
@settings(max_examples=20)
def test_mirroring_negates_the_turn_and_exchanges_the_feet(recipe: Recipe) -> None:
    positions = recipe.make()
    # The two halves of the target skeleton differ by up to a centimetre, so only what does not
    # depend on bone lengths is equal: compare after the lengths are set.
    ready = canonical.canonical_positions(positions)
    plain = humanml.encode_batch([ready], canonical=True)[0]
    mirrored = humanml.encode_batch([mirror_positions(ready)], canonical=True)[0]
    close = {"rtol": 0, "atol": 1e-3}
    away_from_back = np.abs(np.abs(plain[:, 0]) - np.abs(mirrored[:, 0])).max()
    assert away_from_back < 1e-3
    np.testing.assert_allclose(mirrored[:, 3], plain[:, 3], **close)
    np.testing.assert_array_equal(mirrored[:, 259:], plain[:, [261, 262, 259, 260]])


@given(st.lists(recipes(), min_size=2, max_size=4))
@settings(max_examples=20)
def test_neighbours_in_a_batch_do_not_matter(many: list[Recipe]) -> None:
    clips = [recipe.make() for recipe in many]
    for clip, together in zip(clips, humanml.encode_batch(clips), strict=True):
        np.testing.assert_allclose(together, humanml.encode(clip), rtol=0, atol=1e-5)
