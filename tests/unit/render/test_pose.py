"""Poses keep what the clip does: directions, feet, floor, sides, and never pop."""

import numpy as np
import pytest

from lavimo.data.choreography import choreograph
from lavimo.data.openmotion import rows
from lavimo.data.prepare import read_canonical
from lavimo.motion.clip import Motion, move
from lavimo.motion.skeleton import SMPL_MIRROR
from lavimo.render.avatar import load, skin
from lavimo.render.pose import SMPL_REST, Posed, rest_of, solve
from lavimo.render.swing import swing, unit

FLIP = np.array([-1, 1, 1], np.float32)
FPS = 20.0
REAL = (
    "bandai1_walk_normal_001", "cmu_16_06", "hdm05_mm_squat1Reps_038", "deepmimic_kick",
    "cmudaz_indian_06_1", "hdm05_dg_lieDownFloor_011", "bandai2_run_normal_001", "cmu_49_18",
    "kaykit_kaykit_Med_General_Throw", "deepmimic_crawl",
)  # fmt: skip


@pytest.fixture(scope="module")
def clips(openmotion) -> dict[str, np.ndarray]:
    known = {row.id: row for row in rows(openmotion)}
    found = {name: read_canonical(known[name]) for name in REAL if name in known}
    assert len(found) >= 8
    return found


@pytest.fixture(scope="module")
def made() -> list[np.ndarray]:
    return [choreograph(seed).positions for seed in range(4)]


def still(frames: int = 30) -> np.ndarray:
    standing = SMPL_REST + np.array([0, 1.19, 0], np.float32)
    return np.tile(standing, (frames, 1, 1)).astype(np.float32)


def bone(p: np.ndarray, start: int, end: int) -> np.ndarray:
    return unit(p[:, end].astype(float) - p[:, start])


def leg(p: np.ndarray) -> float:
    return float(np.median(np.linalg.norm(p[:, 4] - p[:, 1], axis=-1)
                           + np.linalg.norm(p[:, 7] - p[:, 4], axis=-1)))  # fmt: skip


def speed(p: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.gradient(p, axis=0), axis=-1) * FPS


def planted(p: np.ndarray) -> np.ndarray:
    """Frames and feet of the clip with heel and toe down, and slow."""
    height = p[:, (7, 8, 10, 11), 1]
    low = height - np.quantile(height, 0.03, axis=0) < 0.025
    return low[:, :2] & low[:, 2:] & (speed(p[:, 7:9]) < 0.25)


def sole_heights(posed: Posed, body) -> np.ndarray:
    bones, points = body.soles
    turns = posed.rotations[:, bones, 1]
    about = points - body.joints[bones]
    return posed.joints[:, bones, 1] + np.einsum("tnb,nb->tn", turns, about)


def turn_degrees(posed: Posed) -> np.ndarray:
    r = posed.rotations.astype(float)
    trace = np.einsum("tjab,tjab->tj", r[1:], r[:-1])
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def check_feet(p: np.ndarray, posed: Posed, body) -> None:
    scale = leg(body.joints[None]) / leg(p)
    down = planted(p)
    if down.any():
        own, source = speed(posed.joints[:, 7:9])[down], scale * speed(p[:, 7:9])[down]
        assert own.mean() < source.mean() + 0.03
        lowest = sole_heights(posed, body).min(axis=1)[down.any(axis=1)]
        assert np.median(np.abs(lowest)) < 0.005
        assert lowest.min() > -0.03


def test_real_clips_keep_their_feet_on_the_floor(clips) -> None:
    for name, body in zip(clips, ("a01", "a03", "a11", "a02", "a07"), strict=False):
        posed = solve(clips[name], FPS, load(body))
        check_feet(clips[name], posed, load(body))


def test_made_clips_keep_their_feet_on_the_floor(made) -> None:
    for p, body in zip(made, ("a04", "a05", "a09", "a13"), strict=True):
        check_feet(p, solve(p, FPS, load(body)), load(body))


