"""Manifests: one JSON object a line, each a segment of a motion file with its captions.

Only `file` is required (a path relative to the manifest's folder, or absolute). `clip` names an
animation inside a file, `start` and `end` are seconds in the file (`end` null = to the end),
`captions` a list of sentences with `caption_sources` beside it, `split` one of train, val, test.
Further fields: id, source, licence, subject, action, style, duration, fps_file. The shipped
OpenMotion manifest is one of these; unknown fields are left alone.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lavimo.data.captions import Caption
from lavimo.errors import DataError

_ORIGINS = {"kit-ml": "human", "cmu-description": "human"}


@dataclass(frozen=True)
class Row:
    """A segment: where it lies, what is said of it, whose it is. Seconds in the file's own time."""

    id: str
    file: Path
    clip: str | None = None
    start: float = 0.0
    end: float | None = None
    duration: float | None = None
    fps: float | None = None
    """Frames a second of the file as the manifest knows them: decides where a file has none."""
    captions: tuple[Caption, ...] = ()
    source: str = "user"
    licence: str = ""
    subject: str | None = None
    action: str | None = None
    style: str | None = None
    split: str = "train"
    caption_sources: tuple[str, ...] = ()
    """The manifest's own word for who wrote each caption, e.g. `kit-ml`."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The captions' sentences."""
        return tuple(caption.text for caption in self.captions)


@dataclass(frozen=True)
class Problem:
    """An entry that was left out: which one, and why in one sentence."""

    entry: str
    reason: str

    def __str__(self) -> str:
        return f"{self.entry}: {self.reason}"


@dataclass(frozen=True)
class Manifest:
    """The usable rows of a manifest, and the entries that are missing or double."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def read(path: str | Path, *, folder: Path | None = None) -> Manifest:
    """Read a `.jsonl` or `.jsonl.gz`; `folder` is where its files lie (default: beside it).

    Entries whose file is not there, or whose id came before, are listed in `problems`.
    Raises DataError when the manifest is missing, a line is no JSON object or lacks `file`, a
    value has the wrong type, or not one file is there.
    """
    path = Path(path)
    folder = path.parent if folder is None else folder
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        row = _row(line, f"{path} line {number}", folder)
        if row.id in seen:
            problems.append(Problem(row.id, "a second entry with this id; give it another one."))
        elif not row.file.is_file():
            problems.append(Problem(row.id, f"{row.file} is not there; mend the path or fetch it."))
        else:
            rows.append(row)
        seen.add(row.id)
    if not rows:
        first = f" ({problems[0].reason})" if problems else ""
        raise DataError(f"{path} names no motion file that is there{first}")
    return Manifest(tuple(rows), tuple(problems))


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode().splitlines()
    except FileNotFoundError:
        raise DataError(f"{path} is not there; give the path of a manifest (.jsonl).") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text; save the manifest as UTF-8.") from None
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read ({error}); fetch or save it again.") from error


def _row(line: str, where: str, folder: Path) -> Row:
    try:
        entry: Any = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise DataError(f"{where}: no JSON object; a manifest has one object a line.") from None
    if not isinstance(entry, dict) or not _text(entry.get("file")):
        raise DataError(f'{where}: an entry needs "file", the path of its motion file.')
    sources = tuple(_texts(entry, "caption_sources", where))
    texts = _texts(entry, "captions", where)
    origins = [_ORIGINS.get(name, name) for name in sources] + ["user"] * len(texts)
    start = _number(entry, "start", where)
    split = entry.get("split") or "train"
    if split not in ("train", "val", "test"):
        raise DataError(f"{where}: split {split!r} is none of train, val, test.")
    return Row(
        id=str(entry.get("id") or _default_id(entry)),
        file=folder / entry["file"],
        clip=_text(entry.get("clip")),
        start=0.0 if start is None else start,
        end=_number(entry, "end", where),
        duration=_number(entry, "duration", where),
        fps=_number(entry, "fps_file", where),
        captions=tuple(Caption(*pair) for pair in zip(texts, origins, strict=False)),
        source=_text(entry.get("source")) or "user",
        licence=_text(entry.get("licence")) or "",
        subject=_text(entry.get("subject")),
        action=_text(entry.get("action")),
        style=_text(entry.get("style")),
        split=split,
        caption_sources=sources,
    )


def _default_id(entry: dict[str, Any]) -> str:
    clip, start = entry.get("clip"), entry.get("start")
    return f"{entry['file']}{f'#{clip}' if clip else ''}{f'@{start}' if start else ''}"


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _texts(entry: dict[str, Any], name: str, where: str) -> list[str]:
    values = entry.get(name) or []
    if isinstance(values, str):
        return [values]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DataError(f'{where}: "{name}" must be a list of strings.')
    return values


def _number(entry: dict[str, Any], name: str, where: str) -> float | None:
    value = entry.get(name)
    if value is None:
        return None
    # NaN fails the comparison; JSON's Infinity fails it too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise DataError(f'{where}: "{name}" must be a number of at least 0.')
    return float(value)
