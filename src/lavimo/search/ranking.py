"""Every row of a gallery, scored for one question."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from lavimo.features.directions import Poses
from lavimo.gallery.contract import Backend
from lavimo.search import calibrate, scores, sides
from lavimo.search.calibrate import Signals
from lavimo.search.collapse import best_of_each
from lavimo.search.films import Film
from lavimo.search.query import Query
from lavimo.search.scores import Spread, Table
from lavimo.shapes import Bool, Float, Float32, Int64

if TYPE_CHECKING:
    from lavimo.search.bank import BankOf

By = Literal["both", "motion", "captions"]
BY: tuple[By, ...] = ("both", "motion", "captions")

Rows = Float32[np.ndarray, " rows"]


class View(NamedTuple):
    """A film, or a window of it, as a vector; `cost` in sigmas for what it leaves out."""

    film: int
    vector: Float32[np.ndarray, " dim"]
    cost: float


class Asked(NamedTuple):
    """A query as vectors; None where it has no such part. `skip` are clips not to be answered.

    `views` are what the model makes of the films, each whole and in windows; `moves` the limb
    directions of example motions.
    """

    query: Query
    text: Float32[np.ndarray, " dim"] | None
    sentence: Float32[np.ndarray, " width"] | None
    example: Float32[np.ndarray, " dim"] | None
    skip: tuple[int, ...] = ()
    films: tuple[Film, ...] = ()
    views: tuple[View, ...] = ()
    moves: tuple[Poses, ...] = ()


class _Cosines(NamedTuple):
    seqs: Int64[np.ndarray, " rows"]
    texts: Int64[np.ndarray, " rows"]
    of: dict[str, Rows]


class Scorer:
    """Scores rows of one gallery; keeps what the side rule said of its captions for a query."""

    def __init__(self, gallery: Backend) -> None:
        self.gallery = gallery
        self.mute: Collection[str] = ()
        """Caption texts that count for nothing: so a question is asked in other words."""
        self._bank: BankOf | None = None
        self._codes: dict[tuple[int, ...], tuple[Sequence[str], Int64[np.ndarray, " texts"]]] = {}

    def table(
        self,
        asked: Asked,
        unwanted: Asked | None,
        calibration: Mapping[str, Any],
        *,
        where: str | None,
        by: By,
    ) -> Table:
        """All rows that pass the filter with their scores; the caller holds a snapshot."""
        found = self._cosines(asked, where, by)
        against = None if unwanted is None else self._cosines(unwanted, where, by)
        owners = self.gallery.owners(found.seqs)
        matches = self._matches(asked) if by != "captions" else ()
        parts = self._standard(asked, found, calibration, where, by) | _of_limbs(matches, owners)
        _speak_for_the_silent(parts, found.texts)
        minus = None
        if unwanted is not None and against is not None:
            other = self._standard(unwanted, against, calibration, where, by)
            _speak_for_the_silent(other, against.texts)
            minus = scores.joined(other)
        plain = by == "motion" and list(parts) == ["motion"] and minus is None
        total = found.of["motion"] if plain else scores.joined(parts, minus)
        if minus is not None:
            parts["not"] = -np.maximum(minus, np.float32(0))
        table = Table(found.seqs, owners, total, found.texts, found.of, parts, matches)
        return only(table, ~np.isin(owners, asked.skip)) if asked.skip else table

    @property
    def computed(self) -> int:
        """Clips whose pose rows were not stored, so that they were computed for a film."""
        return 0 if self._bank is None else self._bank.computed

    def _matches(self, asked: Asked) -> tuple[Any, ...]:
        """Limb directions of the films of a query; of its motions where films may be the answer."""
        if not asked.films and len(self.gallery.films()) == 0:
            return ()
        # Imported on use: most questions are sentences, and they should start soon.
        from lavimo.search.bank import BankOf
        from lavimo.search.matching import match

        bank = self._bank = self._bank or BankOf(self.gallery)
        shapes = [film.poses for film in asked.films]
        if not shapes:
            shapes = [*asked.moves, *bank.poses(list(asked.skip))]
        return tuple(match(bank, poses) for poses in shapes)

    def alike(self, sentence: Float32[np.ndarray, " width"]) -> Int64[np.ndarray, " some"]:
        """Rows with a caption that says the same as a sentence."""
        seqs, cosines, _ = self.gallery.sentence_scores(sentence)
        return seqs[cosines >= calibrate.ALIKE]

    def _cosines(self, asked: Asked, where: str | None, by: By) -> _Cosines:
        of: dict[str, Rows] = {}
        texts = None
        seqs = self.gallery.seqs(where)
        if asked.text is not None and by != "captions":
            _, of["motion"] = self.gallery.scan(asked.text, where)
        if asked.example is not None:
            _, of["example"] = self.gallery.scan(asked.example, where)
        if asked.views and by != "captions":
            _, of["video"] = self.gallery.scan(asked.views[0].vector, where)
        if asked.sentence is not None and by != "motion":
            penalty = self._muted(self._penalty(asked.query.text))
            _, of["captions"], texts = self.gallery.sentence_scores(asked.sentence, where, penalty)
        if texts is None:
            texts = np.full(len(seqs), -1, np.int64)
        return _Cosines(seqs, texts, of)

    def _penalty(self, text: str) -> Float32[np.ndarray, " texts"] | None:
        """What the side rule takes off each caption; they are read once for many queries."""
        axes = sides.axes_of(text)
        if not axes:
            return None
        texts = self.gallery.texts()
        known = self._codes.get(axes)
        if known is None or known[0] is not texts:
            known = self._codes[axes] = (texts, sides.codes(texts, axes))
        return sides.penalties(text, known[1])

    def _muted(
        self, penalty: Float32[np.ndarray, " texts"] | None
    ) -> Float32[np.ndarray, " texts"] | None:
        if not self.mute:
            return penalty
        texts = self.gallery.texts()
        taken = np.zeros(len(texts), np.float32) if penalty is None else penalty.copy()
        taken[[number for number, text in enumerate(texts) if text in self.mute]] = np.inf
        return taken

    def _standard(
        self,
        asked: Asked,
        found: _Cosines,
        calibration: Mapping[str, Any],
        where: str | None,
        by: By,
    ) -> dict[str, Rows]:
        """Each part in sigmas of the whole gallery, whatever the filter lets through."""
        everything = found if where is None else self._cosines(asked, None, by)
        parts: dict[str, Rows] = {}
        films = self._films(found.seqs), self._films(everything.seqs)
        for name, values in found.of.items():
            whole = everything.of[name]
            if name == "video":
                parts[name] = self._seen(asked.views, found.seqs, scores.typical(calibration, name))
                continue
            if name == "captions":
                # Rows without captions, and rows that the side rule took out, are no measure.
                whole = whole[np.isfinite(whole) & (everything.texts >= 0)]
            usual = scores.typical(calibration, name)
            if name == "captions" or not films[1].any():
                parts[name] = scores.standard(values, scores.spread(whole, usual))
            else:
                parts[name] = scores.standard_apart(values, films[0], whole, films[1], usual)
        return parts

    def _films(self, seqs: Int64[np.ndarray, " rows"]) -> Bool[np.ndarray, " rows"]:
        """Which rows are films or moments of films."""
        films = self.gallery.films()
        if len(films) == 0:
            return np.zeros(len(seqs), bool)
        return np.isin(self.gallery.owners(seqs), films)

    def _seen(self, views: Sequence[View], seqs: Int64[np.ndarray, " rows"], usual: Spread) -> Rows:
        """The model's z-scores of films: of each its views together, of several films the mean."""
        everything = self.gallery.seqs()
        rows = np.searchsorted(everything, seqs)
        _, clips, counts = np.unique(
            self.gallery.owners(everything), return_inverse=True, return_counts=True
        )
        chances = scores.chances(counts)[clips]
        films = self._films(everything)
        of: dict[int, list[Rows]] = {}
        for view in views:
            _, cosines = self.gallery.scan(view.vector)
            z = scores.standard_apart(cosines, films, cosines, films, usual)
            z = (z - chances)[rows] - np.float32(view.cost)
            of.setdefault(view.film, []).append(z)
        mean: Rows = np.stack([scores.together(np.stack(z)) for z in of.values()]).mean(axis=0)
        return mean


