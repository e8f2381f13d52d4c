"""Stored rows as `Item`."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from lavimo.gallery.contract import Caption, Item, Kind
from lavimo.gallery.filters import Value

KINDS: tuple[Kind, ...] = ("clip", "window", "film")
"""What the numbers in `item.kind` stand for."""


def read_items(database: sqlite3.Connection, seqs: list[int]) -> dict[int, Item]:
    """The rows with the given seqs, with captions (a window has its clip's) and tags."""
    wanted = json.dumps(sorted(set(seqs)))
    rows = database.execute(
        'SELECT i.seq, i.id, lavimo_path(f.path), i.clip, i.start, i."end", i.duration, i.fps, '
        "i.source, i.licence, f.sha256, f.format, i.mirrored_of, i.kind, p.id, i.loop, i.travel, "
        "i.energy, i.attrs, 2 IN (i.kind, p.kind), ifnull(i.parent, i.seq) FROM item i "
        "JOIN file f ON f.file_id = i.file_id LEFT JOIN item p ON p.seq = i.parent "
        "WHERE i.seq IN (SELECT value FROM json_each(?))",
        (wanted,),
    ).fetchall()
    captions = _captions(database, sorted({row[-1] for row in rows}))
    tags = _tags(database, wanted)
    return {
        row[0]: Item(
            seq=row[0],
            id=row[1],
            path=row[2],
            clip=row[3],
            start=row[4],
            end=row[5],
            duration=row[6],
            fps=row[7],
            captions=captions.get(row[-1], ()),
            tags=tags.get(row[0], ()),
            source=row[8],
            licence=row[9],
            sha256=row[10].hex(),
            format=row[11],
            mirrored_of=row[12],
            kind=KINDS[row[13]],
            parent=row[14],
            loop=bool(row[15]),
            travel=row[16],
            energy=row[17],
            attrs=json.loads(row[18]),
            film=bool(row[19]),
        )
        for row in rows
    }


def stored_clip(database: sqlite3.Connection, seq: int) -> tuple[Any, ...] | None:
    """(codec, frames, joints, start and length of the row in its clip, parent) of a row.

    The first three are None for a film.
    """
    row: tuple[Any, ...] | None = database.execute(
        "SELECT clip.codec, clip.frames, clip.joints, item.start - owner.start, "
        'item."end" - item.start, item.parent FROM item '
        "JOIN item owner ON owner.seq = ifnull(item.parent, item.seq) "
        "LEFT JOIN clip ON clip.seq = owner.seq WHERE item.seq = ?",
        (seq,),
    ).fetchone()
    return row


def by_words(
    database: sqlite3.Connection, words: str, condition: str, values: Sequence[Value], k: int
) -> list[tuple[int, float]]:
    """(seq, score) of the k best clips whose captions hold words, by BM25 (higher is better)."""
    found: list[tuple[int, float]] = database.execute(
        "WITH found AS MATERIALIZED (SELECT rowid AS caption_id, "
        "-bm25(caption_fts) AS score FROM caption_fts WHERE caption_fts MATCH ?) "
        "SELECT item.seq, max(found.score) FROM found "
        "JOIN caption ON caption.caption_id = found.caption_id "
        f"JOIN item ON item.seq = caption.seq WHERE {condition} GROUP BY item.seq "
        "ORDER BY 2 DESC, 1 LIMIT ?",
        (words, *values, k),
    ).fetchall()
    return found


def _captions(database: sqlite3.Connection, owners: list[int]) -> dict[int, tuple[Caption, ...]]:
    rows = database.execute(
        "SELECT seq, text, origin FROM caption WHERE seq IN (SELECT value FROM json_each(?)) "
        "ORDER BY caption_id",
        (json.dumps(owners),),
    )
    found: dict[int, tuple[Caption, ...]] = {}
    for seq, text, origin in rows:
        found[seq] = (*found.get(seq, ()), Caption(text, origin))
    return found


def _tags(database: sqlite3.Connection, wanted: str) -> dict[int, tuple[str, ...]]:
    rows = database.execute(
        "SELECT seq, tag FROM tag WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY tag",
        (wanted,),
    )
    found: dict[int, tuple[str, ...]] = {}
    for seq, tag in rows:
        found[seq] = (*found.get(seq, ()), tag)
    return found
