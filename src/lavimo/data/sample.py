"""One clip as training and evaluation see it; any modality may be missing."""

from dataclasses import dataclass

import numpy as np

from lavimo.data.captions import Caption
from lavimo.shapes import Float32


@dataclass(frozen=True, eq=False)
class Sample:
    """A clip: canonical positions, its 263 (or 251) numbers a frame, captions, and whose it is.

    Positions: metres, y up, 20 fps, floor at 0, facing +z at the start. `duration` in seconds.
    """

    id: str
    positions: Float32[np.ndarray, "frames joints 3"] | None = None
    features: Float32[np.ndarray, "steps numbers"] | None = None
    captions: tuple[Caption, ...] = ()
    source: str = "user"
    licence: str = ""
    subject: str | None = None
    action: str | None = None
    style: str | None = None
    split: str = "train"
    duration: float = 0.0

    @property
    def texts(self) -> tuple[str, ...]:
        """The captions' sentences; the first one is the query of the test protocols."""
        return tuple(caption.text for caption in self.captions)
