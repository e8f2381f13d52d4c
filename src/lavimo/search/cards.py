"""Hits as animated cards: in a notebook, and as one HTML file that loads nothing."""

from collections.abc import Sequence
from pathlib import Path

from lavimo import files
from lavimo.search.results import NO_MATCH, Hit, Results

MOST_CARDS = 48
"""More people than this make a page slow."""


def cards(results: Results) -> str:
    """Results as an HTML fragment with its own style and script: what a notebook shows."""
    from lavimo.render import page

    # Every output of a notebook carries its avatars with it: one is enough.
    return page.notebook(_cards(results, (page.AVATAR,)), note=_note(results))


def save(path: str | Path, answers: Sequence[Results], title: str = "lavimo search") -> Path:
    """Write one page with a section for each query. Raises LavimoError when it cannot be written.

    A film that was asked for plays beside its hits. The page is one file of about a megabyte; it
    loads nothing and can be sent by mail.
    """
    from lavimo.render import page
    from lavimo.search.film_page import query_html

    sections = [
        (_heading(results), _note(results), _cards(results, page.CAST), query_html(results))
        for results in answers
    ]
    return files.write_text(Path(path), page.page(sections, title))


def _cards(results: Results, cast: Sequence[str]) -> list[str]:
    return [
        _card(results, hit, cast[number % len(cast)])
        for number, hit in enumerate(results.hits[:MOST_CARDS])
    ]


def _card(results: Results, hit: Hit, avatar: str) -> str:
    from lavimo.render import page
    from lavimo.search.film_page import film_card

    title = hit.caption or hit.item.clip or Path(hit.item.path).name
    if hit.item.film:
        return film_card(hit, title, _lines(hit))
    return page.card(
        results.gallery.positions(hit.item.seq),
        title=title,
        lines=_lines(hit),
        badge=f"+{hit.alike} alike" if hit.alike else "",
        rank=hit.rank,
        confidence=hit.confidence,
        why=hit.why,
        command=f"lavimo export id:{hit.item.id} -o {hit.item.id[:8]}.bvh",
        avatar=avatar,
        span=(hit.span[0] - hit.item.start, hit.span[1] - hit.item.start),
    )


def _heading(results: Results) -> str:
    """What was asked; a page that is sent around need not tell where a film lies."""
    text = results.query
    for film in results.films:
        text = text.replace(film.path, Path(film.path).name) if film.path else text
    return text


def _lines(hit: Hit) -> list[str]:
    start, end = hit.span
    item = hit.item
    name = Path(item.path).name + (f" # {item.clip}" if item.clip else "")
    return [
        f"{start:.1f} to {end:.1f} s of {name}",
        " · ".join(part for part in (item.source, item.licence) if part),
    ]


def _note(results: Results) -> str:
    if not results.hits:
        return "There is nothing in this gallery that passes the filter."
    clips = "1 clip" if results.searched == 1 else f"{results.searched} clips"
    return NO_MATCH if results.no_match else f"The best of {clips}."
