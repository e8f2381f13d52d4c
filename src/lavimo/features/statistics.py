"""Mean and standard deviation of features, and the normalisation that a checkpoint carries.

Three forms exist and must never be mixed (METHOD.md A6): per dimension (TMR, ours), averaged in
blocks (the HumanML3D files), and the evaluator's, whose blocks are scaled again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lavimo.errors import DataError
from lavimo.shapes import Float, Float32

EPS = 1e-12
"""Added to the standard deviation before dividing (METHOD.md A6, TMR)."""
_CONSTANT = 1e-6  # a deviation below this is rounding: the column was constant


@dataclass(frozen=True, eq=False)
class Statistics:
    """Mean and standard deviation of each feature column, and of how many frames."""

    mean: Float32[np.ndarray, " dim"]
    std: Float32[np.ndarray, " dim"]
    count: int = 0

    def normalise(self, features: Float[np.ndarray, "*n dim"]) -> Float32[np.ndarray, "*n dim"]:
        """(x - mean) / (std + 1e-12); a column that was constant is centred, not divided."""
        scaled: Float32[np.ndarray, "*n dim"] = (features - self.mean) / self._divisor()
        return scaled.astype(np.float32, copy=False)

    def restore(self, features: Float[np.ndarray, "*n dim"]) -> Float32[np.ndarray, "*n dim"]:
        """Inverse of `normalise`."""
        restored: Float32[np.ndarray, "*n dim"] = features * self._divisor() + self.mean
        return restored.astype(np.float32, copy=False)

    def in_blocks(self) -> "Statistics":
        """The deviation averaged within each kind of column, as in HumanML3D's Std.npy."""
        std = self.std.astype(np.float64)
        for block in blocks(len(std)):
            std[block] = std[block].mean()
        return replace(self, std=std.astype(np.float32))

    def arrays(self) -> dict[str, np.ndarray]:
        """As named arrays for a safetensors file; `from_arrays` reads them."""
        return {"mean": self.mean, "std": self.std, "count": np.array([self.count], np.int64)}

    def _divisor(self) -> Float32[np.ndarray, " dim"]:
        return np.where(self.std < _CONSTANT, np.float32(1), self.std + np.float32(EPS))


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Statistics:
    """Statistics from named arrays `mean`, `std` and, if there, `count`.

    Raises DataError when one is missing or not finite.
    """
    missing = [name for name in ("mean", "std") if name not in arrays]
    if missing:
        raise DataError(f"Feature statistics lack {' and '.join(missing)}; compute them again.")
    mean, std = (np.asarray(arrays[name], np.float32) for name in ("mean", "std"))
    if mean.shape != std.shape or mean.ndim != 1:
        raise DataError(
            f"Mean {mean.shape} and standard deviation {std.shape} of features differ in shape; "
            "take both from the same folder."
        )
    if not (np.isfinite(mean).all() and np.isfinite(std).all() and (std >= 0).all()):
        raise DataError("Feature statistics hold impossible values; compute them again.")
    count = int(np.asarray(arrays["count"]).reshape(-1)[0]) if "count" in arrays else 0
    return Statistics(mean, std, count)


def blocks(dim: int) -> tuple[slice, ...]:
    """The kinds of columns: yaw, root x z, height, positions, rotations, velocities, contacts.

    For J joints dim is 12 J - 1: 263 for 22 joints, 251 for KIT-ML's 21.
    """
    joints = (dim + 1) // 12
    if dim != 12 * joints - 1 or joints < 2:
        raise DataError(f"{dim} columns are no motion features; 263 (or 251 for KIT-ML) are.")
    ends = np.cumsum([1, 2, 1, 3 * (joints - 1), 6 * (joints - 1), 3 * joints, 4]).tolist()
    return tuple(slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True))


class Running:
    """Mean and deviation of arrays that come one after the other, in double precision."""

    def __init__(self) -> None:
        self.count = 0
        self._mean = np.zeros(0)
        self._squares = np.zeros(0)

    def add(self, features: Float[np.ndarray, "frames dim"]) -> None:
        """Take in the rows of one clip (Chan's update, so the order does not matter)."""
        rows = np.asarray(features, np.float64)
        if len(rows) == 0:
            return
        if self.count == 0:
            self._mean, self._squares = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        mean = rows.mean(axis=0)
        apart = mean - self._mean
        total = self.count + len(rows)
        self._squares += ((rows - mean) ** 2).sum(axis=0)
        self._squares += apart**2 * (self.count * len(rows) / total)
        self._mean += apart * (len(rows) / total)
        self.count = total

    def result(self) -> Statistics:
        """Unbiased statistics (divided by n - 1). Raises DataError under two rows."""
        if self.count < 2:
            raise DataError("Feature statistics need at least two frames; the data set is empty.")
        std = np.sqrt(self._squares / (self.count - 1))
        return Statistics(self._mean.astype(np.float32), std.astype(np.float32), self.count)


def of(clips: Iterable[Float[np.ndarray, "_ dim"]]) -> Statistics:
    """Statistics per dimension over all rows of all clips."""
    running = Running()
    for clip in clips:
        running.add(clip)
    return running.result()
