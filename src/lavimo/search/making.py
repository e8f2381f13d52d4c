"""From motion files to records that a gallery can store: what a worker process does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np

from lavimo.features import canonical, directions
from lavimo.features.describe import Description, describe
from lavimo.gallery.contract import Attr, FileRecord, NewItem, NewWindow
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22
from lavimo.search import filming, films
from lavimo.search.sources import Job
from lavimo.search.takes import Clock, Fault, Positions, Take, attempt, reason, takes
from lavimo.shapes import Float32

Rows: TypeAlias = Float32[np.ndarray, "_ dim"]

CLOSED = 0.05
"""Metres: a clip whose last pose is this near to its first is a loop."""


@runtime_checkable
class MotionEncoder(Protocol):
    """What indexing needs of a model; see `lavimo.runtime.encoder.Encoder`."""

    model_id: str
    dim: int

    def encode_motion(self, motions: Sequence[Motion]) -> Float32[np.ndarray, "motions dim"]:
        """Unit rows for motions."""
        ...

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts width"]:
        """Unit rows for sentences."""
        ...


@runtime_checkable
class PositionsEncoder(Protocol):
    """A model that takes canonical positions as they are: nothing is made canonical twice."""

    def encode_positions(self, clips: Sequence[Positions]) -> Float32[np.ndarray, "clips dim"]:
        """Unit rows for canonical positions."""
        ...


@dataclass(frozen=True)
class Known:
    """A file as it was found on the disk."""

    sha256: str
    bytes: int
    mtime_ns: int
    signature: str


@dataclass(frozen=True)
class Order:
    """What a worker is asked for: files to make, captions to encode, or both."""

    jobs: tuple[Job, ...] = ()
    known: tuple[Known, ...] = ()
    texts: tuple[str, ...] = ()
    windows: bool = True


@dataclass(frozen=True, eq=False)
class Made:
    """What became of an order: a record a file, sentence vectors, faults, seconds by stage."""

    records: tuple[FileRecord, ...]
    sentences: Mapping[str, Float32[np.ndarray, " width"]]
    faults: tuple[Fault, ...]
    seconds: Mapping[str, float]


def make(order: Order, encoder: MotionEncoder) -> Made:
    """Do a whole order. A file that cannot be used gets a record with its error."""
    clock = Clock()
    items: dict[int, list[NewItem]] = {}
    found, faults = takes(order.jobs, clock, windows=order.windows)
    for number, job in enumerate(order.jobs):
        if films.is_film(job.path):
            items[number], mine_faults = filming.items(
                number, job, encoder, clock, windows=order.windows
            )
            faults += mine_faults
    with clock.stage("facts"):
        facts = [attempt(_facts, take) for take in found]
    with clock.stage("vectors"):
        vectors = _vectors(encoder, found)
    for take, mine, rows in zip(found, facts, vectors, strict=True):
        if isinstance(mine, Exception) or isinstance(rows, Exception):
            error = mine if isinstance(mine, Exception) else rows
            assert isinstance(error, Exception)
            why = reason(order.jobs[take.file].path, error)
            faults.append(Fault(take.file, take.clip, why))
        else:
            items.setdefault(take.file, []).append(_item(take, rows, mine))
    with clock.stage("sentences"):
        texts = list(order.texts)
        sentences = dict(zip(texts, encoder.encode_sentences(texts), strict=True)) if texts else {}
    records = tuple(
        _record(order, number, tuple(items.get(number, ())), faults)
        for number in range(len(order.jobs))
    )
    return Made(records, sentences, tuple(faults), clock.seconds)


def _facts(take: Take) -> list[Description]:
    return [describe(piece, canonical.FPS) for piece in take.pieces]


def _vectors(encoder: MotionEncoder, found: list[Take]) -> list[Rows | Exception]:
    """Vectors of each clip and its windows; all in one call unless that meets a fault."""
    pieces = [piece for take in found for piece in take.pieces]
    rows = attempt(lambda pieces: encode(encoder, pieces), pieces)
    if isinstance(rows, Exception):
        return [attempt(lambda take: encode(encoder, take.pieces), take) for take in found]
    counts = [len(take.pieces) for take in found]
    return list(np.split(rows, np.cumsum(counts)[:-1])) if counts else []


def encode(
    encoder: MotionEncoder, pieces: Sequence[Positions]
) -> Float32[np.ndarray, "pieces dim"]:
    """Unit vectors of canonical positions; an encoder that takes them as they are is preferred."""
    if not pieces:
        return np.empty((0, encoder.dim), np.float32)
    if isinstance(encoder, PositionsEncoder):
        return encoder.encode_positions(pieces)
    return encoder.encode_motion(
        [Motion(SMPL_22, np.ascontiguousarray(piece), canonical.FPS) for piece in pieces]
    )


def _item(take: Take, rows: Rows, facts: Sequence[Description]) -> NewItem:
    given: dict[str, Attr] = dict(take.segment.attrs)
    windows = tuple(
        NewWindow(
            start=take.start + start,
            end=take.start + end,
            vector=row,
            tags=mine.tags,
            travel=_travel(mine),
            energy=energy(piece),
            attrs=given | dict(mine.attrs),
        )
        for (start, end), piece, row, mine in zip(
            take.spans, take.pieces[1:], rows[1:], facts[1:], strict=True
        )
    )
    return NewItem(
        clip=take.clip,
        start=take.start,
        end=take.end,
        fps=take.fps,
        vector=rows[0],
        positions=take.pieces[0],
        captions=take.captions,
        tags=facts[0].tags,
        source=take.segment.source,
        licence=take.segment.licence,
        loop=loops(take.pieces[0]),
        travel=_travel(facts[0]),
        energy=energy(take.pieces[0]),
        attrs=given | dict(facts[0].attrs),
        windows=windows,
        poses=directions.from_motion(take.pieces[0], canonical.FPS).rows,
    )


def _record(
    order: Order, number: int, items: tuple[NewItem, ...], faults: Sequence[Fault]
) -> FileRecord:
    job, known = order.jobs[number], order.known[number]
    first = next((fault.reason for fault in faults if fault.file == number), "")
    return FileRecord(
        path=job.path,
        sha256=known.sha256,
        bytes=known.bytes,
        mtime_ns=known.mtime_ns,
        format=job.path.suffix.lower().lstrip("."),
        error=None if items else first or "The file holds no clip.",
        items=items,
        signature=known.signature,
    )


def energy(positions: Positions) -> float:
    """Mean speed of the 22 joints in m/s."""
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    return float(steps.mean() * canonical.FPS)


def loops(positions: Positions) -> bool:
    """Whether a clip ends in the pose (about its pelvis) that it begins with, and moves between."""
    around = positions - positions[:, :1]
    away = np.linalg.norm(around - around[0], axis=-1).mean(axis=1)
    return bool(len(positions) >= 10 and away[-1] < CLOSED and away.max() > 2 * CLOSED)


def _travel(facts: Description) -> float | None:
    value = facts.attrs.get("travel")
    return value if isinstance(value, float | int) else None
