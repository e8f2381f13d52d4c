"""Films on a page of hits: the one that was searched for, and those that were found.

Both travel in the page: the query as MP4 with its sound left out, a found film as an animated
picture, which needs no leave to play.
"""

import base64
import io
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import numpy as np

from lavimo.errors import LavimoError
from lavimo.search.films import Film, Picture
from lavimo.search.results import Hit, Results
from lavimo.shapes import UInt8

CARD_EDGE = 320
CARD_SECONDS = 6.0
CARD_RATE = 10.0


def query_html(results: Results) -> str:
    """The films of a query as markup for a page, with what the best hit is like marked below."""
    shown = [_figure(film, results.hits[:1]) for film in results.films if film.pictures]
    notes = [f"<p>{escape(note)}</p>" for note in results.notes] if shown else []
    return "".join([*shown, *notes])


def _figure(film: Film, best: Sequence[Hit]) -> str:
    shown = film.pictures[-1].time
    lines = [escape(Path(film.path).name)]
    bar = ""
    for hit in best:
        if hit.film_span is not None:
            start, end = hit.film_span
            lines.append(f"The first hit is like {start:.1f} to {end:.1f} s of it.")
            bar = _bar(start, end, max(film.duration, shown, 0.1))
    if film.duration > shown + 1:
        lines.append(f"The first {shown:.0f} of {film.duration:.0f} s are shown.")
    text = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f'<figure><video src="{mp4(film.pictures)}" autoplay muted loop playsinline controls '
        f'aria-label="The film that was searched for"></video>{bar}'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _bar(start: float, end: float, duration: float) -> str:
    left, width = 100 * start / duration, 100 * (end - start) / duration
    return (
        '<div style="position:relative;height:6px;margin-top:8px;border-radius:3px;'
        'background:var(--lvm-line)"><span style="position:absolute;height:100%;border-radius:3px;'
        f'background:var(--lvm-accent);left:{left:.1f}%;width:{width:.1f}%"></span></div>'
    )


def mp4(pictures: Sequence[Picture]) -> str:
    """Pictures as an MP4 in a data URI."""
    from lavimo.render import writers

    span = pictures[-1].time - pictures[0].time
    rate = (len(pictures) - 1) / span if span > 0 else CARD_RATE
    with tempfile.TemporaryDirectory(prefix="lavimo-") as folder:
        film = writers.write(_decoded(pictures), Path(folder) / "film.mp4", max(rate, 1.0))
        return "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode()


def film_card(hit: Hit, title: str, lines: Sequence[str]) -> str:
    """A film that was found as a card of the page: its pictures in the hit's span.

    Where the file is gone or cannot be read the card says so.
    """
    start = hit.span[0]
    try:
        picture = _moving(hit.item.path, start, min(hit.span[1], start + CARD_SECONDS))
        stage = f'<img src="{picture}" alt="" style="width:100%;height:100%;object-fit:contain">'
    except LavimoError as error:
        stage = f'<p class="lvm-note" style="padding:40px 14px">{escape(str(error))}</p>'
    percent = round(100 * hit.confidence)
    return (
        f'<article class="lvm-card"><div class="lvm-stage">{stage}'
        f'<span class="lvm-rank">{hit.rank}</span><span class="lvm-badge">film</span></div>'
        f'<div class="lvm-text"><h3 class="lvm-title">{escape(title)}</h3>'
        f'<div class="lvm-sure"><span><b style="width:{percent}%"></b></span>'
        f"<span>{percent} % confidence</span></div>"
        f"{_list('lvm-lines', lines)}{_list('lvm-why', hit.why)}</div></article>"
    )


def _moving(path: str, start: float, end: float) -> str:
    from PIL import Image

    from lavimo.video import frames

    read = frames.read(path, fps=CARD_RATE, start=start, end=max(end, start + 0.2), edge=CARD_EDGE)
    first, *rest = (Image.fromarray(picture) for _, picture in read)
    stream = io.BytesIO()
    first.save(stream, "WEBP", save_all=True, append_images=rest, loop=0, quality=70, method=0,
               duration=round(1000 / CARD_RATE))  # fmt: skip
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()


def _list(kind: str, texts: Sequence[str]) -> str:
    return f'<ul class="{kind}">' + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def _decoded(pictures: Sequence[Picture]) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    from PIL import Image

    for picture in pictures:
        yield np.asarray(Image.open(io.BytesIO(picture.jpeg)))
