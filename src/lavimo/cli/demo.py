"""`lavimo demo`: from nothing to an answer, on synthetic motion that lavimo makes itself."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lavimo.gallery.sqlite import SqliteGallery
    from lavimo.search.results import Results
    from lavimo.search.searcher import Searcher

SENTENCES = (
    "a person kicks with the left leg",
    "someone walks in a circle and then waves with the right hand",
    "a man falls backwards onto the floor",
)
EXAMPLE = "a person does a cartwheel"
"""What the example file is: it is searched for by its motion alone, its caption is not used."""
FILMED = 500_103
"""The choreographed clip that is filmed: star jumps, of a seed that no gallery holds."""
AVATAR, RATE = "a08", 20.0
TITLE = "lavimo demo: synthetic motion"


def demo_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo demo`."""
    parser.add_argument("-o", "--out", type=Path, default=Path("demo"), metavar="FOLDER",
                        help="where the page and the example go (demo)")  # fmt: skip
    parser.add_argument("-k", type=int, default=4, metavar="N", help="hits a query (4)")
    parser.epilog = (
        "Makes a gallery of 300 synthetic clips (once), asks it three sentences, a motion file\n"
        "and a film, prints the hits and writes FOLDER/index.html.\n\nexample: lavimo demo"
    )


def demo(args: argparse.Namespace) -> int:
    """Build the gallery, ask it, print tables and write the page."""
    from lavimo.gallery import Gallery
    from lavimo.progress import for_stream
    from lavimo.runtime.encoder import DEFAULT_MODEL, load_model
    from lavimo.search import cards, embedded
    from lavimo.search.searcher import Searcher

    print("lavimo: everything in this demo is synthetic motion (CC0-1.0).", file=sys.stderr)
    with Gallery.open(embedded.ensure(for_stream())) as gallery:
        searcher = Searcher(gallery, load_model(DEFAULT_MODEL))
        answers = [_ask(searcher, sentence, args.k) for sentence in SENTENCES]
        example = _example(searcher, gallery, args.out)
        answers.append(_ask(searcher, str(example), args.k))
        film = _film(args.out)
        if film is not None:
            answers.append(_ask(searcher, str(film), args.k))
        page = cards.save(args.out / "index.html", answers, TITLE)
        print(f"\nThe same with moving figures: {page}")
    print(f'Ask yourself: lavimo search "someone jumps over something" --html {args.out}/mine.html')
    return 0


def _ask(searcher: "Searcher", query: str, k: int) -> "Results":
    """Ask one thing as `lavimo search` does, and print what it would print."""
    from lavimo.cli.table import show
    from lavimo.search.asking import Watching

    begin = time.perf_counter()
    results = searcher.search(query, k, watching=Watching(pictures=True))
    milliseconds = 1000 * (time.perf_counter() - begin)
    print(f'\n$ lavimo search "{query}" -k {k}   ({milliseconds:.0f} ms)')
    show(results, table=True)
    return results


def _example(searcher: "Searcher", gallery: "SqliteGallery", folder: Path) -> Path:
    """One clip of the gallery as a BVH file of the user's, to search by."""
    from lavimo.search.take_home import take_home

    best = searcher.search(EXAMPLE, 1)[0]
    taken = take_home(gallery, best.item, folder / "example.bvh")
    print(f"\n{taken.path} was written from “{best.caption}”; it is the next question.")
    return taken.path


def _film(folder: Path) -> Path | None:
    """A rendered film of a clip that the gallery does not hold; None where films cannot be read."""
    from lavimo.data.choreography import choreograph
    from lavimo.errors import LavimoError
    from lavimo.search import films

    reason = films.cannot()
    try:
        if not reason:
            from lavimo.render import studio, view, writers

            clip = choreograph(FILMED)
            pictures = studio.shoot(clip.positions, RATE, view.default_view(AVATAR), size=480)
            film = writers.write(pictures, folder / "film.mp4", RATE)
            print(f"\n{film} shows an avatar (synthetic): “{clip.captions[0]}”")
            return film
    except LavimoError as error:
        reason = str(error)
    print(f"lavimo: the demo leaves its film out. {reason}", file=sys.stderr)
    return None
