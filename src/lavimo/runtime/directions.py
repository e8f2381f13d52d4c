"""The directions that a sentence names, read out by whole words.

Sentence encoders put "waves with the left hand" and "waves with the right hand" almost on top of
each other; so what a sentence says of directions is read here, and models get it beside the words.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from lavimo.shapes import Float32

AXES: tuple[tuple[str, str], ...] = (
    ("left", "right"),
    ("forward", "backward"),
    ("up", "down"),
    ("clockwise", "counterclockwise"),
)
"""The pairs of opposite directions that a caption can name."""

DIRECTIONS: tuple[str, ...] = tuple(word for axis in AXES for word in axis)

COUNTER = r"(?:counter|anti)[\s-]?clock-?wise"
SIDE_ENDINGS = r"(?:wards?|most|hand(?:ed)?|-?footed)?"
IDIOMS = re.compile(
    r"\b(?:all right|right away|right (?:after|before|now|angles?|side up)|right-angled"
    r"|upside[\s-]down|left[\s-]?overs?|(?:energy|strength|time|nothing) left"
    r"|feel(?:s|ing)? down|(?:warm|speed)(?:s|ing)? up)\b",
    re.IGNORECASE,
)
"""Phrases whose left, right, up or down is no direction."""

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (word, re.compile(pattern, re.IGNORECASE))
    for word, pattern in (
        ("left", rf"(?<![a-z])left{SIDE_ENDINGS}(?![a-z])"),
        ("right", rf"(?<![a-z])right{SIDE_ENDINGS}(?![a-z])"),
        ("forward", r"\b(?:forwards?|ahead|frontwards?|forth)\b"),
        ("backward", r"\bbackwards?\b|\bback and forth\b|\bback-and-forth\b"),
        (
            "backward",
            r"\b(?:step|jump|hop|lean|fall|skip)(?:s|ing|ps|ped|ping)? back\b"
            r"(?! to\b| up\b| down\b)",
        ),
        ("up", r"(?<![\w-])(?:up|upwards?)(?![\w-])"),
        ("down", r"(?<![\w-])(?:down|downwards?)(?![\w-])"),
        ("clockwise", r"(?<!counter)(?<!counter[\s-])(?<!anti)(?<!anti[\s-])\bclock-?wise\b"),
        ("counterclockwise", rf"\b{COUNTER}\b"),
    )
)


@lru_cache(maxsize=65536)
def direction_words(text: str) -> frozenset[str]:
    """The directions a caption names: a set of `DIRECTIONS`.

    Whole words only: `leftwards` and `left-handed` are left, `upright` is neither up nor right,
    `push-up` is not up, `right away` is no side.
    """
    plain = IDIOMS.sub(" ", text)
    return frozenset(word for word, pattern in _PATTERNS if pattern.search(plain))


def direction_signs(texts: Sequence[str]) -> Float32[np.ndarray, "texts 4"]:
    """For each of `AXES` +1 for its first word, -1 for its second, 0 for neither or both."""
    rows = np.zeros((len(texts), len(AXES)), np.float32)
    for row, text in enumerate(texts):
        found = direction_words(text)
        for column, (first, second) in enumerate(AXES):
            rows[row, column] = float(first in found) - float(second in found)
    return rows
