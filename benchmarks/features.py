"""Frames a second of the 263 features: ours in one call, a plain implementation clip by clip.

    python benchmarks/features.py [--clips 200] [--repeats 5]

The reference is tests/golden/humanml_oracle.py, written from the same description. Both run on
one thread, on the same synthetic clips of 40 to 200 frames, after one warm-up; best of the repeats.
"""

import argparse
import os
import runpy
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from lavimo.features import canonical, humanml
from lavimo.motion.skeleton import SMPL_22, SMPL_AXES, SMPL_LENGTHS

ORACLE = Path(__file__).parent.parent / "tests" / "golden" / "humanml_oracle.py"


def clips(count: int) -> list[np.ndarray]:
    """Rest poses that turn, travel and sway, of different size and length (seeded)."""
    random = np.random.default_rng(0)
    rest = np.zeros((22, 3))
    for joint in range(1, 22):
        rest[joint] = rest[SMPL_22.parents[joint]] + SMPL_22.offsets[joint]
    made = []
    for _ in range(count):
        frames = int(random.integers(40, 201))
        t = np.arange(frames) / 20
        sway = np.cumsum(random.normal(0, 0.004, (frames, 22, 3)), axis=0)
        yaw = random.normal() * t
        cosine, sine = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
        body = rest * random.uniform(0.8, 1.4) + sway
        x, z = body[..., 0], body[..., 2]
        turned = np.stack([cosine * x + sine * z, body[..., 1], cosine * z - sine * x], axis=-1)
        made.append((turned + np.stack([0 * t, 1 + 0 * t, t], -1)[:, None]).astype(np.float32))
    return made


def best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of `repeats` runs after one warm-up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    oracle = runpy.run_path(str(ORACLE))
    motions = clips(args.clips)
    frames = sum(len(motion) for motion in motions)
    ready = canonical.canonical_batch(motions)
    features = humanml.encode_batch(motions)
    plain = best(
        lambda: [oracle["encode"](m, SMPL_AXES, SMPL_LENGTHS) for m in motions], args.repeats
    )
    rows = {
        "plain, clip by clip (steps 1-10)": plain,
        "encode, one clip a call": best(lambda: [humanml.encode(m) for m in motions], args.repeats),
        "encode_batch (steps 1-10)": best(lambda: humanml.encode_batch(motions), args.repeats),
        "encode_batch, canonical input (5-10)": best(
            lambda: humanml.encode_batch(ready, canonical=True), args.repeats
        ),
        "canonical_batch (1-4)": best(lambda: canonical.canonical_batch(motions), args.repeats),
        "recover, one clip a call": best(
            lambda: [humanml.recover(f) for f in features], args.repeats
        ),
    }
    print(f"{len(motions)} clips, {frames} frames, best of {args.repeats}")
    for name, seconds in rows.items():
        print(f"{name:38s} {frames / seconds:10,.0f} frames/s  {plain / seconds:6.1f} x plain")


if __name__ == "__main__":
    main()
