"""Where a body faces: a horizontal unit vector (x, z) a frame, and turns about the vertical.

A turn that takes the heading f = (fx, fz) to +z maps (x, z) to (fz x - fx z, fx x + fz z).
"""

from typing import Any

import numpy as np

from lavimo.features.packed import Packed
from lavimo.shapes import Float, Float32

SIGMA = 20.0
"""Frames of the Gaussian that smooths the heading inside the features (METHOD.md A5)."""
RADIUS = int(4 * SIGMA + 0.5)

LEFT_HIP, RIGHT_HIP, LEFT_SHOULDER, RIGHT_SHOULDER = 1, 2, 16, 17


def forward(
    xyz: Float32[np.ndarray, "3 22 frames"], hip_sign: float = 1.0
) -> Float32[np.ndarray, "2 frames"]:
    """Heading (x, z) as up x (right minus left of hips and shoulders), not yet unit length.

    `hip_sign=-1` subtracts the hips, as the published inverse kinematics does (METHOD.md A5).
    The vector is shorter than one where the body leans, and zero where the across direction is
    vertical.
    """
    across = xyz[:, RIGHT_SHOULDER] - xyz[:, LEFT_SHOULDER]
    across += np.float32(hip_sign) * (xyz[:, RIGHT_HIP] - xyz[:, LEFT_HIP])
    length = np.sqrt((across * across).sum(axis=0))
    across /= np.where(length > 0, length, 1)
    return np.stack([across[2], -across[0]])


def unit(heading: Float[np.ndarray, "2 n"]) -> Float32[np.ndarray, "2 n"]:
    """Unit length; a body without a heading (lying across) counts as facing +z."""
    length = np.sqrt((heading * heading).sum(axis=0))
    lost = length < 1e-9
    scaled = (heading / np.where(lost, 1, length)).astype(np.float32)
    scaled[:, lost] = np.array([[0], [1]], np.float32)
    return scaled


def smooth(
    heading: Float32[np.ndarray, "2 frames"], packed: Packed
) -> Float[np.ndarray, "2 frames"]:
    """Gaussian over time within each clip, edge frames repeated (sigma 20, cut at 80 frames).

    All clips in one convolution: each is padded by the radius on both sides, so none reaches
    its neighbour.
    """
    taps = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    taps /= taps.sum()
    padded = packed.lengths + 2 * RADIUS
    begins = np.cumsum(padded) - padded
    place = np.arange(int(padded.sum())) - np.repeat(begins + RADIUS, padded)
    last = np.repeat(packed.lengths - 1, padded)
    source = np.clip(place, 0, last) + np.repeat(packed.starts, padded)
    inside = (place >= 0) & (place <= last)
    series = heading[:, source].astype(np.float64)
    return np.stack([np.convolve(row, taps, mode="same")[inside] for row in series])


def turn(
    x: Float32[np.ndarray, "*n"], z: Float32[np.ndarray, "*n"], heading: Float32[np.ndarray, "2 n"]
) -> tuple[Any, Any]:
    """(x, z) after the turn that takes the heading to +z."""
    fx, fz = heading
    return fz * x - fx * z, fx * x + fz * z
