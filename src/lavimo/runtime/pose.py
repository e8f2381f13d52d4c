"""Pose rows to unit vectors in numpy: the twin of `models.pose_tower` and `models.film`."""

from collections.abc import Sequence

import numpy as np

from lavimo.errors import ModelError
from lavimo.features import signature
from lavimo.features.directions import ROW, WIDTH, Poses
from lavimo.runtime import transformer
from lavimo.runtime.checkpoint import Checkpoint
from lavimo.runtime.config import PoseVideo
from lavimo.runtime.embedding import joined, unit, with_pose
from lavimo.runtime.packing import batches_of, patched, windows
from lavimo.shapes import Float32

SIDES = ("motion", "film")
TURN, PATH = signature.TURN_WEIGHT, 0.5
"""What a radian a second of turning, and a metre or a trunk length a second of travel, weigh
beside a direction's coordinate."""
LIMIT = signature.FASTEST
"""Faster turns and travels count as this fast (radians, metres or trunk lengths a second)."""

__all__ = ["ROW", "SIDES", "encode_films", "pose_vectors", "scaled"]


def scaled(poses: Poses) -> Float32[np.ndarray, "rows 31"]:
    """What the pose tower reads; training and search share it."""
    rows = poses.rows.astype(np.float32)
    rows[:, WIDTH:] = np.clip(rows[:, WIDTH:], -LIMIT, LIMIT)
    rows[:, WIDTH] *= np.float32(TURN)
    rows[:, WIDTH + 1 :] *= np.float32(PATH)
    return rows


def pose_vectors(
    checkpoint: Checkpoint, poses: Sequence[Poses], side: str
) -> Float32[np.ndarray, "clips pose"]:
    """Unit rows of the pose space for motions or films; long ones are averaged over windows."""
    pose = pose_of(checkpoint)
    summed = np.zeros((len(poses), pose.dim), np.float32)
    for owners, pooled in _pooled(checkpoint, pose, poses, side):
        np.add.at(summed, owners, unit(transformer.linear(checkpoint.weights, "pose.head", pooled)))
    return unit(summed)


def encode_films(checkpoint: Checkpoint, films: Sequence[Poses]) -> Float32[np.ndarray, "films d"]:
    """Unit embeddings of films in all spaces; long ones are averaged over windows."""
    pose, weights, config = pose_of(checkpoint), checkpoint.weights, checkpoint.config
    points = np.zeros((len(films), pose.dim), np.float32)
    rest = np.zeros((len(films), config.rest_dim), np.float32)
    for owners, pooled in _pooled(checkpoint, pose, films, "film"):
        np.add.at(points, owners, unit(transformer.linear(weights, "pose.head", pooled)))
        sentence, signs = None, None
        if config.sentence.share > 0:
            sentence = transformer.linear(weights, "pose_film.sentence", pooled)
        if config.sides.share > 0:
            signs = np.tanh(transformer.linear(weights, "pose_film.sides", pooled))
        joint = transformer.head(weights, "pose_film.joint", pooled)
        np.add.at(rest, owners, joined(config, joint, sentence, signs, "film"))
    return with_pose(config, unit(points), unit(rest), "film")


def pose_of(checkpoint: Checkpoint) -> PoseVideo:
    """The pose part of a model's config. Raises ModelError where it has none."""
    if checkpoint.config.pose is None:
        raise ModelError(
            f"{checkpoint.path} reads no films as limb directions; use a model that was trained so."
        )
    return checkpoint.config.pose


def _pooled(
    checkpoint: Checkpoint, pose: PoseVideo, poses: Sequence[Poses], side: str
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For batches of windows of like length: whose they are, and the tower's pooled output."""
    weights = checkpoint.weights
    pieces, owner = [], []
    for number, one in enumerate(poses):
        rows = scaled(one)
        for start, end in windows(len(rows), pose.max_rows):
            pieces.append(rows[start:end])
            owner.append(number)
    owners = np.asarray(owner, int)
    order = np.argsort([len(piece) for piece in pieces], kind="stable")
    found = []
    for batch in batches_of([len(pieces[i]) for i in order], pose.patch):
        chosen = order[batch]
        tokens, mask = patched([pieces[i] for i in chosen], pose.patch)
        projected = transformer.linear(weights, f"pose.project.{side}", tokens)
        pooled = transformer.encode(weights, "pose.tower", pose.tower, projected, mask)
        slow = np.concatenate([_signature(pieces[i]) for i in chosen])
        found.append((owners[chosen], pooled + transformer.linear(weights, "pose.slow", slow)))
    return found


def _signature(rows: Float32[np.ndarray, "rows 31"]) -> Float32[np.ndarray, "1 224"]:
    """The signature of scaled rows, which weigh a turn as signatures do."""
    return signature.of_rows(rows[:, : WIDTH + 1], np.array([[0, len(rows)]]))
