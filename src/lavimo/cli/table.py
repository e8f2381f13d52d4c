"""Hits as text: a table in a terminal, plain lines in a pipe."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.search.results import NO_MATCH, Hit, Results

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

BAR = 5
NARROW = 90
"""Columns under which licence and source share one."""
ID_SIGNS = 8


def show(results: Results, *, explain: bool = False, table: bool | None = None) -> None:
    """Print the answer to stdout; `explain` adds the reasons under each hit.

    `table` None chooses: a table in a terminal, plain lines in a pipe.
    """
    if not results.hits:
        print("Nothing in this gallery passes the filter." if results.gallery else "Nothing.")
        return
    for note in results.notes:
        print(f"lavimo: {_plain(note)}", file=sys.stderr)
    if table is None:
        table = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if table:
        _table(results, explain)
    else:
        _lines(results, explain)
    if explain and results.seconds:
        print(_spent(results.seconds), file=sys.stderr)


def _lines(results: Results, explain: bool) -> None:
    """Tab-separated, without colours: for grep, cut and files."""
    if results.no_match:
        print(NO_MATCH)
    for hit in results:
        start, end = hit.span
        cells = (
            str(hit.rank),
            f"{hit.confidence:.2f}",
            _plain(hit.caption),
            f"{start:.1f}-{end:.1f} s" + (f" ({_film(hit)})" if hit.film_span else ""),
            hit.item.source,
            hit.item.licence,
            f"id:{hit.item.id[:ID_SIGNS]}",
            hit.item.path + (f"#{hit.item.clip}" if hit.item.clip else ""),
        )
        print("\t".join(cells))
        if explain:
            for reason in hit.why:
                print(f"\t{_plain(reason)}")


def _table(results: Results, explain: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=shutil.get_terminal_size((100, 24)).columns)
    narrow = console.width < NARROW
    if results.no_match:
        console.print(Text(NO_MATCH, "bold yellow"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, padding=(0, 1, 0, 0))
    table.add_column("", justify="right", style="dim", no_wrap=True)
    table.add_column("sure", no_wrap=True)
    table.add_column("motion", ratio=1)
    filmed = any(hit.film_span for hit in results)
    table.add_column("seconds", no_wrap=True, justify="right")
    if filmed:
        table.add_column("of the film", no_wrap=True, justify="right")
    table.add_column("from", no_wrap=not narrow, style="dim", overflow="fold")
    if not narrow:
        table.add_column("licence", no_wrap=True, style="dim")
    table.add_column("id", no_wrap=True, style="cyan")
    for hit in results:
        table.add_row(*_cells(hit, narrow, explain))
    console.print(table)
    _footer(console, results)


def _cells(hit: Hit, narrow: bool, explain: bool) -> "list[str | Text]":
    from rich.text import Text

    start, end = hit.span
    motion = Text(_plain(hit.caption) or Path(hit.item.path).name)
    if hit.alike:
        motion.append(f"  +{hit.alike} alike", "dim")
    if explain:
        for reason in hit.why:
            # The caption stands above already: only who says it and how near it is are news.
            short = reason.replace(f"says “{hit.caption}” ", "its caption ")
            motion.append(f"\n· {_plain(short)}", "dim")
    cells: list[str | Text] = [str(hit.rank), _bar(hit.confidence), motion]
    cells.append(f"{start:.1f}–{end:.1f}")
    if hit.film_span is not None:
        cells.append("{:.1f}–{:.1f}".format(*hit.film_span))
    source, licence = Text(_plain(hit.item.source)), Text(_plain(hit.item.licence))
    cells += [Text("\n").join([source, licence])] if narrow else [source, licence]
    return [*cells, hit.item.id[:ID_SIGNS]]


def _film(hit: Hit) -> str:
    start, end = hit.film_span or (0.0, 0.0)
    return f"film {start:.1f}-{end:.1f} s"


def _spent(seconds: Mapping[str, float]) -> str:
    """Where the time went, with the whole first."""
    parts = ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())
    return f"lavimo: {sum(seconds.values()):.2f} s ({parts})"


def _bar(confidence: float) -> "Text":
    from rich.text import Text

    full = round(confidence * BAR)
    colour = "green" if confidence >= 0.6 else "yellow" if confidence >= 0.3 else "red"
    text = Text("█" * full, colour)
    text.append("░" * (BAR - full), "dim")
    text.append(f" {100 * confidence:2.0f}%")
    return text


def _footer(console: "Console", results: Results) -> None:
    from rich.text import Text

    first = results.hits[0].item.id[:ID_SIGNS]
    lines = (
        f"{len(results)} of {results.searched} clips",
        f"more like the first: lavimo search id:{first}",
        f"take it home: lavimo export {first} -o clip.bvh",
    )
    one = " · ".join(lines)
    console.print(Text(one if len(one) <= console.width else "\n".join(lines), "dim"))


def _plain(text: str) -> str:
    """Captions come from anywhere: no escape sequences, no line breaks, no bare surrogates."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(clean.encode(errors="replace").decode().split())
