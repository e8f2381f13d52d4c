"""How an embedding is put together: which space has which share of its length."""

import numpy as np

from lavimo.runtime.config import ModelConfig
from lavimo.shapes import Float32


def joined(
    config: ModelConfig,
    joint: np.ndarray,
    sentence: np.ndarray | None,
    signs: np.ndarray | None,
    side: str,
) -> Float32[np.ndarray, "rows rest"]:
    """Joint, sentence and direction vectors, each of its share of the cosine; unit rows.

    `side`: "text", "motion" or "film".
    """
    rest = np.float32(1 - config.sentence.share - config.sides.share)
    parts = [np.sqrt(rest) * unit(joint)]
    if sentence is not None:
        parts.append(np.sqrt(np.float32(config.sentence.share)) * unit(sentence))
    if signs is not None:
        parts.append(np.sqrt(np.float32(config.sides.share)) * side_vector(signs, side))
    return np.concatenate(parts, axis=1)


def with_pose(
    config: ModelConfig,
    pose: Float32[np.ndarray, "rows pose"] | None,
    rest: Float32[np.ndarray, "rows rest"],
    side: str,
) -> Float32[np.ndarray, "rows dim"]:
    """The whole embedding: the pose space in front, where the model has one.

    Sentences say nothing there: their rows are zero in it, so that it never weighs between them
    and a motion.
    """
    if config.pose is None:
        return rest
    if pose is None:
        return np.concatenate([np.zeros((len(rest), config.pose.dim), np.float32), rest], axis=1)
    share = np.float32(config.pose.film_share if side == "film" else config.pose.share)
    return np.concatenate([np.sqrt(share) * pose, np.sqrt(1 - share) * rest], axis=1)


def side_vector(signs: Float32[np.ndarray, "rows 4"], side: str) -> Float32[np.ndarray, "rows 6"]:
    """Signs of the axes as unit rows; what is left of the length goes where no text looks."""
    length = np.linalg.norm(signs, axis=1, keepdims=True)
    kept = signs / np.maximum(length, np.float32(1))
    left = np.sqrt(np.maximum(1 - np.square(length), 0))
    nothing = np.zeros_like(left)
    tail = [nothing, left] if side == "text" else [left, nothing]
    vectors: np.ndarray = np.concatenate([kept, *tail], axis=1).astype(np.float32)
    return vectors


def unit(rows: np.ndarray) -> Float32[np.ndarray, "rows dim"]:
    """Rows scaled to length one."""
    scaled: np.ndarray = rows / np.maximum(
        np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12)
    )
    return scaled
