"""What a question costs: warm in one process, and cold as the command line asks it.

    python benchmarks/search.py [--model lavimo-open-small] [--rows 15000] [--repeats 41]

Warm: a new sentence each time, from words to explained hits, over a gallery of random vectors in
which every row is a clip with three captions and tags. Cold: `lavimo search` in a new process,
against `python -c "import numpy"`; CPU seconds of the process, and wall time. Films: the limb
directions of a person against those of every clip (seven seconds each, made up); decoding and
landmarks are measured in benchmarks/landmarks.py. The files are in
the page cache: every command runs twice before it is measured.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lavimo.features.directions import Poses
from lavimo.gallery import Caption, FileRecord, Gallery, NewItem
from lavimo.runtime.encoder import DEFAULT_MODEL, load_model
from lavimo.search.bank import BankOf
from lavimo.search.films import Film
from lavimo.search.searcher import Searcher

WHO = ("a person", "someone", "a tired man", "an old woman", "a child")
WHAT = ("walks", "runs", "jumps", "kicks a ball", "waves", "sits down", "turns around", "crawls")
HOW = ("slowly", "quickly", "with the left hand", "with the right leg", "backwards", "twice", "")
TAGS = ("walking", "jump", "turning left", "left hand raised", "kick right", "sitting")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--repeats", type=int, default=41)
    args = parser.parse_args()
    model = load_model(args.model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.gallery"
        build(path, args.rows, model.model_id, model.dim)
        threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
        print(f"{os.cpu_count()} cores, BLAS threads {threads}, {args.rows:,} rows of {model.dim}")
        with Gallery.open(path) as gallery:
            warm(Searcher(gallery, model), args.repeats)
            films(gallery, Searcher(gallery, model), args.repeats // 4)
        cold(path, args.model, args.repeats // 4)


def build(path: Path, rows: int, model_id: str, dim: int) -> None:
    random = np.random.default_rng(0)
    texts = [f"{who} {what} {how}".strip() for who in WHO for what in WHAT for how in HOW]
    texts += [f"{text} number {number}" for text in texts for number in range(9)]
    width = random.standard_normal((len(texts), 384)).astype(np.float32)
    width /= np.linalg.norm(width, axis=1, keepdims=True)
    with Gallery.create(path, model_id, dim) as gallery:
        for first in range(0, rows, 1000):
            count = min(1000, rows - first)
            vectors = random.standard_normal((count, dim)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            files = [record(first + at, vectors[at], texts, random) for at in range(count)]
            gallery.add(files, dict(zip(texts, width, strict=True)) if first == 0 else {})


def record(
    number: int, vector: np.ndarray, texts: Sequence[str], random: np.random.Generator
) -> FileRecord:
    item = NewItem(
        clip="",
        start=0.0,
        end=float(random.integers(2, 60)),
        fps=30.0,
        vector=vector,
        positions=np.zeros((2, 22, 3), np.float32),
        captions=tuple(Caption(texts[at]) for at in random.integers(0, len(texts), 3)),
        tags=tuple(tag for tag in TAGS if random.random() < 0.3),
        source=f"source {random.integers(10)}",
        attrs={"turn": float(random.integers(-180, 180)), "posture": "standing"},
        poses=poses(70, random).rows,
    )
    return FileRecord(
        Path(f"/synthetic/{number}.bvh"), f"{number:064x}", 1, 1, "bvh", None, (item,)
    )


def warm(searcher: Searcher, repeats: int) -> None:
    ends = ("then stops", "then goes on", "and looks around")
    texts = [f"{a} {b} {c}, {d}" for a in WHO for b in WHAT for c in HOW for d in ends]
    order = np.random.default_rng(1).permutation(len(texts))
    asked = iter([texts[at] for at in order])
    searcher.search("walks", 10)
    model, gallery = searcher.model, searcher.gallery

    def vectors() -> None:
        text = next(asked)
        model.encode_text([text])
        model.encode_sentences([text])

    report("sentence to its vectors", median(vectors, repeats))
    vector = model.encode_text(["walks"])[0]
    report("exact scan of the motion vectors", median(lambda: gallery.scan(vector), repeats))
    for by in ("both", "motion", "captions"):
        report(
            f"a question, by {by}",
            median(lambda b=by: searcher.search(next(asked), 10, by=b), repeats),
        )
    narrow = "duration < 20 and tag = 'jump'"
    report(
        "a question with a filter",
        median(lambda: searcher.search(next(asked), 10, where=narrow), repeats),
    )
    id = gallery.rows([1])[0].id
    report("a question by id", median(lambda: searcher.search(f"id:{id}", 10), repeats))


def poses(rows: int, random: np.random.Generator) -> Poses:
    """Limbs that swing, each at its own pace."""
    t = np.arange(rows)[:, None, None] / 10
    pace = random.uniform(0.4, 4, (1, 9, 1))
    limbs = np.sin(random.uniform(0, 6, (1, 9, 3)) + pace * t)
    limbs /= np.linalg.norm(limbs, axis=2, keepdims=True)
    still = np.zeros((rows, 3), np.float32)
    return Poses(limbs.reshape(rows, 27).astype(np.float32), still[:, 0], still)


def films(gallery: Gallery, searcher: Searcher, repeats: int) -> None:
    random = np.random.default_rng(2)

    def bank() -> None:
        with gallery.snapshot():
            BankOf(gallery).get()

    report("signatures of all clips, made", median(bank, 1))
    report("signatures of all clips, from the cache", median(bank, 3))
    for seconds in (4, 10, 60):
        asked = [Film("film.mp4", poses(10 * seconds, random)) for _ in range(repeats)]
        searcher.search(asked[0], 10)
        queue = iter(asked)
        report(
            f"a film of {seconds} s, its limbs known",
            median(lambda q=queue: searcher.search(next(q), 10), repeats),
        )


def median(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return 1e3 * statistics.median(walls), 1e3 * statistics.median(cpus)


def report(name: str, spent: tuple[float, float]) -> None:
    print(f"  {name:<36} {spent[0]:8.2f} ms wall {spent[1]:8.2f} ms CPU")


def cold(path: Path, model: str, repeats: int) -> None:
    python = [sys.executable]
    search = [
        *python,
        "-m",
        "lavimo",
        "search",
        "a person kicks with the left leg",
        "-g",
        str(path),
    ]
    search += ["--model", model]
    commands = {
        'python -c "import numpy"': [*python, "-c", "import numpy"],
        "lavimo search SENTENCE": search,
        "lavimo search SENTENCE --json": [*search, "--json"],
        "lavimo --help": [*python, "-m", "lavimo", "--help"],
    }
    # In turns, so that whatever else the machine does falls on all of them.
    turns = [{name: process(each) for name, each in commands.items()} for _ in range(repeats + 2)]
    print("  cold processes (median, in turns)")
    middle = {
        name: [statistics.median(turn[name][at] for turn in turns[2:]) for at in (0, 1)]
        for name in commands
    }
    alone = middle['python -c "import numpy"'][1]
    for name, (cpu, wall) in middle.items():
        print(f"  {name:<36} {cpu:8.3f} s CPU {wall:8.3f} s wall, {wall / alone:.2f} x numpy's")


def process(command: Sequence[str]) -> tuple[float, float]:
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = status
    if status != 0:
        raise SystemExit(f"{json.dumps(command)} failed: {(out + err).decode()}")
    return usage.ru_utime + usage.ru_stime, wall


if __name__ == "__main__":
    main()
