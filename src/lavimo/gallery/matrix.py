"""All vectors of a model in memory, and their rebuildable copy on disk.

The file (docs/gallery-format.md) is a 64-byte header, then pairs of int64, then float16 rows. It
carries the generation of the database it was made from; whoever reads it catches up from the
database. It is replaced whole by a rename, so it can be old but never torn.

A scan is exact: every row, float32 products, bound by the memory's bandwidth, of which one core
uses only half. BLAS spreads a product over the cores by itself; where it is told to use one
thread, and for float16 rows, blocks of rows go to threads of our own.
"""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lavimo.files import atomic_path
from lavimo.shapes import Float16, Float32, Int64

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MAGIC = b"LAVMCACH"
VERSION = 1
_HEADER = struct.Struct("<8sIIQQQ")
HEADER_BYTES = 64
BLOCK = 16_384
"""Rows that are turned into float32 at a time: 32 MB at 512 numbers a row."""
IN_CACHE = 256
"""Rows that are widened and multiplied at a time in a first scan: 0.5 MB at 512 numbers."""


@dataclass(frozen=True, eq=False)
class Table:
    """What a cache file holds: pairs of numbers, unit vectors, and the generation they are of."""

    pairs: Int64[np.ndarray, "pairs 2"]
    halves: Float16[np.ndarray, "rows dim"]
    generation: int


def save(path: Path, table: Table) -> None:
    """Write a table atomically. Raises LavimoError when it cannot be written."""
    rows, dim = table.halves.shape
    head = _HEADER.pack(MAGIC, VERSION, dim, rows, len(table.pairs), table.generation)
    head += zlib.crc32(head).to_bytes(4, "little")
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        stream.write(head.ljust(HEADER_BYTES, b"\0"))
        stream.write(np.ascontiguousarray(table.pairs, "<i8").data)
        stream.write(np.ascontiguousarray(table.halves, "<f2").data)


def load(path: Path, dim: int) -> Table | None:
    """Read a table; None when there is none or it is not whole: then it is built again."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEADER_BYTES)
            size = os.fstat(stream.fileno()).st_size
            shape = _shape(head, size, dim)
            if shape is None:
                return None
            rows, pairs, generation = shape
            numbers = np.fromfile(stream, "<i8", 2 * pairs).reshape(pairs, 2)
        if rows == 0:
            return Table(numbers, np.empty((0, dim), np.float16), generation)
        halves = np.memmap(path, "<f2", "r", HEADER_BYTES + 16 * pairs, (rows, dim))
    except (OSError, ValueError):
        return None
    return Table(numbers, np.asarray(halves), generation)


def _shape(head: bytes, size: int, dim: int) -> tuple[int, int, int] | None:
    if len(head) < HEADER_BYTES:
        return None
    magic, version, columns, rows, pairs, generation = _HEADER.unpack(head[: _HEADER.size])
    crc = int.from_bytes(head[_HEADER.size : _HEADER.size + 4], "little")
    known = magic == MAGIC and version == VERSION and columns == dim
    whole = size == HEADER_BYTES + 16 * pairs + 2 * rows * dim
    if not (known and whole and crc == zlib.crc32(head[: _HEADER.size])):
        return None
    return rows, pairs, generation


class Matrix:
    """Unit rows that can be multiplied with a query, all of them or some."""

    def __init__(self, halves: Float16[np.ndarray, "rows dim"]) -> None:
        self.halves = halves
        self._singles: Float32[np.ndarray, "rows dim"] | None = None
        self._scans = 0

    def __len__(self) -> int:
        return len(self.halves)

    def scores(self, vector: Float32[np.ndarray, " dim"]) -> Float32[np.ndarray, " rows"]:
        """Products of all rows with a vector; from the second time on the rows stay as float32."""
        self._scans += 1
        if self._singles is None and self._scans > 1 and self._fits():
            self._singles = _widen(self.halves)
        return products(self.halves if self._singles is None else self._singles, vector)

    def _fits(self) -> bool:
        return 4 * self.halves.size < _memory() / 2

    def some(
        self, rows: Int64[np.ndarray, " some"], vector: Float32[np.ndarray, " dim"]
    ) -> Float32[np.ndarray, " some"]:
        """Products of the named rows with a vector."""
        scores = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), BLOCK):
            mine = rows[start : start + BLOCK]
            scores[start : start + BLOCK] = self.take(mine) @ vector
        return scores

    def take(self, rows: Int64[np.ndarray, " some"]) -> Float32[np.ndarray, "some dim"]:
        """The named rows."""
        held = self.halves if self._singles is None else self._singles
        taken: Float32[np.ndarray, "some dim"] = held[rows].astype(np.float32, copy=False)
        return taken


def products(
    matrix: Float16[np.ndarray, "rows dim"] | Float32[np.ndarray, "rows dim"],
    vector: Float32[np.ndarray, " dim"],
) -> Float32[np.ndarray, " rows"]:
    """matrix @ vector in float32, over all cores when it is large."""
    rows = len(matrix)
    scores = np.empty(rows, np.float32)
    if matrix.dtype == np.float32 and not _single_blas():
        np.dot(matrix, vector, out=scores)
        return scores

    def part(start: int) -> None:
        block = matrix[start : start + BLOCK]
        out = scores[start : start + BLOCK]
        if block.dtype == np.float32:
            np.dot(block, vector, out=out)
            return
        wide = np.empty((IN_CACHE, matrix.shape[1]), np.float32)
        for first in range(0, len(block), IN_CACHE):
            some = block[first : first + IN_CACHE]
            wide[: len(some)] = some
            np.dot(wide[: len(some)], vector, out=out[first : first + IN_CACHE])

    _each(part, rows)
    return scores


def _widen(halves: Float16[np.ndarray, "rows dim"]) -> Float32[np.ndarray, "rows dim"]:
    singles = np.empty(halves.shape, np.float32)

    def part(start: int) -> None:
        singles[start : start + BLOCK] = halves[start : start + BLOCK]

    _each(part, len(halves))
    return singles


def _each(part: Callable[[int], None], rows: int) -> None:
    """Call `part` for the start of each block, over all cores when there are several."""
    starts = range(0, rows, BLOCK)
    run = _pool().map if len(starts) > 2 else map
    for _ in run(part, starts):
        pass


def _single_blas() -> bool:
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return "1" in (os.environ.get(name) for name in names)


@cache
def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@cache
def _pool() -> "ThreadPoolExecutor":
    # Imported on use: a search of a small gallery needs no threads and starts sooner.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), "lavimo-scan")


def best(
    seqs: Int64[np.ndarray, " rows"], scores: Float32[np.ndarray, " rows"], k: int
) -> tuple[Int64[np.ndarray, " hits"], Float32[np.ndarray, " hits"]]:
    """The k highest scores with their seqs, best first; ties go to the lower seq."""
    if k < len(scores):
        # Everything at least as good as the k-th: ties at the edge are decided by seq below.
        edge = np.partition(scores, len(scores) - k)[len(scores) - k]
        keep = np.flatnonzero(scores >= edge)
        seqs, scores = seqs[keep], scores[keep]
    order = np.lexsort((seqs, -scores))[:k]
    return seqs[order], scores[order]