_SHOWN = ("motion", "example", "directions")
"""Parts that say what is seen, in the order in which they speak for a row's confidence."""


def _of_limbs(matches: Sequence[Any], owners: Int64[np.ndarray, " rows"]) -> dict[str, Rows]:
    """Z-scores of limb directions by row: a clip's hold for its windows too."""
    if not matches:
        return {}
    clips = np.searchsorted(matches[0].seqs, owners)
    return {
        name: np.stack([getattr(one, name)[clips] for one in matches]).mean(axis=0)
        for name in ("directions", "warping")
    }


def _speak_for_the_silent(parts: dict[str, Rows], texts: Int64[np.ndarray, " rows"]) -> None:
    """Rows without captions count as if theirs agreed half as much as what is seen of them."""
    other = next((parts[name] for name in _SHOWN if name in parts), None)
    if "captions" in parts and other is not None:
        silent = np.float32(scores.UNCAPTIONED) * other
        parts["captions"] = np.where(texts < 0, silent, parts["captions"])


def judge(
    asked: Asked, table: Table, bank: Float[np.ndarray, "sentences width"] | None
) -> Callable[[int], Signals]:
    """The signals of a row; what they have in common for the query is computed once."""
    name = next(n for n in (*_SHOWN, "captions") if n in table.parts)
    z, captions = table.parts[name], table.cosines.get("captions")
    plain = table.cosines.get("video" if name == "directions" else name)
    best = best_of_each(z, table.owners)
    tenth = np.partition(best, -min(10, len(best)))[-min(10, len(best))]
    gap = float(best.max() - tenth)
    domain = math.nan
    if asked.sentence is not None and bank is not None:
        domain = calibrate.domain_score(asked.sentence, bank)

    def signals(row: int) -> Signals:
        caption = math.nan
        if captions is not None and table.texts[row] >= 0:
            # What the side rule took out agrees with nothing.
            caption = float(max(captions[row], 0.0))
        above = calibrate.excess(float(z[row]), len(best))
        cosine = math.nan if name == "captions" or plain is None else float(plain[row])
        return Signals(above, cosine, gap, caption, domain)

    return signals


def only(table: Table, keep: Bool[np.ndarray, " rows"]) -> Table:
    """The rows of a table that are wanted."""
    return Table(
        table.seqs[keep],
        table.owners[keep],
        table.total[keep],
        table.texts[keep],
        {name: values[keep] for name, values in table.cosines.items()},
        {name: values[keep] for name, values in table.parts.items()},
        table.matches,
    )


def filter_of(where: str | None, whole: bool) -> str | None:
    """The filter, with moments left out where only whole clips are wanted."""
    if not whole:
        return where
    return "kind != 'window'" if where is None else f"kind != 'window' and ({where})"
