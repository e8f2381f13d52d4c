"""A closed-form line from a clip's statistics to its sentence: what is known on any rig.

A one-second ridge beat every net on skeletons that training never saw (PROBE.md, point 3).
Fitted over augmented and choreographed clips it gains ten points more there, so the sentence
space takes it beside the tower's own vector.
"""

import numpy as np

from lavimo.data.captions import mirror_text
from lavimo.features import humanml
from lavimo.presets import Augment, Linear
from lavimo.runtime.config import MotionInput
from lavimo.runtime.motion import normalise, summary
from lavimo.shapes import Float32
from lavimo.training.augment import drawn
from lavimo.training.corpus import Clip, Corpus

AT_ONCE = 128


def fit(
    corpus: Corpus, motion: MotionInput, linear: Linear, augment: Augment, seed: int
) -> dict[str, np.ndarray]:
    """Arrays `linear_mean`, `linear_std`, `linear_weight` for a checkpoint; empty for 0 passes.

    Targets are the centred means of each clip's caption vectors and of their direction signs;
    every real clip weighs 1 a pass.
    """
    if linear.passes == 0:
        return {}
    rng = np.random.default_rng([seed, 77])
    visits = [(clip, number > 0, 1.0) for number in range(linear.passes) for clip in corpus.real]
    visits += [(clip, True, linear.weight) for clip in corpus.synthetic[: linear.synthetic]]
    numbers, targets = [], []
    for start in range(0, len(visits), AT_ONCE):
        part = visits[start : start + AT_ONCE]
        x, y = _rows(corpus, motion, part, augment, rng)
        numbers.append(x)
        targets.append(y)
    weight = np.array([w for _, _, w in visits])[:, None]
    x, y = np.concatenate(numbers).astype(np.float64), np.concatenate(targets)
    mean, std = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = (x - mean) / std
    gram = (x * weight).T @ x + linear.penalty * np.eye(x.shape[1])
    solved = np.linalg.solve(gram, (x * weight).T @ y)
    return {
        "linear_mean": mean.astype(np.float32),
        "linear_std": std.astype(np.float32),
        "linear_weight": solved.astype(np.float32),
    }


def _rows(
    corpus: Corpus,
    motion: MotionInput,
    visits: list[tuple[Clip, bool, float]],
    augment: Augment,
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, "visits numbers"], Float32[np.ndarray, "visits width"]]:
    positions, targets = [], []
    for clip, change, _ in visits:
        moved, mirrored = clip.positions, False
        if change:
            drew = drawn(len(moved), augment, motion.max_frames, rng)
            moved, mirrored = drew.positions(moved), drew.mirrored
        positions.append(moved[: motion.max_frames + 1])
        texts = [mirror_text(t) if mirrored else t for t in clip.captions]
        rows = np.array([corpus.text.rows[text] for text in texts])
        sentence = corpus.text.sentences[rows].mean(axis=0) - corpus.centre
        targets.append(np.concatenate([sentence, corpus.text.signs[rows].mean(axis=0)]))
    blocks = humanml.encode_batch(positions, canonical=True)
    numbers = [summary(normalise(b, corpus.mean, corpus.std, motion)) for b in blocks]
    return np.stack(numbers), np.stack(targets).astype(np.float32)
