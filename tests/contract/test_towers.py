"""Every numpy tower equals its torch twin within 1e-4, and padding changes nothing."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lavimo.models import build
from lavimo.presets import PRESETS, resolve
from lavimo.runtime import checkpoint, motion, text
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.directions import direction_signs
from lavimo.training import judge, linear

NORMS = ["pre", "post"]
POOLS = ["cls", "cls+mean"]


def small(layers: int = 1, **more: Any) -> list[str]:
    """Changes that make both towers and the decoder tiny."""
    tower = {"layers": layers, "dim": 32, "heads": 2, "ff": 64} | more
    recon = {"layers": 1, "ff": 64, "heads": 2, "fusion_heads": 2, "dropout": 0}
    return [
        *(f"model.{t}_tower.{f}={v}" for t in ("motion", "text") for f, v in tower.items()),
        *(f"loss.reconstruction.{f}={v}" for f, v in recon.items()),
    ]


@pytest.mark.parametrize(
    ("norm", "pool", "share"), list(itertools.product(NORMS, POOLS, [0.0, 0.4]))
)
def test_towers_agree(tiny_corpus: Any, tmp_path: Path, norm: str, pool: str, share: float) -> None:
    corpus, _ = tiny_corpus
    changes = small(2, norm=norm, pool=pool)
    preset = resolve(
        "lavimo_small_2modal",
        [
            *changes,
            f"model.sentence.share={share}",
            f"model.sides.share={share / 2}",
            "model.dim=16",
        ],
    )
    line = linear.fit(corpus, preset.model.motion, preset.linear, preset.augment, 0)
    corpus = replace(corpus, linear=line)
    torch.manual_seed(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    opened = saved(system, corpus, preset.model, tmp_path)
    batch = judge.plain_batch(corpus, preset.model, corpus.real)
    assert batch.text is not None
    with torch.no_grad():
        motions, texts = system.encode_motion(batch).numpy(), system.encode_text(batch).numpy()
    from lavimo.features import humanml

    features = humanml.encode_batch([c.positions for c in corpus.real], canonical=True)
    np.testing.assert_allclose(motion.encode(opened, features), motions, atol=1e-4)
    alone = np.concatenate([motion.encode(opened, [f]) for f in features])
    np.testing.assert_allclose(alone, motions, atol=1e-4)
    assert batch.texts is not None
    signs = direction_signs(batch.texts)
    found = text.encode_states(opened, batch.text.values.numpy(), batch.text.mask.numpy(), signs)
    # The table of this test holds made-up sentence vectors: all but those must agree.
    same = np.r_[: preset.model.dim, preset.model.dim + (384 if share else 0) : found.shape[1]]
    np.testing.assert_allclose(found[:, same], texts[:, same], atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def saved(system: Any, corpus: Any, config: ModelConfig, folder: Path) -> checkpoint.Checkpoint:
    weights = {n: p.detach().numpy() for n, p in system.named_parameters()}
    checkpoint.save(
        folder, config, weights, corpus.statistics(), preset="test", licences=("CC0-1.0",)
    )
    return checkpoint.load(folder)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_builds_and_learns_eight_pairs(name: str, tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    backbone = ["model.text.width=32", "model.text.backbone=tiny:distilbert"]
    changes = [] if name == "lavimo_small_2modal" else backbone
    preset = resolve(name, [*changes, *small(dropout=0), "model.dim=32"])
    torch.manual_seed(0)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    batch = judge.plain_batch(corpus, preset.model, corpus.real)
    with torch.autocast("cpu", torch.bfloat16):  # as on a GPU: no term may stumble over types
        assert torch.isfinite(system.loss(batch).total)
    optimise = torch.optim.Adam(system.parameters(), lr=3e-3)
    first = system.loss(batch).total.item()
    for _ in range(150):
        optimise.zero_grad()
        losses = system.loss(batch)
        losses.total.backward()
        optimise.step()
    assert losses.total.item() < first / 2
    with torch.no_grad():
        similarity = system.encode_text(batch) @ system.encode_motion(batch).T
    assert (similarity.argmax(dim=1) == torch.arange(8)).float().mean() >= 0.9


def test_a_fine_tuned_backbone_is_kept_and_read_again(tiny_corpus: Any, tmp_path: Path) -> None:
    from lavimo.models.encoder import TorchEncoder

    corpus, _ = tiny_corpus
    preset = resolve(
        "lavimo_paper_2modal",
        [
            *small(),
            "model.dim=32",
            "model.text.width=32",
            "model.text.backbone=tiny:distilbert",
            "loss.reconstruction.weight=0",
        ],
    )
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    with torch.no_grad():
        system.backbone.model.embeddings.word_embeddings.weight.add_(1.0)
    encoder = TorchEncoder(saved(system, corpus, preset.model, tmp_path))
    batch = judge.plain_batch(corpus, preset.model, corpus.real)
    assert batch.texts is not None
    with torch.no_grad():
        expected = system.encode_text(batch).numpy()
    np.testing.assert_allclose(encoder.encode_text(batch.texts), expected, atol=1e-5)
