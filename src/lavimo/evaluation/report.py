"""A model's whole report on a data set: subsets, protocols, baselines, what frames each figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lavimo.data.openmotion import UNTRAINED_RIGS
from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation import baselines
from lavimo.evaluation.diagnostics import PairAccuracy, side_accuracy
from lavimo.evaluation.embed import embed_motions, embed_sentences, embed_texts
from lavimo.evaluation.protocols import BATCH, Result, Task, judge
from lavimo.evaluation.ranks import similarity
from lavimo.files import sha256_of_json
from lavimo.progress import Progress
from lavimo.runtime.encoder import Encoder
from lavimo.shapes import Float32, Int64

MAIN_PROTOCOLS = ("same-caption", "strict")
Score = Callable[[Sequence[Sample]], Float32[np.ndarray, "clips clips"]]


@dataclass(frozen=True)
class Subset:
    """Clips that ask; `own` ranks them among themselves, else among the whole split."""

    name: str
    sources: tuple[str, ...] = ()
    own: bool = False

    def chosen(self, samples: Sequence[Sample]) -> Int64[np.ndarray, " queries"]:
        """Their places; no sources means every clip."""
        return np.array(
            [i for i, one in enumerate(samples) if not self.sources or one.source in self.sources],
            np.int64,
        )


OPENMOTION = (
    Subset("all"),
    Subset("Bandai-Namco", ("bandai-namco-1", "bandai-namco-2")),
    Subset("HDM05", ("hdm05",)),
    Subset("CMU", ("cmu", "cmu-jump", "cmu-daz")),
    Subset("never-trained rigs", UNTRAINED_RIGS, own=True),
)


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
    choreography: dict[str, tuple[Result, Result]] = field(default_factory=dict)


def subsets_of(samples: Sequence[Sample]) -> tuple[Subset, ...]:
    """The issue's subsets for OpenMotion; all clips and each source for other data."""
    here = {one.source for one in samples}
    known = tuple(s for s in OPENMOTION if not s.sources or here.intersection(s.sources))
    if here <= {source for subset in OPENMOTION for source in subset.sources}:
        return known
    sources = sorted(here) if 1 < len(here) <= 12 else []
    return (Subset("all"), *(Subset(name, (name,)) for name in sources))


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
    from lavimo.runtime.minilm import MiniLM

    def sentences(texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        return embed_sentences(lambda part: MiniLM.load().sentence(part), texts, progress)

    return {
        "ridge": baselines.fit_ridge(train, val, sentences).scores,
        "text-kNN": baselines.fit_neighbours(train, val, sentences).scores,
    }


def make(
    systems: dict[str, Score],
    samples: Sequence[Sample],
    *,
    data: str,
    split: str,
    model_id: str = "",
    protocols: Sequence[str] = MAIN_PROTOCOLS,
    sentences: Float32[np.ndarray, "clips dim"] | None = None,
    seed: int = 0,
) -> Report:
    """Judge every system on every subset under every protocol.

    Raises EvaluationError when there are no clips, or a clip has no caption.
    """
    if not samples:
        raise EvaluationError(f"{data} has no {split} clips to judge on; choose another split.")
    for one in samples:
        if not one.texts:
            raise EvaluationError(f"{one.id} has no caption; evaluation needs one a clip.")
    tasks = {name: Task(samples, score(samples), sentences) for name, score in systems.items()}
    lines = [
        Line(name, subset.name, subset.own, result)
        for subset in subsets_of(samples)
        for protocol in protocols
        for way in (0, 1)
        for name, task in tasks.items()
        for result in [_judged(task, subset.chosen(samples), subset, protocol, seed)[way]]
    ]
    return Report(
        data=data,
        split=split,
        clips=len(samples),
        gallery_sha256=sha256_of_json([one.id for one in samples]),
        model_id=model_id,
        lines=tuple(lines),
        sides=_sides(tasks, samples),
    )


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
