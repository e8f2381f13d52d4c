"""What a run trains on: clips with captions, and the batches of each epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from lavimo.data.batch import Batch, Sequences, Targets, padded
from lavimo.data.captions import mirror_text
from lavimo.features import humanml
from lavimo.features.canonical import FPS
from lavimo.features.directions import Poses, from_motion
from lavimo.presets import Preset, Sampling
from lavimo.runtime.motion import normalise
from lavimo.shapes import Float32, Int64
from lavimo.training.augment import Change, drawn, rig_offsets
from lavimo.training.films import Visit, like, pairs
from lavimo.training.frames import Looks, as_sequences
from lavimo.training.text import TextTable

RIC = slice(4, 67)
BANK = 2048
"""Training sentences that a checkpoint keeps, to tell what it has seen from what it has not."""


@dataclass(frozen=True)
class Clip:
    """Canonical positions (T, 22, 3) at 20 fps and the sentences that are true of them.

    `measured` are sentences made from the motion itself; they are drawn less often.
    """

    id: str
    positions: Float32[np.ndarray, "frames 22 3"]
    captions: tuple[str, ...]
    measured: tuple[str, ...] = ()
    split: str = "train"
    licence: str = ""
    source: str = ""

    @cached_property
    def poses(self) -> Poses:
        """Its limb directions, ten rows a second."""
        return from_motion(self.positions, FPS)


@dataclass(frozen=True)
class Corpus:
    """Clips, their captions as a table, and the statistics that normalise features."""

    real: Sequence[Clip]
    synthetic: Sequence[Clip]
    text: TextTable
    mean: Float32[np.ndarray, " 263"]
    std: Float32[np.ndarray, " 263"]
    centre: Float32[np.ndarray, " width"]
    linear: dict[str, np.ndarray] = field(default_factory=dict)
    """The closed-form line of `training.linear`, as a checkpoint stores it; may be empty."""
    tracks: dict[str, tuple[Poses, ...]] = field(default_factory=dict)
    """Films of clips, by id: landmark tracks of their renders, in time with the clip."""
    looks: Looks | None = None
    """Films of clips as eight pictures, where the model reads them so."""

    @cached_property
    def pool(self) -> list[Clip]:
        """Every clip, real and synthetic."""
        return [*self.real, *self.synthetic]

    @cached_property
    def places(self) -> dict[str, int]:
        """Place of each clip in the pool, by id."""
        return {clip.id: place for place, clip in enumerate(self.pool)}

    @cached_property
    def nearest(self) -> Int64[np.ndarray, "clips near"]:
        """Places of the clips that move most like each clip of the pool."""
        return like([clip.poses for clip in self.pool])

    def statistics(self) -> dict[str, np.ndarray]:
        """What a checkpoint carries beside its weights."""
        bank = self.text.sentences[:: max(1, len(self.text.texts) // BANK)][:BANK]
        return {
            "mean": self.mean,
            "std": self.std,
            "sentence_centre": self.centre,
            "sentence_bank": bank.astype(np.float16),
            **self.linear,
        }

    def sentence_bank(self) -> torch.Tensor:
        """Centred sentence vectors of training captions (captions, width).

        Every caption of a real clip and one of each choreographed clip.
        """
        texts = {text for clip in self.real for text in (*clip.captions, *clip.measured)}
        texts |= {clip.captions[0] for clip in self.synthetic}
        return torch.from_numpy(self.sentences(np.array(sorted(self.text.rows[t] for t in texts))))

    def sentences(self, rows: np.ndarray) -> Float32[np.ndarray, "batch sentence"]:
        """Centred unit sentence vectors of captions."""
        return centred(self.text.sentences[rows], self.centre)


def centred(sentences: np.ndarray, centre: np.ndarray) -> Float32[np.ndarray, "batch sentence"]:
    """Sentence vectors minus the training mean, scaled to length one."""
    moved = sentences - centre
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-8)


def all_captions(clips: Sequence[Clip]) -> list[str]:
    """Every caption that training may draw, mirrored ones included."""
    plain = {text for clip in clips for text in (*clip.captions, *clip.measured)}
    return sorted(plain | {mirror_text(text) for text in plain})


def epoch_order(corpus: Corpus, sampling: Sampling, rng: np.random.Generator) -> list[list[Clip]]:
    """The clips of an epoch in batches of similar length, shuffled; a part batch is dropped."""
    chosen = [clip for clip in corpus.real if clip.captions or clip.measured] * sampling.repeats
    if sampling.synthetic and corpus.synthetic:
        count = min(sampling.synthetic, len(corpus.synthetic))
        chosen += [
            corpus.synthetic[i] for i in rng.choice(len(corpus.synthetic), count, replace=False)
        ]
    order = rng.permutation(len(chosen))
    # Sorted by length inside large chunks: little padding, and still other neighbours each epoch.
    chunk = sampling.batch * 8
    batches: list[list[Clip]] = []
    for start in range(0, len(order), chunk):
        part = sorted(order[start : start + chunk], key=lambda i: len(chosen[i].positions))
        batches += [
            [chosen[i] for i in part[first : first + sampling.batch]]
            for first in range(0, len(part) - sampling.batch + 1, sampling.batch)
        ]
    return [batches[i] for i in rng.permutation(len(batches))]


def batches(
    corpus: Corpus, preset: Preset, seed: int, epoch: int, *, rank: int = 0, world: int = 1
) -> Iterator[Batch]:
    """The batches of an epoch, a function of seed and epoch alone: a resumed run repeats them.

    With several processes each takes every `world`-th clip of each batch.
    """
    rng = np.random.default_rng([seed, epoch])
    for number, clips in enumerate(epoch_order(corpus, preset.sampling, rng)):
        own = np.random.default_rng([seed, epoch, number])
        visits = [_visit(clip, preset, own) for clip in clips]
        batch = _collated(corpus, preset, visits[rank::world])
        if preset.model.pose is not None and preset.sampling.video != "off":
            others = _others(corpus, preset, visits, own)
            seen = [*_films(corpus, visits), *_films(corpus, others)]
            part = pairs(seen, preset, np.random.default_rng([seed, epoch, number, 1]))
            batch = replace(batch, pairs=part.of(rank, world, len(visits)))
        if corpus.looks is not None and preset.sampling.video != "off":
            draw = np.random.default_rng([seed, epoch, number, 2])
            looked = [corpus.looks.rows(v.clip.id, v.change, draw) for v in visits[rank::world]]
            batch = replace(batch, frames=as_sequences(looked, preset.sampling.video, draw))
        yield batch


def _others(
    corpus: Corpus, preset: Preset, visits: "list[_Drawn]", rng: np.random.Generator
) -> "list[_Drawn]":
    """Visits of other clips, captions or not, for the pose space.

    A share of them moves like the batch's own clips or is their mirror image, the hard ones to tell
    apart; the others are of like length, hence cheap.
    """
    pool, clips = corpus.pool, [visit.clip for visit in visits]
    count = min(preset.sampling.pairs - len(clips), len(pool) - len(clips))
    if count <= 0:
        return []
    twins = [_twin(visit) for visit in visits[: round(count * preset.sampling.twins)]]
    here = {clip.id for clip in clips}
    found: list[Clip] = []
    for number in range(round(count * preset.sampling.near)):
        row = corpus.nearest[corpus.places[clips[number % len(clips)].id]]
        near = pool[int(row[rng.integers(len(row))])]
        if near.id not in here:
            here.add(near.id)
            found.append(near)
    count -= len(found) + len(twins)
    asked = rng.choice(len(pool), min(len(pool), 3 * count + len(here)), replace=False)
    others = [pool[i] for i in asked if pool[i].id not in here]
    length = len(clips[int(rng.integers(len(clips)))].positions)
    others.sort(key=lambda clip: abs(len(clip.positions) - length))
    drawn = [_visit(clip, preset, rng) for clip in (*found, *others[: max(0, count)])]
    return [*twins, *drawn]


def _films(corpus: Corpus, visits: "list[_Drawn]") -> list[Visit]:
    return [Visit(v.clip.poses, v.change, corpus.tracks.get(v.clip.id, ())) for v in visits]


@dataclass(frozen=True)
class _Drawn:
    clip: Clip
    change: Change
    caption: str
    rig: np.ndarray


def _twin(visit: _Drawn) -> _Drawn:
    """The same visit in a mirror; its film may be another one."""
    mirrored = replace(visit.change, mirrored=not visit.change.mirrored)
    return replace(visit, change=mirrored, caption=mirror_text(visit.caption))


def _visit(clip: Clip, preset: Preset, rng: np.random.Generator) -> _Drawn:
    augment = preset.augment
    change = drawn(len(clip.positions), augment, preset.model.motion.max_frames, rng)
    measured = clip.measured and rng.random() < preset.sampling.measured
    texts = clip.measured if measured or not clip.captions else clip.captions
    caption = texts[int(rng.integers(len(texts)))] if texts else ""
    return _Drawn(
        clip=clip,
        change=change,
        caption=mirror_text(caption) if change.mirrored else caption,
        rig=rig_offsets(augment.rig, rng),
    )


def _collated(corpus: Corpus, preset: Preset, visits: list[_Drawn]) -> Batch:
    rows = np.array([corpus.text.rows[item.caption] for item in visits])
    states, mask = corpus.text.tokens(rows)
    moved = [item.change.positions(item.clip.positions) for item in visits]
    inputs = []
    for item, block in zip(visits, humanml.encode_batch(moved, canonical=True), strict=True):
        if preset.augment.rig > 0:
            block[:, RIC] += item.rig
        normal = normalise(block, corpus.mean, corpus.std, preset.model.motion)
        inputs.append(torch.from_numpy(normal))
    return Batch(
        ids=tuple(item.clip.id for item in visits),
        motion=padded(inputs),
        text=Sequences(torch.from_numpy(states), torch.from_numpy(mask)),
        texts=tuple(item.caption for item in visits),
        targets=Targets(
            captions=torch.from_numpy(corpus.text.sentences[rows]),
            sentences=torch.from_numpy(corpus.sentences(rows)),
            sides=torch.from_numpy(corpus.text.sides[rows]),
            signs=torch.from_numpy(corpus.text.signs[rows]),
        ),
    )