def test_no_joint_turns_faster_than_its_bone_by_much(clips, made) -> None:
    below = {0: 3, 1: 4, 2: 5, 4: 7, 5: 8, 7: 10, 8: 11, 9: 12, 12: 15, 16: 18, 17: 19, 18: 20,
             19: 21}  # fmt: skip
    for p in (*clips.values(), *made):
        turns = turn_degrees(solve(p, FPS, load("a03")))
        for joint, end in below.items():
            direction = bone(p, joint, end)
            own = np.degrees(np.arccos(np.clip((direction[1:] * direction[:-1]).sum(1), -1, 1)))
            excess = turns[:, joint] - own
            # A twist about a bone is no turn of the bone itself.
            assert np.quantile(excess, 0.98) < 35
            assert np.median(excess) < 5


def test_poses_are_finite_rotations(clips, made) -> None:
    for p in (*clips.values(), *made):
        posed = solve(p, FPS, load("a08"))
        assert np.isfinite(posed.joints).all()
        eye = posed.rotations @ np.swapaxes(posed.rotations, -1, -2)
        np.testing.assert_allclose(eye, np.broadcast_to(np.eye(3), eye.shape), atol=1e-4)
        assert (np.linalg.det(posed.rotations) > 0.99).all()


def test_arms_point_where_the_clip_has_them(made) -> None:
    body = load("a06")
    for p in made:
        joints = solve(p, FPS, body).joints
        for start, end in ((16, 18), (17, 19), (18, 20), (19, 21)):
            agree = (bone(joints, start, end) * bone(p, start, end)).sum(axis=1)
            assert agree.min() > 0.9999
        for start, end in ((1, 4), (2, 5), (4, 7), (5, 8)):
            agree = (bone(joints, start, end) * bone(p, start, end)).sum(axis=1)
            assert np.median(agree) > 0.97


def test_a_mirrored_clip_is_the_mirrored_pose(made) -> None:
    body = load("a01")
    for p in made[:2]:
        posed = solve(p, FPS, body)
        other = solve(np.ascontiguousarray(p[:, SMPL_MIRROR] * FLIP), FPS, body)
        back = other.joints[:, SMPL_MIRROR] * FLIP
        assert np.abs(back - posed.joints).max() < 0.01
        turns = other.rotations[:, SMPL_MIRROR] * np.outer(FLIP, FLIP)
        agree = np.einsum("tjab,tjab->tj", turns, posed.rotations)
        assert np.degrees(np.arccos(np.clip((agree.min() - 1) / 2, -1, 1))) < 5


def test_left_stays_left(made) -> None:
    p = still()
    p[:, 20] += np.array([0, 0.5, 0], np.float32)
    p[:, 18] += np.array([-0.1, 0.2, 0], np.float32)
    joints = solve(p, FPS, load("a02")).joints
    assert joints[0, 20, 1] > joints[0, 21, 1] + 0.2
    assert (joints[:, 1, 0] > joints[:, 2, 0] + 0.1).all()


def test_a_standing_body_stands_as_at_rest() -> None:
    body = load("a01")
    posed = solve(still(), FPS, body, rest=SMPL_REST)
    for joint in (0, 3, 6, 9, 12, 15):
        np.testing.assert_allclose(posed.rotations[0, joint], np.eye(3), atol=0.02)
    assert (posed.rotations[0, (7, 8), 1, 1] > 0.99).all()
    vertices, _ = skin(body, posed.rotations[0], posed.joints[0])
    assert abs(vertices[:, 1].min()) < 0.004


def test_straight_legs_bend_forward_or_not_at_all() -> None:
    p = still()
    p[:, 4:6, 2] = (p[:, 1:3, 2] + p[:, 7:9, 2]) / 2  # hip, knee and ankle in one line
    for lean in (-0.02, 0, 0.02):
        bent = p.copy()
        bent[:, 4:6, 2] += lean  # the noise of capture, either way
        joints = solve(bent, FPS, load("a03")).joints.astype(float)
        middle = (joints[:, 1:3] + joints[:, 7:9]) / 2
        assert (joints[:, 4:6, 2] - middle[..., 2]).min() > -0.01
        assert (joints[:, 10:12, 2] > joints[:, 7:9, 2] + 0.05).all()


