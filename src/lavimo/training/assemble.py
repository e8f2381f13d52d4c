"""From a data folder to a corpus: real clips, choreographed ones, captions, statistics."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lavimo.data import choreography, openmotion, tracks
from lavimo.data.prepare import prepare
from lavimo.data.sample import Sample
from lavimo.data.tracks import Filmed
from lavimo.errors import DataError
from lavimo.features import humanml, statistics
from lavimo.features.canonical import FPS, canonical_positions
from lavimo.features.describe import describe
from lavimo.presets import Preset
from lavimo.progress import Progress
from lavimo.runtime.frames import SILHOUETTE
from lavimo.shapes import Float32
from lavimo.training import linear, text
from lavimo.training.corpus import Clip, Corpus, all_captions
from lavimo.training.frames import looks_of
from lavimo.training.judge import Validation

VALIDATION_SEED = 90_000
"""First of the training seeds that are kept for the choice and never trained on."""
VALIDATION_PROGRAMMES = 150
DAMAGED_SEED = 1
"""Of the drawn views of films that suffer: others than those of intact films."""
WORKERS = 2
"""Processes that film clips; each follows a person in about fifty pictures a second."""


def assemble(
    folder: Path,
    preset: Preset,
    licences: Collection[str] | None,
    progress: Progress,
    films: Path | None = None,
) -> tuple[Corpus, Validation, tuple[str, ...]]:
    """Corpus, validation clips and the licences of everything that is trained on.

    `licences` None takes every row. `films` is a folder made by `lavimo render`, for models that
    read films as pictures. Test rows are never read. Raises DataError when nothing is left to
    train on, or films are missing.
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
    )
    corpus = _with_films(corpus, [*train, *val], len(train), preset, films, progress)
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


def _with_films(
    corpus: Corpus,
    clips: Sequence[Clip],
    trained: int,
    preset: Preset,
    folder: Path | None,
    progress: Progress,
) -> Corpus:
    """The corpus with films of its real clips; those after the first `trained` choose."""
    model, frames = preset.model, preset.model.frames
    if preset.sampling.video == "off" or not model.video:
        return corpus
    tracked: dict[str, list[Filmed]] = {}
    if model.pose is not None or (frames is not None and frames.backbone == SILHOUETTE):
        views = preset.filming.views
        filmed = _by_name(clips[:trained], preset.filming.clips)
        tracked = _tracked(filmed, views, progress)
        damaged = _damaged(filmed, preset.filming.damaged if views else 0, progress)
        tracked = {name: [*there, *damaged.get(name, ())] for name, there in tracked.items()}
        tracked |= _tracked(clips[trained:], min(views, 1), progress)
    if frames is not None:
        corpus = replace(corpus, looks=looks_of(frames, tracked, folder, progress))
    seconds = {clip.id: len(clip.positions) / FPS for clip in clips}
    poses = {
        name: tuple(p for film in there if (p := film.poses(seconds[name])) is not None)
        for name, there in tracked.items()
    }
    return replace(corpus, tracks=poses)


def _by_name(clips: Sequence[Clip], most: int) -> list[Clip]:
    """At most `most` clips (0: all): those whose hashed names come first, in any selection."""
    return sorted(clips, key=_hashed)[: most or None]


def _hashed(clip: Clip) -> int:
    return int(hashlib.sha256(clip.id.encode()).hexdigest(), 16)


def _tracked(clips: Sequence[Clip], views: int, progress: Progress) -> dict[str, list[Filmed]]:
    """Landmark tracks of `views` renders of each clip."""
    if views == 0:
        return {}
    return _filmed(clips, tracks.Filming(), views, progress)


def _damaged(clips: Sequence[Clip], views: int, progress: Progress) -> dict[str, list[Filmed]]:
    """The same of renders from other views whose pictures suffer, each clip's in one way."""
    names = sorted(tracks.DAMAGES)
    found: dict[str, list[Filmed]] = {}
    for place, name in enumerate(names if views else ()):
        some = [clip for clip in clips if _hashed(clip) % len(names) == place]
        filming = tracks.Filming(seed=DAMAGED_SEED, damage=name)
        found |= _filmed(some, filming, views, progress)
    return found


def _filmed(
    clips: Sequence[Clip], filming: tracks.Filming, views: int, progress: Progress
) -> dict[str, list[Filmed]]:
    jobs = [(clip.id, clip.positions) for clip in clips]
    films = tracks.film(jobs, filming, views=views, workers=WORKERS, progress=progress)
    return {clip.id: there for clip, there in zip(clips, films, strict=True)}


def _statistics(
    clips: Sequence[Clip], more: Sequence[Clip]
) -> tuple[Float32[np.ndarray, " 263"], Float32[np.ndarray, " 263"]]:
    blocks = (humanml.encode_batch([clip.positions], canonical=True)[0] for clip in (*clips, *more))
    found = statistics.of(blocks)
    return found.mean, np.maximum(found.std, np.float32(1e-4))
