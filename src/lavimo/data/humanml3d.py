"""HumanML3D in the folder layout everybody has: arrays, texts with spans, split lists.

    new_joint_vecs/ID.npy  (T, 263)     new_joints/ID.npy  (T, 22, 3)     texts/ID.txt
    Mean.npy  Std.npy      train.txt  val.txt  test.txt  (or .gz)

A line of a text file is `caption#tokens#from#to`; both times 0 (or nan) mean the whole clip, else
the caption belongs to frames [int(from * 20), int(to * 20)) (20 for KIT too). Source: METHOD.md
A3, A4, A7. KIT-ML in the same layout is `lavimo.data.kit`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from lavimo.data.captions import Caption
from lavimo.data.manifest import Problem
from lavimo.data.sample import Sample
from lavimo.data.splits import read_ids
from lavimo.errors import DataError
from lavimo.features.statistics import Statistics
from lavimo.progress import Progress, Silent
from lavimo.shapes import Float32

TEXT_FPS = 20.0
"""Spans in text files are turned into frames by this rate, whatever the clip's own rate is."""

Filter = Literal["guo", "tmr", "lavimo", "none"]
Items = Literal["all", "first"]


@dataclass(frozen=True)
class Layout:
    """What differs between data sets of this layout."""

    name: str
    width: int
    joints: int
    fps: float
    min_frames: int
    metres: float = 1.0
    """Metres per unit of `new_joints`."""
    licence: str = "research-only"


HUMANML3D = Layout("humanml3d", width=263, joints=22, fps=20.0, min_frames=40)


@dataclass(frozen=True)
class Line:
    """A caption of a text file: `number` counts from 1, `end` 0 means the whole clip."""

    number: int
    text: str
    tokens: tuple[str, ...]
    start: float
    end: float

    @property
    def whole(self) -> bool:
        """Does it describe the whole clip?"""
        return self.start == 0.0 and self.end == 0.0


@dataclass(frozen=True)
class Loaded:
    """The usable samples of a split, and the ids that were left out."""

    samples: tuple[Sample, ...]
    problems: tuple[Problem, ...] = ()


def load(
    folder: str | Path,
    split: str,
    *,
    layout: Layout = HUMANML3D,
    rule: Filter = "lavimo",
    items: Items = "all",
    progress: Progress | None = None,
) -> Loaded:
    """Samples of one split, in the order of its list; features as stored, not normalised.

    `items` "all": one sample a clip with its whole-clip captions, and one a span that is
    captioned by itself, named `<id>@<line>`. "first": the first caption and its span only, as
    TMR evaluates. `rule` is the length filter of a system (`keeps`). A missing, damaged or
    non-finite clip is listed in `problems`. Raises DataError when the folder has not this layout
    or nothing is left.
    """
    folder = Path(folder)
    ids = read_ids(folder / f"{split}.txt")
    samples: list[Sample] = []
    problems: list[Problem] = []
    with (progress or Silent()).task(f"Reading {layout.name}", len(ids)) as task:
        for name in ids:
            try:
                samples += _samples(folder, name, split, layout, rule, items)
            except DataError as error:
                problems.append(Problem(name, str(error)))
            task.advance()
    if not samples:
        first = f": {problems[0]}" if problems else "; every clip was filtered out."
        raise DataError(f"{folder} gives no {split} clip{first}")
    return Loaded(tuple(samples), tuple(problems))


def statistics(folder: str | Path) -> Statistics:
    """Mean.npy and Std.npy of the folder. They belong together and to this data set's features.

    Raises DataError when one is missing, damaged, or they differ in length.
    """
    mean, std = (_array(Path(folder) / name) for name in ("Mean.npy", "Std.npy"))
    if mean.shape != std.shape or mean.ndim != 1:
        raise DataError(f"{folder}: Mean.npy {mean.shape} and Std.npy {std.shape} do not belong.")
    return Statistics(mean, std)


