"""From a question to ranked hits: encode, score every row, fold like rows together, judge."""

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lavimo.errors import GalleryError, QueryError
from lavimo.gallery.contract import Backend, Item
from lavimo.runtime.encoder import DEFAULT_MODEL, Encoder, load_model
from lavimo.search import calibrate, explain, facts, sides
from lavimo.search.asking import Watching, encode
from lavimo.search.calibrate import Signals
from lavimo.search.collapse import Group, apart, best_of_each, best_rows, fold
from lavimo.search.films import Film
from lavimo.search.query import Kind, Part, parse
from lavimo.search.ranking import BY, Asked, By, Scorer, filter_of, judge, only
from lavimo.search.results import Hit, Results
from lavimo.search.scores import WEIGHTS, Table
from lavimo.shapes import Float32

MOST = 1000
"""Hits that one search can give."""
CANDIDATES = 50
"""Clips that are looked at closely (facts, likeness) to make ten hits of them; more if needed."""


_WATCHING = Watching()


@dataclass(frozen=True)
class _Candidate:
    row: int
    item: Item
    total: float
    verdict: facts.Verdict


class Searcher:
    """Searches one gallery with the model that its vectors were made by.

    `model` may be given, named, or left out: then it is loaded when a query first needs it.
    `id:` queries never do.
    """

    def __init__(self, gallery: Backend, model: Encoder | str | None = None) -> None:
        """Raises GalleryError when the gallery was made by another model than the given one."""
        self.gallery = gallery
        self._model = None if model is None or isinstance(model, str) else self._fitting(model)
        self._name = model if isinstance(model, str) else None
        self._scorer = Scorer(gallery)
        self._told = False

    @property
    def model(self) -> Encoder:
        """The encoder; loads it on first use."""
        if self._model is None:
            self._model = _find_model(self._name, self.gallery.model_id, self._fitting)
        return self._model

    def search(
        self,
        query: Part | Sequence[Part],
        k: int = 10,
        where: str | None = None,
        not_: str | None = None,
        by: By = "both",
        *,
        expand: bool = False,
        whole: bool = False,
        kind: Kind = "auto",
        watching: Watching = _WATCHING,
    ) -> Results:
        """The k best hits for a sentence, films, motion files, Motions or `id:...`, or several.

        `where` filters first (lavimo.gallery.filters); `not_` is a sentence that hits should not
        be like; `by` chooses what counts ("motion" is the plain cosine, as in evaluation);
        `expand` shows clips that are alike each for itself; `whole` leaves moments out; `watching`
        says whom to follow in a film. Raises QueryError for a question that cannot be understood,
        VideoError for a film that cannot be read, GalleryError for the gallery.
        """
        if not 1 <= k <= MOST:
            raise QueryError(f"{k} hits cannot be shown; ask for 1 to {MOST}.")
        if by not in BY:
            raise QueryError(f"A search goes by {', '.join(BY)}; {by!r} is none of them.")
        begin = time.perf_counter()
        asked = encode(parse(query, kind), self.gallery, lambda: self.model, watching)
        if by == "captions" and asked.sentence is None:
            raise QueryError("A search by captions needs a sentence; add one or use --by motion.")
        unwanted = self._encode(not_) if not_ else None
        asked_at = time.perf_counter()
        with self.gallery.snapshot():
            table = self._table(asked, unwanted, filter_of(where, whole), by)
            found = self._results(asked, table, k, by=by, expand=expand)
        spent = _watched(asked)
        # All that was not spent on films: the model is loaded, words and examples become vectors.
        spent["model"] = asked_at - begin - sum(spent.values())
        spent["search"] = time.perf_counter() - asked_at
        return replace(found, notes=self._notes(asked, table), seconds=spent, films=asked.films)

    def observe(
        self,
        query: Part | Sequence[Part],
        by: By = "both",
        *,
        mute: Collection[str] = (),
        hide: str | None = None,
    ) -> Signals:
        """The signals of a query's best hit, for calibration.

        `mute` are captions that count for nothing: people ask in other words than captions are
        written in. `hide` is one too: every clip that has one alike is left out, so that the
        gallery holds no answer. All are nan when nothing is left.
        """
        asked = encode(parse(query), self.gallery, lambda: self.model, _WATCHING)
        alike = self.model.encode_sentences([hide])[0] if hide is not None else None
        self._scorer.mute = mute
        with self.gallery.snapshot():
            table = self._table(asked, None, None, by)
            self._scorer.mute = ()
            if alike is not None:
                gone = self.gallery.owners(self._scorer.alike(alike))
                table = only(table, ~np.isin(table.owners, gone))
            if len(table) == 0:
                return Signals(*[math.nan] * len(calibrate.SIGNALS))
            best = int(best_rows(table.total, table.owners, 1)[0])
            return judge(asked, table, self._bank())(best)

    def _fitting(self, model: Encoder) -> Encoder:
        self.gallery.expect_model(model.model_id, model.dim)
        return model

    def _encode(self, text: str) -> Asked:
        return encode(parse(text, "text"), self.gallery, lambda: self.model, _WATCHING)

    def _notes(self, asked: Asked, table: Table) -> tuple[str, ...]:
        """What makes hits of films weaker, and what would make the next search faster."""
        notes = [_weaker(film) for film in asked.films]
        notes += [
            "Nobody in this gallery stands and moves quite like the person in the film: the hits "
            "are those whose limbs move most alike."
            for one in table.matches
            if asked.films and one.strange
        ]
        notes += [
            f"{film.people} people are in the film; number {film.person} was followed, "
            "--person chooses another."
            for film in asked.films
            if film.people > 1
        ]
        computed = self._scorer.computed
        if asked.films and computed and not self._told:
            self._told = True
            notes.append(
                f"The pose rows of {computed} clips are not stored and were computed now; "
                "`lavimo gallery reindex` stores them."
            )
        return tuple(note for note in notes if note)

    def _results(self, asked: Asked, table: Table, k: int, *, by: By, expand: bool) -> Results:
        searched = len(best_of_each(table.total, table.owners))
        if searched == 0:
            return Results(str(asked.query), (), True, 0.0, 0, self.gallery)
        signals = judge(asked, table, self._bank())
        model = calibrate.model_for(self._calibration(), asked.query.kind, by)
        candidates, groups = self._candidates(asked, table, k, by=by, expand=expand)
        hits = []
        for rank, group in enumerate(groups, start=1):
            found = candidates[group.leader]
            sure = model.confidence(signals(found.row))
            hits.append(self._hit(asked, table, found, rank, sure, group.alike))
        sure = max(hit.confidence for hit in hits)
        return Results(
            str(asked.query), tuple(hits), sure < model.threshold, sure, searched, self.gallery
        )

    def _candidates(
        self, asked: Asked, table: Table, k: int, *, by: By, expand: bool
    ) -> tuple[list[_Candidate], list[Group]]:
        """The rows worth a closer look, best first with facts counted, and the hits they make."""
        count = max(CANDIDATES, 4 * k)
        while True:
            rows = best_rows(table.total, table.owners, count, every_row=expand)
            items = self.gallery.rows(table.seqs[rows])
            candidates = [
                self._candidate(asked, table, int(row), item, by)
                for row, item in zip(rows, items, strict=True)
            ]
            candidates.sort(key=lambda one: -one.total)
            if expand:
                groups = apart([one.item for one in candidates], k)
            else:
                vectors = self.gallery.vectors([one.item.seq for one in candidates])
                groups = fold([one.item for one in candidates], vectors, k)
            if len(groups) == k or len(rows) < count:
                return candidates, groups
            count *= 4

    def _candidate(self, asked: Asked, table: Table, row: int, item: Item, by: By) -> _Candidate:
        verdict = facts.NOTHING
        if asked.query.text and by == "both":
            verdict = facts.weigh(asked.query.text, item.tags)
        total = float(table.total[row]) + WEIGHTS["facts"] * verdict.value
        return _Candidate(row, item, total, verdict)

    def _hit(
        self, asked: Asked, table: Table, found: _Candidate, rank: int, sure: float, alike: int
    ) -> Hit:
        row, item = found.row, found.item
        parts = {name: float(values[row]) for name, values in table.parts.items()}
        if found.verdict.value:
            parts["facts"] = found.verdict.value
        for name, values in table.cosines.items():
            label = {"captions": "caption cosine"}.get(name, f"{name} cosine")
            if np.isfinite(values[row]):
                parts[label] = float(values[row])
        number = int(table.texts[row])
        matched = self.gallery.texts()[number] if number >= 0 else ""
        text = asked.query.text
        if matched and not sides.supports(text, matched):
            matched = ""
        caption = explain.best_caption(item, matched, text)
        film_span, span = self._spans(asked, table, found)
        why = explain.why(text, item, matched, parts, found.verdict)
        if film_span is not None:
            why = (explain.like(film_span, span), *why)
        return Hit(item, rank, found.total, sure, span, caption, why, alike, parts, film_span)

    def _spans(
        self, asked: Asked, table: Table, found: _Candidate
    ) -> tuple[tuple[float, float] | None, tuple[float, float]]:
        """Seconds of the film and of the file that agree; without a film the item's own.

        Beside a sentence, too, the item's own: the sentence may have chosen another moment.
        """
        item, owner = found.item, int(table.owners[found.row])
        if not asked.films or not table.matches:
            return None, item.span
        clip = int(np.searchsorted(table.matches[0].seqs, owner))
        number = int(np.argmax([one.directions[clip] for one in table.matches]))
        ours, theirs = table.matches[number].spans(clip)
        start = asked.films[number].start
        film_span = (start + ours[0], start + ours[1])
        if asked.query.text:
            return film_span, item.span
        whole = item if item.kind != "window" else self.gallery.rows([owner])[0]
        end = min(whole.start + theirs[1], whole.end)
        return film_span, (whole.start + theirs[0], end)

    def _table(self, asked: Asked, unwanted: Asked | None, where: str | None, by: By) -> Table:
        calibration = self._calibration()
        return self._scorer.table(asked, unwanted, calibration, where=where, by=by)

    def _bank(self) -> Float32[np.ndarray, "sentences width"] | None:
        return None if self._model is None else getattr(self._model, "sentence_bank", None)

    def _calibration(self) -> dict[str, Any]:
        return {} if self._model is None else self._model.calibration


def _watched(asked: Asked) -> dict[str, float]:
    """Seconds that films took, by step."""
    names = {name: None for film in asked.films for name in film.seconds}
    return {name: sum(film.seconds.get(name, 0.0) for film in asked.films) for name in names}


def _weaker(film: Film) -> str:
    doubts = film.doubts()
    if not doubts:
        return ""
    listed = ", and ".join([", ".join(doubts[:-1]), doubts[-1]] if doubts[1:] else doubts)
    return f"{listed[0].upper()}{listed[1:]}: the hits are weaker."


def _find_model(name: str | None, model_id: str, fitting: Callable[[Encoder], Encoder]) -> Encoder:
    """The named model, else the shipped one that a gallery was made by."""
    if name is not None:
        return fitting(load_model(name))
    from lavimo.runtime import checkpoint

    shipped = checkpoint.shipped()
    for other in sorted(shipped, key=lambda one: one != DEFAULT_MODEL):
        if checkpoint.model_id(checkpoint.find(other)) == model_id:
            return load_model(other)
    raise GalleryError(
        f"The gallery was indexed with the model {model_id}, which is none of the shipped ones "
        f"({', '.join(shipped) or 'there are none'}); name its folder with `--model`."
    )
