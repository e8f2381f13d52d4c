"""`lavimo explain`: the numpy weights are those of the fusion, and the map is drawn."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lavimo.cli import main
from lavimo.models import build
from lavimo.models.fusion import Source
from lavimo.presets import resolve
from lavimo.progress import Silent
from lavimo.render import heat
from lavimo.runtime import checkpoint
from lavimo.runtime.looking import looked
from lavimo.runtime.minilm import MiniLM
from lavimo.training import judge, loop
from lavimo.training.run import Run

TOWER = '{"layers":1,"dim":32,"heads":2,"ff":64,"dropout":0.0,"norm":"pre","pool":"cls+mean"}'
POSE = '{"layers":1,"dim":24,"heads":2,"ff":48,"dropout":0.0,"norm":"pre","pool":"cls+mean"}'
CHANGES = [
    "model.dim=16", f"model.motion_tower={TOWER}", f"model.text_tower={TOWER}", "model.pose.dim=8",
    f"model.pose.tower={POSE}", "loss.reconstruction.heads=2", "loss.reconstruction.fusion_heads=2",
    "loss.reconstruction.ff=64", "sampling.batch=4", "sampling.pairs=6", "sampling.synthetic=4",
    "train.epochs=1", "train.precision=float32",
]  # fmt: skip


@pytest.fixture
def best(tiny_corpus: Any, tmp_path: Path) -> Path:
    """The checkpoint of a run of two steps."""
    corpus, validation = tiny_corpus
    preset = resolve("lavimo_small", CHANGES)
    torch.manual_seed(0)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    run, setting = Run(tmp_path / "run", preset), loop.Setting(0, 1, torch.device("cpu"))
    loop.train(system, corpus, validation, preset, run, setting, ("CC0-1.0",), Silent())
    return tmp_path / "run" / "best"


def test_the_twin_looks_where_the_fusion_looks(best: Path, tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    opened = checkpoint.load(best)
    preset = resolve("lavimo_small", CHANGES)
    system = build(preset.model, preset.loss, corpus.sentence_bank()).eval()
    system.load_state_dict({n: torch.from_numpy(v) for n, v in opened.weights.items()})
    clip, text = corpus.real[0], "a person jumps"
    found = looked(opened, clip.positions, text, clip.poses)
    batch = judge.plain_batch(corpus, preset.model, [clip])
    states, mask = MiniLM.load().tokens([text])
    with torch.no_grad():
        pooled, tokens, seen = system.motion(batch.motion.values, batch.motion.mask)
        _, words, heard = system.text(torch.from_numpy(states), torch.from_numpy(mask))
        film = replace(batch.pairs, film=batch.pairs.motion)
        there = system._films(replace(batch, pairs=film))["pose"]
        sources = {
            "motion": Source(tokens, seen),
            "text": Source(words, heard),
            "pose": Source(system.pose_film.to_fusion(there.tokens), there.seen),
        }
        expected = {n: w[0].numpy() for n, w in system.fusion.weights(pooled, sources).items()}
    np.testing.assert_allclose(found.motion.weights, expected["motion"][1:], atol=1e-4)
    assert found.film is not None
    np.testing.assert_allclose(found.film.weights, expected["pose"][1:], atol=1e-4)
    assert found.words is not None
    assert [word for word, _ in found.words] == ["a", "person", "jumps"]
    # Learned token, [CLS], three words (the last may be of several pieces), [SEP].
    each = [weight for _, weight in found.words]
    np.testing.assert_allclose(each[:2], expected["text"][2:4], atol=1e-4)
    assert sum(each) + found.words_rest == pytest.approx(1, abs=1e-4)


def test_a_map_of_a_motion_and_a_sentence(
    best: Path, walk: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lavimo import formats

    motion, out = tmp_path / "walk.bvh", tmp_path / "map.png"
    formats.write(walk, motion)
    call = ["explain", str(motion), "--model", str(best), "-o", str(out), "--text"]
    assert main([*call, "a person walks with swinging arms", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [word for word, _ in record["words"]] == [
        "a",
        "person",
        "walks",
        "with",
        "swinging",
        "arms",
    ]
    total = sum(record["motion"]["weights"]) + record["motion"]["rest"]
    assert total == pytest.approx(1, abs=1e-3)
    with Image.open(out) as picture:
        assert picture.size[0] == heat.WIDTH
        assert picture.size[1] > 250
    assert main(["explain", str(motion), "--model", str(best), "-o", str(out)]) == 2
    assert "--text" in capsys.readouterr().err
    assert main([*call, "x", "-o", "map.gif"]) == 2
    assert "map.png" in capsys.readouterr().err


@pytest.mark.parametrize("fusion", ["none", "vector"])
def test_a_checkpoint_without_fusion_over_tokens_says_so(
    fusion: str, best: Path, walk: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lavimo import formats

    opened = checkpoint.load(best)
    weights, statistics = opened.weights, dict(opened.statistics)
    if fusion == "none":
        weights = {n: v for n, v in weights.items() if not n.startswith("fusion.")}
    else:  # as training records it
        statistics["fusion_heads"] = np.array([0])
    checkpoint.save(tmp_path / "plain", opened.config, weights, statistics,
                    preset="x", licences=())  # fmt: skip
    formats.write(walk, tmp_path / "walk.bvh")
    assert main(["explain", str(tmp_path / "walk.bvh"), "--model", str(tmp_path / "plain"),
                 "--text", "walks", "-o", str(tmp_path / "map.png")]) == 2  # fmt: skip
    assert "no fusion" in capsys.readouterr().err


@pytest.mark.parametrize(("fusion", "heads"), [("token", 2), ("vector", 0)])
def test_training_records_what_can_be_explained(
    fusion: str, heads: int, tiny_corpus: Any, tmp_path: Path
) -> None:
    corpus, _ = tiny_corpus
    preset = resolve("lavimo_small", [*CHANGES, f"loss.reconstruction.fusion={fusion}"])
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    loop.save(system, corpus, preset, Run(tmp_path / "run", preset), ("CC0-1.0",))
    opened = checkpoint.load(tmp_path / "run" / "best")
    assert opened.statistics["fusion_heads"].tolist() == [heads]
