"""Pictures a second of the stick figure: ours, the same painted plainly, and Pillow's own lines.

    python benchmarks/render.py [--frames 120] [--size 320] [--repeats 3]

"plain" paints the same picture shape by shape over the whole frame, with the floor made anew each
time; it must come out equal. "lines" draws thick Pillow lines at four times the size, unshaded,
without shadow and grid, and shrinks them. One thread, a synthetic walk, after one warm-up; best of
the repeats.
"""

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image, ImageDraw

from lavimo.motion import rotations as rot
from lavimo.motion.clip import from_rotations
from lavimo.motion.skeleton import SMPL_22, SMPL_PARENTS
from lavimo.render import paint, stick
from lavimo.render.figure import BODY, NAMES


def walk(frames: int) -> np.ndarray:
    """A body that walks along +z and swings its limbs."""
    t = np.arange(frames) / 20
    local = rot.identity(frames, 22)
    for joint, sign in ((1, 1), (2, -1), (16, -1), (17, 1)):
        swing = sign * 0.5 * np.sin(2 * np.pi * t)
        local[:, joint] = rot.from_axis_angle(np.array([1.0, 0.0, 0.0]), swing)
    root = np.stack([0 * t, 0.9 + 0 * t, 0.3 * t], axis=-1).astype(np.float32)
    return from_rotations(SMPL_22, local, 20.0, root=root).positions


def plain(positions: np.ndarray, size: int) -> list[Image.Image]:
    """The same pictures: every shape asks every pixel, nothing is kept between frames."""
    whole = paint._box
    scene = stick.Scene(positions, size=size)

    def everywhere(picture: np.ndarray, points: tuple, radius: float) -> tuple:
        corners = (np.zeros(2, np.float32), np.full(2, size - 1, np.float32))
        return whole(picture, corners, 0.0)

    paint._box = everywhere
    pictures = []
    for frame in range(len(positions)):
        scene._floor = None
        pictures.append(scene.draw(frame))
    paint._box = whole
    return pictures


def lines(positions: np.ndarray, size: int) -> list[Image.Image]:
    """Thick lines from joint to joint at four times the size."""
    scene = stick.Scene(positions, size=size)
    radius = {part.points[-1]: part.radii[-1] for part in BODY}
    pictures = []
    for pixels in scene.pixels * 4:
        picture = Image.new("RGB", (4 * size, 4 * size), "#eef1f5")
        draw = ImageDraw.Draw(picture)
        for joint in range(1, 22):
            (x0, y0, s), (x1, y1, _) = pixels[joint], pixels[SMPL_PARENTS[joint]]
            r = radius.get(NAMES[joint], 0.05) * float(s) / 4
            draw.line((x0, y0, x1, y1), fill="#2b7cc4", width=round(2 * r))
            draw.ellipse((x0 - r, y0 - r, x0 + r, y0 + r), fill="#2b7cc4")
        pictures.append(picture.resize((size, size), Image.Resampling.LANCZOS))
    return pictures


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
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    clip = walk(args.frames)
    few = clip[: max(4, args.frames // 6)]
    for a, b in zip(stick.frames(few, size=args.size), plain(few, args.size), strict=True):
        difference = np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16)).max()
        if difference > 1:
            raise SystemExit(f"the plain painting differs by {difference} levels")
    ours = len(clip) / best(lambda: stick.frames(clip, size=args.size), args.repeats)
    follow = len(clip) / best(lambda: stick.frames(clip, size=args.size, follow=True), args.repeats)
    slow = len(few) / best(lambda: plain(few, args.size), args.repeats)
    drawn = len(few) / best(lambda: lines(few, args.size), args.repeats)
    print(f"{args.frames} frames of {args.size} x {args.size} pixels, one thread")
    print(f"ours, standing camera   {ours:7.1f} frames/s")
    print(f"ours, moving camera     {follow:7.1f} frames/s")
    print(f"plain, equal pictures   {slow:7.1f} frames/s   ours is {ours / slow:.1f} x")
    print(f"Pillow lines, shrunk    {drawn:7.1f} frames/s   ours is {ours / drawn:.1f} x")


if __name__ == "__main__":
    main()
