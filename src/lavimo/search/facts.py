"""Measured facts against a sentence: what supports it, and what says the opposite side.

A gallery keeps what was measured of a row as tags ("left hand raised", "walking backward") and
numbers (`turn` in degrees, left positive). A tag speaks of a sentence when both name the same
action or posture; then the side rule decides whether it supports the sentence or contradicts it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lavimo.data.captions import contradict, direction_words

SUPPORT = 1.0
CONTRADICTION = -3.0
"""Sigmas, before the weight of facts: a wrong side costs more than a right one gains, since the
motion and the captions have already paid for what fits."""
TURN = 30.0
"""Degrees of heading below which nobody speaks of a turn."""

# Words that say how or with what, not which action: they alone do not tie a tag to a sentence.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """a an and the of with on in at to by for from is are be it its his her their one two both
        once twice times person people man woman someone somebody figure then while body side own
        left right forward forwards backward backwards up down upward downward upwards downwards
        clockwise counterclockwise counter sideways slow slowly fast quick quickly place""",
    )
)
_LIMBS = frozenset(("hand", "arm", "foot", "leg", "knee", "elbow", "wrist", "ankle", "head"))

# One word for what people say in several ways; the key is a stem.
_SAME = {
    said: meant
    for meant, others in {
        "crawl": ("creep",),
        "crouch": ("duck", "squat"),
        "clap": ("clapp", "applaud"),
        "jump": ("hop", "hopp", "leap"),
        "kneel": ("knelt",),
        "lie": ("ly", "lay", "lain"),
        "punch": ("box", "fist"),
        "raise": ("rais", "lift"),
        "run": ("runn", "ran", "jog", "jogg", "dash", "sprint"),
        "sit": ("sitt", "sat", "seat"),
        "turn": ("rotat", "spin", "spinn"),
        "walk": ("march", "pace", "pac", "step", "stepp", "strid", "stroll"),
        "wave": ("wav",),
    }.items()
    for said in others
}


@dataclass(frozen=True)
class Verdict:
    """Tags that support a sentence, tags that contradict it, and the sum in sigmas."""

    supporting: tuple[str, ...]
    against: tuple[str, ...]
    value: float


NOTHING = Verdict((), (), 0.0)


def weigh(text: str, tags: Sequence[str], attrs: Mapping[str, float | str]) -> Verdict:
    """What the measured tags and numbers of a row say about a sentence."""
    asked = _subjects(text)
    if not asked:
        return NOTHING
    supporting: list[str] = []
    against: list[str] = []
    for tag in [*tags, *_turns(tags, attrs)]:
        if not asked & _subjects(tag):
            continue
        if not contradict(text, tag):
            supporting.append(tag)
        elif _one_sided(text):
            against.append(tag)
    sided = [tag for tag in supporting if direction_words(tag) & direction_words(text)]
    if sided:
        # It does both, one after the other: what fits counts.
        return Verdict(tuple(sided), (), SUPPORT)
    if against:
        return Verdict((), tuple(against), CONTRADICTION)
    return Verdict(tuple(supporting), (), SUPPORT if supporting else 0.0)


def _turns(tags: Sequence[str], attrs: Mapping[str, float | str]) -> list[str]:
    turn = attrs.get("turn")
    if not isinstance(turn, float | int) or abs(turn) < TURN or any("turn" in t for t in tags):
        return []
    return ["turning left" if turn > 0 else "turning right"]


def _one_sided(text: str) -> bool:
    # "steps left and then right" asks for both; no single tag can contradict it.
    return len(direction_words(text) & {"left", "right"}) < 2


@lru_cache(maxsize=8192)
def _subjects(text: str) -> frozenset[str]:
    """The actions and postures that a text names; limbs only where nothing else is named."""
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in _EMPTY]
    stems = [_stem(word) for word in words]
    actions = frozenset(stem for stem in stems if stem not in _LIMBS)
    return actions or frozenset(stems)


def _stem(word: str) -> str:
    if word in _SAME:
        return _SAME[word]
    plain = word
    for ending in ("ing", "ed", "es", "s"):
        if plain.endswith(ending) and len(plain) > len(ending) + 2:
            plain = plain.removesuffix(ending)
            break
    return _SAME.get(plain, plain)
