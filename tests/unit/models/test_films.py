"""Films in the model: sizes of METHOD.md B27, missing films (B26), what the fusion looks at."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lavimo.data.batch import Batch, Pairs, Sequences, Targets, padded
from lavimo.errors import DataError
from lavimo.features import signature
from lavimo.models import build, objective
from lavimo.models.film import Film, Vectors, mean_of
from lavimo.models.frames import Block, FramesEncoder
from lavimo.models.fusion import Fusion, Source
from lavimo.models.pose_tower import slow_part
from lavimo.presets import LAVIMO_PAPER as PAPER
from lavimo.presets import resolve

TINY = '{"layers":1,"dim":32,"heads":2,"ff":64,"dropout":0.0,"norm":"pre","pool":"cls+mean"}'
TINY_POSE = '{"layers":1,"dim":24,"heads":2,"ff":48,"dropout":0.0,"norm":"pre","pool":"cls+mean"}'
TINY_FRAMES = '{"layers":1,"dim":16,"heads":2,"ff":32,"dropout":0.0,"norm":"pre","pool":"mean"}'
FRAMES = (
    '{"backbone":"silhouette","train_backbone":false,"frames":8,"width":12,"positions":77,'
    f'"tower":{TINY_FRAMES}}}'
)
CHANGES = [
    "model.dim=16", f"model.motion_tower={TINY}", f"model.text_tower={TINY}",
    f"model.pose.tower={TINY_POSE}", "model.pose.dim=8", f"model.frames={FRAMES}",
    "loss.reconstruction.heads=2", "loss.reconstruction.fusion_heads=2",
    "loss.reconstruction.ff=64", "loss.reconstruction.dropout=0",
]  # fmt: skip


def system_of(*changes: str) -> Any:
    preset = resolve("lavimo_small", [*CHANGES, *changes])
    torch.manual_seed(0)
    return build(preset.model, preset.loss, torch.nn.functional.normalize(torch.randn(9, 384)))


def sequences(rows: int, length: int, width: int) -> Sequences:
    return Sequences(torch.randn(rows, length, width), torch.ones(rows, length, dtype=torch.bool))


def without(part: Sequences, missing: list[int]) -> Sequences:
    mask = part.mask.clone()
    mask[missing] = False
    return Sequences(part.values, mask)


def batch_of(rows: int = 6, pairs: int = 10) -> Batch:
    torch.manual_seed(1)
    unit = torch.nn.functional.normalize
    return Batch(
        ids=tuple(str(n) for n in range(rows)),
        motion=sequences(rows, 9, 137),
        text=sequences(rows, 5, 384),
        pairs=Pairs(sequences(pairs, 7, 31), sequences(pairs, 6, 31)),
        frames=sequences(rows, 8, 12),
        targets=Targets(
            captions=unit(torch.randn(rows, 384), dim=1),
            sentences=unit(torch.randn(rows, 384), dim=1),
            sides=torch.zeros(rows, 8, dtype=torch.bool),
            signs=torch.zeros(rows, 4),
        ),
    )


def test_the_papers_model_has_its_size() -> None:
    # The language model and CLIP are not counted; a tiny one stands in for the former.
    changes = ["model.text.backbone=tiny:distilbert", "model.frames.train_backbone=false"]
    model = resolve("lavimo_paper", changes).model
    system = build(model, PAPER.loss, torch.zeros(1, 384))
    own = {n: p.numel() for n, p in system.named_parameters() if not n.startswith("backbone.")}
    assert sum(own.values()) == 66_930_440
    assert sum(p for n, p in own.items() if n.startswith("frames.")) == 18_953_728
    assert PAPER.model.frames is not None
    block = Block(PAPER.model.frames.tower)
    assert sum(p.numel() for p in block.parameters()) == 3_152_384


def test_frames_encoder_adds_the_input_back_and_averages() -> None:
    assert PAPER.model.frames is not None
    encoder = FramesEncoder(resolve("lavimo_small", CHANGES).model.frames)
    films = sequences(2, 8, 12)
    for block in encoder.blocks:
        torch.nn.init.zeros_(block.linear2.weight)
        torch.nn.init.zeros_(block.attention.out_proj.weight)
    pooled, tokens, _ = encoder(films)
    start = encoder.project(films.values)
    torch.testing.assert_close(tokens, 2 * start + encoder.positions[:8])
    torch.testing.assert_close(pooled, tokens.mean(dim=1))


def test_every_term_is_there_and_has_a_gradient() -> None:
    system = system_of()
    losses = system.loss(batch_of())
    assert set(losses.terms) == {
        "align", "sentence", "sides", "recon", "pose",
        "pose_align", "pose_sentence", "pose_sides",
        "frames_align", "frames_sentence", "frames_sides",
    }  # fmt: skip
    losses.total.backward()
    unused = {n for n, p in system.named_parameters() if p.grad is None}
    assert unused == set()


def test_missing_films_leave_the_rows_that_have_one() -> None:
    system, batch = system_of(), batch_of()
    assert batch.frames is not None
    assert batch.pairs is not None
    part = replace(
        batch,
        frames=without(batch.frames, [0, 4]),
        pairs=Pairs(batch.pairs.motion, without(batch.pairs.film, [0, 4])),
    )
    films = system._films(part)
    kept = torch.tensor([1, 2, 3, 5])
    similarity = objective.similarity_of(batch.targets, system.loss_config.align)
    args = system.logit_scale, system.loss_config.align
    motion = system._motion_vectors(system.motion(batch.motion.values, batch.motion.mask)[0]).joint
    film = films["pose"].vectors.joint
    found = objective.aligned(motion, film, similarity, *args, films["pose"].there)
    alone = objective.aligned(motion[kept], film[kept], similarity[kept][:, kept], *args)
    torch.testing.assert_close(found, alone)
    assert torch.isfinite(system.loss(part).total)


def test_a_batch_without_films_is_two_modal() -> None:
    system, batch = system_of(), batch_of()
    losses = system.loss(replace(batch, pairs=None, frames=None))
    assert set(losses.terms) == {"align", "sentence", "sides", "recon"}
    one = without(batch.frames or sequences(1, 1, 1), [0, 1, 2, 3, 4])
    terms = system.loss(replace(batch, pairs=None, frames=one)).terms
    assert terms["frames_align"] == 0
    with pytest.raises(DataError, match="no films"):
        system.encode_video(replace(batch, pairs=None, frames=None))


@pytest.mark.parametrize("mode", ["token", "vector"])
def test_a_missing_film_drops_out_of_the_fusion(mode: str) -> None:
    system, batch = system_of(f"loss.reconstruction.fusion={mode}").eval(), batch_of()
    pooled, tokens, seen = system.motion(batch.motion.values, batch.motion.mask)
    heard = {"motion": (pooled, tokens, seen)}
    assert batch.frames is not None
    part = replace(batch, frames=without(batch.frames, [2]), pairs=None)
    with_films = system.fusion(pooled, system._sources(heard, system._films(part)))
    alone = system.fusion(pooled, system._sources(heard, {}))
    torch.testing.assert_close(with_films[2], alone[2])
    assert (with_films[1] - alone[1]).abs().max() > 1e-4


def test_fusion_none_leaves_fusion_and_decoder_out() -> None:
    system = system_of("loss.reconstruction.fusion=none")
    assert not any(n.startswith(("fusion", "decoder")) for n, _ in system.named_parameters())
    assert "recon" not in system.loss(batch_of()).terms


def test_what_the_motion_looks_at_sums_to_one_and_skips_padding() -> None:
    torch.manual_seed(0)
    fusion = Fusion(("text", "pose"), 32, 4, 0.0).eval()
    seen = torch.tensor([[True, True, False], [True, True, True]])
    sources = {"text": Source(torch.randn(2, 3, 32), seen), "pose": Source(torch.randn(2, 5, 32))}
    weights = fusion.weights(torch.randn(2, 32), sources)
    assert weights["text"].shape == (2, 3)
    assert weights["text"][0, 2] == 0
    torch.testing.assert_close(weights["pose"].sum(dim=1), torch.ones(2))


def test_embeddings_are_unit_rows_of_one_space() -> None:
    system, batch = system_of().eval(), batch_of()
    rows = [system.encode_motion(batch), system.encode_text(batch), system.encode_video(batch)]
    for one in rows:
        assert one.shape == (6, system.config.embedding_dim)
        torch.testing.assert_close(one.norm(dim=1), torch.ones(6))
    assert rows[1][:, :8].abs().max() == 0, "sentences say nothing in the pose space"
    share = system.config.pose.film_share
    torch.testing.assert_close(rows[2][:, :8].square().sum(dim=1), torch.full((6,), share))


def test_pairs_are_learned() -> None:
    system, batch = system_of(), batch_of()
    optimise = torch.optim.Adam(system.parameters(), lr=3e-3)
    for _ in range(60):
        optimise.zero_grad()
        losses = system.loss(batch)
        losses.total.backward()
        optimise.step()
    assert losses.terms["pose"] < 0.3
    films = system.encode_video(batch)[:, :8]
    motions = system.encode_motion(batch)[:, :8]
    assert (films @ motions.T).argmax(dim=1).tolist() == list(range(6))


def test_two_readings_of_a_film_are_averaged_where_both_are_there() -> None:
    def film(joint: list[float], sign: float, there: list[bool]) -> Film:
        rows = torch.tensor([joint, joint])
        vectors = Vectors(rows, None, torch.full((2, 1), sign))
        return Film(
            rows, rows[:, None], torch.ones(2, 1).bool(), torch.tensor(there), vectors, rows
        )

    both = mean_of([film([1.0, 0.0], 1.0, [True, True]), film([0.0, 1.0], 0.0, [True, False])])
    torch.testing.assert_close(both.joint, torch.tensor([[0.5**0.5, 0.5**0.5], [1.0, 0.0]]))
    assert both.sentence is None
    assert both.signs is not None
    assert both.signs.flatten().tolist() == [0.5, 1.0]


def test_the_towers_signature_is_that_of_the_search() -> None:
    tower = system_of().pose
    rng = np.random.default_rng(0)
    lengths = (40, 7, 1, 23)
    rows = [rng.normal(0, 0.5, (count, 31)).astype(np.float32) for count in lengths]
    part = padded([torch.from_numpy(row) for row in rows])
    found = slow_part(part, tower.cosines).numpy()
    for own, row in zip(found, rows, strict=True):
        expected = signature.of_rows(row[:, :28], np.array([[0, len(row)]]))[0]
        np.testing.assert_allclose(own, expected, atol=1e-5)


@pytest.mark.parametrize(("pull", "moves"), [(1.0, True), (0.25, True), (0.0, False)])
def test_films_pull_motions_and_sentences_as_far_as_asked(pull: float, moves: bool) -> None:
    system = system_of(f"loss.video.pull={pull}", "loss.video.pose=0", "loss.video.side=0",
                       "loss.reconstruction.weight=0")  # fmt: skip
    system.eval()
    batch = batch_of()
    gradients = {}
    for films in (True, False):
        system.zero_grad()
        some = batch if films else replace(batch, pairs=None, frames=None)
        system.loss(some).total.backward()
        gradients[films] = system.motion.project.weight.grad.clone()
    apart = (gradients[True] - gradients[False]).abs().max()
    assert bool(apart > 1e-6) == moves
    system.zero_grad()
    system.loss(batch).total.backward()
    assert system.pose_film.joint.weight.grad.abs().max() > 0
