"""`lavimo render`: a motion, or a whole data set, filmed on an avatar."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.errors import RenderError

if TYPE_CHECKING:
    from lavimo.data.sample import Sample
    from lavimo.motion.clip import Motion
    from lavimo.render.view import View

RATE = 30.0
"""Frames a second of a film at most, where --fps does not say otherwise."""
MOMENTS = 6
_SPLITS = ("train", "val", "test")


def render_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo render`."""
    parser.add_argument("motion", nargs="?", type=Path, metavar="MOTION", help="a motion file")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="clip.mp4, .webp, .gif, a .png of six moments; a folder for --data",
    )
    parser.add_argument("--size", type=int, default=512, help="longer edge in pixels (512)")
    parser.add_argument(
        "--avatars",
        metavar="DIR",
        help="a folder of .glb people, or names of shipped ones with commas between",
    )
    one = parser.add_argument_group("one motion")
    one.add_argument("--avatar", metavar="NAME", help="a01 to a13, or a .glb file (a01)")
    one.add_argument("--clip", help="which clip of a file that holds several")
    one.add_argument("--start", type=float, default=0.0, help="seconds into the file")
    one.add_argument("--end", type=float, help="seconds into the file")
    one.add_argument("--fps", type=float, help=f"frames a second (the file's, at most {RATE:g})")
    one.add_argument("--mirror", action="store_true", help="left and right exchanged")
    one.add_argument(
        "--view",
        type=int,
        metavar="SEED",
        help="draw camera, light, surroundings and avatar by this number",
    )
    one.add_argument(
        "--yaw",
        type=float,
        help="degrees the camera stands from where the person faces at the start (30)",
    )
    one.add_argument("--elevation", type=float, help="degrees the camera looks down (8)")
    one.add_argument("--focal", type=float, help="focal length in picture heights (1.4)")
    one.add_argument("--aspect", type=float, help="width over height (1)")
    one.add_argument(
        "--follow",
        action=argparse.BooleanOptionalAction,
        help="travel with the person, or stand (by how far they go)",
    )
    many = parser.add_argument_group("a data set")
    many.add_argument(
        "--data",
        metavar="DATA",
        help="OpenMotion's folder, a manifest, or a folder like HumanML3D's",
    )
    many.add_argument("--split", choices=_SPLITS, help="this split only")
    many.add_argument("--views", type=int, default=1, metavar="N", help="views of each clip (1)")
    many.add_argument("--seed", type=int, default=0, help="of the views (0)")
    many.add_argument(
        "--frames-only", action="store_true", help="eight frames a clip as JPEG instead of a film"
    )
    many.add_argument("--mirrored", action="store_true", help="each motion mirrored, too")
    many.add_argument("--photos", type=Path, metavar="DIR", help="pictures for backdrops")
    many.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.epilog = "example: lavimo render kick.bvh -o kick.mp4 --avatar a07 --yaw -40"


def render(args: argparse.Namespace) -> int:
    """Film what was asked for and print the path of what was written."""
    if (args.data is None) == (args.motion is None):
        raise RenderError("Give one motion file, or a data set with --data.")
    return _data_set(args) if args.data else _one(args)


