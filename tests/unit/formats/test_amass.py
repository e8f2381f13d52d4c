"""AMASS files with a small stand-in for the body model."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError

_spec = importlib.util.spec_from_file_location(
    "format_samples", Path(__file__).parents[2] / "contract/format_samples.py"
)
assert _spec is not None
assert _spec.loader is not None
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_SMPLH", str(samples.body_model(tmp_path / "smplh")))


def _changed(path, **arrays):
    with np.load(path) as held:
        content = dict(held) | arrays
    np.savez(path, **{key: value for key, value in content.items() if value is not None})
    return path


@pytest.mark.usefixtures("model")
def test_poses_give_the_body_they_were_made_from(tmp_path):
    motion = formats.read(samples.amass(tmp_path))
    np.testing.assert_allclose(motion.positions, samples.walk().positions, atol=1e-5)
    assert motion.fps == 20.0
    assert motion.rotations is not None
    np.testing.assert_allclose(
        np.abs(np.sum(motion.rotations * samples.walk().rotations, axis=-1)), 1, atol=1e-5
    )  # fmt: skip


@pytest.mark.usefixtures("model")
def test_betas_and_gender_shape_the_body(tmp_path):
    path = samples.amass(tmp_path)
    plain = formats.read(path)
    betas = np.zeros(16)
    betas[0] = 1.0  # the stand-in grows by a tenth
    grown = formats.read(_changed(path, betas=betas, gender=np.array(b"female")))
    np.testing.assert_allclose(grown.skeleton.offsets, 1.1 * plain.skeleton.offsets, atol=1e-6)
    assert any("female" in remark for remark in grown.source.remarks)


def test_a_missing_model_is_one_sentence_with_the_remedy(tmp_path, monkeypatch):
    path = samples.amass(tmp_path)
    monkeypatch.delenv("LAVIMO_SMPLH", raising=False)
    with pytest.raises(FormatError, match=r"SMPL-H body model.*LAVIMO_SMPLH"):
        formats.read(path)
    monkeypatch.setenv("LAVIMO_SMPLH", str(tmp_path))
    with pytest.raises(FormatError, match=r"holds no male/model\.npz"):
        formats.read(path)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"poses": None}, "no array 'poses' .it holds"),
        ({"trans": np.zeros((3, 3))}, "12 poses but 3 places"),
        ({"poses": np.zeros((12, 60))}, r"\(12, 60\) are not those of AMASS"),
        ({"mocap_framerate": None}, "no frame rate"),
        ({"mocap_framerate": np.array("fast")}, "frame rate is no number"),
        ({"betas": np.full(10, np.nan)}, "betas are no finite numbers"),
    ],
)
def test_other_content_is_refused(tmp_path, changes, said):
    with pytest.raises(FormatError, match=said):
        formats.read(_changed(samples.amass(tmp_path), **changes))


def test_a_file_that_is_no_body_model_is_named(tmp_path, monkeypatch):
    folder = samples.body_model(tmp_path / "other")
    np.savez(folder / "male/model.npz", J_regressor=np.eye(3), v_template=1, shapedirs=2)
    monkeypatch.setenv("LAVIMO_SMPLH", str(folder))
    with pytest.raises(FormatError, match="no SMPL-H body model"):
        formats.read(samples.amass(tmp_path))
