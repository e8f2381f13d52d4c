"""From a data folder to a corpus: real clips, choreographed ones, captions, statistics."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from lavimo.data import openmotion
from lavimo.data.choreography import VALIDATION_SEED, choreographed
from lavimo.data.prepare import prepare
from lavimo.data.sample import Sample
from lavimo.errors import DataError
from lavimo.features import humanml, statistics
from lavimo.features.describe import describe
from lavimo.presets import Preset
from lavimo.progress import Progress
from lavimo.shapes import Float32
from lavimo.training import text
from lavimo.training.corpus import Clip, Corpus, all_captions
from lavimo.training.judge import Validation

SYNTHETIC_LICENCE = "CC0-1.0"
VALIDATION_PROGRAMMES = 150


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
    clips = [*train, *made, *val, *judged]
    table = text.build(all_captions(clips), progress)
    mean, std = _statistics(train or made, made[:500] if train else [])
    own = sorted({table.rows[t] for clip in (*train, *made) for t in clip.captions})
    width = table.sentences.shape[1]
    corpus = Corpus(
        real=train,
        synthetic=made,
        text=table,
        mean=mean,
        std=std,
        centre=table.sentences[own].mean(axis=0),
        basis=np.eye(width, preset.model.sentence.width, dtype=np.float32),
    )
    used = {clip.licence for clip in train} | ({SYNTHETIC_LICENCE} if made else set())
    return corpus, Validation(tuple([*val, *judged])), tuple(sorted(used))


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
    return [
        Clip(
            id=f"choreography-{clip.seed}",
            positions=clip.positions,
            captions=clip.captions,
            split=split,
            licence=SYNTHETIC_LICENCE,
            source="choreography",
        )
        for clip in choreographed(range(first, first + count), progress)
    ]


def _statistics(
    clips: Sequence[Clip], more: Sequence[Clip]
) -> tuple[Float32[np.ndarray, " 263"], Float32[np.ndarray, " 263"]]:
    found = statistics.Running(263)
    for clip in (*clips, *more):
        found.add(humanml.encode_batch([clip.positions], canonical=True)[0])
    return found.mean(), found.std()
