"""What a motion looks at in the fusion: which words, which moments of itself and of a film.

The numpy twin of `models.fusion.Fusion.weights`. Retrieval does not need the fusion (METHOD.md
B21); a checkpoint may have left it out.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.errors import ModelError
from lavimo.features import humanml
from lavimo.features.directions import RATE, Poses
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.minilm import MiniLM
from lavimo.runtime.motion import normalised
from lavimo.runtime.packing import patched
from lavimo.runtime.pose import pose_of, scaled
from lavimo.shapes import Float32

FPS = 20.0
HEADS = (4,)
"""Of the fusion, where a checkpoint does not say."""


@dataclass(frozen=True)
class Moments:
    """Weights of equal parts of a clip or film of `seconds`; `rest` fell on no moment."""

    weights: Float32[np.ndarray, " parts"]
    seconds: float
    rest: float


@dataclass(frozen=True)
class Looked:
    """The weights of each modality sum to 1 with its rest; a missing one is None."""

    motion: Moments
    words: tuple[tuple[str, float], ...] | None
    words_rest: float
    film: Moments | None


def looked(
    checkpoint: Checkpoint,
    positions: Float32[np.ndarray, "frames 22 3"],
    text: str | None,
    film: Poses | None,
) -> Looked:
    """What the motion (canonical positions, at most the model's longest clip) looks at.

    Raises ModelError where the checkpoint has no token fusion, or reads no films.
    """
    config, weights = checkpoint.config, checkpoint.weights
    if "fusion.attentions.motion.in_proj_weight" not in weights or _heads(checkpoint) == 0:
        raise ModelError(
            f"{checkpoint.path} holds no fusion over tokens, so it cannot say what it looks at; "
            "use the best/ folder of a run of `lavimo train` with token fusion."
        )
    longest = config.motion.max_frames
    features = humanml.encode_batch([positions[: longest + 1]], canonical=True)[0]
    tokens, mask = patched([normalised(checkpoint, features)], config.motion.patch)
    projected = transformer.linear(weights, "motion.project", tokens)
    tower = config.motion_tower
    pooled, keys, _ = transformer.encode_all(weights, "motion.tower", tower, projected, mask)
    query, seconds = pooled[0], min(len(positions), longest + 1) / FPS
    words, rest = (None, 0.0) if text is None else _words(checkpoint, query, text)
    return Looked(
        _moments(_look(checkpoint, "motion", query, keys[0]), seconds),
        words,
        rest,
        None if film is None else _film(checkpoint, query, film),
    )


def _look(checkpoint: Checkpoint, modality: str, query: np.ndarray, keys: np.ndarray) -> np.ndarray:
    name = f"fusion.attentions.{modality}"
    return transformer.looks(checkpoint.weights, name, _heads(checkpoint), query, keys)


def _heads(checkpoint: Checkpoint) -> int:
    """Of the fusion over tokens; 0 where the model's fusion is another."""
    return int(checkpoint.statistics.get("fusion_heads", HEADS)[0])


def _moments(weights: np.ndarray, seconds: float) -> Moments:
    """The first key is the tower's learned token, which stands for no moment."""
    return Moments(weights[1:], seconds, float(weights[0]))


def _words(
    checkpoint: Checkpoint, query: np.ndarray, text: str
) -> tuple[tuple[tuple[str, float], ...], float]:
    """A weight a word: the sum over its pieces; the rest fell on the tokens round the sentence."""
    weights, config = checkpoint.weights, checkpoint.config
    model, words = MiniLM.load(), text.split()
    states, mask = model.tokens([text])
    projected = transformer.linear(weights, "text.project", states)
    _, keys, _ = transformer.encode_all(weights, "text.tower", config.text_tower, projected, mask)
    found = _look(checkpoint, "text", query, keys[0])
    # The learned token and [CLS] come first, [SEP] last; a word has as many pieces as alone.
    pieces = model.tokens(words)[1].sum(axis=1) - 2
    ends = np.minimum(2 + np.cumsum(pieces), len(found) - 1)
    starts = np.concatenate([[2], ends[:-1]])
    each = [float(found[a:b].sum()) for a, b in zip(starts, ends, strict=True)]
    return tuple(zip(words, each, strict=True)), 1 - sum(each)


def _film(checkpoint: Checkpoint, query: np.ndarray, film: Poses) -> Moments:
    weights, pose = checkpoint.weights, pose_of(checkpoint)
    rows = scaled(film)[: pose.max_rows]
    tokens, mask = patched([rows], pose.patch)
    projected = transformer.linear(weights, "pose.project.film", tokens)
    _, keys, _ = transformer.encode_all(weights, "pose.tower", pose.tower, projected, mask)
    keys = transformer.head(weights, "pose_film.to_fusion", keys)
    return _moments(_look(checkpoint, "pose", query, keys[0]), len(rows) / RATE)
