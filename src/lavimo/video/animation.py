"""Animated WebP, GIF, APNG and AVIF through Pillow; runs in the decoding process only.

FFmpeg reads no animated WebP, and Pillow knows each picture's transparency and time.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lavimo.errors import VideoError
from lavimo.shapes import UInt8
from lavimo.video.alpha import on_white
from lavimo.video.limits import Limits, check_count, check_length, check_size

SHORTEST, USUAL = 0.011, 0.1
"""Seconds: browsers show pictures of 10 ms and less for 100 ms."""


class Animation:
    """An open animated picture. `edge` bounds the longer edge of the pictures it gives."""

    def __init__(self, path: Path, limits: Limits, edge: int | None) -> None:
        self.name, self._limits = path.name, limits
        Image.MAX_IMAGE_PIXELS = limits.edge**2
        self._image = Image.open(path)
        check_size(self.name, *self._image.size, limits)
        self._count = int(getattr(self._image, "n_frames", 1))
        if self._count < 2:
            raise VideoError(f"{path.name} is a still picture; give a film.")
        check_count(self.name, self._count, limits)
        share = min(1.0, (edge or limits.edge) / max(self._image.size))
        width, height = self._image.size
        self._target = (max(1, round(width * share)), max(1, round(height * share)))

    def info(self) -> dict[str, Any]:
        """What `lavimo.video.frames.Video` holds, but for the path."""
        times, end = self.times(None)
        name = str(self._image.format).lower()
        return {
            "width": self._image.width,
            "height": self._image.height,
            "fps": len(times) / end,
            "duration": end,
            "frames": len(times),
            "rotation": 0,
            "codec": name,
            "container": name,
        }

    def declared(self) -> float | None:
        """None: such a file names no length."""
        return None

    def times(self, until: float | None) -> tuple[list[float], float]:
        """Time of every picture, and the film's end."""
        times, end = [], 0.0
        for start, lasts in self._steps():
            times.append(start)
            end = start + lasts
        if not times:
            raise VideoError(f"{self.name} holds no picture that can be decoded; export it again.")
        return times, end

    def pictures(self, start: float) -> Iterator[tuple[float, Callable[[], Any]]]:
        """(seconds, function that gives the picture) in order; always from the first."""
        for time, _ in self._steps():
            shown = self._image.convert("RGBA")
            yield time, lambda shown=shown: self._shown(shown)  # type: ignore[misc]

    def _shown(self, image: Image.Image) -> UInt8[np.ndarray, "height width 3"]:
        if image.size != self._target:
            image = image.resize(self._target, Image.Resampling.BILINEAR)
        return on_white(np.asarray(image))

    def _steps(self) -> Iterator[tuple[float, float]]:
        """Go through the pictures as far as they can be decoded: (time, seconds it is shown)."""
        time = 0.0
        for number in range(self._count):
            try:
                self._image.seek(number)
                self._image.load()
            except (EOFError, OSError, SyntaxError, ValueError):
                return
            seconds = float(self._image.info.get("duration") or 0) / 1000
            seconds = seconds if seconds >= SHORTEST else USUAL
            yield time, seconds
            time += seconds
            check_length(self.name, time, self._limits)
