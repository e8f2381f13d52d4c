"""The side rule over stored captions: which of them may not support a query."""

import re
from collections.abc import Sequence

import numpy as np

from lavimo.data.captions import contradict, direction_codes
from lavimo.runtime.directions import AXES, DIRECTIONS
from lavimo.shapes import Float32, Int64

UNSPOKEN = 0.05
"""Taken off the cosine of a caption that leaves open a direction which the query names."""

# What the words of an axis contain. Most texts hold none of the query's, and a search for these
# is ten times as fast as reading all directions.
_TRACES = ("left|right", "for|ahead|front|back", "up|down", "clock")
_BITS = tuple(sum(1 << DIRECTIONS.index(word) for word in axis) for axis in AXES)


def axes_of(query: str) -> tuple[int, ...]:
    """The axes (places in `AXES`) on which a query names a direction; empty: no side rule."""
    code = int(direction_codes([query])[0])
    return tuple(axis for axis, bits in enumerate(_BITS) if code & bits)


def codes(texts: Sequence[str], axes: Sequence[int]) -> Int64[np.ndarray, " texts"]:
    """The directions that each text names on some axes, as bits of `direction_codes`."""
    traces = re.compile("|".join(_TRACES[axis] for axis in axes), re.IGNORECASE)
    traced = [number for number, text in enumerate(texts) if traces.search(text)]
    found = np.zeros(len(texts), np.int64)
    found[traced] = direction_codes([texts[number] for number in traced])
    return found & sum(_BITS[axis] for axis in axes)


def penalties(query: str, stored: Int64[np.ndarray, " texts"]) -> Float32[np.ndarray, " texts"]:
    """What the side rule takes off the cosine of each text; `stored` are their `codes`.

    Infinity for a text that says the opposite (left for right, forward for backward, up for
    down, clockwise for counterclockwise): it never counts as support. A text that leaves a
    direction open which the query names loses `UNSPOKEN`.
    """
    asked = int(direction_codes([query])[0])
    taken = np.where(stored & asked == asked, 0, UNSPOKEN).astype(np.float32)
    for bits in _BITS:
        mine, theirs = asked & bits, stored & bits
        if mine:
            taken[(theirs != 0) & (theirs & mine == 0)] = np.inf
    return taken


def supports(query: str, caption: str) -> bool:
    """May this caption be quoted as a reason for the hit?"""
    return not contradict(query, caption)
