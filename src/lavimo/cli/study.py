"""`lavimo data` and `lavimo evaluate`: data sets made ready and checked, models judged."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.errors import EvaluationError

if TYPE_CHECKING:
    from rich.console import Console

    from lavimo.data.manifest import Problem
    from lavimo.evaluation.protocols import Result
    from lavimo.evaluation.report import Report, Score
    from lavimo.progress import Progress
    from lavimo.runtime.encoder import Encoder

_PROTOCOLS = ("strict", "same-caption", "threshold-0.95", "threshold-cos0.8", "small-batches")
_BASELINES = "baselines"


def data_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo data`."""
    parser.add_argument("action", choices=("prepare", "check", "stats"),
                        help="prepare: read every motion into the cache; check: list captions "
                        "that the motion contradicts; stats: count what is there")  # fmt: skip
    parser.add_argument("data", help="OpenMotion's folder, or a manifest (.jsonl, .jsonl.gz)")
    parser.add_argument("--split", choices=("train", "val", "test"), help="this split only")
    parser.add_argument("--workers", type=int, default=2, help="processes of prepare (2)")
    parser.add_argument("--again", action="store_true", help="prepare what is in the cache, too")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.epilog = "example: lavimo data check my_clips.jsonl"


def data(args: argparse.Namespace) -> int:
    """Run one action; 1 when `check` finds something or `prepare` leaves something out."""
    return {"prepare": _prepare, "check": _check, "stats": _stats}[args.action](args)


def _prepare(args: argparse.Namespace) -> int:
    from lavimo.data import folders
    from lavimo.data.prepare import prepare
    from lavimo.progress import for_stream

    listed = folders.rows(args.data)
    rows = [row for row in listed.rows if args.split in (None, row.split)]
    done = prepare(rows, progress=for_stream(), workers=args.workers, again=args.again)
    problems = (*listed.problems, *done.failures)
    if args.json:
        _print_json([{"prepared": len(done), **_problem(problem)} for problem in problems]
                    or [{"prepared": len(done)}])  # fmt: skip
    else:
        _warn(problems)
        print(f"{len(done)} of {len(rows) + len(listed.problems)} clips are prepared.")
    return 1 if problems else 0


def _check(args: argparse.Namespace) -> int:
    from lavimo.data import folders
    from lavimo.data.check import contradictions
    from lavimo.data.prepare import prepare
    from lavimo.progress import for_stream

    listed = folders.rows(args.data)
    rows = [row for row in listed.rows if args.split in (None, row.split)]
    done = prepare(rows, progress=for_stream(), workers=args.workers)
    problems = (*listed.problems, *done.failures)
    found = list(contradictions(done.samples))
    if args.json:
        _print_json([asdict(one) for one in found] + [_problem(one) for one in problems])
        return 1 if found or problems else 0
    _warn(problems)
    for one in found:
        print(f'{one.id}: "{one.caption}" ({one.origin}): {one.reason}')
    clips = len({one.id for one in found})
    print(f"{len(found)} captions of {clips} clips need a look; {len(done)} clips checked.")
    return 1 if found or problems else 0


