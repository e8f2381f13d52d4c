"""A data set filmed: a video, or eight sampled frames, of each clip and view, with a manifest.

`render.jsonl` beside the pictures has one line a clip and view, written when its files are whole;
a stopped run goes on where it was. Clips are filmed as canonical motion at 20 fps, so the frames'
numbers are those of the features.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from lavimo.data.manifest import Problem
from lavimo.data.pool import in_processes
from lavimo.data.sample import Sample
from lavimo.errors import DataError, LavimoError, RenderError
from lavimo.features.canonical import FPS
from lavimo.progress import Progress, Silent
from lavimo.render.view import Record, View, draw_view
from lavimo.shapes import Float32, UInt8

MANIFEST = "render.jsonl"
SEGMENTS = 8
QUALITY = 90
"""Of the frames' JPEG: about 17 kB at 512 x 512."""


class Filmed(Record, frozen=True):
    """One line of `render.jsonl`: a clip under a view, and the files that show it."""

    clip: str
    number: int
    files: tuple[str, ...]
    frames: tuple[int, ...] | None
    """Which frames of the clip the files show; None: a film of all of them."""
    size: int
    mirrored: bool
    view: View
    lavimo: str
    """The version that filmed it."""
    fps: float = FPS


@dataclass(frozen=True)
class Order:
    """What is to be filmed: how many views of each clip, how large, whole or eight frames."""

    folder: Path
    avatars: tuple[str, ...]
    lavimo: str
    """Version to be named in the manifest."""
    views: int = 1
    size: int = 512
    seed: int = 0
    frames_only: bool = False
    photos: tuple[str, ...] = ()


