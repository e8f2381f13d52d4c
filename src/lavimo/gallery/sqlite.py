"""The embedded gallery: one SQLite file is the truth, an exact scan beside it."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from lavimo.errors import GalleryError
from lavimo.gallery import posing, schema, upkeep, writing
from lavimo.gallery.codec import unpack_positions
from lavimo.gallery.contract import FileRecord, Item, KnownFile, Stats
from lavimo.gallery.filter_sql import words_query
from lavimo.gallery.items import by_words, read_items, stored_clip
from lavimo.gallery.matrix import best
from lavimo.gallery.remodel import Remodel
from lavimo.gallery.resident import CACHE, Vectors, places
from lavimo.gallery.session import Session
from lavimo.shapes import Float32, Int64

SENTENCE_MODEL = "all-MiniLM-L6-v2"
SENTENCE_DIM = 384
CLIP_FPS = 20.0
GATHER = 0.3
"""Up to this share of passing rows are gathered; above it all are scanned and masked."""


class SqliteGallery:
    """A gallery folder; see `lavimo.gallery.contract.Backend` for what its methods promise.

    Use as a context manager or call `close`. One writer at a time, any number of readers.
    """

    def __init__(self, session: Session) -> None:
        self.path = session.path
        self._session = session
        self._texts: tuple[int, tuple[str, ...]] = (-1, ())

    @property
    def model_id(self) -> str:
        """The motion model whose vectors are searched."""
        return self._session.model_id

    @property
    def dim(self) -> int:
        """Numbers of a motion vector."""
        return self._session.dim

    @property
    def sentence_model_id(self) -> str:
        """The model of the captions' vectors."""
        return self._session.sentence_model_id

    @property
    def canonical_version(self) -> str:
        """The version of the canonical form that the clips were stored in."""
        return self._session.canonical_version

    @classmethod
    def create(
        cls,
        path: str | Path,
        model_id: str,
        dim: int,
        *,
        sentence_model_id: str = SENTENCE_MODEL,
        sentence_dim: int = SENTENCE_DIM,
        canonical_version: str = "",
    ) -> "SqliteGallery":
        """Make a new gallery folder and open it for writing.

        Raises GalleryError when the path holds something or cannot be written.
        """
        meta = {
            "canonical_version": canonical_version,
            "model_id": model_id,
            "sentence_model_id": sentence_model_id,
        }
        models = [(model_id, dim, "motion"), (sentence_model_id, sentence_dim, "sentence")]
        schema.create(Path(path), meta, models)
        return cls.open(path, write=True)

    @classmethod
    def open(cls, path: str | Path, *, write: bool = False) -> "SqliteGallery":
        """Open a gallery. Raises GalleryError when it is missing, damaged, newer or locked."""
        return cls(Session.open(Path(path), write=write))

    def close(self) -> None:
        """Write the caches back (as the writer) and let go of the files."""
        self._session.close()

    def __enter__(self) -> "SqliteGallery":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything inside the block sees one state of the gallery; keep it short."""
        return self._session.snapshot()

    def add(
        self,
        files: Sequence[FileRecord],
        sentences: Mapping[str, Float32[np.ndarray, " width"]] | None = None,
    ) -> int:
        """Store whole files in one transaction; returns the clips that are durable now."""
        with self._session.writing() as database:
            count = 0
            for record in files:
                stored = self.stored_path(record.path)
                count += writing.put_file(database, stored, record, self._session.motion_no)
            writing.put_sentences(database, self._session.sentence_no, sentences or {})
        return count

    def add_sentences(self, sentences: Mapping[str, Float32[np.ndarray, " width"]]) -> None:
        """Store vectors of caption texts."""
        with self._session.writing() as database:
            writing.put_sentences(database, self._session.sentence_no, sentences)

    def move(self, old: str | Path, new: str | Path) -> None:
        """Note that a file lies elsewhere now."""
        with self._session.writing() as database:
            sql = "UPDATE OR REPLACE file SET path = ? WHERE path = ?"
            database.execute(sql, (self.stored_path(new), self.stored_path(old)))

    def remove(self, *, where: str | None = None, paths: Sequence[str | Path] = ()) -> int:
        """Remove files by path, and clips that pass a filter; returns how many clips went.

        A removed clip comes back when its file is indexed again.
        """
        with self._session.writing() as database:
            before = upkeep.count_clips(database)
            for path in paths:
                writing.drop_file(database, self.stored_path(path))
            if where is not None:
                writing.drop_clips(database, *self._session.condition(where))
            return before - upkeep.count_clips(database)

    def expect_model(self, model_id: str, dim: int) -> None:
        """Raise GalleryError when vectors of another model are brought."""
        if model_id != self.model_id or dim != self.dim:
            raise GalleryError(
                f"{self.path} was indexed with the model {self.model_id} and not {model_id}; "
                f"use that model, or run `lavimo gallery reindex {self.path} --model MODEL`."
            )

    def scan(
        self, vector: Float32[np.ndarray, " dim"], where: str | None = None
    ) -> tuple[Int64[np.ndarray, " rows"], Float32[np.ndarray, " rows"]]:
        """Seqs and exact cosines of all rows that pass, ascending by seq."""
        self._expect_length(vector, self.dim, "vector")
        with self.snapshot():
            held = self._session.motion()
            rows = self._session.passing(held, where)
        if rows is None:
            return held.seqs, held.matrix.scores(vector)
        if len(rows) > GATHER * len(held.seqs):
            return held.seqs[rows], held.matrix.scores(vector)[rows]
        return held.seqs[rows], held.matrix.some(rows, vector)

    def search(
        self, vector: Float32[np.ndarray, " dim"], k: int, where: str | None = None
    ) -> tuple[Int64[np.ndarray, " hits"], Float32[np.ndarray, " hits"]]:
        """The k best rows by cosine, best first; ties go to the lower seq."""
        return best(*self.scan(vector, where), k)

    def texts(self) -> tuple[str, ...]:
        """The distinct caption texts with a sentence vector; a text's index is its number."""
        with self.snapshot():
            held = self._session.sentences()
            if self._texts[0] != held.generation:
                sql = "SELECT text FROM sentence WHERE model_no = ? ORDER BY sentence_id"
                rows = self._session.database.execute(sql, (self._session.sentence_no,))
                self._texts = (held.generation, tuple(row[0] for row in rows))
            return self._texts[1]

    def texts_without_vector(self) -> list[str]:
        """Caption texts that have no sentence vector yet: a build was stopped before it came."""
        with self.snapshot():
            rows = self._session.database.execute(
                "SELECT DISTINCT text FROM caption WHERE text NOT IN "
                "(SELECT text FROM sentence WHERE model_no = ?)",
                (self._session.sentence_no,),
            )
            return [row[0] for row in rows]

    def sentence_scores(
        self,
        vector: Float32[np.ndarray, " width"],
        where: str | None = None,
        penalty: Float32[np.ndarray, " texts"] | None = None,
    ) -> tuple[
        Int64[np.ndarray, " rows"], Float32[np.ndarray, " rows"], Int64[np.ndarray, " rows"]
    ]:
        """Per row the best cosine of one of its captions, and that text's number."""
        with self.snapshot():
            motion, held = self._session.motion(), self._session.sentences()
            rows = self._session.passing(motion, where)
        self._expect_length(vector, held.table.halves.shape[1], "sentence vector")
        scores = held.matrix.scores(vector)
        if penalty is not None:
            self._expect_length(penalty, len(scores), "penalty")
            scores = scores - penalty
        top, texts = held.best(scores)
        everything = slice(None) if rows is None else rows
        seqs, owners = motion.seqs[everything], motion.owners[everything]
        at = places(held.clips, owners)
        # The last entry stands for rows without a caption (place -1).
        return seqs, np.append(top, np.float32(-1))[at], np.append(texts, -1)[at]

    def owners(self, seqs: Int64[np.ndarray, " rows"]) -> Int64[np.ndarray, " rows"]:
        """Seq of the clip that each row is or belongs to."""
        with self.snapshot():
            held = self._session.motion()
        owners: Int64[np.ndarray, " rows"] = held.owners[self._known(held, seqs)]
        return owners

    def vectors(
        self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]
    ) -> Float32[np.ndarray, "rows dim"]:
        """Stored unit vectors in the order asked for."""
        with self.snapshot():
            held = self._session.motion()
        return held.matrix.take(self._known(held, np.asarray(seqs, np.int64)))

    def text(
        self, query: str, k: int, where: str | None = None
    ) -> tuple[Int64[np.ndarray, " hits"], Float32[np.ndarray, " hits"]]:
        """Clips whose captions hold words of the query, by BM25; a clip counts its best caption."""
        words = words_query(query, every=False)
        with self.snapshot():
            sql, values = self._session.condition(where)
            rows = by_words(self._session.database, words, sql, values, k)
        found = np.array(rows, np.float64).reshape(-1, 2)
        return found[:, 0].astype(np.int64), found[:, 1].astype(np.float32)

    def rows(self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]) -> list[Item]:
        """The rows in the order asked for. Raises GalleryError for a seq that is gone."""
        wanted = [int(seq) for seq in seqs]
        with self.snapshot():
            found = read_items(self._session.database, wanted)
        gone = [seq for seq in wanted if seq not in found]
        if gone:
            raise GalleryError(f"{self.path} has no row {gone[0]} any more; search again.")
        return [found[seq] for seq in wanted]

    def row(self, id: str) -> Item:
        """The row of an id or of its beginning. Raises GalleryError when it is not exactly one."""
        name = id.lower()
        with self.snapshot():
            sql = "SELECT seq, id FROM item WHERE id = ?"
            rows = self._session.database.execute(sql, (name,)).fetchall()
            if not rows and len(name) >= 4 and all(sign in "0123456789abcdef" for sign in name):
                sql = "SELECT seq, id FROM item WHERE id >= ? AND id < ? LIMIT 3"
                rows = self._session.database.execute(sql, (name, name + "g")).fetchall()
        if len(rows) == 1:
            return self.rows([rows[0][0]])[0]
        if rows:
            near = " and ".join(row[1] for row in rows[:2])
            raise GalleryError(f"More than one id begins with {id} ({near}); write more of it.")
        raise GalleryError(f"{self.path} has no row with the id {id!r}; copy one from a search.")

    def positions(self, seq: int) -> Float32[np.ndarray, "frames 22 3"]:
        """Canonical positions at 20 fps; a window's are the slice of its clip's.

        Raises GalleryError for a film, which has none.
        """
        with self.snapshot():
            row = stored_clip(self._session.database, int(seq))
        if row is None:
            raise GalleryError(f"{self.path} has no row {seq} any more; search again.")
        if row[2] is None:
            item = self.rows([seq])[0]
            raise GalleryError(f"{item.path} is a film and has no joints; name a motion.")
        whole = unpack_positions(*row[:3])
        if row[5] is None:
            return whole
        first = round(row[3] * CLIP_FPS)
        return whole[first : max(first + 1, first + round(row[4] * CLIP_FPS))]

    @property
    def generation(self) -> int:
        """Changes with every committed change."""
        with self.snapshot():
            return self._session.motion().generation

    def cache_file(self, name: str) -> Path | None:
        """Where something that can be made again may be kept; None where nothing can be."""
        return self.path / CACHE / name if os.access(self.path, os.W_OK) else None

    def seqs(self, where: str | None = None) -> Int64[np.ndarray, " rows"]:
        """Seqs of all rows that pass, ascending."""
        with self.snapshot():
            held = self._session.motion()
            rows = self._session.passing(held, where)
        return held.seqs if rows is None else held.seqs[rows]

    def films(self) -> Int64[np.ndarray, " films"]:
        """Seqs of the whole films, ascending."""
        with self.snapshot():
            return posing.films(self._session.database)

    def poses(
        self, seqs: Sequence[int] | Int64[np.ndarray, " rows"]
    ) -> list[Float32[np.ndarray, "_ 31"] | None]:
        """Pose rows (10 Hz) in the order asked for; None where a clip's are not stored."""
        with self.snapshot():
            return posing.read(self._session.database, [int(seq) for seq in seqs])

    def add_poses(
        self,
        seqs: Sequence[int] | Int64[np.ndarray, " rows"],
        rows: Sequence[Float32[np.ndarray, "_ 31"]],
    ) -> None:
        """Store pose rows of clips."""
        with self._session.writing() as database:
            for seq, mine in zip(seqs, rows, strict=True):
                posing.put(database, int(seq), mine)

    def unposed(self) -> list[int]:
        """Seqs of the clips whose pose rows are not stored."""
        with self.snapshot():
            return posing.unposed(self._session.database)

    def facets(self, field: str, where: str | None = None) -> dict[str, int]:
        """How many clips have each value of `field`, most frequent first.

        Numbers are not counted but `duration` is, in classes of seconds.
        """
        with self.snapshot():
            sql, values = self._session.condition(where)
            return upkeep.facets(self._session.database, field, self._session.attrs(), sql, values)

    def files(self) -> list[KnownFile]:
        """Every file that was indexed or failed."""
        with self.snapshot():
            return upkeep.known_files(self._session.database, self.path.resolve().parent)

    def stats(self) -> Stats:
        """Counts and sizes."""
        with self.snapshot():
            return upkeep.stats(
                self._session.database,
                self.path,
                self._session.motion_no,
                self._session.sentence_no,
            )

    def verify(self) -> list[str]:
        """Everything that is wrong, one sentence each."""
        with self.snapshot():
            problems = upkeep.verify(self._session.database, self._session.motion_no)
            held = self._session.motion()
            return problems + upkeep.verify_cache(
                self._session.database, self._session.motion_no, held
            )

    def compact(self) -> None:
        """Give back the space of removed rows, tidy the word index, rebuild the caches."""
        with self._session.writing() as database:
            upkeep.tidy(database)
        with schema.explained(self.path):
            self._session.database.execute("VACUUM")
            self._session.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._session.forget()
        self._session.refresh()

    def backup(self, target: str | Path) -> Path:
        """A copy of the gallery as of now; works while somebody writes."""
        with schema.explained(self.path):
            return upkeep.backup(self._session.database, self.path, Path(target))

    def remodel(self, model_id: str, dim: int) -> Remodel:
        """Begin, or go on with, giving the gallery vectors of another model."""
        return Remodel(self._session, model_id, dim)

    def stored_path(self, path: str | Path) -> str:
        """A file's path as the database keeps it: relative when it lies beside the gallery.

        So a folder that holds motions and their gallery can be moved as one.
        """
        place = Path(path).resolve()
        folder = self.path.resolve().parent
        return (place.relative_to(folder) if place.is_relative_to(folder) else place).as_posix()

    def _known(self, held: Vectors, seqs: Int64[np.ndarray, " rows"]) -> Int64[np.ndarray, " rows"]:
        at = held.places(seqs)
        if (at < 0).any():
            gone = int(seqs[int(np.argmax(at < 0))])
            raise GalleryError(f"{self.path} has no row {gone} any more; search again.")
        return at

    def _expect_length(self, values: Float32[np.ndarray, " n"], length: int, what: str) -> None:
        if len(values) != length:
            raise GalleryError(
                f"{self.path} expects a {what} of {length} numbers and got {len(values)}; "
                f"search with its model, {self.model_id}."
            )
