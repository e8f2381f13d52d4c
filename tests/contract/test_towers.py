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
from lavimo.runtime import checkpoint, motion, pose, text
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.directions import direction_signs
from lavimo.runtime.encoder import LavimoEncoder
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


def pose_tower(**more: Any) -> list[str]:
    """Changes that make the pose tower tiny."""
    tower = {"layers": 2, "dim": 24, "heads": 2, "ff": 48, "dropout": 0} | more
    return ["model.pose.dim=8", *(f"model.pose.tower.{f}={v}" for f, v in tower.items())]


@pytest.mark.parametrize(("norm", "pool", "dim"), [("pre", "cls+mean", 16), ("post", "cls", 24)])
def test_film_towers_agree(
    tiny_corpus: Any, tmp_path: Path, norm: str, pool: str, dim: int
) -> None:
    corpus, _ = tiny_corpus
    changes = [*small(2), *pose_tower(norm=norm, pool=pool), f"model.dim={dim}"]
    preset = resolve("lavimo_small", changes)
    torch.manual_seed(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    opened = saved(system, corpus, preset.model, tmp_path)
    batch = judge.plain_batch(corpus, preset.model, corpus.real)
    with torch.no_grad():
        films, motions = system.encode_video(batch).numpy(), system.encode_motion(batch).numpy()
    encoder = LavimoEncoder(opened)
    assert "video" in encoder.modalities
    seen = [plain_poses(clip) for clip in corpus.real]
    np.testing.assert_allclose(encoder.encode_poses(seen), films, atol=1e-4)
    positions = [clip.positions for clip in corpus.real]
    by_positions = encoder.encode_positions(positions)
    np.testing.assert_allclose(by_positions, motions, atol=1e-4)
    own = encoder.encode_poses([clip.poses for clip in corpus.real], side="motion")
    share = preset.model.pose.share
    np.testing.assert_allclose(own[:, :8] * share**0.5, motions[:, :8], atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(own, axis=1), 1, atol=1e-5)


def plain_poses(clip: Any) -> Any:
    """The film that `judge.plain_batch` makes of a clip without tracks."""
    from lavimo.training.films import as_if_tracked, seed_of

    return as_if_tracked(clip.poses, 1.0, np.random.default_rng(seed_of(clip.id)))


def test_long_films_are_averaged_over_windows(tiny_corpus: Any, tmp_path: Path) -> None:
    corpus, _ = tiny_corpus
    preset = resolve("lavimo_small", [*small(), *pose_tower(), "model.pose.max_rows=6"])
    torch.manual_seed(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    opened = saved(system, corpus, preset.model, tmp_path)
    film = corpus.real[0].poses
    film = type(film)(*(np.concatenate([a, a, a])[:12] for a in (film.limbs, film.turn, film.path)))
    parts = pose.encode_films(opened, [film.cut(0, 6), film.cut(3, 9), film.cut(6, 12)])
    whole = pose.encode_films(opened, [film])[0]
    for space in (slice(0, 8), slice(8, None)):
        mean = parts[:, space].mean(axis=0)
        found = whole[space]
        np.testing.assert_allclose(
            found / np.linalg.norm(found), mean / np.linalg.norm(mean), atol=1e-4
        )


def test_features_and_positions_give_one_embedding(
    tmp_path: Path, tiny_corpus: Any, walk: Any
) -> None:
    from lavimo.features import humanml
    from lavimo.features.canonical import canonical_positions

    corpus, _ = tiny_corpus
    preset = resolve("lavimo_small", [*small(), *pose_tower()])
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    encoder = LavimoEncoder(saved(system, corpus, preset.model, tmp_path))
    positions = canonical_positions(walk.positions)
    by_features = encoder.encode_features(humanml.encode_batch([positions], canonical=True))
    np.testing.assert_allclose(by_features, encoder.encode_positions([positions[:-1]]), atol=0.02)
    assert float((by_features @ encoder.encode_positions([positions]).T)[0, 0]) > 0.98


def test_a_two_modal_model_refuses_films(tiny_corpus: Any, tmp_path: Path) -> None:
    from lavimo.errors import ModelError

    corpus, _ = tiny_corpus
    preset = resolve("lavimo_small_2modal", small())
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    encoder = LavimoEncoder(saved(system, corpus, preset.model, tmp_path))
    assert encoder.modalities == ("text", "motion")
    with pytest.raises(ModelError, match="reads no films"):
        encoder.encode_poses([corpus.real[0].poses])
    with pytest.raises(ModelError, match="reads no films"):
        encoder.encode_video("clip.mp4")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_builds_and_learns_eight_pairs(name: str, tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    changes = small(dropout=0)
    if "paper" in name:
        changes += ["model.text.width=32", "model.text.backbone=tiny:distilbert"]
    if name == "lavimo_paper":
        changes.append(frames_part("tiny:clip", 24, train=True))
    if name == "lavimo_small":
        changes += pose_tower()
    preset = resolve(name, [*changes, "model.dim=32"])
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


def frames_part(backbone: str, width: int, train: bool = False) -> str:
    tower = '{"layers":2,"dim":16,"heads":2,"ff":32,"dropout":0.0,"norm":"pre","pool":"mean"}'
    return (
        f'model.frames={{"backbone":"{backbone}","train_backbone":{str(train).lower()},'
        f'"frames":8,"width":{width},"positions":77,"tower":{tower}}}'
    )


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_frames_towers_agree(tiny_corpus: Any, tmp_path: Path, share: float) -> None:
    from lavimo.data.batch import Sequences

    corpus, _ = tiny_corpus
    changes = [*small(), "model.pose=null", frames_part("silhouette", 117), "model.dim=16",
               f"model.sentence.share={share}", f"model.sides.share={share / 2}"]  # fmt: skip
    preset = resolve("lavimo_small", changes)
    torch.manual_seed(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    encoder = LavimoEncoder(saved(system, corpus, preset.model, tmp_path))
    looks = torch.randn(8, 8, 117)
    batch = judge.plain_batch(corpus, preset.model, corpus.real)
    batch = replace(batch, frames=Sequences(looks, torch.ones(8, 8, dtype=torch.bool)))
    with torch.no_grad():
        expected = system.encode_video(batch).numpy()
    np.testing.assert_allclose(encoder.encode_frames(list(looks.numpy())), expected, atol=1e-4)


def test_a_trained_image_model_is_kept_and_read_again(tiny_corpus: Any, tmp_path: Path) -> None:
    from lavimo.data.batch import Sequences
    from lavimo.data.frames import plain
    from lavimo.models.encoder import TorchEncoder

    corpus, _ = tiny_corpus
    changes = [*small(), "model.text.width=32", "model.text.backbone=tiny:distilbert",
               "model.dim=32", frames_part("tiny:clip", 24, train=True)]  # fmt: skip
    preset = resolve("lavimo_paper", changes)
    torch.manual_seed(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    with torch.no_grad():
        system.frames.backbone.model.visual_projection.weight.mul_(1.5)
    encoder = TorchEncoder(saved(system, corpus, preset.model, tmp_path))
    pictures = np.random.default_rng(0).integers(0, 255, (8, 40, 50, 3)).astype(np.uint8)
    pixels = torch.from_numpy(plain(pictures, 32).reshape(1, 8, -1))
    batch = judge.plain_batch(corpus, preset.model, corpus.real[:1])
    batch = replace(batch, frames=Sequences(pixels, torch.ones(1, 8, dtype=torch.bool)))
    with torch.no_grad():
        expected = system.encode_video(batch).numpy()
    np.testing.assert_allclose(encoder.encode_pictures([pictures]), expected, atol=1e-4)
