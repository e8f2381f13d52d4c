"""What a data folder is judged on: its clips, subsets of them, and the protocols that fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lavimo.data import folders
from lavimo.data.manifest import Problem
from lavimo.data.openmotion import UNTRAINED_RIGS
from lavimo.data.sample import Sample
from lavimo.data.splits import read_ids
from lavimo.errors import EvaluationError
from lavimo.progress import Progress
from lavimo.shapes import Int64

MOTION_PROTOCOLS = ("same-caption", "strict")
ARRAY_PROTOCOLS = ("strict", "threshold-0.95", "threshold-cos0.8", "small-batches")


@dataclass(frozen=True)
class Subset:
    """Clips that ask, by source or by id; `own` ranks them among themselves, else among all."""

    name: str
    sources: tuple[str, ...] = ()
    ids: frozenset[str] | None = None
    own: bool = False

    def chosen(self, samples: Sequence[Sample]) -> Int64[np.ndarray, " queries"]:
        """Their places; neither sources nor ids means every clip."""
        return np.array(
            [
                place
                for place, one in enumerate(samples)
                if (not self.sources or one.source in self.sources)
                and (self.ids is None or one.id in self.ids)
            ],
            np.int64,
        )


OPENMOTION = (
    Subset("all"),
    Subset("Bandai-Namco", ("bandai-namco-1", "bandai-namco-2")),
    Subset("HDM05", ("hdm05",)),
    Subset("CMU", ("cmu", "cmu-jump", "cmu-daz")),
    Subset("never-trained rigs", UNTRAINED_RIGS, own=True),
)


@dataclass(frozen=True)
class TestSet:
    """Clips to judge on, first caption each; what they are divided into; what was left out."""

    __test__ = False  # no test of pytest's

    name: str
    split: str
    samples: tuple[Sample, ...]
    subsets: tuple[Subset, ...]
    protocols: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def open_set(
    path: str | Path,
    split: str = "test",
    *,
    gallery_size: int | None = None,
    progress: Progress | None = None,
) -> TestSet:
    """The test set in a folder. `gallery_size` keeps the first clips by id, to match a paper.

    Raises DataError when there is no such data, EvaluationError when a clip has no caption.
    """
    loaded = folders.load(path, split, items="first", progress=progress)
    samples = list(loaded.samples)
    if gallery_size is not None:
        samples = sorted(samples, key=lambda one: one.id)[:gallery_size]
    for one in samples:
        if not one.texts:
            raise EvaluationError(f"{one.id} has no caption; evaluation needs one a clip.")
    arrays = folders.kind_of(path) in ("humanml3d", "kit")
    return TestSet(
        name=Path(path).resolve().name,
        split=split,
        samples=tuple(samples),
        subsets=_array_subsets(Path(path), samples) if arrays else subsets_of(samples),
        protocols=ARRAY_PROTOCOLS if arrays else MOTION_PROTOCOLS,
        problems=loaded.problems,
    )


def subsets_of(samples: Sequence[Sample]) -> tuple[Subset, ...]:
    """OpenMotion's subsets where its sources are there; else all clips and each source."""
    here = {one.source for one in samples}
    if here <= {source for subset in OPENMOTION for source in subset.sources}:
        return tuple(s for s in OPENMOTION if not s.sources or here.intersection(s.sources))
    sources = sorted(here) if 1 < len(here) <= 12 else []
    return (Subset("all"), *(Subset(name, (name,)) for name in sources))


def _array_subsets(folder: Path, samples: Sequence[Sample]) -> tuple[Subset, ...]:
    """All; the dissimilar subset where its list is there; the clips that are no mirrored twin."""
    found = [Subset("all")]
    here = {one.id for one in samples}
    if (folder / "nsim_test.txt").is_file():
        listed = here.intersection(read_ids(folder / "nsim_test.txt"))
        if listed:
            found.append(Subset("dissimilar", ids=frozenset(listed), own=True))
    originals = frozenset(name for name in here if not name.startswith("M"))
    if originals and len(originals) < len(here):
        found.append(Subset("no mirror", ids=originals, own=True))
    return tuple(found)
