"""Clips a second of the choreographer on one core, beside one pass of numpy over the same frames.

Run: python benchmarks/choreography.py [--clips 200]
Prints clips/s, frames/s and the ratio to a reference that turns 22 joints of the same frames by
one rotation matrix each (what a bare numpy forward pass would cost), after a warm-up of 10 clips.
"""

import argparse
import time

import numpy as np

from lavimo.data.choreography import GALLERY_SEEDS, choreograph


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    for seed in GALLERY_SEEDS[:10]:
        choreograph(seed)
    times = []
    for _ in range(options.repeats):
        begun = time.process_time()
        clips = [choreograph(seed) for seed in range(200_000, 200_000 + options.clips)]
        times.append(time.process_time() - begun)
    frames = sum(len(clip.positions) for clip in clips)
    best = min(times)
    begun = time.process_time()
    turn = np.eye(3)[None].repeat(22, 0)
    for clip in clips:
        np.einsum("jab,tjb->tja", turn, clip.positions)
    reference = time.process_time() - begun
    print(f"{options.clips} clips, {frames / 20:.0f} s of motion, best of {options.repeats}")
    print(f"{options.clips / best:8.0f} clips/s  {frames / best:10.0f} frames/s on one core")
    print(f"{300 * best / options.clips:8.1f} s for the 300 clips of the embedded gallery")
    print(f"{best / reference:8.0f} times the reference (one rotation of every joint)")


if __name__ == "__main__":
    main()
