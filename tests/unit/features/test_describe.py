"""Descriptions of small motions made by hand, whose facts are known beforehand."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import MotionError
from lavimo.features.canonical import canonical_positions
from lavimo.features.describe import Description, describe
from lavimo.features.thresholds import LIMIT, THRESHOLDS
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations, mirror_positions
from lavimo.motion.skeleton import SMPL_22, SMPL_NAMES

J = {name: joint for joint, name in enumerate(SMPL_NAMES)}
X, Y, Z = np.eye(3)


def body(
    frames: int,
    bends: dict[str, tuple[np.ndarray, np.ndarray]] | None = None,
    root: np.ndarray | None = None,
) -> np.ndarray:
    """Positions of a standing body with arms down; `bends` maps a joint to (axis, angles)."""
    local = rot.identity(frames, 22)
    for name, (axis, angles) in (bends or {}).items():
        q = rot.from_axis_angle(np.broadcast_to(axis, (frames, 3)), np.asarray(angles))
        local[:, J[name]] = q.astype(np.float32)
    path = np.zeros((frames, 3)) if root is None else root
    path = path + np.array([0, 0.84, 0])
    motion = from_rotations(SMPL_22, local, 20.0, root=path.astype(np.float32))
    return canonical_positions(motion.positions)


def hill(frames: int, top: float, start: int = 10, end: int = -10) -> np.ndarray:
    """An angle that rises to `top`, stays and comes back, smoothly."""
    t = np.zeros(frames)
    t[start:end] = 1
    kernel = np.hanning(11)
    return top * np.convolve(t, kernel / kernel.sum(), mode="same")


def test_a_body_that_stands_still_does_nothing() -> None:
    found = describe(body(40))
    assert found.tags == ("in place", "standing")
    assert found.sentences() == ()
    assert found.attrs["posture"] == "standing"
    assert found.attrs["direction"] == "none"
    assert [fact.name for fact in found.facts] == ["posture"]


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_raised_hand_has_its_side_height_and_span(side: str, sign: int) -> None:
    found = describe(body(60, {f"{side}_shoulder": (sign * Z, hill(60, 2.9))}))
    (fact,) = found.named("hand raised")
    assert fact.side == side
    assert fact.value == pytest.approx(0.5, abs=0.05)
    assert 0.5 < fact.start < 1.0
    assert 2.0 < fact.end < 2.6
    assert f"{side} hand above head" in found.tags
    assert f"only {side} arm moves" in found.tags
    assert found.attrs[f"{side}_hand_level"] == "above head"
    other = "right" if side == "left" else "left"
    assert found.attrs[f"{other}_hand_level"] in ("low", "waist")
    assert f"A person raises the {side} hand above the head." in found.sentences()


def test_both_hands_are_one_fact() -> None:
    bends = {"left_shoulder": (Z, hill(60, 2.9)), "right_shoulder": (-Z, hill(60, 2.9))}
    found = describe(body(60, bends))
    assert {fact.side for fact in found.named("hand raised")} == {"both"}
    assert "arms symmetric" in found.tags


@pytest.mark.parametrize(("degrees", "side"), [(90, "left"), (-90, "right"), (180, "left")])
def test_a_turn_has_its_degrees_and_side(degrees: float, side: str) -> None:
    angle = np.radians(degrees) * np.clip((np.arange(80) - 20) / 40, 0, 1)
    found = describe(body(80, {"pelvis": (Y, angle)}))
    (fact,) = found.named("turn")
    assert fact.side == side
    assert fact.value == pytest.approx(abs(degrees), abs=3)
    assert found.attrs["turn"] == pytest.approx(degrees, abs=3)
    assert f"turning {side}" in found.tags


def test_a_whole_turn_counts_whole() -> None:
    angle = 4 * np.pi * np.clip((np.arange(140) - 20) / 100, 0, 1)
    assert describe(body(140, {"pelvis": (Y, angle)})).attrs["turn"] == pytest.approx(720, abs=6)


def test_bowing_has_an_angle_and_no_travel() -> None:
    found = describe(body(60, {"spine1": (X, hill(60, 1.2))}))
    (fact,) = found.named("bend")
    assert fact.value == pytest.approx(60, abs=12)
    assert "bending forward" in found.tags
    assert not found.named("travel", "steps", "jump")


def jump(height: float, frames_up: int = 8) -> np.ndarray:
    t = np.arange(-20, 21) / frames_up
    rise = np.where(np.abs(t) < 1, height * (1 - t**2), 0)
    return np.stack([0 * rise, rise, 0 * rise], axis=-1)


def test_a_jump_is_a_flight_of_a_falling_body() -> None:
    found = describe(body(41, root=jump(0.4)))
    (fact,) = found.named("jump")
    assert fact.side == "both"
    assert fact.value == pytest.approx(0.4, abs=0.08)
    assert found.attrs["jumps"] == 1


def test_a_lift_through_the_air_is_no_jump() -> None:
    rise = np.concatenate([np.zeros(20), np.linspace(0, 1, 60), np.ones(20)])
    path = np.stack([0 * rise, rise, 0 * rise], axis=-1)
    assert not describe(body(100, root=path)).named("jump")


def test_the_walk_of_the_fixture(walk: Motion) -> None:
    found = describe(canonical_positions(walk.positions))
    assert {fact.side for fact in found.named("travel")} == {"forward"}
    assert found.attrs["travel"] == pytest.approx(3.4, abs=0.4)
    assert found.attrs["turn"] == 0
    assert 4 <= float(found.attrs["steps"]) <= 7
    assert "legs alternating" in found.tags


def test_backwards_is_told_from_forward(walk: Motion) -> None:
    found = describe(canonical_positions(walk.positions[::-1].copy()))
    assert found.attrs["direction"] == "backward"


def test_without_travel_it_walks_in_place(walk: Motion) -> None:
    still = walk.positions.copy()
    still[..., 2] -= 1.2 * np.arange(len(still), dtype=np.float32)[:, None] / 20
    found = describe(canonical_positions(still))
    assert "in place" in found.tags
    assert found.attrs["travel"] == 0


def test_the_mirrored_motion_has_the_other_side(walk: Motion) -> None:
    bends = {
        "left_shoulder": (Z, hill(80, 2.5)),
        "pelvis": (Y, np.radians(70) * np.clip((np.arange(80) - 20) / 40, 0, 1)),
        "right_hip": (X, hill(80, -1.4, 30, -30)),
    }
    positions = body(80, bends)
    other = {"left": "right", "right": "left"}
    plain = {(f.name, f.side) for f in describe(positions).facts}
    mirrored = {(f.name, f.side) for f in describe(mirror_positions(positions)).facts}
    assert mirrored == {(name, other.get(side, side)) for name, side in plain}


@pytest.mark.parametrize("frames", [2, 3, 5, 9])
def test_very_short_clips_are_described(walk: Motion, frames: int) -> None:
    found = describe(canonical_positions(walk.positions[:frames]))
    assert np.isfinite([v for v in found.attrs.values() if not isinstance(v, str)]).all()


def test_other_rates_give_the_same_facts() -> None:
    slow, fast = body(60, {"left_shoulder": (Z, hill(60, 2.9))}), []
    fast = np.repeat(slow, 2, axis=0)
    fast[1:-1:2] = (slow[:-1] + slow[1:]) / 2
    tags = describe(slow).tags
    assert describe(fast.astype(np.float32), fps=40.0).tags == tags


def test_poses_that_cannot_be_are_survived() -> None:
    random = np.random.default_rng(0)
    noise = random.normal(0, 1, (50, 22, 3)).astype(np.float32)
    assert isinstance(describe(noise), Description)
    assert isinstance(describe(np.zeros((50, 22, 3), np.float32)), Description)


def test_one_frame_is_refused() -> None:
    with pytest.raises(MotionError, match="at least two frames"):
        describe(body(2)[:1])


def test_thresholds_are_named_once_and_explained() -> None:
    assert len(LIMIT) == len(THRESHOLDS)
    assert all(row.why for row in THRESHOLDS)


def test_choreography_is_described_right() -> None:
    """At least 95 % of each fact on clips whose programme is known; one slip where it is rare."""
    bench = Path(__file__).parents[3] / "benchmarks" / "describe.py"
    table = runpy.run_path(str(bench))["score"](range(80_000, 80_150))
    assert len(table) >= 25
    wrong = {
        name: (right, count)
        for name, (right, count) in table.items()
        if right < min(0.95 * count, count - 1)
    }
    assert wrong == {}
