"""Clips and captions to matrices, by the same encoder that a search uses; cached by content."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from lavimo.data.sample import Sample
from lavimo.errors import DataError, EvaluationError
from lavimo.features.canonical import CANONICAL_VERSION, FPS
from lavimo.files import atomic_path, cache_folder, sha256_of_json
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22
from lavimo.progress import Progress, Silent
from lavimo.runtime.encoder import Encoder
from lavimo.shapes import Float32

AT_ONCE = 64
_VERSION = 1
_Part = TypeVar("_Part")


def embed_texts(
    encoder: Encoder, texts: Sequence[str], progress: Progress | None = None
) -> Float32[np.ndarray, "texts dim"]:
    """One unit row a text. Equal texts are encoded once, so that their ties are exact."""
    distinct = sorted(set(texts))
    key = [encoder.model_id, "text", distinct]
    rows = _stored(key, lambda: _in_parts(encoder.encode_text, distinct, "Sentences", progress))
    return _arranged(rows, distinct, texts)


def embed_sentences(
    encode: Callable[[Sequence[str]], Float32[np.ndarray, "texts dim"]],
    texts: Sequence[str],
    progress: Progress | None = None,
) -> Float32[np.ndarray, "texts dim"]:
    """One unit row a text by the frozen sentence model; `encode` is `MiniLM.sentence`."""
    from lavimo.runtime import minilm

    distinct = sorted(set(texts))
    key = [minilm.SHA256, "sentence", distinct]
    rows = _stored(key, lambda: _in_parts(encode, distinct, "Sentences", progress))
    return _arranged(rows, distinct, texts)


def embed_motions(
    encoder: Encoder, samples: Sequence[Sample], progress: Progress | None = None
) -> Float32[np.ndarray, "clips dim"]:
    """One unit row a clip: from its positions or, where it has only those, its 263 features.

    Raises EvaluationError for a clip with neither.
    """
    key = [encoder.model_id, "motion", CANONICAL_VERSION, [_content(one) for one in samples]]
    return _stored(
        key, lambda: _in_parts(lambda part: _encode(encoder, part), samples, "Motions", progress)
    )


def _encode(encoder: Encoder, samples: Sequence[Sample]) -> Float32[np.ndarray, "clips dim"]:
    if all(one.features is not None for one in samples):
        by_features = getattr(encoder, "encode_features", None)
        if by_features is not None:
            rows: Float32[np.ndarray, "clips dim"] = by_features([one.features for one in samples])
            return rows
    return encoder.encode_motion([_motion(one) for one in samples])


def _motion(one: Sample) -> Motion:
    if one.positions is None or one.positions.shape[1] != 22:
        raise EvaluationError(f"{one.id} has no 22-joint positions; this model needs them.")
    return Motion(SMPL_22, one.positions, FPS)


def _content(one: Sample) -> str:
    block = one.positions if one.features is None else one.features
    if block is None:
        raise EvaluationError(f"{one.id} has neither positions nor features; prepare it again.")
    return hashlib.sha256(repr(block.shape).encode() + block.tobytes()).hexdigest()


def _in_parts(
    encode: Callable[[Sequence[_Part]], Float32[np.ndarray, "rows dim"]],
    items: Sequence[_Part],
    name: str,
    progress: Progress | None,
) -> Float32[np.ndarray, "rows dim"]:
    parts = []
    with (progress or Silent()).task(name, len(items), "rows") as task:
        for start in range(0, len(items), AT_ONCE):
            part = items[start : start + AT_ONCE]
            parts.append(encode(part))
            task.advance(len(part))
    if not parts:
        raise EvaluationError("There is nothing to embed; choose a split that has clips.")
    return np.concatenate(parts).astype(np.float32, copy=False)


def _stored(
    key: Sequence[object], compute: Callable[[], Float32[np.ndarray, "rows dim"]]
) -> Float32[np.ndarray, "rows dim"]:
    path = _path(sha256_of_json([_VERSION, *key]))
    if path.is_file():
        try:
            kept: Float32[np.ndarray, "rows dim"] = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{path} is damaged ({error}); delete it and try again.") from error
        return kept
    rows = compute()
    with atomic_path(path) as temporary:
        np.save(temporary, rows)
    return rows


def _path(key: str) -> Path:
    return cache_folder() / "embeddings" / key[:2] / f"{key[2:34]}.npy"


def _arranged(
    rows: Float32[np.ndarray, "distinct dim"], distinct: Sequence[str], texts: Sequence[str]
) -> Float32[np.ndarray, "texts dim"]:
    place = {text: number for number, text in enumerate(distinct)}
    return rows[np.array([place[text] for text in texts], np.int64)]
