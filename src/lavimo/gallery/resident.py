"""The vectors and sentences of a gallery in memory, kept in step with the database.

Each is loaded from its cache file and brought up to the database's generation: new rows are
appended, removed ones dropped, and anything that does not add up is built again.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lavimo.errors import LavimoError
from lavimo.gallery.codec import unpack_vectors
from lavimo.gallery.lock import Lock
from lavimo.gallery.matrix import BLOCK, Matrix, Table, load, save
from lavimo.shapes import Float16, Float32, Int64

CACHE = "cache"


def cache_file(folder: Path, model_no: int, dim: int) -> Path:
    """Where the matrix of a model is kept."""
    return folder / CACHE / f"{model_no}-{dim}.f16"


class Saved(NamedTuple):
    """What the cache file on disk is: its generation and rows; -1 and 0 when there is none."""

    generation: int
    rows: int


class Vectors:
    """The motion vectors: `seqs` ascending, `owners` the seq of each row's clip."""

    def __init__(self, table: Table, saved: Saved) -> None:
        self.seqs = np.ascontiguousarray(table.pairs[:, 0])
        self.owners = np.ascontiguousarray(table.pairs[:, 1])
        self.matrix = Matrix(table.halves)
        self.table = table
        self.saved = saved

    @property
    def generation(self) -> int:
        """Which state of the database this is."""
        return self.table.generation

    def places(self, seqs: Int64[np.ndarray, " some"]) -> Int64[np.ndarray, " some"]:
        """Row numbers of seqs; -1 where there is no such row."""
        return places(self.seqs, seqs)


class Sentences:
    """The caption texts: their ids and vectors, and which clip has which.

    `clips` are the clips' seqs, ascending; the texts of clip i are
    `texts[starts[i]:starts[i + 1]]`, as row numbers of the matrix.
    """

    def __init__(self, table: Table, saved: Saved) -> None:
        count = len(table.halves)
        self.ids = np.ascontiguousarray(table.pairs[:count, 0])
        links = table.pairs[count:]
        self.matrix = Matrix(table.halves)
        self.clips, self.starts = np.unique(links[:, 0], return_index=True)
        self.texts = np.ascontiguousarray(links[:, 1])
        self.table = table
        self.saved = saved

    @property
    def generation(self) -> int:
        """Which state of the database this is."""
        return self.table.generation

    def best(
        self, scores: Float32[np.ndarray, " texts"]
    ) -> tuple[Float32[np.ndarray, " clips"], Int64[np.ndarray, " clips"]]:
        """Per clip the highest score of its texts, and which text that is."""
        if len(self.clips) == 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        linked = scores[self.texts]
        top = np.maximum.reduceat(linked, self.starts)
        sizes = np.diff(np.append(self.starts, len(linked)))
        first = np.flatnonzero(linked == np.repeat(top, sizes))
        # The first text that reaches the maximum, one a clip.
        owner = np.repeat(np.arange(len(top)), sizes)[first]
        _, at = np.unique(owner, return_index=True)
        return top, self.texts[first[at]]


def places(
    sorted_seqs: Int64[np.ndarray, " rows"], seqs: Int64[np.ndarray, " some"]
) -> Int64[np.ndarray, " some"]:
    """Where each of `seqs` stands in an ascending array, -1 where it does not."""
    if len(sorted_seqs) == 0:
        return np.full(len(seqs), -1, np.int64)
    at = np.minimum(np.searchsorted(sorted_seqs, seqs), len(sorted_seqs) - 1)
    return np.where(sorted_seqs[at] == seqs, at, -1).astype(np.int64)


def load_vectors(
    database: sqlite3.Connection, file: Path, model_no: int, held: Vectors | None
) -> Vectors:
    """The motion vectors as of the present read transaction."""
    generation, dim = _model(database, model_no)
    table, saved = (held.table, held.saved) if held else _stored(file, dim, generation)
    if table.generation == generation:
        return held or Vectors(table, saved)
    last = int(table.pairs[-1, 0]) if len(table.pairs) else 0
    new = database.execute(
        "SELECT v.seq, ifnull(i.parent, v.seq), v.v FROM vector v JOIN item i ON i.seq = v.seq "
        "WHERE v.model_no = ? AND v.seq > ? ORDER BY v.seq",
        (model_no, last),
    )
    pairs, halves = _append(table.pairs, table.halves, new)
    # A seq is never used twice, so a row is either still there, new, or gone for good.
    alive = _column(database, "SELECT seq FROM vector WHERE model_no = ?", model_no)
    if len(alive) != len(pairs):
        keep = np.isin(pairs[:, 0], alive, assume_unique=True)
        pairs, halves = pairs[keep], halves[keep]
    if len(alive) != len(pairs):
        # Rows older than the last one appeared: not a state that we wrote. Start again.
        empty = Table(np.empty((0, 2), np.int64), np.empty((0, dim), np.float16), -1)
        return load_vectors(database, file, model_no, Vectors(empty, saved))
    return Vectors(Table(pairs, halves, generation), saved)


