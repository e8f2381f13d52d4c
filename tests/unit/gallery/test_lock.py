"""One writer, and the second is told who it is."""

import os
import subprocess
import sys

import pytest

from lavimo.errors import GalleryError
from lavimo.gallery import lock

_HOLD = """
import sys, pathlib
from lavimo.gallery import lock
held = lock.writer(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_writer_is_told_who_holds_it(tmp_path):
    held = lock.writer(tmp_path)
    with pytest.raises(GalleryError, match=rf"process {os.getpid()} .* since \d{{4}}-"):
        lock.writer(tmp_path)
    held.release()
    held.release()
    lock.writer(tmp_path).release()


def test_a_killed_writer_leaves_no_lock(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(GalleryError, match=f"process {process.pid}"):
            lock.writer(tmp_path)
        process.kill()
        process.wait()
        lock.writer(tmp_path).release()


def test_a_lock_with_nonsense_inside_still_locks(tmp_path):
    held = lock.writer(tmp_path)
    (tmp_path / lock.LOCK).write_text("nonsense")
    with pytest.raises(GalleryError, match="another process"):
        lock.writer(tmp_path)
    held.release()