def test_jumps_keep_their_height() -> None:
    p = still(60)
    hop = 0.5 * np.clip(np.sin(np.linspace(-np.pi / 2, 5.5 * np.pi, 60)), 0, None)
    p[..., 1] += hop.astype(np.float32)[:, None]
    body = load("a11")
    posed = solve(p, FPS, body)
    lowest = sole_heights(posed, body).min(axis=1)
    scale = leg(body.joints[None]) / leg(p)
    assert lowest.max() == pytest.approx(0.48 * scale, abs=0.05)
    assert abs(lowest[hop == 0]).max() < 0.06
    rise = np.ptp(posed.joints[:, 0, 1])
    assert rise == pytest.approx(0.5 * scale, abs=0.03)


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 20])
def test_very_short_clips(frames: int, walk: Motion) -> None:
    body = load("a12")
    posed = solve(walk.positions[:frames], walk.fps, body)
    assert posed.rotations.shape == (frames, 22, 3, 3)
    assert np.isfinite(posed.joints).all()
    assert abs(sole_heights(posed, body).min()) < 0.03


def test_folded_and_lost_limbs_stay_finite() -> None:
    folded = still(12)
    folded[:, 20:22] = folded[:, 16:18]  # forearms back on the upper arms
    folded[:, 7:9] = folded[:, 1:3]  # heels at the hips
    lost = still(12)
    lost[:, 18:22] = lost[:, 16:17]  # arms without length
    point = np.zeros((12, 22, 3), np.float32)
    upright = still(12)
    upside_down = upright * np.array([1, -1, -1], np.float32) + np.array([0, 2, 0], np.float32)
    for p in (folded, lost, point, upside_down):
        posed = solve(p, FPS, load("a04"))
        assert np.isfinite(posed.rotations).all()
        assert np.isfinite(posed.joints).all()


def test_where_the_clip_stands_and_faces_does_not_matter(walk: Motion) -> None:
    body = load("a07")
    angle = 0.7
    here = solve(walk.positions, walk.fps, body)
    there = solve(move(walk, (0.0, 0.0, 0.0), angle).positions, walk.fps, body)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    np.testing.assert_allclose(there.joints, here.joints @ turn.T, atol=2e-3)


def test_the_neutral_stance_is_read_from_upright_frames() -> None:
    rig = still(40).astype(np.float64)
    rig[:, 15] = rig[:, 12] + [0, 0.1, 0]  # a capture rig: the head straight over the neck
    bowed = rig[:10].copy()
    turn = swing(np.array([[0, 1.0, 0]]), unit(np.array([[0, 0.2, 1.0]])))[0]
    upper = [3, 6, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
    bowed[:, upper] = (bowed[:, upper] - rig[0, 0]) @ turn.T + rig[0, 0]
    clip = np.concatenate([rig, bowed]).astype(np.float32)
    rest = rest_of(clip, FPS)
    up = unit(rest[15] - rest[12])
    assert up[1] > 0.99
    posed = solve(clip, FPS, load("a01"))
    assert posed.rotations[0, 15, 1, 1] > 0.99
    assert posed.rotations[-1, 15, 1, 1] < 0.5
    np.testing.assert_allclose(rest[SMPL_MIRROR] * FLIP, rest, atol=1e-6)


def test_hands_rest_on_the_floor_instead_of_going_through(clips) -> None:
    body = load("a03")
    for name in ("deepmimic_crawl", "hdm05_dg_lieDownFloor_011"):
        posed = solve(clips[name], FPS, body)
        tips = (
            posed.joints[:, 20:22, 1]
            + (posed.rotations[:, 20:22, 1] @ body.hands.T)[:, (0, 1), (0, 1)]
        )
        assert posed.joints[:, 20:22, 1].min() > 0.02
        assert tips.min() > 0.0
        long = np.linalg.norm(posed.joints[:, 20:22] - posed.joints[:, 18:20], axis=-1)
        np.testing.assert_allclose(long, np.broadcast_to(long[0], long.shape), atol=1e-4)
