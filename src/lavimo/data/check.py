"""Captions held against their motions: which ones name a side or direction that was not moved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lavimo.data.manifest import Row
from lavimo.data.sample import Sample
from lavimo.features.canonical import FPS


@dataclass(frozen=True)
class Contradiction:
    """A caption that cannot be true of its clip as measured, and why, in one sentence."""

    id: str
    caption: str
    origin: str
    reason: str


def contradictions(samples: Iterable[Sample]) -> Iterator[Contradiction]:
    """Captions that the measured motion speaks against, clip by clip; clips without positions pass.

    Measuring is conservative: what is listed deserves a look, what is not may still be wrong.
    """
    from lavimo.features.describe import describe

    for one in samples:
        if one.positions is None or not one.captions:
            continue
        measured = describe(one.positions, FPS)
        for caption in one.captions:
            for reason in measured.contradicts(caption.text):
                yield Contradiction(one.id, caption.text, caption.origin, reason)


@dataclass(frozen=True)
class SourceCount:
    """One source of a manifest: segments by split, seconds where known, captions, licences."""

    source: str
    segments: dict[str, int]
    seconds: float
    captions: int
    distinct: int
    licences: tuple[str, ...]


def counts(rows: Iterable[Row]) -> list[SourceCount]:
    """What a manifest holds, a source a line, by name."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.source].append(row)
    return [_count(name, group) for name, group in sorted(groups.items())]


def _count(source: str, rows: list[Row]) -> SourceCount:
    texts = [text for row in rows for text in row.texts]
    return SourceCount(
        source=source,
        segments=dict(Counter(row.split for row in rows)),
        seconds=sum(row.duration or 0.0 for row in rows),
        captions=len(texts),
        distinct=len(set(texts)),
        licences=tuple(sorted({row.licence or "unknown" for row in rows})),
    )
