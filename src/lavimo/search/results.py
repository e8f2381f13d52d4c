"""What a search answers with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from lavimo.gallery.contract import Item
from lavimo.search.films import Film

NO_MATCH = "Nothing here fits well; the nearest are:"


@dataclass(frozen=True)
class Hit:
    """One answer: a stored clip, or the moment of it that fits best.

    `score` is in standard deviations above the gallery's mean for this query; with
    `by="motion"` it is the cosine. `confidence` (0 to 1) is calibrated: of hits with 0.8, about
    eight in ten are what was meant. `span` is in seconds of the file; of a
    film that was asked for, `film_span` is the part that is like it. `alike` counts further
    clips that were folded into this hit. `caption` is the stored caption that agrees best, and
    `parts` what the score is made of.
    """

    item: Item
    rank: int
    score: float
    confidence: float
    span: tuple[float, float]
    caption: str = ""
    why: tuple[str, ...] = ()
    alike: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    film_span: tuple[float, float] | None = None

    def record(self) -> dict[str, Any]:
        """The hit as plain values: a line of `--json`."""
        item = self.item
        film = {}
        if self.film_span is not None:
            film = dict(
                zip(("film_start", "film_end"), (round(t, 3) for t in self.film_span), strict=True)
            )
        return {
            "rank": self.rank,
            "id": item.id,
            "score": round(self.score, 4),
            "confidence": round(self.confidence, 4),
            "caption": self.caption,
            "start": round(self.span[0], 3),
            "end": round(self.span[1], 3),
            **film,
            "kind": item.kind,
            "source": item.source,
            "licence": item.licence,
            "path": item.path,
            "clip": item.clip,
            "alike": self.alike,
            "parts": {name: round(value, 4) for name, value in self.parts.items()},
            "why": list(self.why),
        }


@dataclass(frozen=True)
class Results(Sequence[Hit]):
    """The hits of a query, best first.

    `no_match` says that nothing here fits well: then the hits are only what is nearest. `notes`
    say in sentences what makes the answer weaker; `seconds` where the time went.
    """

    query: str
    hits: tuple[Hit, ...]
    no_match: bool
    confidence: float
    searched: int
    """Clips that were looked at, after the filter."""
    gallery: Any = field(default=None, repr=False, compare=False)
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)
    films: tuple[Film, ...] = field(default=(), repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[index]

    def records(self, *, seconds: bool = False) -> list[dict[str, Any]]:
        """The hits as plain values, each with `no_match` and the notes, which hold for all.

        With `seconds` also where the time went, which no two searches have alike.
        """
        shared: dict[str, Any] = {"no_match": self.no_match, "notes": list(self.notes)}
        if seconds:
            shared["seconds"] = {name: round(value, 3) for name, value in self.seconds.items()}
        return [{**hit.record(), **shared} for hit in self.hits]

    def _repr_html_(self) -> str:
        from lavimo.search.cards import cards

        return cards(self)
