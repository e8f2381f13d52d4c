"""kill -9 at random moments of an index build: is anything that was acknowledged ever lost?

    python benchmarks/kill.py --kills 200

A child process indexes a folder of BVH files, by itself or with two workers, and prints the name
of each file after its transaction is durable. It is killed at a random moment; then the gallery
must open, be sound and hold every file that was printed, and the next child must not make one of
them again. When a build is complete the next one begins from nothing. Exit 1 when anything was
lost.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stand_in import StandIn, folder_of_files

from lavimo.gallery import Gallery


class Tally:
    kills = acknowledged = lost = repeated = unsound = unopenable = builds = orphans = 0
    before_the_first = 0
    left = 0

    def lines(self) -> str:
        return "\n".join(
            [
                f"kills                         {self.kills}",
                f"builds completed between them {self.builds}",
                f"kills before the gallery was  {self.before_the_first}",
                f"files acknowledged            {self.acknowledged}",
                f"acknowledged, then lost       {self.lost}",
                f"acknowledged, then repeated   {self.repeated}",
                f"galleries that did not open   {self.unopenable}",
                f"galleries not sound           {self.unsound}",
                f"workers that outlived a kill  {self.orphans}",
            ]
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return _build(Path(args.child[0]), Path(args.child[1]), int(args.child[2]))
    with tempfile.TemporaryDirectory() as place:
        tally = _kill_often(args, Path(place))
    print(tally.lines())
    bad = tally.lost + tally.repeated + tally.unsound + tally.unopenable + tally.orphans
    print("nothing was lost" if not bad else "SOMETHING WAS LOST")
    return 1 if bad else 0


def _build(folder: Path, gallery: Path, workers: int) -> int:
    from lavimo.search import index as module

    module.SMALL = 0  # always use worker processes
    print("begin", flush=True)
    module.index(
        [folder], gallery, StandIn(), workers=workers,
        acknowledged=lambda paths: print(*(f"+{path}\n" for path in paths), sep="", flush=True),
    )  # fmt: skip
    print("end", flush=True)
    return 0


def _kill_often(args: argparse.Namespace, place: Path) -> Tally:
    chance = random.Random(args.seed)
    folder = folder_of_files(place / "files", args.files)
    gallery = place / "g.gallery"
    whole = {workers: _whole_build(folder, place / f"{workers}", workers) for workers in (1, 2)}
    tally, known = Tally(), set()
    while tally.kills < args.kills:
        workers = chance.choice((1, 2))
        delay = chance.uniform(0, whole[workers])
        made, ended = _one(folder, gallery, workers, delay, tally)
        tally.acknowledged += len(made - known)
        tally.repeated += len(made & known)
        known |= made
        if not (gallery / "gallery.sqlite").exists():
            tally.before_the_first += 1
            tally.lost += len(known)
        else:
            _inspect(gallery, known, tally)
        if ended:
            tally.builds += 1
            shutil.rmtree(gallery)
            known = set()
    return tally


def _whole_build(folder: Path, gallery: Path, workers: int) -> float:
    child = _start(folder, gallery, workers)
    begin = time.perf_counter()
    child.wait()
    return time.perf_counter() - begin


def _start(folder: Path, gallery: Path, workers: int) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, __file__, "--child", str(folder), str(gallery), str(workers)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()  # "begin": what comes before is only Python's start
    return child


def _one(
    folder: Path, gallery: Path, workers: int, delay: float, tally: Tally
) -> tuple[set[str], bool]:
    """Start a build, kill it after `delay` s; the files acknowledged, and whether it ended."""
    child = _start(folder, gallery, workers)
    assert child.stdout is not None
    try:
        child.wait(delay)
    except subprocess.TimeoutExpired:
        others = _children(child.pid)
        child.kill()
        child.wait()
        tally.kills += 1
        tally.orphans += _outliving(others)
    printed = child.stdout.read().splitlines()
    return {line[1:] for line in printed if line.startswith("+")}, "end" in printed


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listed.read_text().split()] if listed.exists() else []


def _outliving(workers: list[int]) -> int:
    """How many still live after half a minute: on a busy machine they may be starting still."""
    for _ in range(600):
        alive = [pid for pid in workers if _alive(pid)]
        if not alive:
            return 0
        time.sleep(0.05)
    return len(alive)


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _inspect(gallery: Path, known: set[str], tally: Tally) -> None:
    try:
        with Gallery.open(gallery) as opened:
            problems = [line for line in opened.verify() if "captions have no vector" not in line]
            stored = {str(file.path) for file in opened.files() if file.items}
    except Exception as error:
        print(f"does not open: {error}")
        tally.unopenable += 1
        return
    tally.unsound += bool(problems)
    for line in problems:
        print(line)
    tally.lost += len(known - stored)


if __name__ == "__main__":
    sys.exit(main())
