"""Decodes one film in a process of its own: `python -m lavimo.video.child FILE JOB`.

Run by `lavimo.video.frames`, never by hand. JOB is JSON. The answer is a row of messages on
standard output: one letter, then `I` information as JSON, `F` a picture (time, height, width,
levels), `B` a sign of life, `E` the sentence that says what is wrong, `D` the end. The process
confines its own memory and CPU time before it opens the file, and ends when its standard input
is closed: that happens when the parent ends, however it ends.
"""

import json
import os
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lavimo.errors import VideoError
from lavimo.video.limits import Limits, check_count, check_length, confine

NUMBER = struct.Struct("<I")
PICTURE = struct.Struct("<dII")
BEAT = 16
"""A sign of life every so many decoded pictures."""

STILLS = (b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
"""First bytes of JPEG, BMP and TIFF."""
STILL_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1")
"""Bytes 4 to 12 of HEIC pictures, which look like films to a decoder."""


def main(path: Path, job: dict[str, Any], out: BinaryIO) -> None:
    """Do one job and write its messages."""
    limits = Limits(**job["limits"])
    confine(limits.memory, limits.cpu)
    try:
        _work(path, job, limits, out)
        out.write(b"D")
    except VideoError as error:
        _text(out, b"E", str(error))
    except BrokenPipeError:
        raise
    except (MemoryError, ImportError):
        _text(out, b"E", f"{path.name} needs too much memory; scale it down or cut it.")
    except Exception:  # decoders raise what they like; the parent needs one sentence
        reason = "is damaged, or no film at all"
        _text(out, b"E", f"{path.name} {reason}; export it again as MP4.")
    out.flush()


def _work(path: Path, job: dict[str, Any], limits: Limits, out: BinaryIO) -> None:
    film = _opened(path, limits, job["edge"])
    if job["do"] == "probe":
        _text(out, b"I", json.dumps(film.info()))
        return
    start, end = job["start"], job["end"]
    whole = film.declared()
    if whole is not None:
        check_length(path.name, (whole if end is None else min(end, whole)) - start, limits)
    wanted = _at(path.name, film.times(end), limits, job) if job["do"] == "sample" else None
    chosen = _beating(film.pictures(start), path.name, limits, start, end, out)
    if wanted is not None:
        chosen = _nearest(chosen, wanted)
    elif job["fps"]:
        chosen = _resampled(chosen, start, job["fps"])
    for time, shown in chosen:
        _picture(out, time, shown())


def _opened(path: Path, limits: Limits, edge: int | None) -> Any:
    if kind_of(path) == "animation":
        from lavimo.video.animation import Animation

        return Animation(path, limits, edge)
    from lavimo.video.film_file import FilmFile

    return FilmFile(path, limits, edge)


def kind_of(path: Path) -> str:
    """`animation` (GIF, WebP, PNG, AVIF), `still` or `film`, by the first bytes of the file."""
    with path.open("rb") as stream:
        head = stream.read(16)
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    if head.startswith((b"GIF8", b"\x89PNG")) or webp or head[4:11] == b"ftypavi":
        return "animation"
    return "still" if head.startswith(STILLS) or head[4:12] in STILL_BRANDS else "film"


Stream = Iterator[tuple[float, Callable[[], Any]]]


def _beating(
    pictures: Stream, name: str, limits: Limits, start: float, end: float | None, out: BinaryIO
) -> Stream:
    """The pictures from `start` to `end`, held to the limits, with signs of life."""
    first = None
    for count, (time, shown) in enumerate(pictures, 1):
        check_count(name, count, limits)
        if count % BEAT == 0:
            out.write(b"B")
            out.flush()
        if end is not None and time > end:
            return
        if time < start - 1e-6:
            continue
        first = time if first is None else first
        check_length(name, time - first, limits)
        yield time, shown


def _resampled(pictures: Stream, start: float, fps: float) -> Stream:
    """The pictures nearest to `start`, `start` + 1/fps, ...; none comes twice."""
    step, before = 0, None
    for time, shown in pictures:
        if before is not None and start + step / fps <= (before[0] + time) / 2:
            yield before
            step = max(step + 1, int(((before[0] + time) / 2 - start) * fps) + 1)
        before = (time, shown)
    if before is not None and start + step / fps <= before[0] + 0.5 / fps:
        yield before


def _at(
    name: str, timing: tuple[list[float], float], limits: Limits, job: dict[str, Any]
) -> list[float]:
    """Times of the sampled pictures: METHOD.md B25, B6 on the grid of 20 pictures a second."""
    times, end = timing
    start, end = max(job["start"], times[0]), min(end, job["end"] or end)
    check_length(name, end - start, limits)
    grid = max(1, round((end - start) * job["fps"]))
    chosen = segments(grid, len(job["shares"]), job["shares"] if job["random"] else None)
    return [start + index / job["fps"] for index in chosen]


def segments(frames: int, count: int, shares: list[float] | None) -> list[int]:
    """Frame numbers, one out of each of `count` equal segments (METHOD.md B6).

    `shares` in [0, 1) place a random frame within its segment; None takes the centre. With no
    more frames than segments, all frames stand with repeats.
    """
    if frames <= count:
        if shares is None:
            return [i * frames // count for i in range(count)]
        repeats = [int(share * frames) for share in shares[frames:]]
        return sorted([*range(frames), *repeats])
    if shares is None:
        return [int(i * frames / count + (frames / count - 1) / 2) for i in range(count)]
    ticks = [i * frames // count for i in range(count + 1)]
    return [
        low + int(share * (high - low))
        for low, high, share in zip(ticks[:-1], ticks[1:], shares, strict=True)
    ]


def _nearest(pictures: Stream, wanted: list[float]) -> Stream:
    """For each wanted time (rising) the nearest picture; the same one may come again."""
    before, left = None, list(wanted)
    for time, shown in pictures:
        while left and before is not None and left[0] <= (before[0] + time) / 2:
            left.pop(0)
            yield before
        if not left:
            return
        before = (time, shown)
    while left and before is not None:
        left.pop(0)
        yield before


def _text(out: BinaryIO, kind: bytes, text: str) -> None:
    content = text.encode()
    out.write(kind + NUMBER.pack(len(content)) + content)


def _picture(out: BinaryIO, time: float, picture: Any) -> None:
    out.write(b"F" + PICTURE.pack(time, *picture.shape[:2]))
    out.write(picture.data)
    out.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        main(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.stdout.buffer)
    finally:
        # Without the interpreter's own end: decoder threads of a damaged film may not answer.
        os._exit(0)
