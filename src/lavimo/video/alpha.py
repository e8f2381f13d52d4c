"""Pictures with transparency over a backdrop."""

import numpy as np

from lavimo.shapes import UInt8


def on_white(picture: UInt8[np.ndarray, "height width 4"]) -> UInt8[np.ndarray, "height width 3"]:
    """A picture with alpha (not premultiplied) over white."""
    share = picture[..., 3:].astype(np.uint16)
    mixed = (picture[..., :3] * share + 255 * (255 - share) + 127) // 255
    return mixed.astype(np.uint8)