def film(
    samples: Sequence[Sample],
    order: Order,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[int, tuple[Problem, ...]]:
    """Film what the manifest does not hold yet; how many were filmed, and what failed.

    An id that begins with M and whose rest is another sample's id is a mirrored motion. Raises
    DataError when a sample has no positions or the manifest is damaged.
    """
    order.folder.mkdir(parents=True, exist_ok=True)
    known = {sample.id for sample in samples}
    done = {(row.clip, row.number): row for row in read(order.folder)}
    jobs = []
    for sample in samples:
        if sample.positions is None or sample.positions.shape[1:] != (22, 3):
            raise DataError(f"{sample.id} has no positions of 22 joints, so it cannot be filmed.")
        mirrored = sample.id[:1] == "M" and sample.id[1:] in known
        wanted = [
            row
            for row in _rows(sample.id, len(sample.positions), mirrored, order)
            if not _is_there(done.get((row.clip, row.number)), row, order.folder)
        ]
        if wanted:
            jobs.append(_Job(tuple(wanted), sample.positions, order.folder))
    problems: list[Problem] = []
    count = sum(len(job.rows) for job in jobs)
    with (progress or Silent()).task("Filming", count) as task, _Lines(order.folder) as lines:
        for clip, rows, reason in in_processes(_film, jobs, workers):
            lines.add(rows)
            if reason:
                problems.append(Problem(clip, reason))
            task.advance(len(rows), note=f"{len(problems)} failed" if problems else "")
    return count - len(problems), tuple(problems)


def read(folder: str | Path) -> list[Filmed]:
    """The lines of a folder's manifest; the last one of a clip and view counts.

    A line that a killed run left unfinished is dropped. DataError for any other that is wrong.
    """
    path = Path(folder) / MANIFEST
    if not path.is_file():
        return []
    lines = path.read_bytes().split(b"\n")
    whole = lines[:-1]  # what follows the last line's end is not whole
    decoder = msgspec.json.Decoder(Filmed)
    rows: dict[tuple[str, int], Filmed] = {}
    for number, line in enumerate(whole, 1):
        try:
            row = decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise DataError(
                f"{path} line {number} is no render of this version ({error}); "
                "use another folder or delete the file."
            ) from error
        rows[row.clip, row.number] = row
    return list(rows.values())


def segment_centres(frames: int) -> tuple[int, ...]:
    """The frame in the middle of each of eight equal segments (METHOD.md B6)."""
    if frames <= SEGMENTS:
        return tuple(i * frames // SEGMENTS for i in range(SEGMENTS))
    part = frames / SEGMENTS
    return tuple(int(i * part + (part - 1) / 2) for i in range(SEGMENTS))


@dataclass(frozen=True, eq=False)
class _Job:
    rows: tuple[Filmed, ...]
    positions: Float32[np.ndarray, "frames 22 3"]
    folder: Path


def _rows(clip: str, length: int, mirrored: bool, order: Order) -> Iterator[Filmed]:
    for number in range(order.views):
        name = f"{_file_name(clip)}.v{number}"
        frames = segment_centres(length) if order.frames_only else None
        files = (f"{name}.mp4",) if frames is None else _frame_files(name, frames)
        yield Filmed(
            clip=clip, number=number, files=files, frames=frames, size=order.size,
            mirrored=mirrored, lavimo=order.lavimo,
            view=draw_view(clip, view=number, seed=order.seed, avatars=order.avatars,
                           photos=order.photos),
        )  # fmt: skip


def _frame_files(name: str, frames: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{name}.{place}.{frame:05}.jpg" for place, frame in enumerate(frames))


def _file_name(clip: str) -> str:
    """An id as a file name: other signs become _, and a checksum keeps two such ids apart."""
    plain = re.sub(r"[^\w.-]", "_", clip, flags=re.ASCII)
    return plain if plain == clip else f"{plain}-{zlib.crc32(clip.encode()):08x}"


def _is_there(found: Filmed | None, wanted: Filmed, folder: Path) -> bool:
    if found is None or msgspec.structs.replace(found, lavimo=wanted.lavimo) != wanted:
        return False
    return all((folder / file).is_file() for file in wanted.files)


def _film(job: _Job) -> tuple[str, tuple[Filmed, ...], str]:
    """Film one clip's views, in a process of its own; a reason where it failed."""
    try:
        for row in job.rows:
            _film_one(row, job)
    except LavimoError as error:
        return job.rows[0].clip, (), str(error)
    except Exception as error:  # one bad clip must not stop a thousand good ones
        return job.rows[0].clip, (), f"it failed ({type(error).__name__}: {error}); report it."
    return job.rows[0].clip, job.rows, ""


def _film_one(row: Filmed, job: _Job) -> None:
    from lavimo.render import writers
    from lavimo.render.studio import shoot

    pictures = shoot(job.positions, row.fps, row.view, size=row.size, frames=row.frames)
    squares = (squared(picture, row.size) for picture in pictures)
    if row.frames is None:
        writers.write(squares, job.folder / row.files[0], row.fps)
        return
    for picture, file in zip(squares, row.files, strict=True):
        writers.write_still(picture, job.folder / file, QUALITY)


def squared(picture: UInt8[np.ndarray, "height width 3"], size: int) -> UInt8[np.ndarray, "s s 3"]:
    """A picture in the middle of a black square, as an upload is squared (METHOD.md B25)."""
    height, width = picture.shape[:2]
    if (height, width) == (size, size):
        return picture
    if max(height, width) > size:
        raise RenderError(f"A picture of {width} x {height} has no place in {size} x {size}.")
    square = np.zeros((size, size, 3), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = picture
    return square


class _Lines:
    """The manifest, open for more lines; what a killed run left of its last line is cut off."""

    def __init__(self, folder: Path) -> None:
        self._stream = (folder / MANIFEST).open("ab")
        content = (folder / MANIFEST).read_bytes()
        self._stream.truncate(content.rfind(b"\n") + 1)

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._stream.close()

    def add(self, rows: Sequence[Filmed]) -> None:
        for row in rows:
            self._stream.write(msgspec.json.encode(row) + b"\n")
        self._stream.flush()
