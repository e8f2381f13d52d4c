"""Captions, the directions they name, the side rule, and a caption seen in a mirror.

Sentence encoders put "waves with the left hand" and "waves with the right hand" almost on top of
each other. So the direction words are read out here, by whole words, and two captions whose
directions differ are never taken for the same motion.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.runtime.directions import (
    AXES,
    COUNTER,
    DIRECTIONS,
    IDIOMS,
    SIDE_ENDINGS,
    direction_words,
)
from lavimo.shapes import Bool, Int64

ORIGINS = ("human", "written", "template", "measured", "programme", "user")
"""Who wrote a caption: a person, us, a rule over labels, the measured motion, a seed, the user."""

_SWAPS = re.compile(
    rf"(?P<counter>\b{COUNTER}\b)|(?P<clock>\bclock-?wise\b)"
    rf"|(?P<side>(?<![a-z])(?:left|right)(?={SIDE_ENDINGS}(?![a-z])))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Caption:
    """One sentence about a motion, and who wrote it (one of `ORIGINS`, or a data set's name)."""

    text: str
    origin: str = "user"


def compatible(a: str, b: str) -> bool:
    """The side rule: may two captions stand for the same motion?

    False as soon as their direction words differ on any axis, so that a pair is never taken for
    a positive by its wording alone. Source: PROBE.md, what it says, 1.
    """
    return direction_words(a) == direction_words(b)


def contradict(a: str, b: str) -> bool:
    """Do two captions name opposite directions: both speak of one axis and share no word of it?

    Softer than `compatible`: a caption that names no side contradicts none.
    """
    first, second = direction_words(a), direction_words(b)
    for axis in AXES:
        mine, yours = first.intersection(axis), second.intersection(axis)
        if mine and yours and not mine & yours:
            return True
    return False


def direction_codes(texts: Sequence[str]) -> Int64[np.ndarray, " texts"]:
    """One number a caption, equal exactly where `compatible` holds: bit i is `DIRECTIONS[i]`."""
    bits = {word: 1 << place for place, word in enumerate(DIRECTIONS)}
    return np.array([sum(bits[word] for word in direction_words(text)) for text in texts], np.int64)


def compatible_pairs(
    rows: Sequence[str], columns: Sequence[str]
) -> Bool[np.ndarray, "rows columns"]:
    """`compatible` of every row with every column."""
    same: Bool[np.ndarray, "rows columns"] = np.equal.outer(
        direction_codes(rows), direction_codes(columns)
    )
    return same


def mirror_text(text: str) -> str:
    """The caption of the mirrored motion: left and right, clockwise and counterclockwise swapped.

    Whole words only, so `upright` stays; upper and lower case stay. HumanML3D's own `M` texts
    were made by substrings (`upleft`): they are read as they are. Source: METHOD.md A2.6.
    """
    kept = [match.span() for match in IDIOMS.finditer(text)]

    def swap(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in kept):
            return match.group()
        if match["counter"]:
            return _in_case_of(match.group(), "clockwise")
        if match["clock"]:
            return _in_case_of(match.group(), "counterclockwise")
        return _in_case_of(match.group(), "right" if match.group().lower() == "left" else "left")

    return _SWAPS.sub(swap, text)


def _in_case_of(model: str, word: str) -> str:
    if model.isupper():
        return word.upper()
    return word.capitalize() if model[0].isupper() else word
