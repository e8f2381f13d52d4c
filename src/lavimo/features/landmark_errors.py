"""How landmarks err, and what a difference of limb directions weighs therefore.

The body of a film stands a little otherwise than the motion all along: of the squared error of a
signature two thirds lie in its mean over time. A difference there says less than one in how the
limbs move, and errors of neighbouring limbs go together. The covariances were measured on films of
training clips that are free for any use (`tools/landmark_errors.py`); nothing else is learned.
"""

from functools import lru_cache
from importlib import resources

import numpy as np

from lavimo.features.directions import WIDTH
from lavimo.features.signature import DIM, KEPT
from lavimo.shapes import Float, Float32

FILE = "landmark_errors.npz"
SIGNATURES, ROWS = 4.0, 1.0
"""Mean variances that are added to the covariance: two clips also differ where landmarks do not
err (chosen by films of val clips)."""


@lru_cache(maxsize=1)
def metric() -> Float32[np.ndarray, "224 224"]:
    """The weights of signatures for a `PoseBank`, order by order.

    Scaled so that a difference along which errors are as large as on the mean weighs one.
    """
    orders = _stored("orders")
    plain = float(np.trace(orders, axis1=1, axis2=2).sum() / DIM)
    found = np.zeros((KEPT, WIDTH + 1, KEPT, WIDTH + 1))
    for order, covariance in enumerate(orders):
        found[order, :, order] = _weights(covariance, SIGNATURES, plain)
    return np.asarray(found.reshape(DIM, DIM), np.float32)


@lru_cache(maxsize=1)
def row_weights() -> Float32[np.ndarray, "27 27"]:
    """A map of limb directions to where plain squared distances weigh the errors."""
    covariance = _stored("rows")
    values, axes = np.linalg.eigh(_weights(covariance, ROWS, float(np.trace(covariance) / WIDTH)))
    return np.asarray((axes * np.sqrt(values)) @ axes.T, np.float32)


def _weights(
    covariance: Float[np.ndarray, "n n"], more: float, mean: float
) -> Float[np.ndarray, "n n"]:
    wide = covariance + more * mean * np.eye(len(covariance))
    weights: Float[np.ndarray, "n n"] = mean * (1 + more) * np.linalg.inv(wide)
    return weights


def _stored(name: str) -> Float[np.ndarray, "..."]:
    with resources.as_file(resources.files("lavimo.features") / FILE) as path, np.load(path) as all:
        return np.asarray(all[name], np.float64)
