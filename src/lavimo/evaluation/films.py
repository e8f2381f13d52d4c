"""Films of test motions: V2M, M2V, T2V and V2T, and the training-free baseline beside a model.

A film shows the first ten seconds of its clip on an avatar that no model was trained on, from a
view drawn by the clip's name (METHOD.md D4: view 0, test clips only).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.data import tracks
from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation.embed import embed_motions, embed_texts
from lavimo.evaluation.protocols import DIRECTIONS, Result, Task, Ways, judge
from lavimo.evaluation.ranks import similarity
from lavimo.features import bank, directions, signature
from lavimo.features.canonical import FPS
from lavimo.features.directions import Poses
from lavimo.progress import Progress
from lavimo.runtime.encoder import Encoder
from lavimo.runtime.frames import SILHOUETTE, pyramid, segments
from lavimo.shapes import Float32

SECONDS = 10
"""Longer clips are filmed for so long: what a model's window and a phone clip hold."""
FILMING = tracks.Filming(avatars=tracks.HELD_OUT_AVATARS)
LIKENESS = bank.Likeness(prior=40.0)
"""How signatures are compared where whole clips are meant."""


@dataclass(frozen=True, eq=False)
class FilmSet:
    """The films of samples as pose rows, and as eight silhouettes; None where nobody was found."""

    samples: tuple[Sample, ...]
    films: tuple[Poses | None, ...]
    silhouettes: tuple[Float32[np.ndarray, "8 117"] | None, ...] = ()

    @property
    def found(self) -> list[int]:
        """Places of the samples that have a film."""
        return [place for place, film in enumerate(self.films) if film is not None]


FilmScore = Callable[[FilmSet], dict[Ways, Float32[np.ndarray, "clips clips"]]]


def film(
    samples: Sequence[Sample],
    *,
    filming: tracks.Filming = FILMING,
    workers: int = 2,
    progress: Progress | None = None,
) -> FilmSet:
    """Films of samples, made once and kept in the cache.

    Raises EvaluationError for a clip without positions.
    """
    clips = []
    for one in samples:
        if one.positions is None or one.positions.shape[1] != 22:
            raise EvaluationError(f"{one.id} has no 22-joint positions, so it cannot be filmed.")
        clips.append((one.id, one.positions[: round(SECONDS * FPS)]))
    made = tracks.film(clips, filming, workers=workers, progress=progress)
    seconds = [len(clip) / FPS for _, clip in clips]
    return FilmSet(
        tuple(samples),
        tuple(one.poses(long) for (one,), long in zip(made, seconds, strict=True)),
        tuple(silhouettes(one, 0.0, long) for (one,), long in zip(made, seconds, strict=True)),
    )


def silhouettes(
    film: tracks.Filmed, start: float, end: float
) -> Float32[np.ndarray, "8 117"] | None:
    """Features of the silhouettes of eight moments of a part of a film (METHOD.md B25)."""
    if len(film.times) < 2:
        return None
    moments = start + segments(round((end - start) * FPS)) / FPS
    return pyramid(film.outlines_at(moments.astype(np.float32)))


def film_scores(encoder: Encoder, progress: Progress | None = None) -> FilmScore:
    """The cosines of an encoder's films with motions and with first captions.

    A model that reads films in two ways is heard in both, by the sum of z-scores. Raises
    EvaluationError for a model that reads no films, or reads them by an image model: tracks keep
    no pictures.
    """
    readers = _readers(encoder)

    def score(test: FilmSet) -> dict[Ways, Float32[np.ndarray, "clips clips"]]:
        motions = embed_motions(encoder, test.samples, progress)
        texts = embed_texts(encoder, [one.texts[0] for one in test.samples], progress)
        _, video_motion, text_video = DIRECTIONS
        kinds = []
        for read in readers:
            films = np.zeros((len(test.samples), encoder.dim), np.float32)
            films[test.found] = read(test)
            kinds.append((similarity(films, motions), similarity(texts, films)))
        return {
            way: matrices[0] if len(matrices) == 1 else sum_of_z(matrices)
            for way, matrices in zip(
                (video_motion, text_video), zip(*kinds, strict=True), strict=True
            )
        }

    return score


def _readers(
    encoder: Encoder,
) -> list[Callable[[FilmSet], Float32[np.ndarray, "films dim"]]]:
    """How a model reads the films of a set that show somebody."""
    if not hasattr(encoder, "encode_poses") or "video" not in encoder.modalities:
        raise EvaluationError("This model reads no films; leave --films out or use one that does.")
    config = getattr(getattr(encoder, "checkpoint", None), "config", None)
    found: list[Callable[[FilmSet], Float32[np.ndarray, "films dim"]]] = []
    if config is None or config.pose is not None:
        found.append(lambda test: encoder.encode_poses([test.films[at] for at in test.found]))
    if config is not None and config.frames is not None:
        if config.frames.backbone != SILHOUETTE:
            raise EvaluationError(
                f"This model reads films with {config.frames.backbone}, and the films of an "
                "evaluation are kept as landmarks and silhouettes; leave --films out."
            )
        found.append(
            lambda test: encoder.encode_frames([test.silhouettes[at] for at in test.found])  # type: ignore[attr-defined]
        )
    return found


def sum_of_z(
    scores: Sequence[Float32[np.ndarray, "queries items"]],
) -> Float32[np.ndarray, "queries items"]:
    """Scores of several encoders, each in standard deviations of its query, added."""
    total = np.zeros(scores[0].shape, np.float32)
    for one in scores:
        spread = one.std(axis=1, keepdims=True).clip(1e-6)
        total += (one - one.mean(axis=1, keepdims=True)) / spread
    return total


def direction_scores(test: FilmSet) -> dict[Ways, Float32[np.ndarray, "clips clips"]]:
    """Films against motions by the signatures of their limb directions: nothing is learned."""
    clips = [
        directions.from_motion(one.positions, FPS)
        for one in test.samples
        if one.positions is not None
    ]
    held = bank.make(np.arange(len(clips)), clips)
    scores = np.full((len(test.samples), len(clips)), -1e6, np.float32)
    for place, film in enumerate(test.films):
        if film is not None:
            scores[place] = held.scores(signature.windows(film, ()), LIKENESS)[0, 0]
    return {DIRECTIONS[1]: scores}


def choreography_test(
    systems: dict[str, FilmScore],
    test: FilmSet,
    known: Mapping[str, tuple[Result, ...]],
    *,
    seed: int = 0,
) -> dict[str, tuple[Result, ...]]:
    """Strict results over films of unseen programmes, after those `known` of the same systems."""
    found: dict[str, tuple[Result, ...]] = {}
    for name, score in systems.items():
        results = known.get(name, ())
        for ways, matrix in score(test).items():
            results += judge(Task(test.samples, matrix, ways=ways), "strict", seed=seed)
        found[name] = results
    return found
