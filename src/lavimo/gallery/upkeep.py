"""Looking after a gallery: counts, facets, checks, tidying, copies."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np

from lavimo.errors import GalleryError, QueryError
from lavimo.gallery import posing, schema
from lavimo.gallery.codec import unpack_positions, unpack_vectors
from lavimo.gallery.contract import KnownFile, Stats
from lavimo.gallery.filters import Value
from lavimo.gallery.resident import Vectors

DURATION_CLASSES = (2, 5, 10, 30)


def count_clips(database: sqlite3.Connection) -> int:
    """How many clips (not windows) are stored."""
    return _count(database, "item WHERE kind <> 1")


def facets(
    database: sqlite3.Connection,
    field: str,
    attrs: dict[str, str],
    condition: str,
    values: list[Value],
) -> dict[str, int]:
    """Clips per value of a field among those that pass. Raises QueryError for an unknown field."""
    plain = field.removeprefix("attrs.")
    columns = {"source": "item.source", "licence": "item.licence", "clip": "item.clip"}
    parameters: list[Value] = []
    joined = ""
    if field == "tag":
        column, joined = "tag.tag", "JOIN tag ON tag.seq = item.seq"
    elif field == "format":
        column, joined = "file.format", "JOIN file ON file.file_id = item.file_id"
    elif field == "loop":
        column = "CASE item.loop WHEN 0 THEN 'no' ELSE 'yes' END"
    elif field == "duration":
        column = _duration_class()
    elif field in columns:
        column = columns[field]
    elif plain in attrs:
        column, parameters = "json_extract(item.attrs, ?)", [f'$."{plain}"']
    else:
        known = ", ".join([*columns, "tag", "format", "loop", "duration", *sorted(attrs)])
        raise QueryError(f"{field!r} cannot be counted; choose one of {known}.")
    rows = database.execute(
        f"SELECT {column} AS value, count(*) FROM item {joined} "
        f"WHERE item.kind <> 1 AND {condition} GROUP BY value ORDER BY 2 DESC, 1",
        (*parameters, *values),
    )
    return {str(value): count for value, count in rows if value is not None}


def known_files(database: sqlite3.Connection, folder: Path) -> list[KnownFile]:
    """Every file that is remembered; `folder` is the one that holds the gallery."""
    rows = database.execute(
        "SELECT f.path, f.sha256, f.bytes, f.mtime_ns, f.error, f.signature, count(i.seq) "
        "FROM file f LEFT JOIN item i ON i.file_id = f.file_id AND i.kind <> 1 "
        "GROUP BY f.file_id ORDER BY f.path"
    )
    return [
        KnownFile(folder / path, sha.hex(), size, mtime, error, signature, items)
        for path, sha, size, mtime, error, signature, items in rows
    ]


def stats(database: sqlite3.Connection, path: Path, motion_no: int, sentence_no: int) -> Stats:
    """Counts and sizes."""
    models = dict(database.execute("SELECT model_no, model_id FROM model"))
    sql = "SELECT dim FROM model WHERE model_no = ?"
    dim = database.execute(sql, (motion_no,)).fetchone()[0]
    sql = "SELECT ifnull(sum(duration), 0) FROM item WHERE kind <> 1"
    seconds = database.execute(sql).fetchone()[0]
    return Stats(
        path=path,
        model_id=models[motion_no],
        dim=dim,
        sentence_model_id=models[sentence_no],
        files=_count(database, "file WHERE error IS NULL"),
        failed=_count(database, "file WHERE error IS NOT NULL"),
        clips=count_clips(database),
        films=_count(database, "item WHERE kind = 2"),
        windows=_count(database, "item WHERE kind = 1"),
        unposed=len(posing.unposed(database)),
        captions=_count(database, "caption"),
        sentences=_count(database, f"sentence WHERE model_no = {int(sentence_no)}"),
        seconds=float(seconds),
        bytes=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        sources=facets(database, "source", {}, "1", []),
        licences=facets(database, "licence", {}, "1", []),
    )


def verify(database: sqlite3.Connection, motion_no: int) -> list[str]:
    """Check the file, the references, the word index, and that nothing is half there."""
    problems = []
    for (line,) in database.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            problems.append(f"The database is damaged: {line}.")
    for table, row, other, _ in database.execute("PRAGMA foreign_key_check"):
        problems.append(f"Row {row} of {table} points to a row of {other} that is gone.")
    problems += _word_index(database)
    missing = {
        "rows have no vector": "item WHERE NOT EXISTS (SELECT 1 FROM vector v "
        f"WHERE v.model_no = {int(motion_no)} AND v.seq = item.seq)",
        "clips have no positions": "item WHERE kind = 0 AND NOT EXISTS "
        "(SELECT 1 FROM clip WHERE clip.seq = item.seq)",
        "windows have no clip": "item WHERE kind = 1 AND parent IS NULL",
        "captions have no vector": "caption WHERE NOT EXISTS "
        "(SELECT 1 FROM sentence s WHERE s.text = caption.text)",
    }
    for words, rest in missing.items():
        count = _count(database, rest)
        if count:
            problems.append(f"{count} {words}; index their files again.")
    return problems + posing.problems(database) + _clips(database)


def _word_index(database: sqlite3.Connection) -> list[str]:
    # FTS5's own check is an insert command, which a reader may not run: compare the counts.
    rows = _count(database, "caption")
    indexed = _count(database, "caption_fts_docsize")
    if rows == indexed:
        return []
    return [f"The word index knows {indexed} captions of {rows}; run `lavimo gallery compact`."]


def _clips(database: sqlite3.Connection) -> list[str]:
    problems = []
    for seq, codec, frames, joints in database.execute("SELECT * FROM clip ORDER BY seq"):
        try:
            unpack_positions(codec, frames, joints)
        except GalleryError as error:
            problems.append(f"Clip {seq}: {error}")
    return problems


def verify_cache(database: sqlite3.Connection, model_no: int, held: Vectors) -> list[str]:
    """Compare the matrix in memory (and so its cache file) with the stored vectors."""
    problems = []
    dim = held.table.halves.shape[1]
    cursor = database.execute(
        "SELECT v.seq, v.v, 2 IN (i.kind, p.kind) FROM vector v JOIN item i ON i.seq = v.seq "
        "LEFT JOIN item p ON p.seq = i.parent WHERE v.model_no = ? ORDER BY v.seq",
        (model_no,),
    )
    while rows := cursor.fetchmany(8192):
        seqs = np.array([row[0] for row in rows], np.int64)
        stored = unpack_vectors([row[1] for row in rows], dim)
        at = held.places(seqs)
        wrong = int((at < 0).sum()) + int((held.table.halves[at] != stored).any(axis=1).sum())
        if wrong:
            problems.append(f"{wrong} rows of the cache are not those stored; delete cache/.")
        lengths = np.linalg.norm(stored.astype(np.float32), axis=1)
        # A film that the model knows nothing of has no direction in its space: a zero vector.
        known = lengths > np.array([0.0 if row[2] else -1.0 for row in rows])
        odd = int((known & (np.abs(lengths - 1) > 0.01)).sum())
        if odd:
            problems.append(f"{odd} vectors have not unit length; index their files again.")
    return problems


def tidy(database: sqlite3.Connection) -> None:
    """Remove sentences that no caption uses and merge the word index."""
    database.execute("DELETE FROM sentence WHERE text NOT IN (SELECT text FROM caption)")
    database.execute("INSERT INTO caption_fts(caption_fts) VALUES('rebuild')")
    database.execute("INSERT INTO caption_fts(caption_fts) VALUES('optimize')")
    database.execute("DELETE FROM attr")
    rows = database.execute(
        "SELECT key, sum(type = 'text'), count(*) FROM item, json_each(item.attrs) GROUP BY key"
    ).fetchall()
    kinds = [(key, _kind(texts, rows)) for key, texts, rows in rows]
    database.executemany("INSERT INTO attr(name, kind) VALUES(?, ?)", kinds)


def _kind(texts: int, rows: int) -> str:
    return "number" if texts == 0 else "text" if texts == rows else "mixed"


def backup(database: sqlite3.Connection, path: Path, target: Path) -> Path:
    """Copy the database into a new gallery folder. Raises GalleryError when it exists."""
    if target.exists():
        raise GalleryError(f"{target} exists; name a new folder for the copy.")
    making = target.with_name(f".{target.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    try:
        making.mkdir(parents=True)
        shutil.copy2(path / "README.txt", making / "README.txt")
        copy = sqlite3.connect(making / schema.DATABASE)
        try:
            database.backup(copy)
            copy.execute("PRAGMA journal_mode=WAL")
        finally:
            copy.close()
        making.rename(target)
    except OSError as error:
        raise GalleryError(f"{target} cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def _duration_class() -> str:
    low, cases = 0, []
    for high in DURATION_CLASSES:
        cases.append(f"WHEN item.duration < {high} THEN '{low}-{high} s'")
        low = high
    return f"CASE {' '.join(cases)} ELSE 'over {low} s' END"


def _count(database: sqlite3.Connection, rest: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {rest}").fetchone()[0])
