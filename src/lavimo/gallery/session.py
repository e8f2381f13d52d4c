"""An open gallery database: its transactions, its models and what is in memory of it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from lavimo.errors import GalleryError
from lavimo.gallery import schema
from lavimo.gallery.filter_sql import compile_filter
from lavimo.gallery.filters import Value, parse
from lavimo.gallery.lock import Lock, writer
from lavimo.gallery.resident import (
    Sentences,
    Vectors,
    cache_file,
    keep,
    load_sentences,
    load_vectors,
)
from lavimo.shapes import Int64


class Session:
    """One connection to a gallery, shared by threads one at a time."""

    def __init__(self, path: Path, database: sqlite3.Connection, lock: Lock | None) -> None:
        self.path, self.database = path, database
        self._lock = lock
        self._guard = threading.RLock()
        self._vectors: Vectors | None = None
        self._sentences: Sentences | None = None
        place = path.resolve().parent
        database.create_function("lavimo_path", 1, lambda text: str(place / text))
        self.load_models()

    @classmethod
    def open(cls, path: Path, *, write: bool) -> "Session":
        """Connect; `write` takes the writer's lock. Raises GalleryError."""
        schema.expect_gallery(path)
        lock = writer(path) if write else None
        try:
            database = schema.connect(path, write=write)
            with schema.explained(path):
                return cls(path, database, lock)
        except BaseException:
            if lock:
                lock.release()
            raise

    def close(self) -> None:
        """Bring the caches up to date (as the writer), fold the log in and let go of all."""
        if self._lock is not None:
            with suppress(GalleryError, sqlite3.Error):
                self.refresh()
                self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def load_models(self) -> None:
        """Read which models the gallery belongs to."""
        meta: dict[str, str] = dict(self.database.execute("SELECT key, value FROM meta"))
        rows = self.database.execute("SELECT model_id, role, model_no, dim FROM model").fetchall()
        known = {(model_id, role): (model_no, dim) for model_id, role, model_no, dim in rows}
        self.model_id: str = meta["model_id"]
        self.sentence_model_id: str = meta["sentence_model_id"]
        self.canonical_version: str = meta.get("canonical_version", "")
        self.motion_no: int
        self.dim: int
        self.motion_no, self.dim = known[self.model_id, "motion"]
        self.sentence_no: int
        self.sentence_dim: int
        self.sentence_no, self.sentence_dim = known[self.sentence_model_id, "sentence"]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything inside the block sees one state of the gallery."""
        with self._guard, schema.explained(self.path):
            if self.database.in_transaction:
                yield
                return
            self.database.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):
                    self.database.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction, which is a new generation for all readers.

        Raises GalleryError when the gallery was opened for reading or the disk is full.
        """
        if self._lock is None:
            raise GalleryError(f"{self.path} was opened for reading; open it with write=True.")
        with self._guard, schema.explained(self.path):
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield self.database
                self.database.execute("UPDATE model SET generation = generation + 1")
                self.database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self.database.execute("ROLLBACK")
                raise

    def refresh(self) -> None:
        """Read what was committed since, and write the cache files if that is our business."""
        with self.snapshot():
            motion, sentences = self.motion(), self.sentences()
        always, (motion_file, sentence_file) = self._lock is not None, self._files()
        keep(motion_file, motion, always=always)
        keep(sentence_file, sentences, always=always)

    def forget(self) -> None:
        """Drop what is in memory; it is loaded again on use."""
        with self._guard:
            self._vectors = self._sentences = None

    def motion(self) -> Vectors:
        """The motion vectors; call it inside `snapshot`."""
        file, _ = self._files()
        held = load_vectors(self.database, file, self.motion_no, self._vectors)
        if self._vectors is None:
            keep(file, held, always=self._lock is not None)
        self._vectors = held
        return held

    def sentences(self) -> Sentences:
        """The captions' vectors; call it inside `snapshot`."""
        _, file = self._files()
        held = load_sentences(self.database, file, self.sentence_no, self._sentences)
        if self._sentences is None:
            keep(file, held, always=self._lock is not None)
        self._sentences = held
        return held

    def attrs(self) -> dict[str, str]:
        """Names of the attributes that are stored, with number, text or mixed."""
        return dict(self.database.execute("SELECT name, kind FROM attr"))

    def condition(self, where: str | None) -> tuple[str, list[Value]]:
        """A filter as SQL over `item`. Raises QueryError."""
        return ("1", []) if where is None else compile_filter(parse(where, self.attrs()))

    def passing(self, held: Vectors, where: str | None) -> Int64[np.ndarray, " rows"] | None:
        """Row numbers that pass a filter, ascending; None stands for all."""
        if where is None:
            return None
        sql, values = self.condition(where)
        cursor = self.database.execute(f"SELECT item.seq FROM item WHERE {sql}", values)
        seqs = np.sort(np.fromiter((row[0] for row in cursor), np.int64))
        at = held.places(seqs)
        return at[at >= 0]

    def _files(self) -> tuple[Path, Path]:
        return (
            cache_file(self.path, self.motion_no, self.dim),
            cache_file(self.path, self.sentence_no, self.sentence_dim),
        )
