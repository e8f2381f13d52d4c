"""The statements that change a gallery. The caller holds the transaction."""

import hashlib
import json
import math
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence

import numpy as np

from lavimo.gallery import posing
from lavimo.gallery.codec import pack_positions, pack_vector
from lavimo.gallery.contract import Attr, FileRecord, Kind, NewItem, NewWindow
from lavimo.gallery.filters import Value
from lavimo.shapes import Float32


def item_id(sha256: str, clip: str, start: float, end: float, kind: Kind = "clip") -> str:
    """The stable name of a motion: 20 hex digits of its content, clip name and milliseconds."""
    key = [sha256, clip, str(round(start * 1000)), str(round(end * 1000))]
    if kind == "window":
        key.append(kind)
    return hashlib.sha256("\0".join(key).encode(errors="surrogateescape")).hexdigest()[:20]


def put_file(database: sqlite3.Connection, path: str, record: FileRecord, model_no: int) -> int:
    """Store a file and its items in place of what was known under that path."""
    drop_file(database, path, record.sha256)
    file_id = database.execute(
        "INSERT INTO file(path, sha256, bytes, mtime_ns, format, added_at, error, signature) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        (path, bytes.fromhex(record.sha256), record.bytes, record.mtime_ns, record.format,
         int(time.time()), record.error, record.signature),
    ).lastrowid  # fmt: skip
    assert file_id is not None
    for item in record.items:
        _put_clip(database, file_id, record.sha256, item, model_no)
    return len(record.items)


def drop_file(database: sqlite3.Connection, path: str, replaced_by: str = "") -> None:
    """Forget a path; its items move to another file of the same content, if there is one.

    Unless the same content is about to be stored again under the same path.
    """
    row = database.execute("SELECT file_id, sha256 FROM file WHERE path = ?", (path,)).fetchone()
    if row is None:
        return
    file_id, content = row
    if content.hex() != replaced_by:
        sql = "SELECT file_id FROM file WHERE sha256 = ? AND file_id <> ? AND error IS NULL LIMIT 1"
        twin = database.execute(sql, (content, file_id)).fetchone()
        if twin is not None:
            sql = "UPDATE item SET file_id = ? WHERE file_id = ?"
            database.execute(sql, (twin[0], file_id))
    database.execute("DELETE FROM file WHERE file_id = ?", (file_id,))


def drop_clips(database: sqlite3.Connection, condition: str, values: Sequence[Value]) -> None:
    """Remove clips and films that pass a condition, and the files of which nothing is left."""
    database.execute(f"DELETE FROM item WHERE kind <> 1 AND {condition}", values)
    database.execute(
        "DELETE FROM file WHERE error IS NULL AND NOT EXISTS (SELECT 1 FROM item "
        "JOIN file f ON f.file_id = item.file_id WHERE f.sha256 = file.sha256)"
    )


def put_sentences(
    database: sqlite3.Connection,
    model_no: int,
    sentences: Mapping[str, Float32[np.ndarray, " width"]],
) -> None:
    """Store the vectors of texts that have none yet."""
    database.executemany(
        "INSERT INTO sentence(model_no, text, v) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
        [(model_no, text, pack_vector(vector)) for text, vector in sentences.items()],
    )


def _put_clip(
    database: sqlite3.Connection, file_id: int, sha256: str, item: NewItem, model_no: int
) -> None:
    name = item_id(sha256, item.clip, item.start, item.end)
    known = database.execute("SELECT seq FROM item WHERE id = ?", (name,)).fetchone()
    if known is not None:
        # A copy of a file that is here already: its own names and notes still help to find it.
        _put_captions(database, known[0], item)
        return
    duration = item.end - item.start
    seq = _put_row(database, file_id, name, None, item.clip, item, item, duration)
    if item.positions is not None:
        codec, blob = pack_positions(item.positions)
        sql = "INSERT INTO clip(seq, codec, frames, joints) VALUES(?, ?, ?, ?)"
        database.execute(sql, (seq, codec, len(item.positions), blob))
    if item.poses is not None:
        posing.put(database, seq, item.poses)
    _put_vector(database, model_no, seq, item.vector)
    _put_captions(database, seq, item)
    for window in item.windows:
        name = item_id(sha256, item.clip, window.start, window.end, "window")
        sql = "SELECT 1 FROM item WHERE id = ?"
        if database.execute(sql, (name,)).fetchone() is not None:
            continue  # two overlapping segments of one take share this moment
        row = _put_row(database, file_id, name, seq, item.clip, item, window, duration)
        _put_vector(database, model_no, row, window.vector)


def _put_row(
    database: sqlite3.Connection,
    file_id: int,
    name: str,
    parent: int | None,
    clip: str,
    item: NewItem,
    part: NewItem | NewWindow,
    duration: float,
) -> int:
    attrs = clean_attrs(part.attrs)
    kind = 1 if parent is not None else 0 if item.positions is not None else 2
    seq = database.execute(
        'INSERT INTO item(id, file_id, parent, kind, clip, start, "end", duration, fps, source, '
        "licence, mirrored_of, loop, travel, energy, attrs) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, file_id, parent, kind, clip, float(part.start), float(part.end),
         float(duration), float(item.fps), item.source, item.licence, item.mirrored_of,
         int(item.loop), _number(part.travel), _number(part.energy), json.dumps(attrs)),
    ).lastrowid  # fmt: skip
    assert seq is not None
    sql = "INSERT OR IGNORE INTO tag(tag, seq) VALUES(?, ?)"
    database.executemany(sql, [(tag, seq) for tag in part.tags])
    database.executemany(
        "INSERT INTO attr(name, kind) VALUES(?, ?) ON CONFLICT(name) DO UPDATE "
        "SET kind = 'mixed' WHERE kind <> excluded.kind",
        [(key, "text" if isinstance(value, str) else "number") for key, value in attrs.items()],
    )
    return seq


def _put_vector(
    database: sqlite3.Connection, model_no: int, seq: int, vector: Float32[np.ndarray, " dim"]
) -> None:
    sql = "INSERT INTO vector(model_no, seq, v) VALUES(?, ?, ?)"
    database.execute(sql, (model_no, seq, pack_vector(vector)))


def _put_captions(database: sqlite3.Connection, seq: int, item: NewItem) -> None:
    rows = database.execute("SELECT text FROM caption WHERE seq = ?", (seq,))
    known = {row[0] for row in rows}
    for caption in item.captions:
        if caption.text and caption.text not in known:
            known.add(caption.text)
            sql = "INSERT INTO caption(seq, text, origin) VALUES(?, ?, ?)"
            database.execute(sql, (seq, caption.text, caption.origin))


def clean_attrs(attrs: Mapping[str, Attr]) -> dict[str, Attr]:
    """Attributes under names that a filter can say; numbers that are none are left out."""
    kept: dict[str, Attr] = {}
    for name, value in attrs.items():
        plain = re.sub(r"\W+", "_", name).strip("_") or "value"
        plain = f"_{plain}" if plain[0].isdigit() else plain
        if isinstance(value, str):
            kept[plain] = value
        elif math.isfinite(value):
            kept[plain] = float(value)
    return kept


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
