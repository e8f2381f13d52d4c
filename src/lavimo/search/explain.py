"""Why a hit is a hit: the captions that agree, what was measured, and what each part weighs."""

from collections.abc import Mapping, Sequence

from lavimo.gallery.contract import Item
from lavimo.search.facts import Verdict
from lavimo.search.scores import WEIGHTS
from lavimo.search.sides import supports

AGREES = 0.45
"""Cosine from which on a caption is quoted as a reason."""
_LABELS = {
    "motion": "motion",
    "example": "like the example",
    "video": "like the film",
    "directions": "limbs",
    "warping": "their timing",
    "captions": "captions",
    "facts": "facts",
    "not": "unwanted",
}


def why(
    query: str,
    item: Item,
    caption: str,
    parts: Mapping[str, float],
    verdict: Verdict,
) -> tuple[str, ...]:
    """The reasons for one hit, the most telling first, and the parts of its score last."""
    reasons: list[str] = []
    cosine = parts.get("caption cosine", -1.0)
    if caption and cosine >= AGREES and supports(query, caption):
        reasons.append(f"says “{caption}” ({_origin(item, caption)}, {cosine:.2f})")
    if verdict.supporting:
        reasons.append("measured: " + ", ".join(dict.fromkeys(verdict.supporting)))
    if verdict.against:
        reasons.append("against it, measured: " + ", ".join(dict.fromkeys(verdict.against)))
    if item.kind == "film":
        reasons.append("a film")
    if item.kind == "window":
        reasons.append(f"a moment of a take of {item.duration:.1f} s")
    return (*reasons, shares(parts))


def like(film: tuple[float, float], clip: tuple[float, float]) -> str:
    """Which seconds of a film agree with which of a clip."""
    return f"{film[0]:.1f}–{film[1]:.1f} s of the film are like its {clip[0]:.1f}–{clip[1]:.1f} s"


def shares(parts: Mapping[str, float]) -> str:
    """The z-scores with their weights: `motion 3.1 x 1, captions 4.0 x 1`."""
    named = [(name, parts[name]) for name in WEIGHTS if name in parts]
    return "score: " + ", ".join(
        f"{_LABELS[name]} {value:+.1f}σ × {WEIGHTS[name]:g}" for name, value in named
    )


def best_caption(item: Item, matched: str, query: str) -> str:
    """What to show as the caption: the one that agrees, else the first that does not contradict."""
    if matched:
        return matched
    texts: Sequence[str] = [caption.text for caption in item.captions]
    fitting = [text for text in texts if not query or supports(query, text)]
    return next(iter([*fitting, *texts]), item.clip)


def _origin(item: Item, caption: str) -> str:
    origin = next((c.origin for c in item.captions if c.text == caption), "caption")
    return {"data": "caption", "user": "your note"}.get(origin, origin)
