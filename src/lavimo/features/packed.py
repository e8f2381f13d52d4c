"""Many clips behind one another along time, components first: the layout that numpy is fast in.

`xyz[component, joint, frame]` keeps the series of one coordinate contiguous, so one call works
on thousands of frames; what belongs to a clip (its floor, its heading) is spread over its frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.errors import MotionError
from lavimo.shapes import Float, Float32, Int64

BLOCK = 1024
"""Frames worked on at once: the intermediate arrays stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Packed:
    """Clips along one time axis; clip i owns frames `starts[i] : starts[i] + lengths[i]`."""

    xyz: Float32[np.ndarray, "3 22 frames"]
    starts: Int64[np.ndarray, " clips"]
    lengths: Int64[np.ndarray, " clips"]

    def spread(self, values: Float[np.ndarray, "*rest clips"]) -> Float[np.ndarray, "*rest frames"]:
        """A value a clip, repeated for each of its frames."""
        return np.repeat(values, self.lengths, axis=-1)

    def with_xyz(self, xyz: Float32[np.ndarray, "3 22 frames"]) -> "Packed":
        """The same clips with other coordinates."""
        return Packed(xyz, self.starts, self.lengths)


def pack(clips: Sequence[Float[np.ndarray, "_ 22 3"]]) -> Packed:
    """Lay clips of positions (frames, 22, 3) behind one another.

    Raises MotionError on another shape, an empty clip, or a value that is not finite.
    """
    for number, clip in enumerate(clips):
        if clip.ndim != 3 or clip.shape[1:] != (22, 3):
            raise MotionError(
                f"Clip {number} has shape {clip.shape}; features need (frames, 22, 3), "
                "so retarget it to the 22 joints first."
            )
        if len(clip) == 0:
            raise MotionError(f"Clip {number} holds no frames; record or export at least two.")
    lengths = np.array([len(clip) for clip in clips], np.int64)
    flat = np.concatenate([np.asarray(clip, np.float32).reshape(-1, 66) for clip in clips])
    if not np.isfinite(flat).all():
        row = int(np.flatnonzero(~np.isfinite(flat).all(axis=1))[0])
        number = int(np.searchsorted(np.cumsum(lengths), row, side="right"))
        frame = row - int(np.cumsum(lengths)[number] - lengths[number])
        raise MotionError(
            f"Clip {number}: frame {frame} holds a value that is no finite number; mend the export."
        )
    xyz = np.ascontiguousarray(flat.T).reshape(22, 3, -1).transpose(1, 0, 2)
    return Packed(np.ascontiguousarray(xyz), np.cumsum(lengths) - lengths, lengths)


def unpack(packed: Packed) -> list[Float32[np.ndarray, "_ 22 3"]]:
    """The clips again, each (frames, 22, 3)."""
    flat = np.ascontiguousarray(packed.xyz.reshape(66, -1).T).reshape(-1, 3, 22)
    whole = np.ascontiguousarray(flat.transpose(0, 2, 1))
    return [whole[a : a + n] for a, n in zip(packed.starts, packed.lengths, strict=True)]


def groups(
    clips: Sequence[Float[np.ndarray, "_ 22 3"]], frames: int = BLOCK
) -> Iterator[list[Float[np.ndarray, "_ 22 3"]]]:
    """Neighbouring clips of together at most `frames` frames (a longer clip stands alone)."""
    group: list[Float[np.ndarray, "_ 22 3"]] = []
    total = 0
    for clip in clips:
        if group and total + len(clip) > frames:
            yield group
            group, total = [], 0
        group.append(clip)
        total += len(clip)
    if group:
        yield group
