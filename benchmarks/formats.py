"""How fast motion files are read: milliseconds a file and files a second, by format.

Reads real files when OpenMotion is unpacked (LAVIMO_CACHE), else a made-up BVH of 120 frames and
132 channels, and compares the BVH reader with a plain one: one float() a word, matrices joint by
joint. Warm file cache, CPU time of one thread, best of several.

    python benchmarks/formats.py
"""

import argparse
import math
import tempfile
import time
from pathlib import Path

import numpy as np

from lavimo import formats
from lavimo.files import cache_folder
from lavimo.formats import bvh
from lavimo.motion import rotations as rot
from lavimo.motion.clip import from_rotations
from lavimo.motion.skeleton import Skeleton

FOLDERS = {
    "bandai (BVH, 22 joints)": "bandai/dataset-2/*.bvh",
    "cmu (BVH, 31 joints)": "cmu/0[2567]/*.bvh",
    "cmu-daz (BVH, 43 joints)": "cmu_daz/*.bvh",
    "hdm05 (AMC)": "hdm05/*.amc",
    "deepmimic (JSON)": "deepmimic/*.txt",
    "kaykit (GLB, first clip)": "glb/kaykit/*.glb",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=cache_folder() / "openmotion")
    parser.add_argument("--most", type=int, default=60, help="files of each source")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = _made_up(Path(folder) / "made-up.bvh")
        ours, plain = _best(lambda: formats.read(path)), _best(lambda: plain_bvh(path), 3)
        parse = _best(lambda: bvh.read(path))
    print(f"made-up BVH, 120 frames x 132 channels: {ours * 1e3:.1f} ms "
          f"({parse * 1e3:.1f} without sniffing and hashing)")  # fmt: skip
    print(f"a plain reader: {plain * 1e3:.0f} ms, {plain / ours:.0f} times as long")
    print(
        f"{'source':<26} {'files':>6} {'frames':>7} {'ms/file':>8} {'files/s':>8} {'us/frame':>9}"
    )
    for name, pattern in FOLDERS.items():
        files = sorted(args.data.glob(pattern))[: args.most]
        if not files:
            continue
        frames = sum(len(formats.read(file)) for file in files)
        seconds = sum(_best(lambda file=file: formats.read(file), 3) for file in files)
        print(f"{name:<26} {len(files):>6} {frames:>7} {seconds / len(files) * 1e3:>8.1f} "
              f"{len(files) / seconds:>8.0f} {seconds / frames * 1e6:>9.1f}")  # fmt: skip


def plain_bvh(path):
    """What one writes first: words to floats one by one, a matrix product a joint a frame."""
    head, motion = path.read_text().split("MOTION")
    parents, offsets, channels, stack = [], [], [], []
    for line in head.splitlines():
        words = line.split()
        if words[0] in ("ROOT", "JOINT"):
            parents.append(stack[-1] if stack else -1)
            stack.append(len(parents) - 1)
        elif words[0] == "End":
            stack.append(None)
        elif words[0] == "OFFSET" and stack[-1] is not None:
            offsets.append(np.array(list(map(float, words[1:]))))
        elif words[0] == "CHANNELS":
            channels.append(words[2:])
        elif words[0] == "}":
            stack.pop()
    rows = [list(map(float, row.split())) for row in motion.strip().splitlines()[2:]]
    positions = np.zeros((len(rows), len(parents), 3))
    for frame, row in enumerate(rows):
        world, at = [], 0
        for joint, names in enumerate(channels):
            turn, place = np.eye(3), offsets[joint].copy()
            for name in names:
                axis = "XYZ".index(name[0])
                if name.endswith("position"):
                    place[axis] = row[at]
                else:
                    turn = turn @ _about(axis, math.radians(row[at]))
                at += 1
            above = parents[joint]
            world.append(turn if above < 0 else world[above] @ turn)
            positions[frame, joint] = (
                place if above < 0 else positions[frame, above] + world[above] @ place
            )
    return positions


def _about(axis, angle):
    matrix = np.eye(3)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix[a, a] = matrix[b, b] = math.cos(angle)
    matrix[b, a] = math.sin(angle)
    matrix[a, b] = -matrix[b, a]
    return matrix


def _made_up(path):
    random = np.random.default_rng(0)
    parents = np.array([-1, *(max(0, j - random.integers(1, 4)) for j in range(1, 43))], np.int16)
    offsets = random.normal(scale=0.2, size=(43, 3)).astype(np.float32)
    skeleton = Skeleton(tuple(f"joint{j}" for j in range(43)), parents, offsets)
    turns = rot.normalise(random.normal(size=(120, 43, 4))).astype(np.float32)
    root = random.normal(size=(120, 3)).astype(np.float32)
    formats.write(from_rotations(skeleton, turns, 30.0, root=root), path)
    unit = formats.read(path).source.unit_metres
    assert np.allclose(formats.read(path, up="y").positions, plain_bvh(path) * unit, atol=1e-4)
    return path


def _best(work, repeats=10):
    best = math.inf
    for _ in range(repeats):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


if __name__ == "__main__":
    main()
