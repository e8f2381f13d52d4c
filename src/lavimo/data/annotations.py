"""TMR's annotation files: captions with start and end in seconds of whole AMASS motions.

`annotations.json` (or .json.gz) is `{id: {path, duration, annotations: [{seg_id, text, start,
end}]}}`; `path` is relative to a folder of features, without suffix; `M...` ids are mirrored
twins. Frames of a caption are `[int(start * 20), int(end * 20))`. Source: METHOD.md A3.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.data.captions import Caption
from lavimo.data.humanml3d import HUMANML3D, Filter, Items, Loaded, keeps
from lavimo.data.manifest import Problem
from lavimo.data.sample import Sample
from lavimo.errors import DataError
from lavimo.progress import Progress, Silent

FPS = 20.0


@dataclass(frozen=True)
class Span:
    """One caption of a motion, with its span in seconds."""

    id: str
    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Annotated:
    """A motion of AMASS: path relative to the features' folder, seconds, captions in order."""

    id: str
    path: str
    duration: float
    spans: tuple[Span, ...]


def read(path: str | Path) -> dict[str, Annotated]:
    """All motions of an annotation file by id. Raises DataError when it is none."""
    path = Path(path)
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        return {name: _annotated(name, entry) for name, entry in content.items()}
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path} cannot be read as annotations ({error}).") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(f"{path} lacks path, duration or annotations ({error!r}).") from error


def load(
    motions: Mapping[str, Annotated],
    ids: Sequence[str],
    features: str | Path,
    split: str,
    *,
    rule: Filter = "tmr",
    items: Items = "all",
    progress: Progress | None = None,
) -> Loaded:
    """Samples of the listed ids from a folder of (T, 263) arrays of whole AMASS motions.

    One sample a caption span, named by its seg_id, or ("first") one an id with its first caption.
    Ids without annotation, arrays that are missing and spans that are empty are listed.
    Raises DataError when nothing is left.
    """
    samples: list[Sample] = []
    problems: list[Problem] = []
    with (progress or Silent()).task("Reading", len(ids)) as task:
        for name in ids:
            try:
                samples += _samples(motions, name, Path(features), split, rule, items)
            except DataError as error:
                problems.append(Problem(name, str(error)))
            task.advance()
    if not samples:
        first = f": {problems[0]}" if problems else "; every caption was filtered out."
        raise DataError(f"{features} gives no {split} clip{first}")
    return Loaded(tuple(samples), tuple(problems))


def _samples(
    motions: Mapping[str, Annotated],
    name: str,
    folder: Path,
    split: str,
    rule: Filter,
    items: Items,
) -> list[Sample]:
    if name not in motions:
        raise DataError(f"{name} has no annotation; it is left out, as in the published galleries.")
    motion = motions[name]
    path = folder / f"{motion.path}.npy"
    try:
        whole = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} is missing or no array ({error}).") from error
    if whole.ndim != 2 or whole.shape[1] != HUMANML3D.width or not np.isfinite(whole).all():
        raise DataError(f"{path} is no finite (T, {HUMANML3D.width}) array of features.")
    found = []
    for span in motion.spans[:1] if items == "first" else motion.spans:
        block = whole[int(span.start * FPS) : int(span.end * FPS)]
        if len(block) == 0:
            raise DataError(f"{span.id}: {span.start:g} to {span.end:g} s lies outside {path}.")
        if keeps(len(block), split, rule):
            found.append(_sample(motion, span, block, split, name if items == "first" else span.id))
    return found


def _sample(motion: Annotated, span: Span, block: np.ndarray, split: str, name: str) -> Sample:
    return Sample(
        id=name,
        features=block,
        captions=(Caption(span.text, "human"),),
        source="amass/" + motion.path.removeprefix("M/").split("/")[0],
        licence=HUMANML3D.licence,
        split=split,
        duration=len(block) / FPS,
    )


def _annotated(name: str, entry: Any) -> Annotated:
    spans = tuple(
        Span(str(a["seg_id"]), str(a["text"]), float(a["start"]), float(a["end"]))
        for a in entry["annotations"]
    )
    return Annotated(name, str(entry["path"]), float(entry["duration"]), spans)
