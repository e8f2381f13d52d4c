"""From motion files to records that a gallery can store: what a worker process does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from lavimo.features import canonical
from lavimo.features.describe import Description, describe
from lavimo.gallery.contract import Attr, FileRecord, NewItem, NewWindow
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22
from lavimo.search.sources import Job
from lavimo.search.takes import Clock, Fault, Positions, Take, takes
from lavimo.shapes import Float32

CLOSED = 0.05
"""Metres: a clip whose last pose is this near to its first is a loop."""


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
    """A batch of files that a worker is asked for.

    `texts` are the captions whose sentence vectors this batch is to bring.
    """

    jobs: tuple[Job, ...]
    known: tuple[Known, ...]
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
    found, faults = takes(order.jobs, clock, windows=order.windows)
    pieces = [piece for take in found for piece in take.pieces]
    with clock.stage("vectors"):
        vectors = iter(encode(encoder, pieces))
    with clock.stage("facts"):
        facts = iter([describe(piece, canonical.FPS) for piece in pieces])
    items: dict[int, list[NewItem]] = {}
    for take in found:
        count = len(take.pieces)
        mine = [(next(vectors), next(facts)) for _ in range(count)]
        items.setdefault(take.file, []).append(_item(take, mine))
    with clock.stage("sentences"):
        texts = list(order.texts)
        sentences = dict(zip(texts, encoder.encode_sentences(texts), strict=True)) if texts else {}
    records = tuple(
        _record(order, number, tuple(items.get(number, ())), faults)
        for number in range(len(order.jobs))
    )
    return Made(records, sentences, tuple(faults), clock.seconds)


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


def _item(take: Take, made: Sequence[tuple[Float32[np.ndarray, " dim"], Description]]) -> NewItem:
    given: dict[str, Attr] = dict(take.segment.attrs)
    vector, facts = made[0]
    windows = tuple(
        NewWindow(
            start=take.start + start,
            end=take.start + end,
            vector=piece_vector,
            tags=piece_facts.tags,
            travel=_travel(piece_facts),
            energy=energy(piece),
            attrs=given | dict(piece_facts.attrs),
        )
        for (start, end), piece, (piece_vector, piece_facts) in zip(
            take.spans, take.pieces[1:], made[1:], strict=True
        )
    )
    return NewItem(
        clip=take.clip,
        start=take.start,
        end=take.end,
        fps=take.fps,
        vector=vector,
        positions=take.pieces[0],
        captions=take.captions,
        tags=facts.tags,
        source=take.segment.source,
        licence=take.segment.licence,
        loop=loops(take.pieces[0]),
        travel=_travel(facts),
        energy=energy(take.pieces[0]),
        attrs=given | dict(facts.attrs),
        windows=windows,
    )


def _record(
    order: Order, number: int, items: tuple[NewItem, ...], faults: Sequence[Fault]
) -> FileRecord:
    job, known = order.jobs[number], order.known[number]
    reason = next((fault.reason for fault in faults if fault.file == number), "")
    return FileRecord(
        path=job.path,
        sha256=known.sha256,
        bytes=known.bytes,
        mtime_ns=known.mtime_ns,
        format=job.path.suffix.lower().lstrip("."),
        error=None if items else reason or "The file holds no clip.",
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
