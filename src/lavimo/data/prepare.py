"""Motion files become canonical positions, once: cached by content, resumable, on both cores."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from lavimo.data.manifest import Problem, Row
from lavimo.data.pool import in_processes
from lavimo.data.sample import Sample
from lavimo.errors import DataError, LavimoError
from lavimo.features.canonical import CANONICAL_VERSION, FPS
from lavimo.files import atomic_path, cache_folder, sha256_of_file, sha256_of_json
from lavimo.progress import Progress, Silent
from lavimo.shapes import Float32

_POOL_FROM = 48
"""Fewer missing segments than this are read in this process: starting others takes longer."""


@dataclass(frozen=True)
class Prepared:
    """Rows whose canonical positions lie in the cache, and those that could not be read."""

    rows: tuple[Row, ...]
    paths: tuple[Path, ...]
    failures: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def positions(self, index: int) -> Float32[np.ndarray, "frames 22 3"]:
        """Canonical positions of row `index`: metres, y up, 20 fps. Raises DataError if damaged."""
        path = self.paths[index]
        try:
            loaded: Float32[np.ndarray, "frames 22 3"] = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{path} is damaged ({error}); delete it and prepare again.") from error
        return loaded

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Every row as a sample, positions loaded (about 5 kB a second of motion)."""
        return tuple(sample(row, self.positions(i)) for i, row in enumerate(self.rows))


def sample(row: Row, positions: Float32[np.ndarray, "frames 22 3"]) -> Sample:
    """A manifest row and its canonical positions as a sample without features."""
    return Sample(
        id=row.id,
        positions=positions,
        captions=row.captions,
        source=row.source,
        licence=row.licence,
        subject=row.subject,
        action=row.action,
        style=row.style,
        split=row.split,
        duration=len(positions) / FPS,
    )


def read_canonical(row: Row) -> Float32[np.ndarray, "frames 22 3"]:
    """Canonical positions of one row's segment, read from its motion file.

    The manifest's rate counts where the file has none (AMC). Raises LavimoError on a bad file.
    """
    from lavimo import formats
    from lavimo.features.canonical import from_motion
    from lavimo.motion import clip

    motion = formats.read(row.file, clip=row.clip)
    if row.fps is not None and row.file.suffix.lower() == ".amc":
        motion = replace(motion, fps=row.fps)
    if row.start > 0 or row.end is not None:
        motion = clip.cut(motion, row.start, row.end)
    positions = from_motion(motion).positions
    if not np.isfinite(positions).all():
        raise DataError(f"{row.file}: the canonical motion is not finite; leave {row.id} out.")
    return positions


def prepare(
    rows: Sequence[Row],
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    workers: int = 2,
    again: bool = False,
) -> Prepared:
    """Read what is not in the cache yet, in `workers` processes; bad files are listed, not raised.

    A stopped run goes on where it was. `again` reads everything anew. A cache entry is keyed by
    the file's content, the clip, its span and `CANONICAL_VERSION`. Raises DataError when no row
    could be read.
    """
    place = (cache_folder() if cache is None else cache) / "canonical"
    paths = [_path(place, key) for key in _keys(rows)]
    todo: dict[Path, list[int]] = {}
    for index, (row, path) in enumerate(zip(rows, paths, strict=True)):
        if again or not path.is_file():
            todo.setdefault(row.file, []).append(index)
    jobs = [[(rows[i], paths[i]) for i in group] for group in todo.values()]
    reasons: dict[str, str] = {}
    count = sum(map(len, jobs))
    if count:
        with (progress or Silent()).task("Preparing", count) as task:
            # A big pack of many clips first, so that it does not stand alone at the end.
            jobs.sort(key=len, reverse=True)
            for done, failed in in_processes(_do, jobs, workers if count >= _POOL_FROM else 1):
                reasons.update(failed)
                task.advance(done, note=f"{len(reasons)} failed" if reasons else "")
    kept = [(row, path) for row, path in zip(rows, paths, strict=True) if row.id not in reasons]
    problems = tuple(Problem(row.id, reasons[row.id]) for row in rows if row.id in reasons)
    if not kept:
        first = f": {problems[0]}" if problems else "."
        raise DataError(f"Not one of {len(rows)} clips could be read{first}")
    return Prepared(tuple(row for row, _ in kept), tuple(path for _, path in kept), problems)


def _keys(rows: Sequence[Row]) -> list[str]:
    digests: dict[Path, str] = {}
    keys = []
    for row in rows:
        if row.file not in digests:
            digests[row.file] = _digest(row.file)
        content = [digests[row.file], row.clip, row.start, row.end, row.fps, CANONICAL_VERSION]
        keys.append(sha256_of_json(content))
    return keys


def _digest(file: Path) -> str:
    try:
        return sha256_of_file(file)
    except OSError:  # reported when it is read
        return hashlib.sha256(str(file).encode()).hexdigest()


def _path(place: Path, key: str) -> Path:
    return place / key[:2] / f"{key[2:34]}.npy"


_Job = list[tuple[Row, Path]]
_Done = tuple[int, dict[str, str]]


def _do(job: _Job) -> _Done:
    reasons = {}
    for row, path in job:
        try:
            positions = read_canonical(row)
            with atomic_path(path) as temporary:
                np.save(temporary, positions)
        except LavimoError as error:
            reasons[row.id] = str(error)
        except Exception as error:  # one bad file must not stop a thousand good ones
            reasons[row.id] = f"{row.file} failed ({type(error).__name__}: {error}); report it."
    return len(job), reasons
