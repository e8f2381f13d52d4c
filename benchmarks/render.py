"""Pictures a second: avatars by the rasteriser, and the stick figure beside other ways to draw it.

    python benchmarks/render.py [--only avatar|figure] [--frames 120] [--size 320] [--repeats 3]

Avatars: processor time of one core (the machine may be shared), at 512 and 256 pixels, with
texture, 2 x 2 samples, floor, backdrop and shadow, posing and skinning included; a standing and a
travelling camera, views as training draws them, eight frames a clip, and the stages of one frame.

Stick figure: ours, the same painted plainly, and Pillow's own lines. "plain" paints the picture
shape by shape over the whole frame, with the floor made anew each time; it must come out equal.
"lines" draws thick Pillow lines at four times the size, unshaded, without shadow and grid, and
shrinks them.

One thread, a synthetic walk, after one warm-up; best of the repeats.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image, ImageDraw

from lavimo.motion import rotations as rot
from lavimo.motion.clip import from_rotations
from lavimo.motion.skeleton import SMPL_22, SMPL_PARENTS
from lavimo.render import paint, stick
from lavimo.render.figure import BODY, NAMES

if TYPE_CHECKING:
    from lavimo.render.view import View


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


def processor(work: Callable[[], object], repeats: int) -> float:
    """Processor seconds of the fastest of `repeats` runs after one warm-up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def filmed(
    positions: np.ndarray, view: "View", size: int, frames: Sequence[int] | None = None
) -> Callable[[], object]:
    """A run over a clip, square."""
    from lavimo.render import studio

    def run() -> None:
        for _ in studio.shoot(positions, 20.0, view, size=(size, size), frames=frames):
            pass

    return run


def avatars(positions: np.ndarray, repeats: int) -> None:
    from lavimo.data.films import segment_centres
    from lavimo.render import avatar, pose, studio
    from lavimo.render.view import View, default_view, draw_view

    names = avatar.names()
    frames = range(len(positions))
    one = segment_centres(len(positions))
    for size in (512, 256):
        print(f"avatars, {size} x {size} pixels, processor time of one core")
        for title, views in (
            ("standing camera", [default_view("a03")]),
            ("travelling camera", [View(avatar="a03", follow=True)]),
            ("drawn views", [draw_view("bench", view=n, avatars=names) for n in range(5)]),
        ):
            seconds = sum(processor(filmed(positions, view, size), repeats) for view in views)
            print(f"  {title:<22}{len(frames) * len(views) / seconds:7.1f} frames/s")
        view = default_view("a03")
        eight = processor(filmed(positions, view, size, one), repeats)
        print(f"  eight frames of a clip {1000 * eight:6.1f} ms")
    person = avatar.load("a03")
    posing = processor(lambda: pose.solve(positions, 20.0, person), repeats) / len(positions)
    take = studio.Take(positions, 20.0, default_view("a03"), size=512)
    middle = len(positions) // 2
    camera, light = take.shot.camera(middle), take.scene.light
    vertices, normals = take._skinned(middle)
    behind = take.scene.paint(camera, 512, 512)[None]
    raster = studio._raster(512, 512)
    print("stages of a frame, 512 x 512, milliseconds")
    for title, work in (
        ("skinning", lambda: take._skinned(middle)),
        ("z-buffer", lambda: raster._fill(take.body, vertices, camera)),
        ("shadow", lambda: raster._shadow(take.body, vertices, camera, light, behind[0].copy())),
        ("z-buffer, shade, shadow",
         lambda: raster.draw(take.body, vertices[None], normals[None], [camera], light, behind)),
        ("surroundings, one ray", lambda: take.scene.paint(camera, 512, 512)),
    ):  # fmt: skip
        several = processor(lambda w=work: [w() for _ in range(20)], repeats) / 20
        print(f"  {title:<24}{1000 * several:6.2f}")
    print(f"  {'posing':<24}{1000 * posing:6.2f}")


def figures(clip: np.ndarray, size: int, repeats: int) -> None:
    few = clip[: max(4, len(clip) // 6)]
    for a, b in zip(stick.frames(few, size=size), plain(few, size), strict=True):
        difference = np.abs(np.asarray(a, np.int16) - np.asarray(b, np.int16)).max()
        if difference > 1:
            raise SystemExit(f"the plain painting differs by {difference} levels")
    ours = len(clip) / best(lambda: stick.frames(clip, size=size), repeats)
    follow = len(clip) / best(lambda: stick.frames(clip, size=size, follow=True), repeats)
    slow = len(few) / best(lambda: plain(few, size), repeats)
    drawn = len(few) / best(lambda: lines(few, size), repeats)
    print(f"stick figure, {len(clip)} frames of {size} x {size} pixels, one thread")
    print(f"  ours, standing camera   {ours:7.1f} frames/s")
    print(f"  ours, moving camera     {follow:7.1f} frames/s")
    print(f"  plain, equal pictures   {slow:7.1f} frames/s   ours is {ours / slow:.1f} x")
    print(f"  Pillow lines, shrunk    {drawn:7.1f} frames/s   ours is {ours / drawn:.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("avatar", "figure"))
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--size", type=int, default=320, help="of the stick figure")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    clip = walk(args.frames)
    if args.only != "figure":
        avatars(clip, args.repeats)
    if args.only != "avatar":
        figures(clip, args.size, args.repeats)


if __name__ == "__main__":
    main()
