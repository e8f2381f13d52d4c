"""The tables of a gallery (format version 2), and how its database is opened.

Docs: docs/gallery-format.md. Text columns that a filter compares are NOCASE, so that
`source = 'cmu'` and `source = 'CMU'` are the same question and both use the index. Vectors have a
rowid: in a WITHOUT ROWID table a row above 1,002 bytes, such as 512 float16 numbers, takes an
overflow page of 4 kB.
"""

import os
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lavimo.errors import GalleryError
from lavimo.files import sync_folder

DATABASE = "gallery.sqlite"
APPLICATION_ID = 0x4C41564D  # "LAVM"
VERSION = 2
SQLITE_OLDEST = (3, 37, 0)  # STRICT tables

_USERS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}
"""SQLite's codes for what happens to disks and files; every other error is a bug."""

_NETWORK = ("nfs", "cifs", "smb", "afs", "fuse.sshfs", "fuse.glusterfs", "lustre", "ceph")

_README = """This folder is a lavimo gallery.

gallery.sqlite (with -wal and -shm while it is in use) holds everything: files, clips, captions,
vectors and canonical joint positions. cache/ can be deleted at any time and is rebuilt on use.
writer.lock says who writes at the moment.

Copy a gallery that is in use with `lavimo gallery backup`, never file by file.
Look inside with `lavimo gallery stats` and check it with `lavimo gallery verify`.
"""

