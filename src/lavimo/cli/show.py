"""`lavimo show`: a motion file as a film or a page, a folder as a page or a contact sheet."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.errors import FormatError, LavimoError, RenderError
from lavimo.motion.clip import Motion

if TYPE_CHECKING:
    from lavimo.render.avatar import Avatar

FILM_RATE = 30.0
"""Frames a second of a film at most, where --fps does not say otherwise."""
SHEET_RATE = 20.0
MOST = 60


def show_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo show`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE",
                        help="clip.webp, .gif, .mp4 (extra: video), .html or .png")  # fmt: skip
    parser.add_argument("--clip", help="which clip of a file that holds several")
    parser.add_argument("--size", type=int, default=320, help="edge in pixels (320)")
    parser.add_argument("--fps", type=float, help="frames a second of the film")
    parser.add_argument("--start", type=float, default=0.0, help="seconds into the file")
    parser.add_argument("--end", type=float, help="seconds into the file")
    parser.add_argument("--canonical", action="store_true",
                        help="draw what the search compares: one body size, 20 fps")  # fmt: skip
    parser.add_argument("--dark", action="store_true", help="a dark background")
    parser.add_argument("--avatar", metavar="NAME", help="a01 to a13, or a .glb file")
    parser.add_argument("--figure", action="store_true",
                        help="a figure instead: left limbs blue, right orange")  # fmt: skip
    parser.add_argument("--most", type=int, default=MOST, help=f"clips of a folder ({MOST})")
    parser.epilog = "example: lavimo show walk.bvh -o walk.webp"


def show(args: argparse.Namespace) -> int:
    """Draw the files that were asked for and print the path of what was written."""
    from lavimo.progress import for_stream
    from lavimo.render import film

    suffix = args.out.suffix.lower()
    if suffix not in film.SUFFIXES:
        raise RenderError(
            f"{args.out} has no suffix that can be drawn; use one of {', '.join(film.SUFFIXES)}."
        )
    sources = _sources(args)
    cast = _cast(args, len(sources))
    theme = "dark" if args.dark else "light"
    if len(sources) == 1:
        name, motion = _load(*sources[0], args)
        film.save(motion.positions, args.out, fps_in=motion.fps, size=args.size, theme=theme,
                  fps=args.fps or min(motion.fps, FILM_RATE), avatar=cast[0] if cast else None,
                  title=name, lines=_lines(motion), progress=for_stream())  # fmt: skip
    elif suffix == ".html":
        _page(list(_clips(sources, args)), args.out, cast)
    elif suffix == ".png":
        _sheet(list(_clips(sources, args)), args.out, theme, cast)
    else:
        raise RenderError(
            f"{args.out} would hold {len(sources)} clips; write a .html page or a .png sheet of "
            "them, or choose one file and --clip."
        )
    print(args.out)
    return 0


def _cast(args: argparse.Namespace, clips: int) -> "list[Avatar]":
    """Who does the motions, taking turns; nobody where a figure is asked for or all there is."""
    from lavimo.render import actor, avatar, page

    if args.figure:
        if args.avatar:
            raise RenderError("--figure draws no avatar; leave --avatar or --figure out.")
        return []
    if args.out.suffix.lower() != ".html" and not actor.can_act():
        print("lavimo: a figure is drawn; pip install 'lavimo[video]' draws avatars.",
              file=sys.stderr)  # fmt: skip
        return []
    return [avatar.load(name) for name in ((args.avatar,) if args.avatar else page.CAST[:clips])]


def _sources(args: argparse.Namespace) -> list[tuple[Path, str | None]]:
    """Files and clip names to draw, folders opened, at most `--most` of them."""
    from lavimo import formats

    found: list[tuple[Path, str | None]] = []
    for path in args.files:
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if file.is_file() and formats.is_motion(file)
            )
            if not inside:
                raise FormatError(f"{path} holds no motion files; `lavimo show --help` tells more.")
            found += [(file, None) for file in inside]
        else:
            found.append((path, args.clip))
    if len(found) == 1 and args.clip is None and args.out.suffix.lower() in (".html", ".png"):
        path = found[0][0]
        found = [(path, clip) for clip in formats.clips(path)] or found
    if len(found) > args.most:
        print(f"lavimo: {len(found)} clips found, the first {args.most} are drawn; "
              "--most N draws more.", file=sys.stderr)  # fmt: skip
    return found[: args.most]


def _clips(
    sources: list[tuple[Path, str | None]], args: argparse.Namespace
) -> Iterator[tuple[str, Motion]]:
    """Every clip that can be read; the others are named on stderr."""
    read = 0
    for path, clip in sources:
        try:
            yield _load(path, clip, args)
            read += 1
        except LavimoError as error:
            print(f"lavimo: skipped: {error}", file=sys.stderr)
    if not read:
        raise FormatError("None of these files could be read; the lines above say why.")


def _load(path: Path, clip: str | None, args: argparse.Namespace) -> tuple[str, Motion]:
    """A name and the motion of the 22 joints."""
    from lavimo import formats

    motion = formats.read(path, clip=clip, start=args.start, end=args.end)
    if args.canonical:
        from lavimo.features.canonical import from_motion

        drawn = from_motion(motion)
    else:
        from lavimo.motion.retarget import to_smpl22

        drawn = to_smpl22(motion)
    name = motion.source.clip or clip
    return (f"{path.stem} · {name}" if name else path.stem), drawn


def _lines(motion: Motion) -> list[str]:
    """What a reader of the page wants to know beside the name."""
    lines = [f"{motion.duration:.2f} s, {len(motion)} frames at {motion.fps:g} fps"]
    if motion.source.licence:
        lines.append(f"Licence: {motion.source.licence}")
    return lines


def _page(clips: list[tuple[str, Motion]], out: Path, cast: "list[Avatar]") -> None:
    from lavimo.files import write_text
    from lavimo.render import page

    cards = [
        page.card(motion.positions, title=name, lines=_lines(motion), fps=motion.fps,
                  avatar=cast[number % len(cast)] if cast else None)
        for number, (name, motion) in enumerate(clips)
    ]  # fmt: skip
    note = f"{len(cards)} clips"
    write_text(out, page.page([("", note, cards)], out.stem, avatars=cast))


def _sheet(clips: list[tuple[str, Motion]], out: Path, theme: str, cast: "list[Avatar]") -> None:
    from lavimo.files import atomic_path
    from lavimo.render import sheet
    from lavimo.render.stick import resampled

    # Clips of a folder have rates of their own: the sheet wants one.
    named = [(name, resampled(motion.positions, motion.fps, SHEET_RATE)) for name, motion in clips]
    rows = [("", named[i : i + 3]) for i in range(0, len(named), 3)]
    picture = sheet.contact_sheet(rows, theme=theme, fps=SHEET_RATE, avatars=cast)
    with atomic_path(out) as temporary:
        picture.save(temporary)
