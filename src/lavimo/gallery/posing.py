"""Pose rows of clips and films: the table that search by film reads."""

import json
import sqlite3
from collections.abc import Sequence

import numpy as np

from lavimo.gallery.codec import POSE_CODEC, pack_poses, unpack_poses
from lavimo.gallery.contract import POSE_RATE, POSE_WIDTH
from lavimo.shapes import Float32, Int64

SINCE = 2
"""The format version that brought the table; an older gallery has none until somebody writes."""
FEW = 1000
"""Up to this many clips are looked up one by one; for more the table is read through."""


def unposed(database: sqlite3.Connection) -> list[int]:
    """Seqs of the clips without pose rows."""
    without = "AND NOT EXISTS (SELECT 1 FROM pose WHERE pose.seq = item.seq)"
    sql = f"SELECT seq FROM item WHERE kind = 0 {without if _there(database) else ''} ORDER BY seq"
    return [row[0] for row in database.execute(sql)]


def read(
    database: sqlite3.Connection, seqs: Sequence[int]
) -> list[Float32[np.ndarray, "_ 31"] | None]:
    """Pose rows in the order asked for; those of a window are cut out of its clip's."""
    if not _there(database) or len(seqs) == 0:
        return [None] * len(seqs)
    where: str = ""
    values: tuple[str, ...] = ()
    if len(seqs) <= FEW:
        where, values = "WHERE i.seq IN (SELECT value FROM json_each(?))", (json.dumps(seqs),)
    rows = database.execute(
        'SELECT i.seq, pose.rows, i.start - o.start, i."end" - i.start, i.parent IS NULL '
        "FROM item i JOIN item o ON o.seq = ifnull(i.parent, i.seq) "
        f"JOIN pose ON pose.seq = o.seq {where}",
        values,
    ).fetchall()
    found: dict[int, Float32[np.ndarray, "_ 31"]] = {}
    for row, whole in zip(rows, unpack_poses([row[1] for row in rows]), strict=True):
        first = round(row[2] * POSE_RATE)
        last = max(first + 1, first + round(row[3] * POSE_RATE))
        found[row[0]] = whole if row[4] else whole[first:last]
    return [found.get(seq) for seq in seqs]


def put(database: sqlite3.Connection, seq: int, rows: Float32[np.ndarray, "_ 31"]) -> None:
    """Store the pose rows of a clip or film in place of what is there."""
    sql = "INSERT OR REPLACE INTO pose(seq, codec, frames, rows) VALUES(?, ?, ?, ?)"
    database.execute(sql, (seq, POSE_CODEC, len(rows), pack_poses(rows)))


def films(database: sqlite3.Connection) -> Int64[np.ndarray, " films"]:
    """Seqs of the whole films, ascending."""
    cursor = database.execute("SELECT seq FROM item WHERE kind = 2")
    return np.sort(np.fromiter((row[0] for row in cursor), np.int64))


def problems(database: sqlite3.Connection) -> list[str]:
    """What is wrong with the pose rows, one sentence each."""
    if not _there(database):
        return []
    checks = {
        "films have no pose rows; index their files again": "item WHERE kind = 2 AND NOT EXISTS "
        "(SELECT 1 FROM pose WHERE pose.seq = item.seq)",
        "pose rows are damaged; index their files again": "pose WHERE codec <> "
        f"{POSE_CODEC} OR length(rows) <> {POSE_WIDTH} * frames",
    }
    found = {
        words: database.execute(f"SELECT count(*) FROM {rest}").fetchone()[0]
        for words, rest in checks.items()
    }
    return [f"{count} {words}." for words, count in found.items() if count]


def _there(database: sqlite3.Connection) -> bool:
    return bool(database.execute("PRAGMA user_version").fetchone()[0] >= SINCE)
