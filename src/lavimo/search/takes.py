"""From motion files to canonical clips and their windows: the first half of indexing.

One file's fault never spoils another: where a stage fails for a batch, it is done again clip by
clip, and the clip at fault is left out with its reason.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeGuard, TypeVar

import numpy as np

from lavimo import formats
from lavimo.errors import LavimoError, MotionError
from lavimo.features import canonical
from lavimo.gallery.contract import Caption
from lavimo.motion.clip import Motion, cut, resample
from lavimo.motion.retarget import to_smpl22
from lavimo.search.films import is_film
from lavimo.search.names import words_of
from lavimo.search.sources import Job, Segment
from lavimo.search.windows import spans
from lavimo.shapes import Float32

Positions: TypeAlias = Float32[np.ndarray, "_ 22 3"]
A = TypeVar("A")
R = TypeVar("R")

STAGES = ("read", "retarget", "canonical", "vectors", "facts", "sentences", "store")


class Clock:
    """CPU seconds by stage of indexing: wall time would count what else the machine does."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the CPU time of the block to a stage."""
        begin = time.thread_time()
        try:
            yield
        finally:
            self.seconds[name] += time.thread_time() - begin


@dataclass(frozen=True)
class Fault:
    """A clip that had to be left out: which file of the batch, which clip, and why."""

    file: int
    clip: str
    reason: str


@dataclass(frozen=True, eq=False)
class Take:
    """A canonical clip of file number `file` of a batch, with its windows.

    `pieces` are canonical positions (frames, 22, 3) at 20 fps: the clip itself, then a piece for
    each of `spans` (seconds within the clip). `start` and `end` are seconds in the file.
    """

    file: int
    segment: Segment
    clip: str
    captions: tuple[Caption, ...]
    start: float
    end: float
    fps: float
    format: str
    spans: tuple[tuple[float, float], ...]
    pieces: tuple[Positions, ...]


@dataclass(frozen=True, eq=False)
class _Read:
    file: int
    segment: Segment
    clip: str
    motion: Motion


def takes(
    jobs: Sequence[Job], clock: Clock, *, windows: bool = True
) -> tuple[list[Take], list[Fault]]:
    """All clips of some motion files; those that cannot be used are listed with the reason."""
    faults: list[Fault] = []
    with clock.stage("read"):
        read = [
            one
            for number, job in enumerate(jobs)
            if not is_film(job.path)
            for one in _read(number, job, faults)
        ]
    with clock.stage("retarget"):
        bodies = _sound(read, [attempt(_body, one.motion) for one in read], faults)
    with clock.stage("canonical"):
        whole = _sound([one for one, _ in bodies], _canonical([b for _, b in bodies]), faults)
        found = [_take(one, positions, windows) for one, positions in whole]
        moments = iter(_canonical([piece for take in found for piece in take.pieces[1:]]))
        done = []
        for take in found:
            mine = [next(moments) for _ in take.spans]
            # A window of a sound clip is sound; one that is not is only left out.
            kept = [(s, p) for s, p in zip(take.spans, mine, strict=True) if _is_array(p)]
            pieces = (take.pieces[0], *(piece for _, piece in kept))
            done.append(replace(take, spans=tuple(span for span, _ in kept), pieces=pieces))
    return done, faults


def _read(number: int, job: Job, faults: list[Fault]) -> list[_Read]:
    """Every clip of a file; each is parsed once, however many segments are cut from it."""
    done: list[_Read] = []
    motions: dict[tuple[str | None, float | None], Motion | Exception] = {}
    for segment in job.segments:
        names = attempt(_clips, (job.path, segment))
        if isinstance(names, Exception):
            faults.append(Fault(number, segment.clip or "", reason(job.path, names)))
            continue
        for name in names:
            # Only Acclaim files have no rate of their own; elsewhere the file knows better.
            fps = segment.fps if job.path.suffix.lower() == ".amc" else None
            if (name, fps) not in motions:
                motions[name, fps] = attempt(_parse, (job.path, name, fps))
            motion = motions[name, fps]
            if isinstance(motion, Motion) and (segment.start > 0 or segment.end is not None):
                motion = attempt(_cut, (motion, segment))
            if isinstance(motion, Motion):
                done.append(_Read(number, segment, name or "", motion))
            else:
                faults.append(Fault(number, name or "", reason(job.path, motion)))
    return done


def _clips(where: tuple[Path, Segment]) -> tuple[str | None, ...]:
    path, segment = where
    if segment.clip is not None:
        return (segment.clip,)
    return formats.clips(path) or (None,)


def _parse(where: tuple[Path, str | None, float | None]) -> Motion:
    path, name, fps = where
    return formats.read(path, clip=name, fps=fps)


def _cut(part: tuple[Motion, Segment]) -> Motion:
    motion, segment = part
    return cut(motion, segment.start, segment.end)


def _body(motion: Motion) -> Positions:
    body = resample(to_smpl22(motion), canonical.FPS)
    if len(body) < 2:
        raise MotionError(
            f"{motion.source.path} lasts {motion.duration:.2f} s, which is one frame at 20 fps; "
            "a motion needs at least two frames."
        )
    return body.positions


def _canonical(bodies: Sequence[Positions]) -> list[Positions | Exception]:
    """Canonical positions of each; all in one call unless that meets a fault."""
    together = attempt(canonical.canonical_batch, bodies) if bodies else []
    if isinstance(together, Exception):
        alone = (attempt(canonical.canonical_positions, body) for body in bodies)
        return [_finite(one) for one in alone]
    return [_finite(one) for one in together]


def _finite(positions: Positions | Exception) -> Positions | Exception:
    if isinstance(positions, Exception) or np.isfinite(positions).all():
        return positions
    return MotionError("The canonical motion is not finite; check the joints of the file.")


def _take(one: _Read, positions: Positions, windows: bool) -> Take:
    motion, fps = one.motion, canonical.FPS
    captions = one.segment.captions
    words = words_of(one.clip) if one.segment.clip is None else ""
    if words:  # the clip's own name says more than that of the file it shares with others
        captions = tuple(caption for caption in captions if caption.origin != "file name")
        captions += (Caption(words, "file name"),)
    moments = spans(len(positions) / fps) if windows else ()
    pieces = [positions[round(start * fps) : round(end * fps)] for start, end in moments]
    start = motion.source.start
    return Take(
        file=one.file,
        segment=one.segment,
        clip=one.clip,
        captions=captions,
        start=start,
        end=start + motion.duration,
        fps=motion.fps,
        format=motion.source.format,
        spans=moments,
        pieces=(positions, *pieces),
    )


def _sound(
    read: list[_Read], results: Sequence[Positions | Exception], faults: list[Fault]
) -> list[tuple[_Read, Positions]]:
    """The clips that came through a stage, with what it made; the others become faults."""
    kept = []
    for one, result in zip(read, results, strict=True):
        if isinstance(result, Exception):
            path = Path(one.motion.source.path)
            faults.append(Fault(one.file, one.clip, reason(path, result)))
        else:
            kept.append((one, result))
    return kept


def _is_array(piece: Positions | Exception) -> TypeGuard[Positions]:
    return isinstance(piece, np.ndarray)


def attempt(function: Callable[[A], R], value: A) -> R | Exception:
    """What a function makes of a value, or the exception that it raises."""
    try:
        return function(value)
    except Exception as error:
        return error


def reason(path: Path, error: Exception) -> str:
    """Why a file was left out, in one sentence that names it."""
    if isinstance(error, LavimoError):
        return str(error) if path.name in str(error) else f"{path}: {error}"
    return f"{path} failed ({type(error).__name__}: {error}); please report it."