DDL = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE file(
  file_id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, format TEXT NOT NULL COLLATE NOCASE,
  added_at INTEGER NOT NULL, error TEXT, signature TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX file_sha ON file(sha256);
CREATE TABLE item(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  file_id INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
  parent INTEGER REFERENCES item ON DELETE CASCADE, kind INTEGER NOT NULL,
  clip TEXT NOT NULL COLLATE NOCASE, start REAL NOT NULL, "end" REAL NOT NULL,
  duration REAL NOT NULL, fps REAL NOT NULL, source TEXT NOT NULL COLLATE NOCASE,
  licence TEXT NOT NULL COLLATE NOCASE, mirrored_of TEXT, loop INTEGER NOT NULL DEFAULT 0,
  travel REAL, energy REAL, attrs TEXT NOT NULL DEFAULT '{}') STRICT;
CREATE INDEX item_file ON item(file_id);
CREATE INDEX item_parent ON item(parent);
CREATE INDEX item_source ON item(source, duration);
CREATE INDEX item_duration ON item(duration);
CREATE TABLE attr(name TEXT PRIMARY KEY, kind TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tag(
  tag TEXT NOT NULL COLLATE NOCASE, seq INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  PRIMARY KEY(tag, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX tag_seq ON tag(seq);
CREATE TABLE caption(
  caption_id INTEGER PRIMARY KEY, seq INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  text TEXT NOT NULL, origin TEXT NOT NULL DEFAULT 'data') STRICT;
CREATE INDEX caption_seq ON caption(seq);
CREATE VIRTUAL TABLE caption_fts USING fts5(
  text, content='caption', content_rowid='caption_id',
  tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER caption_ai AFTER INSERT ON caption BEGIN
  INSERT INTO caption_fts(rowid, text) VALUES(new.caption_id, new.text); END;
CREATE TRIGGER caption_ad AFTER DELETE ON caption BEGIN
  INSERT INTO caption_fts(caption_fts, rowid, text)
  VALUES('delete', old.caption_id, old.text); END;
CREATE TRIGGER caption_au AFTER UPDATE ON caption BEGIN
  INSERT INTO caption_fts(caption_fts, rowid, text)
  VALUES('delete', old.caption_id, old.text);
  INSERT INTO caption_fts(rowid, text) VALUES(new.caption_id, new.text); END;
CREATE TABLE model(
  model_no INTEGER PRIMARY KEY AUTOINCREMENT, model_id TEXT NOT NULL UNIQUE, dim INTEGER NOT NULL,
  role TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE vector(
  vector_id INTEGER PRIMARY KEY, seq INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
  model_no INTEGER NOT NULL REFERENCES model ON DELETE CASCADE, v BLOB NOT NULL,
  UNIQUE(seq, model_no)) STRICT;
CREATE TABLE sentence(
  sentence_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_no INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
  text TEXT NOT NULL, v BLOB NOT NULL, UNIQUE(model_no, text)) STRICT;
CREATE TABLE clip(
  seq INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE, codec INTEGER NOT NULL,
  frames INTEGER NOT NULL, joints BLOB NOT NULL) STRICT;
"""
_POSE = """
CREATE TABLE pose(
  seq INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE, codec INTEGER NOT NULL,
  frames INTEGER NOT NULL, rows BLOB NOT NULL) STRICT;
CREATE INDEX item_film ON item(kind) WHERE kind = 2;
"""
DDL += _POSE
MIGRATIONS = {2: _POSE}
"""What brings a gallery of the version before to the named one; each only adds tables, so that
nothing which is stored can be lost by it."""


def create(path: Path, meta: dict[str, str], models: list[tuple[str, int, str]]) -> None:
    """Make the folder with its database; it appears whole or not at all.

    `models` lists (model id, dim, role). Raises GalleryError when something is there already.
    """
    if sqlite3.sqlite_version_info < SQLITE_OLDEST:
        raise GalleryError(f"SQLite {sqlite3.sqlite_version} is too old; use 3.37 or newer.")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise GalleryError(f"{path} exists and is no empty folder; choose another gallery name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        refuse_network(path.parent)
        _sweep(path)
        # A folder that is killed half made is never seen under its real name.
        making = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent))
    except OSError as error:
        raise GalleryError(f"{path} cannot be made ({error.strerror}); choose another.") from error
    try:
        _fill(making, meta, models)
        making.chmod(0o777 & ~_umask())
        making.rename(path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise GalleryError(f"{path} cannot be made ({reason}); free some space.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fill(folder: Path, meta: dict[str, str], models: list[tuple[str, int, str]]) -> None:
    (folder / "README.txt").write_text(_README, encoding="utf-8")
    database = sqlite3.connect(folder / DATABASE, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"PRAGMA application_id={APPLICATION_ID}")
        database.executescript(f"BEGIN; {DDL} PRAGMA user_version={VERSION}; COMMIT;")
        rows = {"format": "lavimo-gallery", "version": str(VERSION), "uuid": uuid.uuid4().hex,
                "created_by": _program()}  # fmt: skip
        database.execute("BEGIN")
        database.executemany("INSERT INTO meta VALUES(?, ?)", sorted((rows | meta).items()))
        database.executemany("INSERT INTO model(model_id, dim, role) VALUES(?, ?, ?)", models)
        database.execute("COMMIT")
    finally:
        database.close()


def _program() -> str:
    from importlib import metadata

    try:
        return f"lavimo {metadata.version('lavimo')}"
    except metadata.PackageNotFoundError:
        return "lavimo"


def expect_gallery(path: Path) -> Path:
    """The database file of a gallery folder. Raises GalleryError when there is none."""
    file = path / DATABASE
    if not file.is_file():
        what = "is not there" if not path.exists() else "is no gallery (it holds no gallery.sqlite)"
        raise GalleryError(f"{path} {what}; make one with `lavimo index FOLDER -o {path}`.")
    return file


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the database of a gallery folder after checking that it is one that we can read.

    Raises GalleryError for a missing, foreign, newer or damaged gallery.
    """
    file = expect_gallery(path)
    refuse_network(path)
    # A reader of a folder it may not write to cannot make the shared memory file of the WAL.
    sealed = not write and not os.access(path, os.W_OK)
    mode = "mode=ro&immutable=1" if sealed else "mode=rw"
    uri = f"{file.resolve().as_uri()}?{mode}"
    try:
        database = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA busy_timeout=10000")
        _check(database, path)
        if write:
            _migrate(database)
        # A writer's triggers fill the word index, which SQLite allows in a trusted schema only.
        database.execute(f"PRAGMA trusted_schema={'ON' if write else 'OFF'}")
        database.execute("PRAGMA foreign_keys=ON")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    except sqlite3.Error as error:
        raise GalleryError(damaged(path, error)) from error
    return database


def _check(database: sqlite3.Connection, path: Path) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        database.close()
        raise GalleryError(f"{path / DATABASE} is a database of another program; name a gallery.")
    if version > VERSION:
        database.close()
        raise GalleryError(
            f"{path} has format version {version}, this lavimo reads up to {VERSION}; "
            "run `pip install --upgrade lavimo`."
        )


def _migrate(database: sqlite3.Connection) -> None:
    """Bring an older gallery up to date, one version a transaction; readers need not."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    for number in range(version + 1, VERSION + 1):
        database.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[number]} PRAGMA user_version={number}; "
            f"UPDATE meta SET value = '{number}' WHERE key = 'version'; COMMIT;"
        )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises for full disks, locks and damage into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _USERS:
            raise  # a bug of ours, not the user's disk or file
        raise GalleryError(damaged(path, error)) from error


def damaged(path: Path, error: sqlite3.Error) -> str:
    """The sentence for an SQLite error on a gallery."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return (
            f"The disk of {path} is full; all that was acknowledged is safe, "
            "so free some space and run the same command again."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is being written by another program; wait for it to finish."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return f"{path} cannot be written here ({error}); check the permissions of the folder."
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk of {path} reports an error ({error}); check it and its free space."
    return f"{path} is damaged ({error}); restore a backup or index its files again."


def refuse_network(path: Path) -> None:
    """Raise GalleryError on NFS, SMB and their like, where the WAL of SQLite is not safe."""
    kind = _file_system(path)
    if kind.startswith(_NETWORK):
        raise GalleryError(
            f"{path} is on a network file system ({kind}), where two machines could damage it; "
            "keep the gallery on a local disk and share copies made by `lavimo gallery backup`."
        )


def _file_system(path: Path) -> str:
    if not sys.platform.startswith("linux"):
        return ""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    place = str(path.resolve()) + "/"
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        point = parts[1].replace("\\040", " ").rstrip("/") + "/"
        if place.startswith(point) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def _sweep(path: Path) -> None:
    """Remove what an earlier, killed creation left beside `path`."""
    for left in path.parent.glob(f".{path.name}.*.new"):
        if time.time() - left.stat().st_mtime > 60:
            shutil.rmtree(left, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