def load_sentences(
    database: sqlite3.Connection, file: Path, model_no: int, held: Sentences | None
) -> Sentences:
    """The sentence vectors as of the present read transaction."""
    generation, dim = _model(database, model_no)
    table, saved = (held.table, held.saved) if held else _stored(file, dim, generation)
    if table.generation == generation:
        return held or Sentences(table, saved)
    count = len(table.halves)
    last = int(table.pairs[count - 1, 0]) if count else 0
    new = database.execute(
        "SELECT sentence_id, 0, v FROM sentence WHERE model_no = ? AND sentence_id > ? "
        "ORDER BY sentence_id",
        (model_no, last),
    )
    pairs, halves = _append(table.pairs[:count], table.halves, new)
    alive = _column(database, "SELECT sentence_id FROM sentence WHERE model_no = ?", model_no)
    if len(alive) != len(pairs):
        keep = np.isin(pairs[:, 0], alive, assume_unique=True)
        pairs, halves = pairs[keep], halves[keep]
    links = database.execute(
        "SELECT c.seq, s.sentence_id FROM caption c JOIN sentence s ON s.text = c.text "
        "AND s.model_no = ? ORDER BY c.seq, c.caption_id",
        (model_no,),
    ).fetchall()
    linked = np.asarray(links, np.int64).reshape(-1, 2)
    linked[:, 1] = places(np.ascontiguousarray(pairs[:, 0]), linked[:, 1])
    return Sentences(Table(np.concatenate([pairs, linked]), halves, generation), saved)


def keep(file: Path, held: Vectors | Sentences, *, always: bool) -> None:
    """Write the cache file when it is out of date and we may; never fails.

    Unless `always`, small changes stay unwritten: catching up on them costs less than writing.
    """
    rows = len(held.table.halves)
    small = abs(rows - held.saved.rows) < max(1000, rows // 20)
    if held.saved.generation == held.generation:
        return
    if small and not always and held.saved.generation >= 0:
        return
    with suppress(OSError, LavimoError):
        file.parent.mkdir(exist_ok=True)
        lock = Lock(file.parent / "lock")
        if lock.acquire():
            try:
                save(file, held.table)
                held.saved = Saved(held.generation, rows)
            finally:
                lock.release()


def _model(database: sqlite3.Connection, model_no: int) -> tuple[int, int]:
    sql = "SELECT generation, dim FROM model WHERE model_no = ?"
    generation, dim = database.execute(sql, (model_no,)).fetchone()
    return int(generation), int(dim)


def _stored(file: Path, dim: int, generation: int) -> tuple[Table, Saved]:
    table = load(file, dim)
    if table is None or table.generation > generation:
        # Newer than the database: somebody put an older database back.
        empty = Table(np.empty((0, 2), np.int64), np.empty((0, dim), np.float16), -1)
        return empty, Saved(-1, 0)
    return table, Saved(table.generation, len(table.halves))


def _append(
    pairs: Int64[np.ndarray, "rows 2"],
    halves: Float16[np.ndarray, "rows dim"],
    new: sqlite3.Cursor,
) -> tuple[Int64[np.ndarray, "all 2"], Float16[np.ndarray, "all dim"]]:
    """Rows of (number, number, blob) behind those that are held; read in blocks, held once."""
    more_pairs, more_halves = [pairs], [halves]
    while rows := new.fetchmany(BLOCK):
        more_pairs.append(np.array([row[:2] for row in rows], np.int64))
        more_halves.append(unpack_vectors([row[2] for row in rows], halves.shape[1]))
    if len(more_pairs) == 1:
        return pairs, halves
    return np.concatenate(more_pairs), np.concatenate(more_halves)


def _column(database: sqlite3.Connection, sql: str, model_no: int) -> Int64[np.ndarray, " rows"]:
    cursor = database.execute(sql, (model_no,))
    return np.fromiter((row[0] for row in cursor), np.int64)
