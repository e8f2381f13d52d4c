"""One writer a gallery: an advisory lock file that says who holds it.

The kernel lets go of the lock when its holder ends, however it ends, so a killed build leaves
nothing to clean up; the text inside is only for the message.
"""

import json
import os
import sys
import time
from pathlib import Path

from lavimo.errors import GalleryError

LOCK = "writer.lock"


class Lock:
    """An exclusive lock on a file, held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody has it; says whether we have it now."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock(handle):
            os.close(handle)
            return False
        note = {"pid": os.getpid(), "started": round(time.time()), "command": _command()}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(note).encode(), 0)
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go; harmless when it is not held."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def writer(folder: Path) -> Lock:
    """The writer's lock of a gallery. Raises GalleryError naming the process that holds it."""
    lock = Lock(folder / LOCK)
    try:
        taken = lock.acquire()
    except OSError as error:
        raise GalleryError(
            f"{folder} cannot be written here ({error.strerror}); "
            "check its permissions and the free space."
        ) from error
    if not taken:
        raise GalleryError(
            f"{folder} is being written by {holder(folder)}; wait for it to finish, or stop it."
        )
    return lock


def holder(folder: Path) -> str:
    """Who holds the writer's lock, in words."""
    try:
        note = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(note["started"]))
        return f"process {note['pid']} (`{note['command']}`) since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _command() -> str:
    words = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else ["python"]
    text = " ".join(words)
    return text if len(text) <= 120 else text[:119] + "…"


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
