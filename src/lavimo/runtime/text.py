"""Sentences to unit vectors in numpy: the twin of `models.text_encoder`."""

from collections.abc import Sequence

import numpy as np

from lavimo.errors import ModelError
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.directions import direction_signs
from lavimo.runtime.embedding import joined, unit, with_pose
from lavimo.runtime.minilm import MiniLM
from lavimo.shapes import Bool, Float32

AT_ONCE = 64


def encode(checkpoint: Checkpoint, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
    """Unit vectors of sentences; each distinct sentence is encoded once."""
    if checkpoint.config.text.backbone != "minilm":
        raise ModelError(
            f"{checkpoint.path} reads text with {checkpoint.config.text.backbone}, which has no "
            "form without torch; use a model with the minilm backbone to search."
        )
    distinct = list(dict.fromkeys(texts))
    model = MiniLM.load()
    rows: list[np.ndarray] = []
    for start in range(0, len(distinct), AT_ONCE):
        part = distinct[start : start + AT_ONCE]
        rows.extend(encode_states(checkpoint, *model.tokens(part), direction_signs(part)))
    place = {text: row for row, text in enumerate(distinct)}
    return np.stack([rows[place[text]] for text in texts])


def encode_states(
    checkpoint: Checkpoint,
    states: Float32[np.ndarray, "texts tokens width"],
    mask: Bool[np.ndarray, "texts tokens"],
    signs: Float32[np.ndarray, "texts 4"],
) -> Float32[np.ndarray, "texts dim"]:
    """Unit vectors from token states and the directions that the words name."""
    weights, config = checkpoint.weights, checkpoint.config
    projected = transformer.linear(weights, "text.project", states)
    pooled = transformer.encode(weights, "text.tower", config.text_tower, projected, mask)
    mean = unit((states * mask[..., None]).sum(axis=1))
    if config.text.add_sentence:
        pooled = pooled + transformer.linear(weights, "text.sentence", mean)
    sentence = None
    if config.sentence.share > 0:
        sentence = mean - checkpoint.statistics["sentence_centre"]
    pooled = transformer.head(weights, "text_head", pooled)
    named = signs if config.sides.share > 0 else None
    return with_pose(config, None, joined(config, pooled, sentence, named, "text"), "text")
