"""Motion features to a unit vector in numpy: the twin of `models.motion_encoder`."""

from collections.abc import Mapping, Sequence

import numpy as np

from lavimo.errors import ModelError
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.config import MotionInput
from lavimo.shapes import Bool, Float32, Int64

TOKENS_AT_ONCE = 2048
"""Rows of one matrix product: enough for BLAS, small enough for the cache."""


def columns(which: str) -> Int64[np.ndarray, " width"]:
    """Indices of the features that a model reads: "all" or "no_rotations" (METHOD.md A5)."""
    if which == "all":
        return np.arange(263)
    if which == "no_rotations":
        return np.concatenate([np.arange(67), np.arange(193, 263)])
    raise ModelError(
        f"A model with columns {which!r} needs another lavimo; known: all, no_rotations."
    )


def normalised(checkpoint: Checkpoint, features: np.ndarray) -> Float32[np.ndarray, "frames width"]:
    """The chosen columns, minus mean, over deviation, bounded."""
    return normalise(
        features,
        checkpoint.statistics["mean"],
        checkpoint.statistics["std"],
        checkpoint.config.motion,
    )


def normalise(
    features: np.ndarray, mean: np.ndarray, std: np.ndarray, motion: MotionInput
) -> Float32[np.ndarray, "frames width"]:
    """What the motion tower reads of features (T, 263); training and search share it.

    Frame 0 is left out where there is another: A5 overwrites its heading with the identity, so
    that it would tell where a window was cut and not what the body does.
    """
    keep = columns(motion.columns)
    rows = features[min(1, len(features) - 1) :, keep]
    found: np.ndarray = np.clip((rows - mean[keep]) / std[keep], -motion.clip, motion.clip).astype(
        np.float32
    )
    return found


def encode(checkpoint: Checkpoint, clips: Sequence[np.ndarray]) -> Float32[np.ndarray, "clips dim"]:
    """Unit vectors of clips given as features (T, 263); long clips are averaged over windows."""
    pieces, owner = [], []
    for number, features in enumerate(clips):
        for start, end in windows(len(features), checkpoint.config.motion.max_frames):
            pieces.append(normalised(checkpoint, features[start:end]))
            owner.append(number)
    order = np.argsort([len(p) for p in pieces], kind="stable")
    vectors = np.empty((len(pieces), checkpoint.config.embedding_dim), np.float32)
    for batch in _batches([len(pieces[i]) for i in order], checkpoint.config.motion.patch):
        chosen = order[batch]
        vectors[chosen] = _encode_batch(checkpoint, [pieces[i] for i in chosen])
    summed = np.zeros((len(clips), vectors.shape[1]), np.float32)
    np.add.at(summed, np.asarray(owner, int), vectors)
    mean: np.ndarray = summed / np.linalg.norm(summed, axis=1, keepdims=True).clip(1e-12)
    return mean


