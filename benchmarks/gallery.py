"""How long an exact search takes: warm at 15,000 and at a million rows, and from a cold process.

    python benchmarks/gallery.py [--rows 15000 1000000] [--dim 512] [--repeats 31]

The reference is the plain product of a resident float32 matrix with the query in numpy, which no
exact scan can beat by much: the ratio says what the gallery adds to it (choosing the best, the
snapshot, filters, captions). Vectors are random unit vectors in clusters; a row in a hundred is a
clip with two captions, the others are its windows. All in one process, on an idle machine.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lavimo.gallery import Caption, FileRecord, Gallery, NewItem, NewWindow

WORDS = ("walks", "runs", "jumps", "kicks", "waves", "sits", "turns", "left", "right", "slowly")
_COLD = """
import sys
import numpy as np
from lavimo.gallery import Gallery
with Gallery.open(sys.argv[1]) as opened:
    vector = np.full(opened.dim, opened.dim ** -0.5, np.float32)
    opened.rows(opened.search(vector, 10)[0])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[15_000, 1_000_000])
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=31)
    parser.add_argument("--place", help="a folder for the galleries (a temporary one)")
    args = parser.parse_args()
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or "all"
    print(f"{os.cpu_count()} cores, BLAS threads: {threads}, {args.dim} numbers a row")
    with tempfile.TemporaryDirectory(dir=args.place) as place:
        for rows in args.rows:
            path = Path(place) / f"{rows}.gallery"
            begin = time.perf_counter()
            build(path, rows, args.dim)
            print(f"\n{rows:,} rows, made in {time.perf_counter() - begin:.0f} s, {size(path)}")
            measure(path, args.repeats)


def build(path: Path, rows: int, dim: int) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(3000, dim)).astype(np.float32)
    a_clip = 1 if rows <= 20_000 else 100
    with Gallery.create(path, "synthetic", dim) as opened:
        for first in range(0, rows, 2000):
            count = min(2000, rows - first)
            vectors = centres[random.integers(0, 3000, count)]
            vectors = vectors + 0.7 * random.normal(size=vectors.shape).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            sentences: dict[str, np.ndarray] = {}
            files = [
                record(first + at, vectors[at : at + a_clip], random, sentences)
                for at in range(0, count, a_clip)
            ]
            opened.add(files, sentences)


def record(number: int, vectors: np.ndarray, random: np.random.Generator, sentences: dict):
    texts = [f"a person {' '.join(random.choice(WORDS, 4))}" for _ in range(3)]
    for text in texts:
        if text not in sentences:
            row = random.normal(size=384).astype(np.float32)
            sentences[text] = row / np.linalg.norm(row)
    tags = ("jump",) if random.random() < 0.3 else ("walking",)
    turns = random.integers(-180, 180, len(vectors)).astype(float)
    windows = [
        NewWindow(0.1 * at, 0.1 * at + 4, vectors[at], tags, attrs={"turn": turns[at]})
        for at in range(1, len(vectors))
    ]
    item = NewItem(
        clip="",
        start=0.0,
        end=float(random.integers(2, 60)),
        fps=30.0,
        vector=vectors[0],
        positions=np.zeros((2, 22, 3), np.float32),
        captions=tuple(map(Caption, texts)),
        tags=tags,
        source=f"source {random.integers(10)}",
        attrs={"turn": turns[0]},
        windows=tuple(windows),
    )
    path = Path(f"/synthetic/{number}.bvh")
    return FileRecord(path, f"{number:064x}", 1, 1, "bvh", None, (item,))


def measure(path: Path, repeats: int) -> None:
    with Gallery.open(path) as opened:
        dim = opened.dim
        queries = np.random.default_rng(1).normal(size=(repeats, dim)).astype(np.float32)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        width = np.full(384, 384**-0.5, np.float32)
        begin = time.perf_counter()
        opened.search(queries[0], 10)
        print(f"  first search after opening    {1e3 * (time.perf_counter() - begin):9.2f} ms")
        opened.search(queries[0], 10)
        search = median(lambda query: opened.search(query, 10), queries)
        seqs, _ = opened.scan(queries[0])
        matrix = opened.vectors(seqs)
        plain = median(lambda query: matrix @ query, queries)
        report("plain float32 product, numpy", plain, plain)
        report("search, 10 best, exact", search, plain)
        report("  and the rows of the hits", median(
            lambda query: opened.rows(opened.search(query, 10)[0]), queries), plain)  # fmt: skip
        for where in ("source = 'source 3' and duration < 20", "turn > 80 and tag = 'jump'"):
            share = len(opened.scan(queries[0], where)[0]) / len(seqs)
            spent = median(lambda query, w=where: opened.search(query, 10, w), queries[:7])
            report(f"  where {where} ({share:.1%})", spent, plain)
        opened.sentence_scores(width)
        captions = median(lambda query: opened.sentence_scores(width), queries)
        report("scores of all captions", captions, plain)
        exact = np.argsort(-(matrix @ queries[0]), kind="stable")[:10]
        assert set(seqs[exact]) == set(opened.search(queries[0], 10)[0]), "the scan is not exact"
    cold, numpy_alone = cpu([_COLD, str(path)]), cpu(["import numpy"])
    print(f"  cold process, open and search {cold:9.2f} s CPU, numpy alone {numpy_alone:.2f} s CPU")


def median(call: Callable[[np.ndarray], object], queries: np.ndarray) -> float:
    spent = []
    for query in queries:
        begin = time.perf_counter()
        call(query)
        spent.append(time.perf_counter() - begin)
    return 1e3 * statistics.median(spent)


def report(name: str, spent: float, plain: float) -> None:
    print(f"  {name:<60} {spent:9.2f} ms  {spent / plain:6.2f} x plain")


def cpu(script: list[str]) -> float:
    """CPU seconds of a new process; the best of three, files in the page cache."""
    found = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", *script], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found[1:])


def size(path: Path) -> str:
    return f"{sum(file.stat().st_size for file in path.rglob('*') if file.is_file()) / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
