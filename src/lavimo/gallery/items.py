"""Stored rows as `Item`."""

import json
import sqlite3

from lavimo.gallery.contract import Caption, Item, Kind

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
