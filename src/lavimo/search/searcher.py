"""From a question to ranked hits: encode, score every row, fold like rows together, judge."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lavimo.errors import GalleryError, QueryError
from lavimo.gallery.contract import Backend, Item
from lavimo.motion.clip import Motion
from lavimo.runtime.encoder import DEFAULT_MODEL, Encoder, load_model
from lavimo.search import calibrate, explain, facts, sides
from lavimo.search.calibrate import Signals
from lavimo.search.collapse import Group, apart, best_of_each, best_rows, fold
from lavimo.search.query import Kind, Part, Query, parse
from lavimo.search.ranking import BY, Asked, By, Scorer, filter_of, judge, only
from lavimo.search.results import Hit, Results
from lavimo.search.scores import WEIGHTS, Table
from lavimo.shapes import Float32

MOST = 1000
"""Hits that one search can give."""
CANDIDATES = 50
"""Clips that are looked at closely (facts, likeness) to make ten hits of them; more if needed."""


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
    ) -> Results:
        """The k best hits for a sentence, motion files, Motions or `id:...`, alone or together.

        `where` filters first (lavimo.gallery.filters); `not_` is a sentence that hits should not
        be like; `by` chooses what counts ("motion" is the plain cosine, as in evaluation);
        `expand` shows clips that are alike each for itself; `whole` leaves moments out.
        Raises QueryError for a question that cannot be understood, GalleryError for the gallery.
        """
        if not 1 <= k <= MOST:
            raise QueryError(f"{k} hits cannot be shown; ask for 1 to {MOST}.")
        if by not in BY:
            raise QueryError(f"A search goes by {', '.join(BY)}; {by!r} is none of them.")
        asked = self._encode(parse(query, kind))
        if by == "captions" and asked.sentence is None:
            raise QueryError("A search by captions needs a sentence; add one or use --by motion.")
        unwanted = self._encode(parse(not_, "text")) if not_ else None
        with self.gallery.snapshot():
            table = self._table(asked, unwanted, filter_of(where, whole), by)
            return self._results(asked, table, k, by=by, expand=expand)

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
        asked = self._encode(parse(query))
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

    def _encode(self, query: Query) -> Asked:
        text = sentence = None
        if query.text:
            text = self.model.encode_text([query.text])[0]
            sentence = self.model.encode_sentences([query.text])[0]
        rows = [self.gallery.row(id) for id in query.ids]
        vectors = [*self._examples(query)]
        if rows:
            vectors.extend(self.gallery.vectors([item.seq for item in rows]))
        example = None
        if vectors:
            mean = np.stack(vectors).mean(axis=0)
            example = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        seqs = np.array([item.seq for item in rows], np.int64)
        skip = tuple(int(seq) for seq in self.gallery.owners(seqs)) if rows else ()
        return Asked(query, text, sentence, example, skip)

    def _examples(self, query: Query) -> Sequence[Float32[np.ndarray, " dim"]]:
        if not query.examples:
            return []
        from lavimo import formats

        motions = [m if isinstance(m, Motion) else formats.read(m) for m in query.examples]
        return list(self.model.encode_motion(motions))

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
        why = explain.why(text, item, matched, parts, found.verdict)
        return Hit(item, rank, found.total, sure, item.span, caption, why, alike, parts)

    def _table(self, asked: Asked, unwanted: Asked | None, where: str | None, by: By) -> Table:
        calibration = self._calibration()
        return self._scorer.table(asked, unwanted, calibration, where=where, by=by)

    def _bank(self) -> Float32[np.ndarray, "sentences width"] | None:
        return None if self._model is None else getattr(self._model, "sentence_bank", None)

    def _calibration(self) -> dict[str, Any]:
        return {} if self._model is None else self._model.calibration


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
