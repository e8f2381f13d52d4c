"""What every choreographed clip promises: a body that keeps its bones, feet that keep their place."""

import numpy as np
import pytest

from lavimo.data.choreography import choreograph
from lavimo.motion.skeleton import SMPL_PARENTS


def bone_lengths(positions):
    return np.linalg.norm(positions[:, 1:] - positions[:, list(SMPL_PARENTS[1:])], axis=-1)


@pytest.mark.parametrize("seed", range(20))
def test_bones_keep_their_length(seed):
    lengths = bone_lengths(choreograph(seed).positions)
    assert np.ptp(lengths, axis=0).max() < 1e-4


def test_a_seed_gives_the_same_clip_again():
    one, two = choreograph(7), choreograph(7)
    assert np.array_equal(one.positions, two.positions)
    assert one.captions == two.captions
    assert one.programme == two.programme


@pytest.mark.parametrize("seed", range(20))
def test_events_follow_one_another_and_cover_the_clip(seed):
    clip = choreograph(seed)
    events = clip.programme.events
    assert events[0].start == 0
    assert events[-1].end == pytest.approx(clip.duration)
    for before, after in zip(events, events[1:], strict=False):
        assert before.start < before.end == after.start
