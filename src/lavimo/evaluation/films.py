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
from lavimo.features import directions, signature
from lavimo.features.canonical import FPS
from lavimo.features.directions import Poses
from lavimo.progress import Progress
from lavimo.runtime.encoder import Encoder
from lavimo.shapes import Float32

SECONDS = 10
"""Longer clips are filmed for so long: what a model's window and a phone clip hold."""
FILMING = tracks.Filming(avatars=tracks.HELD_OUT_AVATARS)
PRIOR = 40.0
"""What the signatures' score takes off for another length where whole clips are meant."""


@dataclass(frozen=True, eq=False)
class FilmSet:
    """The films of samples as pose rows; None where nobody was found in one."""

    samples: tuple[Sample, ...]
    films: tuple[Poses | None, ...]

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
    return FilmSet(
        tuple(samples),
        tuple(one.poses(len(clip) / FPS) for (one,), (_, clip) in zip(made, clips, strict=True)),
    )


def film_scores(encoder: Encoder, progress: Progress | None = None) -> FilmScore:
    """The cosines of an encoder's films with motions and with first captions.

    Raises EvaluationError for a model that reads no films.
    """
    reader = getattr(encoder, "encode_poses", None)
    if reader is None or "video" not in encoder.modalities:
        raise EvaluationError("This model reads no films; leave --films out or use one that does.")

    def score(test: FilmSet) -> dict[Ways, Float32[np.ndarray, "clips clips"]]:
        films = np.zeros((len(test.samples), encoder.dim), np.float32)
        seen = [test.films[place] for place in test.found]
        films[test.found] = reader([poses for poses in seen if poses is not None])
        motions = embed_motions(encoder, test.samples, progress)
        texts = embed_texts(encoder, [one.texts[0] for one in test.samples], progress)
        _, video_motion, text_video = DIRECTIONS
        return {
            video_motion: similarity(films, motions),
            text_video: similarity(texts, films),
        }

    return score


def direction_scores(test: FilmSet) -> dict[Ways, Float32[np.ndarray, "clips clips"]]:
    """Films against motions by the signatures of their limb directions: nothing is learned."""
    bank = signature.Bank.of(
        directions.from_motion(one.positions, FPS)
        for one in test.samples
        if one.positions is not None
    )
    scores = np.full((len(test.samples), bank.clips), -1e6, np.float32)
    for place, film in enumerate(test.films):
        if film is not None:
            scores[place] = bank.nearest(signature.windows(film, ()), PRIOR)[0][0]
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
