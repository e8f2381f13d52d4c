"""Video files through PyAV; runs in the decoding process only (see `lavimo.video.child`).

What is peculiar (ASSETS.md 4): PyAV does not apply the rotation flag, the duration and the number
of frames may be missing or wrong, and attributes must be read before the file is closed.
"""

import math
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from lavimo.errors import VideoError
from lavimo.shapes import UInt8
from lavimo.video.alpha import on_white
from lavimo.video.limits import Limits, check_length, check_size

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,ivf"
"""Containers that are opened: none that reads further files or addresses (playlists, lists)."""
SEEK_FROM = 10.0
"""Seconds: a part that starts later is sought, an earlier one is reached by decoding."""
THREADS = 4
"""Most decoding threads: each takes memory for pictures of its own."""
RATES = (0.01, 1000.0)
"""Frame rates outside are a fault of the header."""


class FilmFile:
    """An open video file. `edge` bounds the longer edge of the pictures it gives."""

    def __init__(self, path: Path, limits: Limits, edge: int | None) -> None:
        self.name, self._limits = path.name, limits
        av.logging.set_level(None)
        options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
        self._container = av.open(f"file:{path.absolute()}", options=options)
        if not self._container.streams.video:
            raise VideoError(f"{path.name} holds no pictures, only sound; give a film.")
        self._stream = self._container.streams.video[0]
        if self._stream.codec_context is None:
            raise VideoError(f"{path.name} has a codec that is not known; convert it to MP4.")
        context = self._stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = min(THREADS, os.cpu_count() or 1)
        check_size(self.name, context.width, context.height, limits)
        self._offset = _seconds(self._stream.start_time, self._stream.time_base) or 0.0
        first = next(self._decoded(), None)
        if first is None:
            raise VideoError(f"{path.name} holds no picture that can be decoded; export it again.")
        self._turns = round(first.rotation / 90) % 4
        self._whole = self._square(first.width, first.height)
        check_size(self.name, *self._whole, limits)
        share = min(1.0, (edge or limits.edge) / max(self._whole))
        width, height = self._whole
        self._target = (max(1, round(width * share)), max(1, round(height * share)))

    def info(self) -> dict[str, Any]:
        """What `lavimo.video.frames.Video` holds, but for the path."""
        stream = self._stream
        width, height = self._whole[::-1] if self._turns % 2 else self._whole
        fps = float(stream.average_rate or stream.guessed_rate or 0)
        return {
            "width": width,
            "height": height,
            "fps": fps if RATES[0] <= fps <= RATES[1] else None,
            "duration": self._duration(),
            "frames": stream.frames if stream.frames > 0 else None,
            "rotation": -90 * self._turns % 360,
            "codec": stream.codec_context.name,
            "container": self._container.format.name,
        }

    def times(self) -> tuple[list[float], float]:
        """Time of every picture, without decoding, and the film's end."""
        self._rewind(0.0)
        stamps = []
        try:
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    stamps.append(float(packet.pts * packet.time_base) - self._offset)
                    check_length(self.name, stamps[-1], self._limits)
        except av.error.FFmpegError:
            pass  # a damaged end costs only what is damaged
        stamps = sorted(stamps) or [0.0]
        last = (stamps[-1] - stamps[0]) / (len(stamps) - 1) if len(stamps) > 1 else 0.04
        return stamps, stamps[-1] + last

    def pictures(self, start: float) -> Iterator[tuple[float, Callable[[], Any]]]:
        """(seconds, function that converts the picture) from `start` or earlier on, in order."""
        self._rewind(start)
        last = -math.inf
        for number, frame in enumerate(self._decoded()):
            time = number / 30 if frame.time is None else float(frame.time) - self._offset
            if time > last:
                last = time
                yield time, lambda frame=frame: self._shown(frame)  # type: ignore[misc]

    def _duration(self) -> float:
        declared = _seconds(self._stream.duration, self._stream.time_base)
        if declared is None and self._container.duration:
            declared = self._container.duration / av.time_base
        if declared is not None and math.isfinite(declared) and declared > 0:
            return declared
        return self.times()[1]

    def _rewind(self, start: float) -> None:
        target = start + self._offset if start >= SEEK_FROM else 0.0
        self._container.seek(math.floor(target * av.time_base), backward=True)

    def _decoded(self) -> Iterator[Any]:
        """Frames as far as they can be decoded: a damaged end costs only what is damaged."""
        frames = self._container.decode(self._stream)
        started = False
        while True:
            try:
                frame = next(frames)
            except (StopIteration, EOFError):
                return
            except av.error.FFmpegError:
                if not started:
                    raise
                return
            started = True
            yield frame

    def _square(self, width: int, height: int) -> tuple[int, int]:
        """Size with square pixels, not yet turned."""
        aspect = float(self._stream.sample_aspect_ratio or 1)
        return (round(width * aspect) if 0.1 <= aspect <= 10 else width), height

    def _shown(self, frame: Any) -> UInt8[np.ndarray, "height width 3"]:
        check_size(self.name, frame.width, frame.height, self._limits)
        alpha = any(component.is_alpha for component in frame.format.components)
        width, height = self._target
        picture = frame.to_ndarray(format="rgba" if alpha else "rgb24", width=width, height=height)
        upright = np.rot90(on_white(picture) if alpha else picture, self._turns)
        return np.ascontiguousarray(upright)


def _seconds(stamp: int | None, base: Fraction | None) -> float | None:
    return None if stamp is None or base is None else float(stamp * base)
