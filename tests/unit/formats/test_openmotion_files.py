"""Real files of every source: units, axes, rates and rest poses against the manifest."""

import gzip
import json

import numpy as np
import pytest

from lavimo import formats
from lavimo.motion.faults import begins_with_rest_pose
from lavimo.motion.retarget import to_smpl22

FILES = [
    "cmu/02/02_01.bvh",
    "cmu/01/01_05.amc",
    "cmu/10/10_01.bvh",
    "cmu_jump/118_03_jump.bvh",
    "cmu_daz/salsa_01.bvh",
    "bandai/dataset-1/dataset-1_kick_normal_001.bvh",
    "bandai/dataset-2/dataset-2_raise-up-both-hands_active_009.bvh",
    "hdm05/HDM_bd_lieDownFloor_001_030.amc",
    "hdm05/HDM_tr_kickLFront1Reps_025_030.amc",
    "deepmimic/humanoid3d_backflip.txt",
    "deepmimic/humanoid3d_crawl.txt",
    "variants/fair1_dab.bvh",
    "variants/cmu1_jumping_jacks.bvh",
]

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def manifest(openmotion):
    with gzip.open(openmotion / "manifest.jsonl.gz") as lines:
        rows = map(json.loads, lines)
        return {row["file"]: row for row in rows if row["start"] < 1}


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_understood_as_its_manifest_says(openmotion, manifest, file):
    motion = formats.read(openmotion / file)
    row = manifest[file]
    if row["unit_m"] is not None:
        assert motion.source.unit_metres == pytest.approx(row["unit_m"], rel=1e-4)
    assert motion.source.up_axis == row["up_axis"]
    assert motion.fps == pytest.approx(row["fps_file"], rel=2e-3)
    assert begins_with_rest_pose(motion) == row["tpose_first_frame"]
    body = to_smpl22(motion).positions
    shin = np.linalg.norm(body[:, 4] - body[:, 7], axis=-1).mean()
    assert 0.3 < shin < 0.55
    thigh = np.linalg.norm(body[:, 1] - body[:, 4], axis=-1)
    assert np.ptp(thigh) < 0.02


def test_left_is_left_and_travel_is_read_from_the_hips(openmotion):
    file = openmotion / "bandai/dataset-1/dataset-1_walk_normal_001.bvh"
    motion = formats.read(file)
    assert np.ptp(motion.positions[:, 0], axis=0).max() < 1e-6  # joint_Root stays
    pelvis = to_smpl22(motion).positions[:, 0]
    assert np.linalg.norm(np.ptp(pelvis[:, [0, 2]], axis=0)) > 1.5


def test_the_same_trial_is_the_same_in_bvh_after_writing(openmotion, tmp_path):
    motion = formats.read(openmotion / "hdm05/HDM_tr_kickLFront1Reps_025_030.amc")
    again = formats.read(formats.write(motion, tmp_path / "kick.bvh"))
    order = [again.skeleton.names.index(name) for name in motion.skeleton.names]
    np.testing.assert_allclose(again.positions[:, order], motion.positions, atol=1e-4)
