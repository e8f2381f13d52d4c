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
from lavimo.video.limits import Limits, check_count, check_size

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,ivf"
"""Containers that are opened: none that reads further files or addresses (playlists, lists)."""
SEEK_FROM = 10.0
"""Seconds: a part that starts later is sought, an earlier one is reached by decoding."""
REORDERED = 1.0
"""Seconds by which packets may lie out of the order of their pictures."""
ALPHA_CODECS: dict[str, str] = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that read transparency, which WebM stores as a second picture."""
THREADS = 4
"""Most decoding threads: each takes memory for pictures of its own."""
MOST_RATE = 1000.0
"""Pictures a second: more is a fault of the header."""


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
        self._rate = float(self._stream.average_rate or self._stream.guessed_rate or 0)
        if self._rate > MOST_RATE:
            raise VideoError(
                f"{path.name} claims {self._rate:g} pictures a second, which no camera takes; "
                "export it again as MP4."
            )
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
        return {
            "width": width,
            "height": height,
            "fps": self._rate or None,
            "duration": self.declared() or self.times(None)[1],
            "frames": stream.frames if stream.frames > 0 else None,
            "rotation": -90 * self._turns % 360,
            "codec": stream.codec_context.name,
            "container": self._container.format.name,
        }

    def declared(self) -> float | None:
        """Seconds that the film lasts, if its header says so."""
        seconds = _seconds(self._stream.duration, self._stream.time_base)
        if seconds is None and self._container.duration:
            seconds = self._container.duration / av.time_base
        return seconds if seconds is not None and 0 < seconds < math.inf else None

    def times(self, until: float | None) -> tuple[list[float], float]:
        """Time of every picture up to `until`, without decoding, and the end of the last."""
        self._rewind(0.0)
        stamps = []
        try:
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    stamps.append(float(packet.pts * packet.time_base) - self._offset)
                    check_count(self.name, len(stamps), self._limits)
                    if until is not None and stamps[-1] > until + REORDERED:
                        break
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
            guess = number / (self._rate or 30)
            time = guess if frame.time is None else float(frame.time) - self._offset
            if time > last:
                last = time
                yield time, lambda frame=frame: self._shown(frame)  # type: ignore[misc]

    def _rewind(self, start: float) -> None:
        target = start + self._offset if start >= SEEK_FROM else 0.0
        self._container.seek(math.floor(target * av.time_base), backward=True)

    def _decoded(self) -> Iterator[Any]:
        """Frames as far as they can be decoded: a damaged end costs only what is damaged."""
        frames, started = self._frames(), False
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

    def _frames(self) -> Iterator[Any]:
        codec = ALPHA_CODECS.get(self._stream.codec_context.name)
        if codec is None or self._stream.metadata.get("alpha_mode") != "1":
            yield from self._container.decode(self._stream)
            return
        context: Any = av.CodecContext.create(codec, "r")
        for packet in self._container.demux(self._stream):
            yield from context.decode(packet)

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
