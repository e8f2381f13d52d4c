"""Many rows of one thing become one hit: windows of a take, mirrored twins, near copies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.data.captions import contradict
from lavimo.gallery.contract import Item
from lavimo.shapes import Float32, Int64

SAME_MOTION = 0.97
"""Two clips whose motion vectors agree more than this are one hit."""
SAME_MOMENT = 0.5
"""Two spans of a file that overlap more than this (intersection over union) are one moment."""


@dataclass(frozen=True)
class Group:
    """The place of a hit in the list of candidates, and how many clips it stands for besides."""

    leader: int
    alike: int


def best_rows(
    total: Float32[np.ndarray, " rows"],
    owners: Int64[np.ndarray, " rows"],
    count: int,
    *,
    every_row: bool = False,
) -> Int64[np.ndarray, " candidates"]:
    """Indices of the best row of each of the `count` best clips, best first.

    With `every_row` those of the `count` best rows. Ties go to the lower index, so that an
    answer does not depend on the sorting.
    """
    reach = count if every_row else 4 * count
    while True:
        rows = _top(total, reach)
        if every_row or reach >= len(total):
            chosen = rows if every_row else _first_of_each(rows, owners)
            return chosen[:count]
        chosen = _first_of_each(rows, owners)
        if len(chosen) >= count:
            return chosen[:count]
        reach *= 4


def best_of_each(
    values: Float32[np.ndarray, " rows"], owners: Int64[np.ndarray, " rows"]
) -> Float32[np.ndarray, " clips"]:
    """The highest value of each clip's rows. Rows of a clip mostly follow each other."""
    if len(values) == 0:
        return values
    if (np.diff(owners) < 0).any():
        order = np.argsort(owners, kind="stable")
        values, owners = values[order], owners[order]
    starts = np.append(0, np.flatnonzero(np.diff(owners)) + 1)
    best: Float32[np.ndarray, " clips"] = np.maximum.reduceat(values, starts)
    return best


def fold(
    items: Sequence[Item], vectors: Float32[np.ndarray, "items dim"], enough: int
) -> list[Group]:
    """Group candidates (best first) by what they show; the first `enough` groups.

    Two clips are one when one mirrors the other, when they are the same moment of the same
    content, or when their vectors are nearly equal, unless a caption says that their directions
    are opposite. Clips beyond the last group are still counted into the groups that they belong to.
    """
    leaders: list[int] = []
    alike: list[int] = []
    nearness = vectors @ vectors.T
    for place, item in enumerate(items):
        group = next(
            (
                number
                for number, leader in enumerate(leaders)
                if _same(items[leader], item, float(nearness[leader, place]))
            ),
            None,
        )
        if group is not None:
            alike[group] += 1
        elif len(leaders) < enough:
            leaders.append(place)
            alike.append(0)
    return [Group(leader, count) for leader, count in zip(leaders, alike, strict=True)]


def apart(items: Sequence[Item], enough: int) -> list[Group]:
    """Every clip and every moment for itself; only overlapping moments of one take are one."""
    leaders: list[int] = []
    for place, item in enumerate(items):
        if not any(_same_moment(items[leader], item) for leader in leaders):
            leaders.append(place)
        if len(leaders) == enough:
            break
    return [Group(leader, 0) for leader in leaders]


def overlap(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Intersection over union of two spans, 0 to 1."""
    common = min(first[1], second[1]) - max(first[0], second[0])
    union = max(first[1], second[1]) - min(first[0], second[0])
    return max(common, 0.0) / union if union > 0 else float(first == second)


def _same(first: Item, second: Item, cosine: float) -> bool:
    if _twins(first, second) or _same_moment(first, second):
        return True
    return cosine > SAME_MOTION and not _opposite(first, second)


def _twins(first: Item, second: Item) -> bool:
    own = {first.parent or first.id, first.mirrored_of} - {None}
    return bool(own & {second.parent or second.id, second.mirrored_of})


def _same_moment(first: Item, second: Item) -> bool:
    content = bool(first.sha256) and first.sha256 == second.sha256 and first.clip == second.clip
    return content and overlap(first.span, second.span) > SAME_MOMENT


def _opposite(first: Item, second: Item) -> bool:
    return any(contradict(a.text, b.text) for a in first.captions[:3] for b in second.captions[:3])


def _top(total: Float32[np.ndarray, " rows"], count: int) -> Int64[np.ndarray, " top"]:
    if count < len(total):
        edge = np.partition(total, len(total) - count)[len(total) - count]
        rows = np.flatnonzero(total >= edge)
    else:
        rows = np.arange(len(total))
    return rows[np.lexsort((rows, -total[rows]))][:count]


def _first_of_each(
    rows: Int64[np.ndarray, " top"], owners: Int64[np.ndarray, " rows"]
) -> Int64[np.ndarray, " clips"]:
    _, first = np.unique(owners[rows], return_index=True)
    return rows[np.sort(first)]
