"""Damage small valid motion files of every format at random and read them again.

Prints, for each format, how many copies were read all the same, how many were refused in one
sentence, and the slowest; anything else that a reader does is a bug and is printed with its seed.

    python benchmarks/fuzz.py --seconds 300 --seed 1
"""

import argparse
import importlib.util
import itertools
import os
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from lavimo import formats
from lavimo.errors import LavimoError

_SAMPLES = Path(__file__).resolve().parent.parent / "tests/contract/format_samples.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="time in all")
    parser.add_argument("--seed", type=int, default=0, help="first seed; every case adds one")
    parser.add_argument("--formats", nargs="*", default=[], help="only these")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # a greedy reader shows itself
    warnings.simplefilter("error")
    samples = _load()
    names = args.formats or list(samples.SAMPLES)
    bugs = 0
    print(f"{'format':<10} {'cases':>7} {'read':>7} {'refused':>8} {'bugs':>5} {'slowest':>9}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAVIMO_SMPLH"] = str(samples.body_model(Path(folder) / "smplh"))
        for name in names:
            count, slowest = _run(samples, Path(folder), name, args.seed, args.seconds / len(names))
            bugs += count["bug"]
            cases = sum(count.values())
            print(
                f"{name:<10} {cases:>7} {count['read']:>7} {count['refused']:>8} "
                f"{count['bug']:>5} {slowest * 1e3:>6.0f} ms"
            )
    return 1 if bugs else 0


def _run(samples, folder, name, seed, seconds):
    count, slowest, stop = Counter(), 0.0, time.monotonic() + seconds
    for number, path in samples.cases(folder, name, itertools.count(seed)):
        started = time.monotonic()
        try:
            formats.read(path)
            count["read"] += 1
        except LavimoError:
            count["refused"] += 1
        except Exception:
            count["bug"] += 1
            print(f"{name} seed {number}:", file=sys.stderr)
            traceback.print_exc()
        slowest = max(slowest, time.monotonic() - started)
        if time.monotonic() > stop or count["bug"] > 20:
            break
    return count, slowest


def _load():
    spec = importlib.util.spec_from_file_location("format_samples", _SAMPLES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    raise SystemExit(main())
