"""Indexing, searching and taking home where torch cannot be imported, with a shipped checkpoint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lavimo import write
from lavimo.data.choreography import choreograph
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22

BLOCKED = """
import sys
for name in ("torch", "transformers", "scipy"):
    sys.modules[name] = None
from lavimo.cli import main
sys.exit(main(sys.argv[1:]))
"""


def lavimo(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LAVIMO_CACHE": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("plain")
    (place / "clips").mkdir()
    for seed in range(100_000, 100_008):
        clip = choreograph(seed, events=1)
        motion = Motion(SMPL_22, clip.positions, 20.0)
        write(motion, place / "clips" / f"{clip.programme.events[0].action}_{seed}.bvh")
    done = lavimo("index", "clips", "-o", "own.gallery", folder=place)
    assert done.returncode == 0, done.stderr
    return place


def test_a_sentence_finds_and_takes_home(folder: Path) -> None:
    found = lavimo("search", "a person moves", "-g", "own.gallery", "--json", folder=folder)
    assert found.returncode == 0, found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(rows) >= 8
    assert set(rows[0]) >= {"rank", "id", "score", "confidence", "start", "end", "licence", "path"}
    home = lavimo("export", rows[0]["id"], "-g", "own.gallery", "-o", "out.bvh", folder=folder)
    assert home.returncode == 0, home.stderr
    assert (folder / "out.bvh").stat().st_size > 1000
    assert (folder / "out.bvh.licence.txt").exists()


def test_an_example_finds_itself_first(folder: Path) -> None:
    example = sorted((folder / "clips").iterdir())[3]
    found = lavimo("search", str(example), "-g", "own.gallery", "--json", folder=folder)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout.splitlines()[0])["path"].endswith(example.name)


def test_training_says_what_it_needs(folder: Path) -> None:
    asked = lavimo("train", "--preset", "lavimo_small_2modal", "--data", ".", "-o", "run",
                   folder=folder)  # fmt: skip
    assert asked.returncode == 2
    assert "lavimo[train]" in asked.stderr
    assert "Traceback" not in asked.stderr
