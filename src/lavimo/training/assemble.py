"""From a data folder to a corpus: real clips, choreographed ones, captions, statistics."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lavimo.data import choreography, openmotion, tracks
from lavimo.data.prepare import prepare
from lavimo.data.sample import Sample
from lavimo.errors import DataError
from lavimo.features import humanml, statistics
from lavimo.features.canonical import FPS, canonical_positions
from lavimo.features.describe import describe
from lavimo.features.directions import Poses
from lavimo.presets import Preset
from lavimo.progress import Progress
from lavimo.shapes import Float32
from lavimo.training import linear, text
from lavimo.training.corpus import Clip, Corpus, all_captions
from lavimo.training.judge import Validation

VALIDATION_SEED = 90_000
"""First of the training seeds that are kept for the choice and never trained on."""
VALIDATION_PROGRAMMES = 150
WORKERS = 2
"""Processes that film clips; each follows a person in about fifty pictures a second."""


def assemble(
    folder: Path, preset: Preset, licences: Collection[str] | None, progress: Progress
) -> tuple[Corpus, Validation, tuple[str, ...]]:
    """Corpus, validation clips and the licences of everything that is trained on.

    `licences` None takes every row. Test rows are never read. Raises DataError when nothing is
    left to train on.
    """
    train = _real(folder, "train", licences, preset, progress)
    val = _real(folder, "val", licences, preset, progress)
    made = _synthetic(0, preset.sampling.synthetic_pool, "train", progress)
    judged = _synthetic(VALIDATION_SEED, VALIDATION_PROGRAMMES if made else 0, "val", progress)
    if not train and not made:
        raise DataError(f"{folder} holds no clip of these licences; see `lavimo data stats`.")
    table = text.build([all_captions([*train, *val]), all_captions([*made, *judged])], progress)
    mean, std = _statistics(train or made, made[:500] if train else [])
    own = sorted({table.rows[t] for clip in (*train, *made) for t in clip.captions})
    corpus = Corpus(
        real=train,
        synthetic=made,
        text=table,
        mean=mean,
        std=std,
        centre=table.sentences[own].mean(axis=0),
        tracks=_tracks(train, preset, progress) | _tracks(val, preset, progress, views=1),
    )
    line = linear.fit(corpus, preset.model.motion, preset.linear, preset.augment, preset.train.seed)
    corpus = replace(corpus, linear=line)
    used = {clip.licence for clip in train} | ({choreography.LICENCE} if made else set())
    return corpus, Validation((*val, *judged)), tuple(sorted(used))


def _real(
    folder: Path,
    split: str,
    licences: Collection[str] | None,
    preset: Preset,
    progress: Progress,
) -> list[Clip]:
    rows = openmotion.rows(folder, split=split, licences=licences)
    samples = prepare(rows, progress=progress).samples
    return [_clip(sample, split, preset.sampling.measured > 0) for sample in samples]


def _clip(sample: Sample, split: str, measure: bool) -> Clip:
    assert sample.positions is not None
    said = describe(sample.positions).sentences() if measure and split == "train" else ()
    return Clip(
        id=sample.id,
        positions=sample.positions,
        captions=sample.texts,
        measured=tuple(said),
        split=split,
        licence=sample.licence,
        source=sample.source,
    )


def _synthetic(first: int, count: int, split: str, progress: Progress) -> list[Clip]:
    if count == 0:
        return []
    return [
        Clip(
            id=f"choreography-{made.seed}",
            positions=canonical_positions(made.positions),
            captions=tuple(made.captions),
            split=split,
            licence=choreography.LICENCE,
            source=choreography.SOURCE,
        )
        for made in choreography.choreographed(range(first, first + count), progress)
    ]


def _tracks(
    clips: Sequence[Clip], preset: Preset, progress: Progress, views: int | None = None
) -> dict[str, tuple[Poses, ...]]:
    """Landmark tracks of renders of real clips; a clip where nobody was found has none."""
    filming = preset.filming
    if preset.model.pose is None or filming.views == 0 or preset.sampling.video == "off":
        return {}
    films = tracks.film(
        [(clip.id, clip.positions) for clip in clips],
        tracks.Filming(),
        views=views or filming.views,
        workers=WORKERS,
        progress=progress,
    )
    found = {}
    for clip, filmed in zip(clips, films, strict=True):
        seen = [film.poses(len(clip.positions) / FPS) for film in filmed]
        found[clip.id] = tuple(poses for poses in seen if poses is not None)
    return found


def _statistics(
    clips: Sequence[Clip], more: Sequence[Clip]
) -> tuple[Float32[np.ndarray, " 263"], Float32[np.ndarray, " 263"]]:
    blocks = (humanml.encode_batch([clip.positions], canonical=True)[0] for clip in (*clips, *more))
    found = statistics.of(blocks)
    return found.mean, np.maximum(found.std, np.float32(1e-4))
