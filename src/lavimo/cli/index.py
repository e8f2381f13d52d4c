"""`lavimo index` and `lavimo gallery`: put motion and films into a gallery; look after it."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lavimo.errors import ConfigError

if TYPE_CHECKING:
    from lavimo.gallery.contract import Stats
    from lavimo.search.index import IndexReport

SHOWN = 12
"""Failures that are printed; `--json` has them all."""


def index_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo index`."""
    parser.add_argument("sources", nargs="+", type=Path, metavar="SRC",
                        help="folders, motion files, videos, manifests (.jsonl)")  # fmt: skip
    parser.add_argument("-o", "--gallery", type=Path, metavar="GALLERY",
                        help="the gallery (else FOLDER.gallery beside one folder)")  # fmt: skip
    parser.add_argument("--model", help="a shipped model or a checkpoint folder")
    parser.add_argument("--licence", metavar="L",
                        help="licence of clips whose manifest names none")  # fmt: skip
    parser.add_argument("--retry", action="store_true", help="try files again that failed before")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (2)")
    parser.add_argument("--no-windows", action="store_true",
                        help="whole clips only, no moments of long ones")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.epilog = 'example: lavimo index ~/mocap -o ~/mocap.gallery --licence "CC-BY-4.0"'


def index(args: argparse.Namespace) -> int:
    """Index the sources and report what became of them."""
    from lavimo.progress import for_stream
    from lavimo.runtime.encoder import DEFAULT_MODEL, load_model
    from lavimo.search.index import index as run

    if args.workers < 1:
        raise ConfigError(f"--workers {args.workers} does no work; give at least 1.")
    report = run(
        args.sources,
        _gallery(args),
        load_model(args.model or DEFAULT_MODEL),
        progress=for_stream(),
        workers=args.workers,
        licence=args.licence,
        windows=not args.no_windows,
        retry=args.retry,
    )
    if args.json:
        print(json.dumps(_record(report)))
    else:
        _print_failures(report)
        print(_sentence(report))
    return 0


def gallery_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo gallery`."""
    parser.add_argument("action", choices=("stats", "verify", "backup", "compact", "reindex"))
    parser.add_argument("gallery", type=Path, metavar="GALLERY")
    parser.add_argument("target", nargs="?", type=Path, help="backup: the folder of the copy")
    parser.add_argument(
        "--model", help="reindex: encode all by this model (else the gallery keeps its own)"
    )
    parser.add_argument("--json", action="store_true", help="stats as JSON")
    parser.epilog = "example: lavimo gallery verify mocap.gallery"


def gallery(args: argparse.Namespace) -> int:
    """Do one thing to a gallery; `verify` answers 1 when something is wrong."""
    from lavimo.gallery import Gallery

    if args.action == "reindex":
        return _reindex(args)
    if args.action == "backup" and args.target is None:
        raise ConfigError("`lavimo gallery backup` needs the folder of the copy as well.")
    with Gallery.open(args.gallery, write=args.action == "compact") as opened:
        if args.action == "stats":
            _print_stats(opened.stats(), as_json=args.json)
        elif args.action == "verify":
            problems = opened.verify()
            print("\n".join(problems) or f"{args.gallery} is sound.")
            return 1 if problems else 0
        elif args.action == "backup":
            print(opened.backup(args.target))
        else:
            opened.compact()
            print(f"{args.gallery} takes {_size(opened.stats().bytes)} now.")
    return 0


def _reindex(args: argparse.Namespace) -> int:
    from lavimo.progress import for_stream
    from lavimo.runtime.encoder import load_model
    from lavimo.search.reindex import complete, reindex

    if args.model is None:
        count = complete(args.gallery, progress=for_stream())
        print(f"{args.gallery} got the pose rows of {count} clips; its model stays.")
        return 0
    encoder = load_model(args.model)
    count = reindex(args.gallery, encoder, progress=for_stream())
    print(f"{args.gallery} answers by {encoder.model_id} now; {count} rows were encoded.")
    return 0


def _gallery(args: argparse.Namespace) -> Path:
    if args.gallery is not None:
        return Path(args.gallery)
    if len(args.sources) == 1 and args.sources[0].is_dir():
        folder = args.sources[0].resolve()
        return Path(folder.with_name(f"{folder.name}.gallery"))
    raise ConfigError("Say where the gallery is or shall be: -o NAME.gallery.")


def _record(report: "IndexReport") -> dict[str, object]:
    return {
        "gallery": str(report.gallery),
        "clips": report.clips,
        "windows": report.windows,
        "files": report.files,
        "skipped": report.skipped,
        "moved": report.moved,
        "seconds": round(report.seconds, 3),
        "clips_per_second": round(report.clips_per_second, 1),
        "cpu_seconds": {name: round(value, 3) for name, value in report.stages.items()},
        "failures": [
            {"path": one.path, "reason": one.reason, "before": one.before}
            for one in report.failures
        ],
    }


def _print_failures(report: "IndexReport") -> None:
    fresh = [one for one in report.failures if not one.before]
    before = len(report.failures) - len(fresh)
    for one in fresh[:SHOWN]:
        named = one.reason if Path(one.path).name.partition("#")[0] in one.reason else ""
        print(f"left out: {named or f'{one.path}: {one.reason}'}", file=sys.stderr)
    if len(fresh) > SHOWN:
        print(f"left out: {len(fresh) - SHOWN} more; --json lists them all", file=sys.stderr)
    if before:
        print(f"{before} files failed before; --retry tries them again", file=sys.stderr)


def _sentence(report: "IndexReport") -> str:
    parts = [f"{report.clips} clips and {report.windows} moments of {report.files} files added"]
    if report.clips:
        parts.append(f"{report.clips_per_second:.1f} clips/s")
    if report.skipped:
        parts.append(f"{report.skipped} files unchanged")
    if report.moved:
        parts.append(f"{report.moved} moved")
    return f"{report.gallery}: {', '.join(parts)}."


def _print_stats(stats: "Stats", *, as_json: bool) -> None:
    record = {
        "gallery": str(stats.path),
        "model": f"{stats.model_id} ({stats.dim} numbers)",
        "sentence model": stats.sentence_model_id,
        "files": stats.files,
        "failed files": stats.failed,
        "clips": stats.clips - stats.films,
        "films": stats.films,
        "moments": stats.windows,
        "captions": stats.captions,
        "different captions": stats.sentences,
        "minutes": round(stats.seconds / 60, 1),
        "bytes": stats.bytes,
        "sources": dict(stats.sources),
        "licences": dict(stats.licences),
    }
    if as_json:
        print(json.dumps(record))
        return
    record["size"] = _size(stats.bytes)
    del record["bytes"]
    width = max(map(len, record))
    for name, value in record.items():
        text = _counts(value) if isinstance(value, dict) else str(value)
        print(f"{name:<{width}}  {text}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"
