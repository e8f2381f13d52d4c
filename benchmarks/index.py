"""Clips a second of indexing BVH files, by stage, and what bounds it.

    python benchmarks/index.py [--source FOLDER_OR_MANIFEST ...] [--model NAME] [--workers 2]

Without --source, 240 synthetic BVH files of 2 to 9 s are made; with OpenMotion's manifest the
files are those of its 1,488 segments. The seconds by stage are CPU seconds, added up over the
worker processes; `alone` is the rate of a stage if one core did nothing else. The reference is
reading the same files one after the other: what any index must do at least.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from stand_in import StandIn, folder_of_files

from lavimo import formats
from lavimo.gallery import Gallery
from lavimo.search.index import index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, nargs="+", help="folders, files or manifests")
    parser.add_argument("--only", default="", help="keep files with this ending, e.g. .bvh")
    parser.add_argument("--model", default="stand-in", help="a model, or the stand-in (no cost)")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    encoder = StandIn() if args.model == "stand-in" else _load(args.model)
    with tempfile.TemporaryDirectory() as place:
        sources = args.source or [folder_of_files(Path(place) / "files", 240)]
        if args.only:
            sources = sorted(p for s in sources for p in s.rglob(f"*{args.only}"))
        gallery = Path(place) / "g.gallery"
        begin = os.times()
        report = index(sources, gallery, encoder, workers=args.workers)
        end = os.times()
        used = sum(end[:4]) - sum(begin[:4])
        with Gallery.open(gallery) as opened:
            stats, files = opened.stats(), opened.files()
        reading = _read_all([file.path for file in files])
        print(f"{stats.clips} clips ({stats.windows} windows, {stats.seconds / 60:.0f} minutes) of "
              f"{len(files)} files, {stats.sentences} different captions, {os.cpu_count()} cores, "
              f"{args.workers} workers, model {args.model}")  # fmt: skip
    print(f"{'stage':<12} {'CPU s':>8} {'ms/clip':>8} {'clips/s alone':>14}")
    for stage, seconds in report.stages.items():
        print(_line(stage, seconds, report.clips))
    print(_line("all of it", used, report.clips))
    print(f"wall         {report.seconds:8.2f} s: {report.clips_per_second:.1f} clips/s")
    print(f"on two cores of its own it is bound to {2 * report.clips / used:.1f} clips/s")
    print(f"CPU time is {used / reading:.2f} x that of reading the files ({reading:.2f} s)")
    if report.failures:
        print(f"{len(report.failures)} left out, e.g. {report.failures[0].reason}")


def _load(name: str):
    from lavimo.runtime.encoder import load_model

    return load_model(name)


def _read_all(paths: list[Path]) -> float:
    begin = time.process_time()
    for path in paths:
        for name in formats.clips(path) or (None,):
            formats.read(path, clip=name)
    return time.process_time() - begin


def _line(name: str, seconds: float, clips: int) -> str:
    rate = clips / seconds if seconds > 0 else float("inf")
    return f"{name:<12} {seconds:8.2f} {1e3 * seconds / max(clips, 1):8.2f} {rate:14.1f}"


if __name__ == "__main__":
    main()
