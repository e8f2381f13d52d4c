"""What every choreographed clip promises: bones keep their length, feet their place."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lavimo.data.choreography import (
    GALLERY_SEEDS,
    LICENCE,
    SOURCE,
    TEST_SEEDS,
    TRAINING_SEEDS,
    Event,
    Programme,
    action_names,
    choreograph,
    choreograph_programme,
    embedded_gallery,
    mirrored,
)
from lavimo.data.choreography.actions import ACTIONS
from lavimo.data.choreography.body import Body, random_body
from lavimo.data.choreography.compose import begins_in, random_event, random_programme
from lavimo.motion.skeleton import SMPL_MIRROR, SMPL_PARENTS

KNEES = ((1, 4, 7), (2, 5, 8))
ELBOWS = ((16, 18, 20), (17, 19, 21))
TOES = (10, 11)


def perform(action, seed=0, **settings):
    """One event of an action with a body and parameters drawn from the seed."""
    random = np.random.default_rng(seed)
    event = replace(random_event(random, action), **settings)
    return choreograph_programme(Programme(seed, random_body(random), (event,)))


def inner_angles(positions, chains):
    """Inner angles of a hinge in degrees: 180 is straight."""
    angles = []
    for a, b, c in chains:
        one, two = positions[:, a] - positions[:, b], positions[:, c] - positions[:, b]
        cosine = np.sum(one * two, -1) / (
            np.linalg.norm(one, axis=-1) * np.linalg.norm(two, axis=-1)
        )
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return np.stack(angles)


def worst_slide(positions):
    """Largest move in one frame of a toe that lies on the floor before and after, in metres."""
    worst = 0.0
    for toe in TOES:
        down = positions[:, toe, 1] < 0.002
        moves = np.linalg.norm(np.diff(positions[:, toe][:, [0, 2]], axis=0), axis=-1)
        worst = max(worst, float((moves * (down[1:] & down[:-1])).max()))
    return worst


@pytest.mark.parametrize("action", action_names())
def test_every_action_moves_a_possible_body(action):
    for seed in range(2):
        positions = perform(action, seed).positions
        assert positions.shape[1:] == (22, 3)
        assert positions.dtype == np.float32
        assert np.isfinite(positions).all()
        lengths = np.linalg.norm(positions[:, 1:] - positions[:, list(SMPL_PARENTS[1:])], axis=-1)
        assert np.ptp(lengths, axis=0).max() < 1e-4
        assert positions[..., 1].min() > -0.02
        assert worst_slide(positions) < 0.025
        knees, elbows = inner_angles(positions, KNEES), inner_angles(positions, ELBOWS)
        assert knees.min() > 20
        assert elbows.min() > 20
        assert np.linalg.norm(np.diff(positions, axis=0), axis=-1).max() * 20 < 26


@pytest.mark.parametrize("action", ["walk", "squat", "kneel_down", "sit_down", "run", "lunge"])
def test_knees_bend_forward(action):
    positions = perform(action, 1).positions
    for hip, knee, ankle in KNEES:
        across = positions[:, 1] - positions[:, 2]
        thigh, shin = (
            positions[:, knee] - positions[:, hip],
            positions[:, ankle] - positions[:, knee],
        )
        assert (np.sum(np.cross(thigh, shin) * across, -1) > -1e-3).all()


@pytest.mark.parametrize("seed", range(12))
def test_planted_feet_do_not_slide_in_random_programmes(seed):
    clip = choreograph(seed)
    if not any(event.in_place for event in clip.programme.events):
        assert worst_slide(clip.positions) < 0.025
    assert clip.positions[..., 1].min() > -0.02


def test_a_seed_gives_the_same_clip_again_and_other_seeds_do_not():
    one, two, other = choreograph(7), choreograph(7), choreograph(8)
    assert np.array_equal(one.positions, two.positions)
    assert (one.captions, one.programme) == (two.captions, two.programme)
    assert one.captions != other.captions


def test_a_seed_gives_the_same_clip_in_another_process():
    code = (
        "import hashlib; from lavimo.data.choreography import choreograph; c = choreograph(11);"
        "print(hashlib.sha256(c.positions.tobytes() + ''.join(c.captions).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
        ).stdout
        for hash_seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
    assert len(runs.pop().strip()) == 64


@pytest.mark.parametrize("seed", range(20))
def test_events_follow_one_another_and_cover_the_clip(seed):
    clip = choreograph(seed)
    events = clip.programme.events
    assert events[0].start == 0
    assert events[-1].end == pytest.approx(clip.duration)
    assert all(event.start < event.end for event in events)
    for before, after in pairwise(events):
        assert before.end == after.start


def test_clips_say_that_they_are_synthetic_and_free():
    clip = choreograph(3)
    assert (clip.source, clip.licence, clip.seed) == (SOURCE, LICENCE, 3)
    assert "synthetic" in clip.source
    assert clip.fps == 20.0


def test_the_number_of_events_can_be_asked_for():
    assert [len(choreograph(5, events=n).programme.events) for n in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_seeds_of_training_gallery_and_test_are_apart():
    ranges = [TRAINING_SEEDS, GALLERY_SEEDS, TEST_SEEDS]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        assert ranges[one].stop <= ranges[two].start


def test_an_action_begins_in_the_posture_where_the_one_before_ended():
    for seed in range(200):
        programme = random_programme(seed, 3)
        posture = begins_in(programme)
        for event in programme.events:
            action = ACTIONS[event.action]
            assert posture in action.begins
            posture = action.ends or posture


@pytest.mark.parametrize(
    ("action", "side", "direction"),
    [("wave", "left", ""), ("kick_front", "left", ""), ("turn", "", "left"),
     ("throw_overarm", "left", ""), ("cartwheel", "", "left"), ("sidestep", "", "left"),
     ("lunge", "left", ""), ("hop", "left", "")],
)  # fmt: skip
def test_the_other_side_is_the_mirror_image(action, side, direction):
    event = random_event(np.random.default_rng(4), action)
    programme = Programme(4, Body(), (replace(event, side=side, direction=direction),))
    left = choreograph_programme(programme).positions
    right = choreograph_programme(mirrored(programme)).positions
    assert np.allclose(left, right[:, SMPL_MIRROR] * [-1, 1, 1], atol=1e-5)
    assert not np.allclose(left, right, atol=1e-2)


def test_left_is_plus_x_and_walking_goes_plus_z():
    positions = perform("walk", direction="forward", in_place=False, style="normal").positions
    assert (positions[0, [1, 13, 16, 18, 20], 0] > 0).all()
    assert (positions[0, [2, 14, 17, 19, 21], 0] < 0).all()
    assert positions[0, 10, 2] > positions[0, 7, 2]
    assert positions[-1, 0, 2] > 1.0
    assert abs(positions[-1, 0, 0]) < 0.1


@pytest.mark.parametrize(("direction", "sign"), [("left", 1.0), ("right", -1.0)])
@pytest.mark.parametrize("degrees", [45, 90, 135])
def test_turns_have_their_angle_and_side(direction, sign, degrees):
    positions = perform("turn", direction=direction, degrees=degrees).positions
    across = positions[-1, 1] - positions[-1, 2]
    turned = np.degrees(np.arctan2(-across[2], across[0]))
    assert turned == pytest.approx(sign * degrees, abs=6)


@pytest.mark.parametrize(("side", "wrist", "other"), [("left", 20, 21), ("right", 21, 20)])
def test_the_chosen_hand_goes_up(side, wrist, other):
    positions = perform("raise_arm", side=side, count=1).positions
    assert positions[:, wrist, 1].max() > positions[:, 15, 1].max()
    assert positions[:, other, 1].max() < positions[:, 12, 1].min()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_jumps_leave_the_floor_as_often_as_asked(count):
    positions = perform("jump_up", count=count).positions
    aloft = positions[:, TOES, 1].min(axis=1) > 0.03
    assert np.sum(np.diff(aloft.astype(int)) == 1) == count


def test_fast_is_quicker_than_slow():
    slow, fast = (perform("wave", 2, speed=speed, count=3).duration for speed in ("slow", "fast"))
    assert fast < 0.7 * slow


def test_in_place_takes_the_travel_away_and_nothing_else():
    random = np.random.default_rng(0)
    event = replace(random_event(random, "walk"), count=6)
    programme = Programme(9, Body(), (event,))
    travelling = choreograph_programme(programme).positions
    stays = choreograph_programme(replace(programme, events=(replace(event, in_place=True),)))
    assert np.ptp(stays.positions[:, 0, 2]) < 0.15 < np.ptp(travelling[:, 0, 2])
    assert np.allclose(stays.positions[..., 1], travelling[..., 1], atol=1e-5)


def test_a_gesture_can_be_made_on_a_chair():
    event = random_event(np.random.default_rng(0), "wave")
    standing = choreograph_programme(Programme(3, Body(), (event,)))
    seated = choreograph_programme(Programme(3, Body(), (event,), posture="on a chair"))
    assert seated.positions[:, 0, 1].max() < 0.7 * standing.positions[:, 0, 1].min()
    assert all("sit" in caption or "seat" in caption for caption in seated.captions)
    assert not any("sit" in caption or "seat" in caption for caption in standing.captions)


def test_bodies_differ():
    heights = {round(float(choreograph(seed).positions[0, 15, 1]), 2) for seed in range(8)}
    assert len(heights) > 4


def test_gallery_holds_300_clips_and_comes_back_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path))
    monkeypatch.setattr("lavimo.data.choreography.gallery.GALLERY_SEEDS", range(100_000, 100_012))
    made, read = embedded_gallery(), embedded_gallery()
    assert len(made) == len(read) == 12
    assert len(GALLERY_SEEDS) == 300
    for one, two in zip(made, read, strict=True):
        assert np.array_equal(one.positions, two.positions)
        assert (one.programme, one.captions, one.seed) == (two.programme, two.captions, two.seed)
    (stored,) = tmp_path.rglob("*.npz")
    stored.write_bytes(stored.read_bytes()[:500])
    assert len(embedded_gallery()) == 12


def test_event_is_plain_data():
    assert Event("walk") == Event("walk", side="", count=1)