def read_text(path: Path) -> tuple[Line, ...]:
    """The captions of a text file. Raises DataError for a line that has not four fields."""
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}).") from error
    lines = tuple(
        _line(path, number, raw)
        for number, raw in enumerate(content.splitlines(), 1)
        if raw.strip()
    )
    if not lines:
        raise DataError(f"{path} holds no caption.")
    return lines


def keeps(frames: int, split: str, rule: Filter, layout: Layout = HUMANML3D) -> bool:
    """Is a clip of this length used? (METHOD.md A7)

    guo: min <= T < 200 in every split; tmr: 2 to 10 s in train and val; lavimo: at least min in
    train and val (longer ones are cropped when a batch is made); test is not filtered by either.
    """
    if rule == "guo":
        return layout.min_frames <= frames < 200
    if rule == "none" or split == "test":
        return True
    if rule == "tmr":
        return 2.0 <= frames / layout.fps <= 10.0
    return frames >= layout.min_frames


def _samples(
    folder: Path, name: str, split: str, layout: Layout, rule: Filter, items: Items
) -> Iterator[Sample]:
    lines = read_text(folder / "texts" / f"{name}.txt")
    whole = _clip(folder, name, split, layout)
    assert whole.features is not None
    groups: list[tuple[str, slice, Sequence[Line]]] = []
    if items == "first":
        groups.append((name, _frames(lines[0]), lines[:1]))
    else:
        groups.append((name, slice(None), [line for line in lines if line.whole]))
        groups += [(f"{name}@{x.number}", _frames(x), [x]) for x in lines if not x.whole]
    for own, frames, said in groups:
        block = whole.features[frames]
        if said and len(block) and keeps(len(block), split, rule, layout):
            yield replace(
                whole,
                id=own,
                features=block,
                positions=None if whole.positions is None else whole.positions[frames],
                captions=tuple(Caption(line.text, "human") for line in said),
                duration=len(block) / layout.fps,
            )


def _clip(folder: Path, name: str, split: str, layout: Layout) -> Sample:
    features = _array(folder / "new_joint_vecs" / f"{name}.npy")
    if features.ndim != 2 or features.shape[1] != layout.width:
        raise DataError(
            f"{folder}: {name} has features {features.shape}, {layout.name} has "
            f"{layout.width} a frame; choose the data set's own loader."
        )
    if not np.isfinite(features).all():
        raise DataError(f"{name}: its features are not finite, as published; it is left out.")
    joints = folder / "new_joints" / f"{name}.npy"
    positions = _array(joints) * np.float32(layout.metres) if joints.is_file() else None
    if positions is not None and positions.shape != (len(features), layout.joints, 3):
        raise DataError(f"{joints} has shape {positions.shape}, which does not fit its features.")
    return Sample(
        id=name,
        positions=positions,
        features=features,
        source=layout.name,
        licence=layout.licence,
        split=split,
    )


def _frames(line: Line) -> slice:
    if line.whole:
        return slice(None)
    return slice(int(line.start * TEXT_FPS), int(line.end * TEXT_FPS))


def _line(path: Path, number: int, raw: str) -> Line:
    fields = raw.strip().split("#")
    try:
        text, tokens, start, end = fields
        times = [0.0 if np.isnan(value := float(field)) else value for field in (start, end)]
    except ValueError:
        raise DataError(f"{path} line {number}: needs caption#tokens#from#to.") from None
    return Line(number, text.strip(), tuple(tokens.split()), *times)


def _array(path: Path) -> Float32[np.ndarray, "*shape"]:
    try:
        loaded: Float32[np.ndarray, "*shape"] = np.load(path, allow_pickle=False).astype(np.float32)
        return loaded
    except FileNotFoundError:
        raise DataError(f"{path} is not there; complete the folder.") from None
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path} is no array of numbers ({error}); fetch it again.") from error
