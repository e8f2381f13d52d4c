"""Choosing a checkpoint: by the validation split alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lavimo.data.batch import Batch, Pairs, Sequences, Targets, padded
from lavimo.errors import DataError
from lavimo.evaluation import ranks
from lavimo.features import humanml
from lavimo.models.interface import System
from lavimo.runtime.config import ModelConfig
from lavimo.runtime.motion import normalise, read_off, summary
from lavimo.runtime.pose import scaled
from lavimo.training.augment import Change
from lavimo.training.corpus import Clip, Corpus
from lavimo.training.films import plain_film
from lavimo.training.frames import Looks, as_sequences

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

    `score` = mean of T2M and M2T over R@1, R@5 and R@10; with films the mean of that and of strict
    V2M. Films are landmark tracks of renders where the corpus has them (then only those count).
    """
    module = system
    assert isinstance(module, torch.nn.Module)
    was_training = module.training
    module.eval()
    rows = _embedded(system, corpus, validation.clips)
    module.train(was_training)
    said = [set(clip.captions) for clip in validation.clips]
    right = np.array([[clip.captions[0] in other for other in said] for clip in validation.clips])
    similarity = ranks.similarity(rows["text"], rows["motion"])
    found: dict[str, float] = {}
    for way, scores, truth in (("t2m", similarity, right), ("m2t", similarity.T, right.T)):
        cols = ranks.best_ranks(scores, truth)
        found |= {f"{way}/R@{k}": ranks.recall(cols, k) for k in (1, 5, 10)}
    kinds = [float(np.mean(list(found.values())))]
    if "film" in rows:
        asked = _asked(corpus, validation.clips)
        scores = ranks.similarity(rows["film"][asked], rows["motion"])
        own = asked[:, None] == np.arange(len(validation.clips))
        cols = ranks.best_ranks(scores, own)
        film = {f"v2m/R@{k}": ranks.recall(cols, k) for k in (1, 5, 10)}
        kinds.append(float(np.mean(list(film.values()))))
        found |= film
    return {"score": float(np.mean(kinds)), **found}


def _asked(corpus: Corpus, clips: Sequence[Clip]) -> np.ndarray:
    """Clips whose films ask: those with a track or pictures, else all (as if tracked)."""
    looks = corpus.looks
    real = [
        bool(corpus.tracks.get(clip.id))
        or (looks is not None and looks.rows(clip.id, _whole(clip, 200), None) is not None)
        for clip in clips
    ]
    return np.flatnonzero(real) if any(real) else np.arange(len(clips))


def _embedded(system: System, corpus: Corpus, clips: Sequence[Clip]) -> dict[str, np.ndarray]:
    """Rows of motions, texts and, where the model reads poses, films, in the clips' order."""
    order = sorted(range(len(clips)), key=lambda i: len(clips[i].positions))
    ways = {"motion": system.encode_motion, "text": system.encode_text}
    if system.config.pose is not None or corpus.looks is not None:
        ways["film"] = system.encode_video
    rows = {way: np.empty((len(clips), system.config.embedding_dim), np.float32) for way in ways}
    for start in range(0, len(order), ROWS_AT_ONCE):
        chosen = order[start : start + ROWS_AT_ONCE]
        batch = plain_batch(corpus, system.config, [clips[i] for i in chosen])
        for way, encode in ways.items():
            if way == "film" and batch.pairs is None and batch.frames is None:
                rows[way][chosen] = 0  # no film among these
                continue
            rows[way][chosen] = encode(batch).cpu().numpy()
    return rows


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
        pairs=None if config.pose is None else _pairs(corpus, clips, config.pose.max_rows),
        frames=None if corpus.looks is None else _looked(corpus.looks, clips, longest),
    )


def _pairs(corpus: Corpus, clips: Sequence[Clip], longest: int) -> Pairs:
    """Motions with one film each."""
    films = [plain_film(c.id, c.poses, corpus.tracks.get(c.id, ()), longest) for c in clips]
    motions = [scaled(clip.poses)[:longest] for clip in clips]
    return Pairs(*(padded([torch.from_numpy(row) for row in part]) for part in (motions, films)))


def _looked(looks: Looks, clips: Sequence[Clip], longest: int) -> Sequences | None:
    return as_sequences([looks.rows(c.id, _whole(c, longest), None) for c in clips], "own")


def _whole(clip: Clip, longest: int) -> Change:
    return Change(1.0, 0, min(len(clip.positions), longest), False, False)
