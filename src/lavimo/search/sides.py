"""The side rule over stored captions: which of them may not support a query."""

import re
from collections.abc import Sequence

import numpy as np

from lavimo.data.captions import contradict, direction_codes
from lavimo.runtime.directions import AXES, DIRECTIONS
from lavimo.shapes import Float32, Int64

UNSPOKEN = 0.05
"""Taken off the cosine of a caption that leaves open a direction which the query names."""

# What every direction word contains: a text without any of these names no direction, and most
# captions are told apart by this search alone.
_TRACES = re.compile(r"left|right|for|ahead|front|back|up|down|clock", re.IGNORECASE)

_AXES = tuple(sum(1 << DIRECTIONS.index(word) for word in axis) for axis in AXES)


def codes(texts: Sequence[str]) -> Int64[np.ndarray, " texts"]:
    """The directions that each text names, as bits; see `lavimo.data.captions.direction_codes`."""
    found = np.zeros(len(texts), np.int64)
    traced = [number for number, text in enumerate(texts) if _TRACES.search(text)]
    found[traced] = direction_codes([texts[number] for number in traced])
    return found


def names_direction(query: str) -> bool:
    """Does the side rule apply to a query at all?"""
    return bool(codes([query])[0])


def penalties(query: str, stored: Int64[np.ndarray, " texts"]) -> Float32[np.ndarray, " texts"]:
    """What the side rule takes off the cosine of each text; `stored` are the texts' `codes`.

    Infinity for a text that says the opposite (left for right, forward for backward, up for
    down, clockwise for counterclockwise): it never counts as support. A text that names no
    direction where the query does loses `UNSPOKEN`.
    """
    asked = int(codes([query])[0])
    taken = np.where(stored == asked, 0, UNSPOKEN).astype(np.float32)
    for axis in _AXES:
        mine, theirs = asked & axis, stored & axis
        if mine:
            taken[(theirs != 0) & (theirs & mine == 0)] = np.inf
    return taken


def supports(query: str, caption: str) -> bool:
    """May this caption be quoted as a reason for the hit?"""
    return not contradict(query, caption)