def _stats(args: argparse.Namespace) -> int:
    from rich.table import Table

    from lavimo.data import folders
    from lavimo.data.check import counts

    listed = folders.rows(args.data)
    found = counts(row for row in listed.rows if args.split in (None, row.split))
    if args.json:
        _print_json([asdict(one) for one in found] + [_problem(p) for p in listed.problems])
        return 0
    table = Table(box=None, pad_edge=False)
    names = ("source", "train", "val", "test", "minutes", "captions", "distinct", "licence")
    for name in names:
        table.add_column(name, justify="left" if name in ("source", "licence") else "right")
    for one in found:
        splits = [str(one.segments.get(name, 0)) for name in ("train", "val", "test")]
        table.add_row(one.source, *splits, f"{one.seconds / 60:.1f}", str(one.captions),
                      str(one.distinct), ", ".join(one.licences))  # fmt: skip
    _console().print(table)
    _warn(listed.problems)
    return 0


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo evaluate`."""
    parser.add_argument("model", help="a checkpoint by name or folder; `baselines` for none")
    parser.add_argument("--data", required=True,
                        help="OpenMotion's folder, a manifest, or a folder like HumanML3D's or "
                        "KIT-ML's")  # fmt: skip
    parser.add_argument("--split", default="test", choices=("train", "val", "test"))
    parser.add_argument("--protocol", action="append", choices=_PROTOCOLS,
                        help="what counts as right; several may be given (default: those that "
                        "fit the data)")  # fmt: skip
    parser.add_argument("--choreography", type=int, default=0, metavar="N",
                        help="also N unseen choreographed programmes, at most 1000")  # fmt: skip
    parser.add_argument("--gallery-size", type=int, metavar="N",
                        help="only the first N clips by id, as some papers did")  # fmt: skip
    parser.add_argument("--films", action="store_true",
                        help="also V2M, M2V, T2V and V2T: every clip is filmed on an avatar that "
                        "no model knows (about half an hour the first time)")  # fmt: skip
    parser.add_argument("--no-baselines", action="store_true",
                        help="leave ridge, text-kNN and limb directions out")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap intervals")
    parser.add_argument("--json", action="store_true", help="everything, as one JSON object")
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    parser.epilog = "example: lavimo evaluate lavimo-open-small --data openmotion"


def evaluate(args: argparse.Namespace) -> int:
    """Judge a model on a split and print the tables."""
    from lavimo.progress import for_stream

    if not 0 <= args.choreography <= 1000:
        raise EvaluationError("--choreography takes 0 to 1000; so many unseen programmes exist.")
    report = _report(args, for_stream())
    _print_report(report, args)
    return 0


def _report(args: argparse.Namespace, progress: "Progress") -> "Report":
    from dataclasses import replace

    from lavimo.evaluation import films, report, sets
    from lavimo.evaluation.diagnostics import choreographed_samples, choreography_test

    systems: dict[str, Score] = {}
    film_systems: dict[str, films.FilmScore] = {}
    model_id = ""
    if args.model != _BASELINES:
        encoder = _encoder(args.model)
        model_id = encoder.model_id
        name = Path(args.model).name or args.model
        systems[name] = report.score_by(encoder, progress)
        if args.films:
            film_systems[name] = films.film_scores(encoder, progress)
    test = sets.open_set(args.data, args.split, gallery_size=args.gallery_size, progress=progress)
    _warn(test.problems)
    if not args.no_baselines or not systems:
        systems |= _baselines(args.data, progress)
        film_systems["limb directions"] = films.direction_scores
    if not systems:
        raise EvaluationError("Without a model and without baselines there is nothing to judge.")
    filmed = films.film(test.samples, progress=progress) if args.films else None
    made = report.make(systems, test, model_id=model_id, protocols=args.protocol,
                       progress=progress, seed=args.seed,
                       films=None if filmed is None else (filmed, film_systems))  # fmt: skip
    if not args.choreography:
        return made
    programmes = choreographed_samples(args.choreography, progress)
    known: dict[str, tuple[Result, ...]] = {
        name: choreography_test(score, programmes, seed=args.seed)
        for name, score in systems.items()
    }
    if args.films:
        seen = films.film(programmes, progress=progress)
        known |= films.choreography_test(film_systems, seen, known, seed=args.seed)
    return replace(made, choreography=known)


def _encoder(model: str) -> "Encoder":
    from lavimo.runtime.encoder import load_model

    encoder = load_model(model)
    if encoder.checkpoint.config.text.backbone == "minilm":
        return encoder
    from lavimo.models.encoder import TorchEncoder

    return TorchEncoder(encoder.checkpoint)


def _baselines(data: str, progress: "Progress") -> "dict[str, Score]":
    from lavimo.data import folders
    from lavimo.errors import DataError
    from lavimo.evaluation.report import baseline_scores

    try:
        train, val = (folders.load(data, split, progress=progress) for split in ("train", "val"))
        return baseline_scores(train.samples, val.samples, progress)
    except (DataError, EvaluationError) as error:
        print(f"No baselines: {error}", file=sys.stderr)
        return {}


def _print_report(report: "Report", args: argparse.Namespace) -> None:
    from lavimo.evaluation import tables

    if args.json:
        print(json.dumps(tables.as_json(report), indent=2))
        return
    if args.markdown:
        print(tables.markdown(report), end="")
        return
    console = _console()
    for table in tables.rich_tables(report, width=console.width):
        console.print(table, "")
    for remark in tables.remarks(report):
        console.print(remark)


def _console() -> "Console":
    """A pipe takes whole lines: tables are not squeezed into 80 columns there."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=150)


def _warn(problems: "Iterable[Problem]") -> None:
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)


def _problem(problem: "Problem") -> dict[str, str]:
    return {"id": problem.entry, "problem": problem.reason}


def _print_json(rows: "Iterable[object]") -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
