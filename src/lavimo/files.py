"""Atomic writes, content hashes and the cache folder."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lavimo.errors import LavimoError


def sha256_of_file(path: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_json(value: Any) -> str:
    """Hex SHA-256 of a value as canonical JSON (sorted keys): the key of caches and configs."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that becomes `target` when the block ends well.

    The content is synced to disk before the rename, so that a reader sees the old file or the
    whole new one. On an error the temporary file is removed and `target` is untouched. The
    temporary name keeps the suffix, since many writers choose their format by it.
    Raises LavimoError when the disk is full or the folder cannot be written.
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:80]}.", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise LavimoError(_cannot_write(target, error)) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise LavimoError(_cannot_write(target, error)) from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_bytes(target: Path, content: bytes) -> Path:
    """Write a whole file atomically and return its path."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)
    return Path(target)


def write_text(target: Path, content: str) -> Path:
    """Write a whole UTF-8 file atomically and return its path."""
    return write_bytes(target, content.encode())


def write_json(target: Path, value: Any) -> Path:
    """Write indented JSON atomically and return its path."""
    return write_text(target, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the platform allows it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cache_folder() -> Path:
    """Where rebuildable things live: `$LAVIMO_CACHE`, else `$XDG_CACHE_HOME/lavimo`."""
    explicit = os.environ.get("LAVIMO_CACHE")
    if explicit:
        return Path(explicit)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lavimo"


def _cannot_write(target: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{target} cannot be written ({reason}); free some space or choose another place."


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
