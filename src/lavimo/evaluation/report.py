"""A model's whole report on a data set: subsets, protocols, baselines, what frames each figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation import baselines
from lavimo.evaluation.diagnostics import PairAccuracy, side_accuracy
from lavimo.evaluation.embed import embed_motions, embed_sentences, embed_texts
from lavimo.evaluation.films import FilmScore, FilmSet
from lavimo.evaluation.protocols import BATCH, DIRECTIONS, Result, Task, judge
from lavimo.evaluation.ranks import similarity
from lavimo.evaluation.sets import Subset, TestSet
from lavimo.files import sha256_of_json
from lavimo.progress import Progress
from lavimo.runtime.encoder import Encoder
from lavimo.shapes import Float32, Int64

Score = Callable[[Sequence[Sample]], Float32[np.ndarray, "clips clips"]]


@dataclass(frozen=True)
class Line:
    """One figure of the report: who, on which clips, and the result with its frame."""

    system: str
    subset: str
    own_gallery: bool
    result: Result


@dataclass(frozen=True)
class Report:
    """Lines in the order of subset, protocol, direction, system; and what they were made of."""

    data: str
    split: str
    clips: int
    gallery_sha256: str
    model_id: str
    lines: tuple[Line, ...]
    sides: dict[str, PairAccuracy] = field(default_factory=dict)
    choreography: dict[str, tuple[Result, ...]] = field(default_factory=dict)


def score_by(encoder: Encoder, progress: Progress | None = None) -> Score:
    """The scoring function of an encoder: cosine of first captions and motions."""

    def score(samples: Sequence[Sample]) -> Float32[np.ndarray, "clips clips"]:
        texts = embed_texts(encoder, [one.texts[0] for one in samples], progress)
        return similarity(texts, embed_motions(encoder, samples, progress))

    return score


def baseline_scores(
    train: Sequence[Sample], val: Sequence[Sample], progress: Progress | None = None
) -> dict[str, Score]:
    """Ridge and text-kNN, fitted on train and chosen on val."""

    def sentences(texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        return _sentences(texts, progress)

    return {
        "ridge": baselines.fit_ridge(train, val, sentences).scores,
        "text-kNN": baselines.fit_neighbours(train, val, sentences).scores,
    }


def _sentences(texts: Sequence[str], progress: Progress | None) -> Float32[np.ndarray, "texts dim"]:
    from lavimo.runtime.minilm import MiniLM

    return embed_sentences(lambda part: MiniLM.load().sentence(part), texts, progress)


def make(
    systems: dict[str, Score],
    test: TestSet,
    *,
    model_id: str = "",
    protocols: Sequence[str] | None = None,
    progress: Progress | None = None,
    seed: int = 0,
    films: tuple[FilmSet, dict[str, FilmScore]] | None = None,
) -> Report:
    """Judge every system on every subset under every protocol (None = those that fit the set).

    `films` adds the directions of video: films of the same samples, and who scores them. A subset
    that is too small for small batches is left out there. Raises EvaluationError for an unknown
    protocol.
    """
    chosen = test.protocols if protocols is None else tuple(protocols)
    samples = test.samples
    alike = any(name.startswith("threshold") for name in chosen)
    sentences = _sentences([one.texts[0] for one in samples], progress) if alike else None
    tasks = {name: Task(samples, score(samples), sentences) for name, score in systems.items()}
    families = [tasks, *_film_tasks(films, sentences)]
    lines: list[Line] = []
    for subset in test.subsets:
        places = subset.chosen(samples)
        for protocol in chosen:
            if protocol == "small-batches" and len(places) < BATCH:
                continue
            for family in families:
                pairs = {name: _judged(task, places, subset, protocol, seed)
                         for name, task in family.items()}  # fmt: skip
                for way in (0, 1):
                    lines += [
                        Line(name, subset.name, subset.own, pair[way])
                        for name, pair in pairs.items()
                    ]
    return Report(
        data=test.name,
        split=test.split,
        clips=len(samples),
        gallery_sha256=sha256_of_json([one.id for one in samples]),
        model_id=model_id,
        lines=tuple(lines),
        sides=_sides(tasks, samples),
    )


def _film_tasks(
    films: tuple[FilmSet, dict[str, FilmScore]] | None,
    sentences: Float32[np.ndarray, "clips dim"] | None,
) -> list[dict[str, Task]]:
    """One family of tasks each for films against motions and for sentences against films."""
    if films is None:
        return []
    test, systems = films
    scored = {name: score(test) for name, score in systems.items()}
    return [
        {
            name: Task(test.samples, parts[ways], sentences, ways)
            for name, parts in scored.items()
            if ways in parts
        }
        for ways in DIRECTIONS[1:]
    ]


def _judged(
    task: Task, chosen: Int64[np.ndarray, " queries"], subset: Subset, protocol: str, seed: int
) -> tuple[Result, Result]:
    own = subset.own or protocol == "small-batches"
    if protocol == "small-batches" and len(chosen) < BATCH:
        raise EvaluationError(f"{subset.name} has {len(chosen)} clips; small batches need {BATCH}.")
    return judge(task, protocol, queries=chosen, gallery=chosen if own else None, seed=seed)


def _sides(tasks: dict[str, Task], samples: Sequence[Sample]) -> dict[str, PairAccuracy]:
    try:
        return {name: side_accuracy(samples, task.scores) for name, task in tasks.items()}
    except EvaluationError:  # data without an action for both sides
        return {}
