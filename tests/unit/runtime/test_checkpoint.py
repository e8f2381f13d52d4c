"""Checkpoint folders: shipped ones open, copies are equal, damage is named in one sentence."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import ModelError
from lavimo.runtime import checkpoint
from lavimo.runtime.encoder import load_model

SENTENCES = ["a person waves with the left hand", "a person waves with the right hand"]


@pytest.mark.parametrize("name", ["lavimo-open-small", "lavimo-open-small-nc"])
def test_shipped_models_open_and_tell_left_from_right(name: str) -> None:
    model = load_model(name)
    rows = model.encode_text(SENTENCES)
    assert rows.shape == (2, model.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    sentences = model.encode_sentences(SENTENCES)
    assert model.similarity(rows[:1], rows[1:])[0, 0] < sentences[0] @ sentences[1] - 0.1
    assert 0 < model.calibration["confidence"]["text"]["threshold"] < 1
    assert model.checkpoint.licences


def test_a_saved_model_is_the_same(tmp_path: Path) -> None:
    model = load_model()
    model.save_pretrained(tmp_path / "copy")
    copy = load_model(tmp_path / "copy")
    np.testing.assert_array_equal(copy.encode_text(SENTENCES), model.encode_text(SENTENCES))
    features = np.random.default_rng(0).normal(size=(70, 263)).astype(np.float32)
    np.testing.assert_array_equal(
        copy.encode_features([features]), model.encode_features([features])
    )
    assert copy.calibration == model.calibration


def test_the_clean_model_names_only_free_licences() -> None:
    assert set(load_model("lavimo-open-small").checkpoint.licences) <= {
        "CC0-1.0",
        "CMU-mocap-free-use",
        "MIT",
    }


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "{", "damaged"),
        ("config.json", '{"format": "other"}', "no lavimo checkpoint"),
        ("config.json", '{"format": "lavimo-checkpoint", "version": 99}', "version 99"),
        ("model.safetensors", "x", "cannot be read"),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoint.find("lavimo-open-small"), folder)
    (folder / name).write_text(content)
    with pytest.raises(ModelError, match=said):
        load_model(folder)


def test_a_config_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(checkpoint.find("lavimo-open-small"), folder)
    described = json.loads((folder / "config.json").read_text())
    described["model"]["wings"] = 2
    (folder / "config.json").write_text(json.dumps(described))
    with pytest.raises(ModelError, match="wings"):
        load_model(folder)


def test_an_unknown_model_names_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lavimo-open-small-nc"):
        load_model(tmp_path / "nothing")
