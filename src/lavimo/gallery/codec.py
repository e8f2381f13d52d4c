"""Clips and vectors as bytes: int16 millimetres and float16.

Codec 1: int16 millimetres, frames x 22 x 3, little endian (2,640 bytes a second at 20 fps).
Codec 2: the same as differences along time, then zlib.
Codec 3: for clips that leave the int16 range (32.7 m): the root's path as int32 and the joints
relative to the root as int16, both as differences along time, then zlib.
The positions come back within half a millimetre.

Pose rows are int8, frames x 31 (310 bytes a second): directions in 1/127, the turn in 1/12 rad/s,
the path in 1/25 m/s. They come back within half a step, and what is beyond the range at its end.
"""

import zlib

import numpy as np

from lavimo.errors import GalleryError
from lavimo.shapes import Float, Float16, Float32

JOINTS = 22
POSE_CODEC = 1
_POSE_STEPS = np.repeat(np.array([127, 12, 25], np.float32), [27, 1, 3])
_LIMIT = np.iinfo(np.int16).max


def pack_positions(positions: Float32[np.ndarray, "frames 22 3"]) -> tuple[int, bytes]:
    """(codec, bytes) of canonical positions: the smaller of the codecs that can hold them.

    Raises GalleryError when a joint is more than 32 m from the root: no human, a wrong unit.
    """
    millimetres = np.rint(positions.astype(np.float64) * 1000)
    if np.abs(millimetres).max(initial=0) <= _LIMIT:
        plain = millimetres.astype("<i2")
        squeezed = _squeeze(plain)
        return (2, squeezed) if len(squeezed) < plain.nbytes else (1, plain.tobytes())
    root = millimetres[:, 0].astype("<i4")
    relative = millimetres - millimetres[:, :1]
    if np.abs(relative).max() > _LIMIT or np.abs(millimetres[:, 0]).max() > np.iinfo(np.int32).max:
        raise GalleryError("A joint is more than 32 m away from the hips; check the file's unit.")
    path = _squeeze(root)
    return 3, len(path).to_bytes(4, "little") + path + _squeeze(relative.astype("<i2"))


def unpack_positions(codec: int, frames: int, blob: bytes) -> Float32[np.ndarray, "frames 22 3"]:
    """Positions in metres. Raises GalleryError on bytes that do not fit."""
    try:
        if codec == 1:
            whole = np.frombuffer(blob, "<i2").reshape(frames, JOINTS, 3).astype(np.int32)
        elif codec == 2:
            whole = _spread(blob, "<i2", (frames, JOINTS, 3)).astype(np.int32)
        elif codec == 3:
            size = int.from_bytes(blob[:4], "little")
            root = _spread(blob[4 : 4 + size], "<i4", (frames, 3))
            joints = _spread(blob[4 + size :], "<i2", (frames, JOINTS, 3))
            whole = joints.astype(np.int32) + root[:, None]
        else:
            raise ValueError(f"codec {codec}")
    except (ValueError, zlib.error) as error:
        raise GalleryError(f"A stored clip is damaged ({error}); index its file again.") from error
    return (whole / 1000).astype(np.float32)


def pack_poses(rows: Float32[np.ndarray, "frames 31"]) -> bytes:
    """Pose rows as int8 (codec 1)."""
    return np.clip(np.rint(rows * _POSE_STEPS), -127, 127).astype(np.int8).tobytes()


def unpack_poses(blobs: list[bytes]) -> list[Float32[np.ndarray, "_ 31"]]:
    """Pose rows of many clips. Raises GalleryError on bytes that do not fit."""
    lengths, odd = np.divmod([len(blob) for blob in blobs], len(_POSE_STEPS))
    if odd.any():
        raise GalleryError("Stored pose rows are damaged; run `lavimo gallery reindex`.")
    # All at once: thousands of clips are read for one search.
    whole = np.frombuffer(b"".join(blobs), np.int8).reshape(-1, len(_POSE_STEPS)) / _POSE_STEPS
    return np.split(whole, np.cumsum(lengths)[:-1]) if blobs else []


def pack_vector(vector: Float[np.ndarray, " dim"]) -> bytes:
    """A unit vector as little-endian float16."""
    return vector.astype("<f2").tobytes()


def unpack_vectors(blobs: list[bytes], dim: int) -> Float16[np.ndarray, "rows dim"]:
    """Stored vectors as one float16 matrix. Raises GalleryError when a length is wrong."""
    joined = b"".join(blobs)
    if len(joined) != 2 * dim * len(blobs):
        raise GalleryError("A stored vector has a wrong length; index the files again.")
    return np.frombuffer(joined, "<f2").reshape(len(blobs), dim)


def _squeeze(values: np.ndarray) -> bytes:
    # Differences wrap around in the integer type, which the running sum undoes.
    steps = values.copy()
    steps[1:] -= values[:-1]
    return zlib.compress(steps.tobytes(), 1)


def _spread(blob: bytes, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    steps = np.frombuffer(zlib.decompress(blob), dtype).reshape(shape)
    return np.cumsum(steps, axis=0, dtype=dtype)
