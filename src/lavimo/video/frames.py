"""Pictures of a film: probe, read, sample. Every film is decoded in a process of its own.

A film may come from anybody, and decoders have faults: the decoding process is confined
(`lavimo.video.limits`), ends with its parent, and hands raw pictures through a pipe. It decodes
on one core while the caller works on another. Source: ASSETS.md 4, METHOD.md B6 and B25.
"""

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from lavimo.errors import MissingExtra, VideoError
from lavimo.shapes import UInt8
from lavimo.video.child import NUMBER, PICTURE, kind_of
from lavimo.video.limits import LIMITS, Limits

SAMPLING_RATE = 20.0
"""Pictures a second of the grid that `sample` draws from: the rate of the motions."""
PIPE = 1 << 20
"""Bytes that the pipe holds where the system lets us choose."""
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True)
class Video:
    """What a film says of itself. `width` and `height` are as shown: upright, square pixels."""

    path: Path
    width: int
    height: int
    fps: float | None
    """Mean pictures a second; None where the file names no possible rate."""
    duration: float
    """Seconds, as the file says."""
    frames: int | None
    """As the file says; many do not."""
    rotation: int
    """Degrees clockwise by which the stored picture is turned to stand upright."""
    codec: str
    container: str


def probe(path: str | Path, *, limits: Limits = LIMITS) -> Video:
    """Read a film's header and its first picture.

    Raises VideoError with one sentence for whatever is no film, MissingExtra without PyAV.
    """
    path = Path(path)
    with _child(path, {"do": "probe", "edge": None}, limits) as messages:
        for _, content in messages:
            info = json.loads(content)
    return Video(path=path, **info)


def read(
    path: str | Path,
    *,
    fps: float | None = None,
    start: float = 0.0,
    end: float | None = None,
    edge: int | None = None,
    limits: Limits = LIMITS,
) -> Iterator[tuple[float, UInt8[np.ndarray, "height width 3"]]]:
    """(seconds, upright RGB picture) of a film, in order.

    `fps` takes the pictures nearest to an even grid, each at most once and with its own time, so
    that a film with fewer pictures comes as it is; None takes all. `start` and `end` are seconds
    of the film. `edge` scales down to that longer edge. Transparency stands on white. Raises
    VideoError with one sentence (also midway, where the film breaks a limit), MissingExtra
    without PyAV.
    """
    path = Path(path)
    job = {"do": "read", "fps": fps, "start": start, "end": end, "edge": edge}
    found = False
    with _child(path, job, limits) as messages:
        for seconds, picture in messages:
            found = True
            yield seconds, picture
    if not found:
        raise VideoError(f"{path.name} has no picture from {start:g} s on; choose another part.")


def sample(
    path: str | Path,
    count: int = 8,
    rng: np.random.Generator | None = None,
    *,
    start: float = 0.0,
    end: float | None = None,
    edge: int | None = None,
    limits: Limits = LIMITS,
) -> UInt8[np.ndarray, "count height width 3"]:
    """One picture out of each of `count` equal segments of a film (METHOD.md B6, B25).

    The centre of the segment, or with `rng` a random place in it (training). Raises as `read`.
    """
    shares = [0.0] * count if rng is None else rng.random(count).tolist()
    job = {
        "do": "sample", "fps": SAMPLING_RATE, "start": start, "end": end, "edge": edge,
        "shares": shares, "random": rng is not None,
    }  # fmt: skip
    with _child(Path(path), job, limits) as messages:
        pictures = [picture for _, picture in messages]
    if len(pictures) != count:
        raise VideoError(
            f"{Path(path).name} has no picture from {start:g} s on; choose another part."
        )
    return np.stack(pictures)


@contextmanager
def _child(path: Path, job: dict[str, Any], limits: Limits) -> Iterator[Iterator[tuple[Any, Any]]]:
    """Start the decoding process and give its messages; it is gone when the block ends."""
    _check(path)
    text = json.dumps({**job, "limits": asdict(limits)})
    process = subprocess.Popen(
        [sys.executable, "-m", "lavimo.video.child", str(path), text],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    _widen(process.stdout)
    watch = _Watch(process, limits.patience)
    try:
        with closing(_messages(process.stdout, path.name, watch)) as messages:
            yield messages
    finally:
        watch.stop()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def _check(path: Path) -> None:
    """VideoError for what cannot be a film, before any process is started."""
    try:
        if not path.exists():
            raise VideoError(f"{path} does not exist; check the name of the film.")
        if not path.is_file():
            raise VideoError(f"{path} is no file; give a film.")
        empty = path.stat().st_size == 0
        kind = kind_of(path)
    except OSError as error:
        reason = error.strerror or "no access"
        raise VideoError(f"{path} cannot be opened ({reason}); check its permissions.") from error
    if empty:
        raise VideoError(f"{path} is empty; copy or export the film again.")
    if kind == "still":
        raise VideoError(f"{path.name} is a still picture; give a film.")
    if kind == "film" and importlib.util.find_spec("av") is None:
        raise MissingExtra("Reading films", "video")


class _Watch:
    """Ends the decoding process when it gives no sign of life while it is waited for."""

    def __init__(self, process: subprocess.Popen[bytes], patience: float) -> None:
        self._process, self._patience = process, patience
        self._since: float | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def waiting(self, now: bool) -> None:
        """Say that an answer is waited for, or that one has come."""
        self._since = time.monotonic() if now else None

    def stop(self) -> None:
        """Let the process be."""
        self._done.set()

    def _run(self) -> None:
        while not self._done.wait(min(1.0, self._patience / 4)):
            since = self._since
            if since is not None and time.monotonic() - since > self._patience:
                self._process.kill()
                return


def _messages(stream: IO[bytes], name: str, watch: _Watch) -> Generator[tuple[Any, Any]]:
    """(seconds, picture) or (None, JSON), up to the end; VideoError for what the child says."""
    while True:
        watch.waiting(True)
        kind = stream.read(1)
        if kind == b"F":
            seconds, height, width = PICTURE.unpack(_exactly(stream, PICTURE.size, name))
            picture = np.empty((height, width, 3), np.uint8)
            if stream.readinto(picture.data.cast("B")) != picture.size:  # type: ignore[attr-defined]
                raise VideoError(_gave_up(name))
            watch.waiting(False)
            yield seconds, picture
        elif kind in (b"I", b"E"):
            (length,) = NUMBER.unpack(_exactly(stream, NUMBER.size, name))
            content = _exactly(stream, length, name).decode()
            watch.waiting(False)
            if kind == b"E":
                raise VideoError(content)
            yield None, content
        elif kind == b"D":
            watch.waiting(False)
            return
        elif kind != b"B":
            raise VideoError(_gave_up(name))


def _exactly(stream: IO[bytes], count: int, name: str) -> bytes:
    content = stream.read(count)
    if len(content) != count:
        raise VideoError(_gave_up(name))
    return content


def _gave_up(name: str) -> str:
    return f"{name} could not be decoded within time and memory; convert it to MP4 and try again."


def _widen(stream: IO[bytes]) -> None:
    """Fewer changes between the two processes: half the time of a picture's way."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(stream, _F_SETPIPE_SZ, PIPE)