def _one(args: argparse.Namespace) -> int:
    import numpy as np

    from lavimo.progress import for_stream
    from lavimo.render import studio, writers

    suffix = args.out.suffix.lower()
    if suffix not in (*writers.SUFFIXES, ".png"):
        names = ", ".join((*writers.SUFFIXES, ".png"))
        raise RenderError(f"{args.out} has no suffix that can be filmed; use one of {names}.")
    motion = _motion(args)
    take = studio.Take(motion.positions, motion.fps, _view(args), size=args.size)
    if suffix == ".png":
        moments = np.linspace(0, len(motion) - 1, min(MOMENTS, len(motion))).round().astype(int)
        writers.write_strip((take.picture(int(frame)) for frame in moments), args.out)
    else:
        with for_stream().task("Filming", len(motion), "pictures") as task:

            def reported(frame: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
                task.advance()
                return take.picture(frame)

            writers.write(map(reported, range(len(motion))), args.out, motion.fps)
    print(args.out)
    return 0


def _motion(args: argparse.Namespace) -> "Motion":
    from lavimo import formats
    from lavimo.motion import clip
    from lavimo.motion.retarget import to_smpl22

    read = formats.read(args.motion, clip=args.clip, start=args.start, end=args.end)
    if args.fps is not None and not 1 <= args.fps <= 240:
        raise RenderError(f"A film at {args.fps:g} frames a second is not possible; use 1 to 240.")
    motion = clip.resample(to_smpl22(read), args.fps or min(read.fps, RATE))
    return clip.mirror(motion) if args.mirror else motion


def _view(args: argparse.Namespace) -> "View":
    """The view that the options describe."""
    import msgspec

    from lavimo.render import avatar
    from lavimo.render.view import default_view, draw_view

    names = _people(args.avatars) if args.avatars else avatar.names()
    if args.avatar:
        names = tuple(name for name in names if Path(name).stem == args.avatar) or (args.avatar,)
    if args.view is None:
        view = default_view(names[0])
    else:
        view = draw_view(args.motion.stem, seed=args.view, avatars=names)
    given = {
        name: getattr(args, name)
        for name in ("yaw", "elevation", "focal", "aspect", "follow")
        if getattr(args, name) is not None
    }
    _check(given)
    return msgspec.structs.replace(view, **given)


def _check(given: dict[str, float]) -> None:
    ranges = {"elevation": (-30, 89), "focal": (0.3, 10), "aspect": (0.2, 5)}
    for name, (low, high) in ranges.items():
        if name in given and not low <= given[name] <= high:
            raise RenderError(f"--{name} {given[name]:g} cannot be filmed; use {low} to {high}.")


def _people(text: str) -> tuple[str, ...]:
    """Names of shipped avatars, or the files of a folder."""
    from lavimo.render import avatar

    if Path(text).is_dir():
        avatar.folder(text)
        files = sorted(Path(text).iterdir())
        return tuple(str(file) for file in files if file.suffix.lower() in (".glb", ".vrm"))
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        avatar.load(name)
    return names


def _data_set(args: argparse.Namespace) -> int:
    from lavimo import __version__
    from lavimo.data.films import MANIFEST, Order, film
    from lavimo.progress import for_stream
    from lavimo.render import avatar

    if args.out.suffix or args.out.is_file():
        raise RenderError(f"{args.out} must be a folder for the pictures of a data set.")
    order = Order(
        folder=args.out,
        avatars=_people(args.avatars) if args.avatars else avatar.names(),
        lavimo=__version__,
        views=args.views,
        size=args.size,
        seed=args.seed,
        frames_only=args.frames_only,
        photos=_photos(args.photos) if args.photos else (),
    )
    progress = for_stream()
    samples = _samples(args)
    count, problems = film(samples, order, workers=args.workers, progress=progress)
    for problem in problems:
        print(f"lavimo: left out: {problem}", file=sys.stderr)
    print(f"{args.out / MANIFEST}: {count} filmed now, {len(problems)} left out.")
    return 1 if problems else 0


def _samples(args: argparse.Namespace) -> "list[Sample]":
    from lavimo.data import folders
    from lavimo.errors import DataError
    from lavimo.motion.clip import mirror_positions
    from lavimo.progress import for_stream

    samples: list[Sample] = []
    for split in [args.split] if args.split else _SPLITS:
        try:
            samples += folders.load(args.data, split, progress=for_stream()).samples
        except DataError:
            if args.split:
                raise
    if not samples:
        raise DataError(f"{args.data} has no clip in any split.")
    if args.mirrored:
        samples += [
            replace(one, id=f"M{one.id}", positions=mirror_positions(one.positions), features=None)
            for one in samples
            if one.positions is not None
        ]
    return samples


def _photos(folder: Path) -> tuple[str, ...]:
    kinds = (".jpg", ".jpeg", ".png", ".webp")
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    photos = tuple(str(file) for file in files if file.suffix.lower() in kinds)
    if not photos:
        raise RenderError(f"{folder} holds no .jpg, .png or .webp picture for backdrops.")
    return photos
