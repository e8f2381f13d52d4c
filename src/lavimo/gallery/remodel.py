"""Another model for a gallery: its vectors are stored beside the old ones until all are there."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import GalleryError
from lavimo.gallery.codec import pack_vector
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from lavimo.gallery.session import Session


class Remodel:
    """A change of model that is under way; a stopped one goes on where it was."""

    def __init__(self, session: "Session", model_id: str, dim: int) -> None:
        self._session = session
        self.model_id = model_id
        self._model_no = self._begin(dim)

    def _begin(self, dim: int) -> int:
        with self._session.writing() as database:
            sql = "SELECT model_no, dim, role FROM model WHERE model_id = ?"
            known = database.execute(sql, (self.model_id,)).fetchone()
            if known is None:
                sql = "INSERT INTO model(model_id, dim, role) VALUES(?, ?, 'motion')"
                number = database.execute(sql, (self.model_id, dim)).lastrowid
                assert number is not None
                return number
            if known[1:] != (dim, "motion"):
                raise GalleryError(f"{self._session.path} knows {self.model_id} as another model.")
            return int(known[0])

    def missing(self) -> list[int]:
        """Seqs of the rows that have no vector of the new model yet."""
        with self._session.snapshot():
            rows = self._session.database.execute(
                "SELECT seq FROM item WHERE NOT EXISTS (SELECT 1 FROM vector v "
                "WHERE v.model_no = ? AND v.seq = item.seq) ORDER BY seq",
                (self._model_no,),
            )
            return [row[0] for row in rows]

    def add(self, seqs: Sequence[int], vectors: Float32[np.ndarray, "rows dim"]) -> None:
        """Store vectors of the new model; durable when it returns."""
        rows = zip(seqs, vectors, strict=True)
        with self._session.writing() as database:
            database.executemany(
                "INSERT OR REPLACE INTO vector(model_no, seq, v) VALUES(?, ?, ?)",
                [(self._model_no, seq, pack_vector(vector)) for seq, vector in rows],
            )

    def finish(self) -> None:
        """Search by the new model from now on and drop the vectors of the old one.

        Raises GalleryError while rows are missing.
        """
        left = len(self.missing())
        if left:
            raise GalleryError(f"{left} rows of {self._session.path} are not encoded yet.")
        with self._session.writing() as database:
            self._switch(database)
        self._session.load_models()
        self._session.forget()

    def _switch(self, database: sqlite3.Connection) -> None:
        sql = "UPDATE meta SET value = ? WHERE key = 'model_id'"
        database.execute(sql, (self.model_id,))
        sql = "DELETE FROM model WHERE role = 'motion' AND model_no <> ?"
        database.execute(sql, (self._model_no,))
