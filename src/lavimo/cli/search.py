"""`lavimo search` and `lavimo export`: ask a gallery, and take a hit home."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.errors import ConfigError, GalleryError

if TYPE_CHECKING:
    from lavimo.search.results import Results

# One query is small work: starting and feeding more threads costs more than they save.
# This has to be said before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SUFFIX = ".gallery"
EXAMPLE_FILTER = "\"duration < 5 and source = 'CMU'\""


def search_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo search`."""
    add = parser.add_argument
    # fmt: off
    add("query", nargs="+", metavar="QUERY",
        help="a sentence, a video, a motion file (file.glb#Clip), id:ID of a hit, or several")
    _gallery_option(parser)
    add("-k", type=int, default=10, metavar="N", help="how many hits (10)")
    add("--where", metavar="FILTER", help=f"only clips that pass, such as {EXAMPLE_FILTER}")
    add("--not", dest="unwanted", metavar="SENTENCE",
        help="what hits should not be like (models do not read `not` in a sentence)")
    add("--by", choices=("both", "motion", "captions"), default="both",
        help="what counts: the motion and the stored captions (both), or one alone")
    add("--kind", choices=("auto", "text", "motion", "video", "id"), default="auto",
        help="what QUERY is, where its looks mislead")
    add("--person", type=int, default=1, metavar="N",
        help="whom to follow in a video: 1 is the largest and most persistent (1)")
    add("--expand", action="store_true", help="show clips that are alike each for itself")
    add("--whole", action="store_true", help="whole clips only, no moments of long ones")
    add("--explain", action="store_true", help="say why each hit is one, and where the time went")
    add("--json", action="store_true", help="one JSON object a line")
    add("--html", type=Path, metavar="FILE",
        help="write a page of moving figures as well, beside the video")
    add("--model", help="a shipped model or a checkpoint folder (the gallery's own)")
    # fmt: on
    parser.epilog = (
        'examples: lavimo search "a person kicks with the left leg" -g mocap.gallery -k 5\n'
        "          lavimo search clip.mp4 -g mocap.gallery --html hits.html\n"
        "exit code 0: there are hits; 1: nothing passes the filter; 2: wrong use"
    )


def search(args: argparse.Namespace) -> int:
    """Ask, and print a table for people or JSON lines for programs."""
    from lavimo.gallery import Gallery
    from lavimo.progress import for_stream
    from lavimo.search.asking import Watching
    from lavimo.search.searcher import Searcher

    if args.person < 1:
        raise ConfigError(f"--person {args.person} is nobody; people are counted from 1.")
    watching = Watching(args.person, args.html is not None, for_stream())
    with Gallery.open(_gallery(args)) as gallery:
        results = Searcher(gallery, args.model).search(
            args.query,
            args.k,
            args.where,
            args.unwanted,
            args.by,
            expand=args.expand,
            whole=args.whole,
            kind=args.kind,
            watching=watching,
        )
        if args.html is not None:
            _page(results, args.html)
    if args.json:
        for record in results.records(seconds=args.explain):
            print(json.dumps(record, ensure_ascii=False))
    else:
        from lavimo.cli.table import show

        show(results, explain=args.explain)
    return 0 if results else 1


def export_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo export`."""
    add = parser.add_argument
    add("id", nargs="+", metavar="ID", help="the id of a hit, with or without id:")
    add("-o", "--output", required=True, type=Path, metavar="FILE", help=".bvh, .glb or .npy")
    _gallery_option(parser)
    add("--rig", type=Path, metavar="FILE", help="a BVH or GLB skeleton to put the motion on")
    add("--canonical", action="store_true",
        help="the 22 joints at 20 fps instead of the original segment")  # fmt: skip
    parser.epilog = "example: lavimo export id:3f9a0c12 -o kick.bvh -g mocap.gallery"


def export(args: argparse.Namespace) -> int:
    """Write a hit's motion with its licence beside it."""
    from lavimo.gallery import Gallery
    from lavimo.search.take_home import find, take_home

    with Gallery.open(_gallery(args)) as gallery:
        item = find(gallery, "".join(args.id))
        taken = take_home(gallery, item, args.output, rig=args.rig, canonical=args.canonical)
    if taken.remark:
        print(f"lavimo: {taken.remark}", file=sys.stderr)
    print(f"{taken.path}: {item.end - item.start:.2f} s, {taken.form}, {item.licence}")
    print(f"{taken.note}: licence, source and credit")
    return 0


def _gallery_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-g",
        "--gallery",
        type=Path,
        metavar="GALLERY",
        help="else $LAVIMO_GALLERY, else the only *.gallery here, else a synthetic one",
    )


def _gallery(args: argparse.Namespace) -> Path:
    """The gallery that was named, or the one that is meant."""
    named = args.gallery or os.environ.get("LAVIMO_GALLERY")
    if named:
        return Path(named)
    here = sorted(path for path in Path().glob(f"*{SUFFIX}") if path.is_dir())
    if len(here) == 1:
        return here[0]
    if here:
        names = ", ".join(path.name for path in here[:5])
        raise GalleryError(f"There are several galleries here ({names}); name one with -g.")
    return _embedded()


def _embedded() -> Path:
    from lavimo.progress import for_stream
    from lavimo.search import embedded

    if not embedded.ready():
        print("lavimo: no gallery was named, so one of 300 synthetic clips is made (once).",
              file=sys.stderr)  # fmt: skip
    return embedded.ensure(for_stream())


def _page(results: "Results", path: Path) -> None:
    from lavimo.search.cards import save

    print(f"lavimo: {save(path, [results])} shows the hits", file=sys.stderr)
