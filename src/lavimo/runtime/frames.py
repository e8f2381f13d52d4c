"""Eight pictures of a film to a unit vector in numpy: the twin of `models.frames`."""

from collections.abc import Sequence

import numpy as np

from lavimo.errors import ModelError
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.config import FramesVideo
from lavimo.runtime.embedding import joined, with_pose
from lavimo.shapes import Float, Float32, Int64

EPS = 1e-12
FRAMES = 8
CELLS = 16
PYRAMID = 64 + 16 + 4 + 1 + 2 * CELLS
"""Numbers a silhouette."""
SILHOUETTE = "silhouette"


def encode(
    checkpoint: Checkpoint, films: Sequence[Float32[np.ndarray, "frames width"]]
) -> Float32[np.ndarray, "films dim"]:
    """Unit embeddings of films from the features of their pictures (zero in the pose space).

    A silhouette's features are its `pyramid`; those of CLIP need torch
    (`models.encoder.TorchEncoder`).
    """
    config, weights = checkpoint.config, checkpoint.weights
    pooled = pooled_of(checkpoint, np.stack(films).astype(np.float32))[0]
    sentence, signs = None, None
    if config.sentence.share > 0:
        sentence = transformer.linear(weights, "frames_film.sentence", pooled)
    if config.sides.share > 0:
        signs = np.tanh(transformer.linear(weights, "frames_film.sides", pooled))
    joint = transformer.head(weights, "frames_film.joint", pooled)
    return with_pose(config, None, joined(config, joint, sentence, signs, "film"), "film")


def pooled_of(
    checkpoint: Checkpoint, features: Float32[np.ndarray, "films frames width"]
) -> tuple[Float32[np.ndarray, "films dim"], Float32[np.ndarray, "films frames dim"]]:
    """Mean over the frames, and the frame tokens (METHOD.md B5)."""
    frames, weights = frames_of(checkpoint), checkpoint.weights
    start = transformer.head(weights, "frames.project", features)
    x = start + weights["frames.positions"][: start.shape[1]]
    seen = np.ones(x.shape[:2], bool)
    for number in range(frames.tower.layers):
        name = f"frames.blocks.{number}"
        normed = _norm(checkpoint, f"{name}.norm1", x)
        x = x + transformer.attention(
            weights, f"{name}.attention", frames.tower.heads, normed, seen
        )
        inner = transformer.linear(
            weights, f"{name}.linear1", _norm(checkpoint, f"{name}.norm2", x)
        )
        inner = inner / (1 + np.exp(np.float32(-1.702) * inner))
        x = x + transformer.linear(weights, f"{name}.linear2", inner)
    tokens = x + start
    return tokens.mean(axis=1), tokens


def frames_of(checkpoint: Checkpoint) -> FramesVideo:
    """The frames part of a model's config. Raises ModelError where it has none."""
    if checkpoint.config.frames is None:
        raise ModelError(
            f"{checkpoint.path} does not read films as pictures; use a model that was trained so."
        )
    return checkpoint.config.frames


def segments(
    count: int, rng: np.random.Generator | None = None, frames: int = FRAMES
) -> Int64[np.ndarray, " frames"]:
    """One place in each of `frames` equal segments of `count` (B6): random with `rng`, else the
    centre.
    """
    if rng is None:
        if count <= frames:
            return np.arange(frames) * count // frames
        part = count / frames
        return (np.arange(frames) * part + (part - 1) / 2).astype(np.int64)
    if count <= frames:
        more = rng.integers(0, count, frames - count)
        return np.sort(np.concatenate([np.arange(count), more])).astype(np.int64)
    ticks = np.arange(frames + 1) * count // frames
    return ticks[:-1] + rng.integers(0, np.diff(ticks))


def pyramid(
    outlines: Float[np.ndarray, "frames 16 16"],
) -> Float32[np.ndarray, "frames 117"]:
    """A silhouette as its covered shares in 8 x 8, 4 x 4, 2 x 2 and 1 cells, rows and columns.

    Stands in for an image model where there is none: fixed, and blind to clothes and light.
    """
    grids = []
    for cells in (8, 4, 2, 1):
        edge = CELLS // cells
        parts = outlines.reshape(-1, cells, edge, cells, edge).mean(axis=(2, 4))
        grids.append(parts.reshape(len(outlines), -1))
    profiles = [outlines.mean(axis=2), outlines.mean(axis=1)]
    return np.concatenate([*grids, *profiles], axis=1).astype(np.float32)


def _norm(checkpoint: Checkpoint, name: str, x: np.ndarray) -> np.ndarray:
    weights = checkpoint.weights
    return transformer.layer_norm(x, weights[f"{name}.weight"], weights[f"{name}.bias"], EPS)
