"""What a camera and an upload do to a picture: blur, brightness, grain, a lossy copy.

One draw for a whole clip, never per frame (RENDERING.md 6); only the grain differs.
"""

import io
from collections.abc import Sequence

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.render.view import View
from lavimo.shapes import Float32, Int16, UInt8

_GRAIN = 1 << 16
"""Normal values kept in a table (a power of two), entered at random for each row: drawing each
costs more than the whole picture."""


def graded(
    pictures: UInt8[np.ndarray, "frames height width 3"], frames: Sequence[int], view: View
) -> UInt8[np.ndarray, "frames height width 3"]:
    """The pictures as the view's camera and upload leave them; `frames` are their numbers."""
    sigma = view.blur * pictures.shape[1] / 512
    if sigma > 0.2:
        taps = np.exp(
            -0.5 * (np.arange(-int(3 * sigma + 0.5), int(3 * sigma + 0.5) + 1) / sigma) ** 2
        )
        taps = (taps / taps.sum()).astype(np.float32)
        for picture in pictures:
            _blur(picture, taps)
    if view.brightness != 1 or view.contrast != 1 or view.noise > 0:
        curve = np.arange(256) * view.brightness
        curve = 127.5 + (curve - 127.5) * view.contrast
        for picture, frame in zip(pictures, frames, strict=True):
            rng = np.random.default_rng([view.seed, frame])
            starts = rng.integers(_GRAIN, size=len(picture))
            _grain(picture, (16 * curve).astype(np.int16), _grain_table(view.noise), starts)
    if view.jpeg:
        for picture in pictures:
            picture[:] = _lossy(picture, view.jpeg)
    return pictures


def _grain_table(sigma: float) -> Int16[np.ndarray, " n"]:
    normal = np.random.default_rng(0).standard_normal(_GRAIN)
    return np.asarray((16 * sigma * normal).astype(np.int16))


def _lossy(
    picture: UInt8[np.ndarray, "height width 3"], quality: int
) -> UInt8[np.ndarray, "height width 3"]:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


@kernel
def _grain(
    picture: UInt8[np.ndarray, "height width 3"],
    curve: Int16[np.ndarray, " 256"],
    table: Int16[np.ndarray, " n"],
    starts: np.ndarray,
) -> None:
    """The tone curve and the grain, both in sixteenths."""
    height, width = picture.shape[:2]
    for y in range(height):
        at = starts[y]
        for x in range(width):
            for c in range(3):
                value = (curve[picture[y, x, c]] + table[at & (len(table) - 1)] + 8) >> 4
                picture[y, x, c] = min(max(value, 0), 255)
                at += 1


@kernel
def _blur(picture: UInt8[np.ndarray, "height width 3"], taps: Float32[np.ndarray, " taps"]) -> None:
    """Gaussian along rows, then columns; edge pixels repeated."""
    height, width = picture.shape[:2]
    reach = len(taps) // 2
    across = np.empty((height, width * 3), np.float32)
    line = np.empty((width + 2 * reach) * 3, np.float32)
    for y in range(height):
        for x in range(width + 2 * reach):
            at = min(max(x - reach, 0), width - 1)
            for c in range(3):
                line[3 * x + c] = picture[y, at, c]
        across[y] = 0
        for k in range(len(taps)):
            for i in range(width * 3):
                across[y, i] += taps[k] * line[i + 3 * k]
    sums = np.empty(width * 3, np.float32)
    for y in range(height):
        sums[:] = np.float32(0.5)
        for k in range(len(taps)):
            row = min(max(y + k - reach, 0), height - 1)
            for i in range(width * 3):
                sums[i] += taps[k] * across[row, i]
        for x in range(width):
            for c in range(3):
                picture[y, x, c] = np.uint8(sums[3 * x + c])
