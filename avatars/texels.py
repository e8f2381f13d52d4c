"""Carries vertex values to the texels of a texture, and a painted texture to its final size."""

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt

from avatars.unwrap import SIZE

_SAMPLES = 3  # hard mask edges painted at the final size would be saws
_COLOURS = 200


def rasterise(uv: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Covered texels (m 2 as row, column), their triangle (m) and barycentric weights (m 3)."""
    side = SIZE * _SAMPLES
    corners = uv[faces] * side
    owner = np.full((side, side), -1, np.int32)
    weight = np.zeros((side, side, 3), np.float32)
    for t, ((ax, ay), (bx, by), (cx, cy)) in enumerate(corners):
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        x0, x1 = int(min(ax, bx, cx)), min(int(max(ax, bx, cx)) + 1, side)
        y0, y1 = int(min(ay, by, cy)), min(int(max(ay, by, cy)) + 1, side)
        px = np.arange(x0, x1)[None, :] + 0.5
        py = np.arange(y0, y1)[:, None] + 0.5
        wb = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area
        wc = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area
        inside = (wb >= 0) & (wc >= 0) & (wb + wc <= 1)
        block = np.s_[y0:y1, x0:x1]
        owner[block][inside] = t
        weight[block][inside] = np.stack([1 - wb - wc, wb, wc], axis=-1)[inside]
    texels = np.argwhere(owner >= 0)
    return texels, owner[owner >= 0], weight[owner >= 0]


def finish(texels: np.ndarray, colours: np.ndarray) -> Image.Image:
    """The palette image of colours (m 3), 0..255, painted at `texels`; gaps take the nearest."""
    side = SIZE * _SAMPLES
    picture = np.zeros((side, side, 3), np.float32)
    empty = np.ones((side, side), bool)
    empty[texels[:, 0], texels[:, 1]] = False
    picture[texels[:, 0], texels[:, 1]] = colours
    rows, columns = distance_transform_edt(empty, return_distances=False, return_indices=True)
    filled = picture[rows, columns].reshape(SIZE, _SAMPLES, SIZE, _SAMPLES, 3).mean(axis=(1, 3))
    image = Image.fromarray(np.clip(filled + 0.5, 0, 255).astype(np.uint8), "RGB")
    return image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
