"""Real filmed clips against a gallery: what a phone finds, where the time goes, a sheet to look at.

    python benchmarks/filmed.py GALLERY FILMS [--model NAME] [--sheet docs/img/filmed.webp]

FILMS is a folder of video files. For those named in EXPECTED the rank of the first hit whose
action or caption matches the pattern is printed (the patterns are the README sentences of the
clips, written before any answer was seen); every other film is shown without a yardstick.
"""

import argparse
import io
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lavimo.gallery import Gallery
from lavimo.render.avatar import load, names
from lavimo.render.sheet import shortened, strip
from lavimo.runtime.encoder import load_model
from lavimo.search import films
from lavimo.search.results import Results
from lavimo.search.searcher import Searcher

EXPECTED = {
    "walk_side": (r"\bwalk", 1),
    "jumping_jacks": (r"jumping jack", 1),
    "squat_woman": (r"squat", 10),
    "balance_back_view": (r"balanc|arabesque|one leg|one foot", 10),
    "two_people": (r"balanc|arabesque|one leg|one foot", 10),
    "juggle_ball": (r"knee|kick|juggl", 10),
}
"""Pattern and the rank it should have at worst."""
MOMENTS, TILE, SHOWN = 5, (84, 118), 5
ASKED, LISTED = 50, 10
"""Hits that a rank is looked for in, and those that are printed."""


def main() -> None:
    """Ask with every film, print ranks and seconds, draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gallery", type=Path)
    parser.add_argument("films", type=Path)
    parser.add_argument("--model", default="lavimo-open-small-nc")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    paths = sorted(path for path in args.films.iterdir() if films.is_film(path))
    with Gallery.open(args.gallery) as gallery:
        searcher = Searcher(gallery, load_model(args.model))
        searcher.search(films.read(paths[0]), k=10)  # networks, model and bank are warm
        rows = [_asked(searcher, path, keep=args.sheet is not None) for path in paths]
        if args.sheet:
            _sheet(gallery, rows, args.sheet)


def _asked(searcher: Searcher, path: Path, *, keep: bool) -> tuple[films.Film, Results]:
    begin = time.perf_counter()
    film = films.read(path, keep=keep)
    watched = time.perf_counter()
    results = searcher.search(film, k=ASKED, expand=False)
    whole = time.perf_counter() - begin
    pattern, within = EXPECTED.get(path.stem, ("", 0))
    rank = next((hit.rank for hit in results if pattern and _fits(hit.item, pattern)), None)
    spent = ", ".join(f"{name} {seconds:.2f}" for name, seconds in film.seconds.items())
    print(f"{path.name}: {film.duration:.1f} s of film, {whole:.2f} s in all ({spent}, search "
          f"{begin + whole - watched:.2f})")  # fmt: skip
    if pattern:
        print(f"  wanted {pattern!r} within {within}: {f'rank {rank}' if rank else 'not there'}")
    for doubt in film.doubts():
        print(f"  note: {doubt}")
    for hit in results[:LISTED]:
        text = hit.item.captions[0].text if hit.item.captions else hit.item.path
        print(f"  {hit.rank:2} {text[:70]}")
    return film, results


def _fits(item: Any, pattern: str) -> bool:
    told = [str(item.attrs.get("action", "")), *(caption.text for caption in item.captions)]
    return any(re.search(pattern, text, re.IGNORECASE) for text in told)


def _sheet(gallery: Gallery, rows: list[tuple[films.Film, Results]], path: Path) -> None:
    """A row a film: moments of the film, then moments of the five best hits on avatars."""
    wide, high = MOMENTS * TILE[0], TILE[1] + 24
    picture = Image.new("RGB", ((SHOWN + 1) * (wide + 8), len(rows) * (high + 8)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    avatars = [load(name) for name in names()[:SHOWN]]
    for row, (film, results) in enumerate(rows):
        top = row * (high + 8)
        draw.text((2, top + 4), Path(film.path).name, fill="black", font=font)
        picture.paste(_filmstrip(film), (0, top + 22))
        for column, hit in enumerate(list(results)[:SHOWN], start=1):
            left = column * (wide + 8)
            said = hit.item.captions[0].text if hit.item.captions else Path(hit.item.path).stem
            text = shortened(f"{hit.rank}. {said}", wide, font)
            draw.text((left + 2, top + 4), text, fill="black", font=font)
            shot = strip(gallery.positions(hit.item.seq), size=TILE, count=MOMENTS,
                         avatar=avatars[column - 1])  # fmt: skip
            picture.paste(shot, (left, top + 22))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=75)
    print(f"wrote {path}")


def _filmstrip(film: films.Film) -> Image.Image:
    """Moments of the film, cut where something moves."""
    found = Image.new("RGB", (MOMENTS * TILE[0], TILE[1]), "#dddddd")
    shots = [Image.open(io.BytesIO(picture.jpeg)) for picture in film.pictures]
    wide = max(TILE[0], round(shots[0].width * TILE[1] / shots[0].height))
    stack = np.stack([np.asarray(shot.resize((wide, TILE[1]))) for shot in shots]).astype(int)
    moved = np.abs(stack - np.median(stack, axis=0)).sum(axis=(1, 3))
    for place in range(MOMENTS):
        number = int((place + 0.5) / MOMENTS * len(shots))
        energy = np.convolve(moved[number], np.ones(TILE[0]), "valid")
        left = int(energy.argmax()) if wide > 1.5 * TILE[0] else (wide - TILE[0]) // 2
        cut = stack[number, :, left : left + TILE[0]].astype(np.uint8)
        found.paste(Image.fromarray(cut), (place * TILE[0], 0))
    return found


if __name__ == "__main__":
    main()
