"""Motion features to a unit vector in numpy: the twin of `models.motion_encoder`."""

from collections.abc import Mapping, Sequence

import numpy as np

from lavimo.errors import ModelError
from lavimo.features import humanml
from lavimo.features.canonical import FPS
from lavimo.features.directions import Poses, from_motion
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.config import MotionInput
from lavimo.runtime.embedding import joined, unit, with_pose
from lavimo.runtime.packing import batches_of, patched, windows
from lavimo.runtime.pose import pose_vectors
from lavimo.shapes import Float32, Int64


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


def encode(
    checkpoint: Checkpoint, clips: Sequence[np.ndarray], poses: Sequence[Poses] | None = None
) -> Float32[np.ndarray, "clips dim"]:
    """Unit vectors of clips given as features (T, 263); long clips are averaged over windows.

    A model that knows films also reads the clips' `poses`; they are recovered from the features
    where they are not given.
    """
    config = checkpoint.config
    rest = _encode_features(checkpoint, clips)
    if config.pose is None:
        return rest
    if poses is None:
        poses = [from_motion(humanml.recover(features), FPS) for features in clips]
    return with_pose(config, pose_vectors(checkpoint, poses, "motion"), rest, "motion")


def _encode_features(
    checkpoint: Checkpoint, clips: Sequence[np.ndarray]
) -> Float32[np.ndarray, "clips dim"]:
    pieces, owner = [], []
    for number, features in enumerate(clips):
        for start, end in windows(len(features), checkpoint.config.motion.max_frames):
            pieces.append(normalised(checkpoint, features[start:end]))
            owner.append(number)
    order = np.argsort([len(p) for p in pieces], kind="stable")
    summed = np.zeros((len(clips), checkpoint.config.rest_dim), np.float32)
    owners = np.asarray(owner, int)
    for batch in batches_of([len(pieces[i]) for i in order], checkpoint.config.motion.patch):
        chosen = order[batch]
        vectors = _encode_batch(checkpoint, [pieces[i] for i in chosen])
        np.add.at(summed, owners[chosen], vectors)
    return unit(summed)


def _encode_batch(checkpoint: Checkpoint, pieces: list[np.ndarray]) -> np.ndarray:
    patch, weights = checkpoint.config.motion.patch, checkpoint.weights
    tokens, mask = patched(pieces, patch)
    projected = transformer.linear(weights, "motion.project", tokens)
    pooled = transformer.encode(
        weights, "motion.tower", checkpoint.config.motion_tower, projected, mask
    )
    known = _known(checkpoint, pieces)
    return joined(
        checkpoint.config,
        transformer.head(weights, "motion_head", pooled),
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
