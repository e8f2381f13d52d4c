"""A report as a table for people, Markdown for papers, JSON and the published keys for programs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lavimo.evaluation.diagnostics import PairAccuracy
from lavimo.evaluation.protocols import Result
from lavimo.evaluation.ranks import KS, Scores
from lavimo.evaluation.report import Line, Report

if TYPE_CHECKING:
    from rich.table import Table

FORMAT, VERSION = "lavimo-evaluation", 1
HEAD = ("clips", "system", *(f"R@{k}" for k in KS), "MedR")


def markdown(report: Report) -> str:
    """One table for each protocol and direction, with ceiling and chance rows."""
    parts = [f"{report.data}, {report.split} split, {report.clips} clips."]
    for title, rows in _sections(report):
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        rule = "|---|---|" + "---:|" * (len(HEAD) - 2)
        parts.append("\n".join([f"### {title}", "", f"| {' | '.join(HEAD)} |", rule, *lines]))
    parts += list(_remarks(report))
    return "\n\n".join(parts) + "\n"


def rich_tables(report: Report, *, width: int = 150) -> "Iterator[Table]":
    """The same for a terminal; under 130 columns only R@1 and R@10 keep their intervals."""
    from rich.table import Table

    for title, rows in _sections(report):
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for number, name in enumerate(HEAD):
            table.add_column(name, justify="left" if number < 2 else "right", no_wrap=True)
        for row in rows:
            dim = row[1] in ("ceiling", "chance")
            cells = row if width >= 130 else _narrowed(row)
            table.add_row(*cells, style="dim" if dim else "", end_section=row[1] == "chance")
        yield table


def remarks(report: Report) -> list[str]:
    """The sentences below the tables: sides, choreography, what the columns mean."""
    return list(_remarks(report))


def as_json(report: Report) -> dict[str, Any]:
    """Everything in the report; figures unrounded, intervals at 95 %."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "data": report.data,
        "split": report.split,
        "n": report.clips,
        "gallery_ids_sha256": report.gallery_sha256,
        "model_id": report.model_id,
        "lines": [_line_json(line) for line in report.lines],
        "side_accuracy": {name: _sides_json(found) for name, found in report.sides.items()},
        "choreography": {
            name: [_result_json(result) for result in pair]
            for name, pair in report.choreography.items()
        },
    }


def published_keys(results: tuple[Result, Result]) -> dict[str, float]:
    """`t2m/R01` … `m2t/MedR`, `t2m/len`, rounded to 2, as TMR's result files (METHOD.md D7)."""
    found: dict[str, float] = {}
    for result in results:
        way = result.direction.lower()
        found |= {f"{way}/R{k:02d}": round(result.scores.at(k), 2) for k in KS}
        found[f"{way}/MedR"] = round(result.scores.median, 2)
        found[f"{way}/len"] = float(result.scores.queries)
    return found


def _sections(report: Report) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    groups: dict[tuple[str, str], dict[str, list[Line]]] = {}
    for line in report.lines:
        key = (line.result.protocol, line.result.direction)
        groups.setdefault(key, {}).setdefault(line.subset, []).append(line)
    for (protocol, direction), subsets in groups.items():
        rows: list[tuple[str, ...]] = []
        for subset, lines in subsets.items():
            rows += _block(subset, lines)
        yield f"{direction}, {protocol}", rows
    told: dict[str, list[Line]] = {}
    for name, results in report.choreography.items():
        for result in results:
            told.setdefault(result.direction, []).append(Line(name, "", True, result))
    for way, lines in told.items():
        yield f"{way}, strict, unseen choreographed programmes", _block("choreography", lines)


def _block(subset: str, lines: list[Line]) -> list[tuple[str, ...]]:
    first = lines[0].result
    where = ", own" if lines[0].own_gallery else f"/{first.scores.gallery}"
    label = f"{subset} ({first.scores.queries}{where})"
    systems = [(line.system, _cells(line.result)) for line in lines]
    rows = [("ceiling", _plain(first.ceiling)), *systems, ("chance", _plain(first.chance))]
    return [(label if i == 0 else "", name, *cells) for i, (name, cells) in enumerate(rows)]


def _cells(result: Result) -> list[str]:
    ends = zip(_figures(result.scores), _figures(result.low), _figures(result.high), strict=True)
    return [f"{_short(value)} ({low:.0f}–{high:.0f})" for value, low, high in ends]


def _narrowed(row: tuple[str, ...]) -> tuple[str, ...]:
    kept = {0, 1, HEAD.index("R@1"), HEAD.index("R@10")}
    return tuple(cell if i in kept else cell.split(" ")[0] for i, cell in enumerate(row))


def _plain(scores: Scores) -> list[str]:
    return [_short(value) for value in _figures(scores)]


def _figures(scores: Scores) -> list[float]:
    return [*scores.recalls, scores.median]


def _short(value: float) -> str:
    return f"{value:.1f}"


def _remarks(report: Report) -> Iterator[str]:
    for name, found in report.sides.items():
        parts = ", ".join(f"{family} {value:.3f}" for family, value in found.families.items())
        yield (
            f"Left/right pair accuracy, {name}: {found.accuracy:.3f} "
            f"({parts}; {found.queries} queries, {found.pairs} pairs; chance 0.5)."
        )
    yield (
        "Beside the clips: queries/gallery; own = ranked among themselves. Beside the scores: 95 % "
        "bootstrap interval over queries. Ceiling: a perfect text encoder on these captions. "
        "Chance: a random order. Ties take their mean place; under same-caption other right "
        "answers are no rivals."
    )


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "system": line.system,
        "subset": line.subset,
        "own_gallery": line.own_gallery,
        **_result_json(line.result),
    }


def _result_json(result: Result) -> dict[str, Any]:
    return {
        "protocol": result.protocol,
        "direction": result.direction,
        "tie_rule": result.ties,
        "queries": result.scores.queries,
        "gallery": result.scores.gallery,
        "scores": _scores_json(result.scores),
        "low": _scores_json(result.low),
        "high": _scores_json(result.high),
        "ceiling": _scores_json(result.ceiling),
        "chance": _scores_json(result.chance),
    }


def _scores_json(scores: Scores) -> dict[str, float]:
    return {**{f"R@{k}": scores.at(k) for k in KS}, "MedR": scores.median}


def _sides_json(found: PairAccuracy) -> dict[str, Any]:
    return {
        "accuracy": found.accuracy,
        "families": found.families,
        "queries": found.queries,
        "pairs": found.pairs,
    }
