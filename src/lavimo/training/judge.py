"""Choosing a checkpoint: by the validation split alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lavimo.data.batch import Batch, Sequences, Targets, padded
from lavimo.errors import DataError
from lavimo.evaluation import ranks
from lavimo.features import humanml
from lavimo.models.interface import System
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.motion import normalise, read_off, summary
from lavimo.training.corpus import Clip, Corpus

ROWS_AT_ONCE = 128


@dataclass(frozen=True)
class Validation:
    """Clips of the split that may choose. Raises DataError for a clip of any other split.

    A checkpoint is chosen through this class only, so the code that chooses cannot see a test
    clip.
    """

    clips: tuple[Clip, ...]

    def __post_init__(self) -> None:
        foreign = {clip.split for clip in self.clips} - {"val"}
        if foreign:
            raise DataError(
                f"A checkpoint is chosen by split val alone, not by {', '.join(sorted(foreign))}."
            )


@torch.no_grad()
def score(system: System, corpus: Corpus, validation: Validation) -> dict[str, float]:
    """Same-caption retrieval on the validation clips; `score` is what the choice goes by.

    `score` = mean of T2M and M2T over R@1, R@5 and R@10.
    """
    module = system
    assert isinstance(module, torch.nn.Module)
    was_training = module.training
    module.eval()
    motions, texts = _embedded(system, corpus, validation.clips)
    module.train(was_training)
    similarity = ranks.similarity(texts, motions)
    said = [set(clip.captions) for clip in validation.clips]
    right = np.array([[clip.captions[0] in other for other in said] for clip in validation.clips])
    found: dict[str, float] = {}
    for way, scores, truth in (("t2m", similarity, right), ("m2t", similarity.T, right.T)):
        cols = ranks.best_ranks(scores, truth)
        found |= {f"{way}/R@{k}": ranks.recall(cols, k) for k in (1, 5, 10)}
    return {"score": float(np.mean(list(found.values()))), **found}


def _embedded(
    system: System, corpus: Corpus, clips: Sequence[Clip]
) -> tuple[np.ndarray, np.ndarray]:
    order = sorted(range(len(clips)), key=lambda i: len(clips[i].positions))
    motions: list[np.ndarray] = [np.empty(0)] * len(clips)
    texts: list[np.ndarray] = [np.empty(0)] * len(clips)
    for start in range(0, len(order), ROWS_AT_ONCE):
        chosen = order[start : start + ROWS_AT_ONCE]
        batch = plain_batch(corpus, system.config, [clips[i] for i in chosen])
        both = system.encode_motion(batch).cpu().numpy(), system.encode_text(batch).cpu().numpy()
        for place, row in enumerate(chosen):
            motions[row], texts[row] = both[0][place], both[1][place]
    return np.stack(motions), np.stack(texts)


def plain_batch(corpus: Corpus, config: ModelConfig, clips: Sequence[Clip]) -> Batch:
    """Clips as they are, cut to the longest length, each with its first caption."""
    rows = np.array([corpus.text.rows[clip.captions[0]] for clip in clips])
    states, mask = corpus.text.tokens(rows)
    longest = config.motion.max_frames + 1
    features = humanml.encode_batch([clip.positions[:longest] for clip in clips], canonical=True)
    inputs = [normalise(block, corpus.mean, corpus.std, config.motion) for block in features]
    known = None
    if corpus.linear and config.sentence.linear > 0:
        summaries = np.stack([summary(block) for block in inputs])
        sentence, signs = read_off(corpus.linear, summaries, config.sentence.width)
        known = torch.from_numpy(sentence), torch.from_numpy(signs)
    return Batch(
        ids=tuple(clip.id for clip in clips),
        motion=padded([torch.from_numpy(block) for block in inputs]),
        text=Sequences(torch.from_numpy(states), torch.from_numpy(mask)),
        texts=tuple(clip.captions[0] for clip in clips),
        targets=Targets(
            captions=torch.from_numpy(corpus.text.sentences[rows]),
            sentences=torch.from_numpy(corpus.sentences(rows)),
            sides=torch.from_numpy(corpus.text.sides[rows]),
            signs=torch.from_numpy(corpus.text.signs[rows]),
        ),
        known=known,
    )