def windows(frames: int, longest: int) -> list[tuple[int, int]]:
    """Spans that cover a clip: itself, or windows of `longest` frames at half stride."""
    if frames <= longest:
        return [(0, frames)]
    starts = [*range(0, frames - longest, longest // 2), frames - longest]
    return [(s, s + longest) for s in starts]


def _batches(lengths: list[int], patch: int) -> list[slice]:
    found, start = [], 0
    for end in range(1, len(lengths) + 1):
        full = end == len(lengths)
        if full or (end + 1 - start) * (-(-lengths[end] // patch) + 1) > TOKENS_AT_ONCE:
            found.append(slice(start, end))
            start = end
    return found


def _encode_batch(checkpoint: Checkpoint, pieces: list[np.ndarray]) -> np.ndarray:
    patch, weights = checkpoint.config.motion.patch, checkpoint.weights
    tokens, mask = _patched(pieces, patch)
    projected = transformer.linear(weights, "motion.project", tokens)
    pooled = transformer.encode(
        weights, "motion.tower", checkpoint.config.motion_tower, projected, mask
    )
    known = _known(checkpoint, pieces)
    return joined(
        checkpoint,
        pooled,
        _sentence_vector(checkpoint, pooled, known),
        _side_vector(checkpoint, pooled, known),
        "motion",
    )


def _known(
    checkpoint: Checkpoint, pieces: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray] | None:
    if checkpoint.config.sentence.linear <= 0 or "linear_weight" not in checkpoint.statistics:
        return None
    summaries = np.stack([summary(piece) for piece in pieces])
    return read_off(checkpoint.statistics, summaries, checkpoint.config.sentence.width)


def _sentence_vector(
    checkpoint: Checkpoint, pooled: np.ndarray, known: tuple[np.ndarray, np.ndarray] | None
) -> np.ndarray | None:
    sentence = checkpoint.config.sentence
    if sentence.share <= 0:
        return None
    learned = unit(transformer.linear(checkpoint.weights, "to_sentence", pooled))
    return learned if known is None else learned + np.float32(sentence.linear) * known[0]


def _side_vector(
    checkpoint: Checkpoint, pooled: np.ndarray, known: tuple[np.ndarray, np.ndarray] | None
) -> np.ndarray | None:
    if checkpoint.config.sides.share <= 0:
        return None
    learned: np.ndarray = np.tanh(transformer.linear(checkpoint.weights, "to_sides", pooled))
    return learned if known is None else (learned + known[1]) / 2


def summary(normal: np.ndarray) -> Float32[np.ndarray, " numbers"]:
    """Mean, deviation, 10 % and 90 % quantile of normalised features, and the log of the length.

    What a ridge needs to be at home on any rig (PROBE.md, "ridge").
    """
    ordered = np.sort(normal, axis=0)
    last = len(normal) - 1
    parts = [normal.mean(axis=0), normal.std(axis=0), ordered[int(0.1 * last)]]
    length = np.array([np.log(len(normal))])
    return np.concatenate([*parts, ordered[int(0.9 * last)], length]).astype(np.float32)


def read_off(
    statistics: Mapping[str, np.ndarray],
    summaries: Float32[np.ndarray, "clips numbers"],
    width: int,
) -> tuple[Float32[np.ndarray, "clips width"], Float32[np.ndarray, "clips 4"]]:
    """Unit sentence vectors and signs of directions by the closed-form line of a checkpoint."""
    normal = (summaries - statistics["linear_mean"]) / statistics["linear_std"]
    found = normal.astype(np.float32) @ statistics["linear_weight"]
    return unit(found[:, :width]), np.clip(found[:, width:], -1, 1)


def joined(
    checkpoint: Checkpoint,
    pooled: np.ndarray,
    sentence: np.ndarray | None,
    signs: np.ndarray | None,
    side: str,
) -> Float32[np.ndarray, "rows dim"]:
    """The embedding: joint, sentence and direction vectors, each of its share of the cosine."""
    weights, config = checkpoint.weights, checkpoint.config
    if f"{side}_head.weight" in weights:
        pooled = transformer.linear(weights, f"{side}_head", pooled)
    rest = np.float32(1 - config.sentence.share - config.sides.share)
    parts = [np.sqrt(rest) * unit(pooled)]
    if sentence is not None:
        parts.append(np.sqrt(np.float32(config.sentence.share)) * unit(sentence))
    if signs is not None:
        parts.append(np.sqrt(np.float32(config.sides.share)) * side_vector(signs, side))
    return np.concatenate(parts, axis=1)


def side_vector(signs: Float32[np.ndarray, "rows 4"], side: str) -> Float32[np.ndarray, "rows 6"]:
    """Signs of the axes as unit rows; what is left of the length goes where no other looks."""
    length = np.linalg.norm(signs, axis=1, keepdims=True)
    kept = signs / np.maximum(length, np.float32(1))
    left = np.sqrt(np.maximum(1 - np.square(kept).sum(axis=1, keepdims=True), 0))
    nothing = np.zeros_like(left)
    tail = [left, nothing] if side == "motion" else [nothing, left]
    vectors: np.ndarray = np.concatenate([kept, *tail], axis=1).astype(np.float32)
    return vectors


def unit(rows: np.ndarray) -> Float32[np.ndarray, "rows dim"]:
    """Rows scaled to length one."""
    scaled: np.ndarray = rows / np.maximum(
        np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12)
    )
    return scaled


def _patched(
    pieces: list[np.ndarray], patch: int
) -> tuple[Float32[np.ndarray, "batch tokens wide"], Bool[np.ndarray, "batch tokens"]]:
    counts = [-(-len(p) // patch) for p in pieces]
    width = pieces[0].shape[1]
    tokens = np.zeros((len(pieces), max(counts), patch * width), np.float32)
    mask = np.zeros((len(pieces), max(counts)), bool)
    for row, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
        tokens[row].reshape(-1)[: piece.size] = piece.reshape(-1)
        mask[row, :count] = True
    return tokens, mask
