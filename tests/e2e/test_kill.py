"""Builds that are killed, and two builds at once. `benchmarks/kill.py` is the long form."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lavimo.errors import GalleryError
from lavimo.gallery import FileRecord, Gallery
from lavimo.gallery.lock import holder

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "kill.py"

_WRITER = """
import sys
from lavimo.gallery import Gallery
with Gallery.create(sys.argv[1], "m", 8) as opened:
    print("writing", flush=True)
    sys.stdin.read()
"""


def _kill(count):
    command = [sys.executable, str(BENCHMARK), "--kills", str(count), "--files", "8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = {key.strip(): int(n) for key, n in re.findall(r"^(.+?)\s+(\d+)$", done.stdout, re.M)}
    assert counts["kills"] == count
    return counts


def test_a_killed_build_loses_nothing_and_goes_on():
    _kill(2)


@pytest.mark.slow
def test_forty_killed_builds():
    counts = _kill(40)
    assert counts["files acknowledged"] > 8


def test_the_second_of_two_processes_is_told_who_writes(tmp_path):
    path = tmp_path / "g.gallery"
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        with pytest.raises(GalleryError, match=rf"process {process.pid} \(`-c .*since"):
            Gallery.open(path, write=True)
        with Gallery.open(path) as reader:  # reading goes on
            assert reader.stats().clips == 0
        process.kill()
    with Gallery.open(path, write=True) as opened:
        assert opened.add([FileRecord(Path("/a"), "00" * 32, 1, 1, error="bad")]) == 0
        assert "process" in holder(path)
