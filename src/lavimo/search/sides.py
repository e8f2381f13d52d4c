"""The side rule over stored captions: which of them may not support a query."""

import re
from collections.abc import Sequence

import numpy as np

from lavimo.data.captions import compatible, contradict, direction_words
from lavimo.shapes import Float32

UNSPOKEN = 0.05
"""Taken off the cosine of a caption that leaves open a direction which the query names."""

# What every direction word contains: a text without any of these names no direction, and most
# captions are told apart by this search alone.
_TRACES = re.compile(r"left|right|for|ahead|front|back|up|down|clock", re.IGNORECASE)


def penalties(query: str, texts: Sequence[str]) -> Float32[np.ndarray, " texts"] | None:
    """What the side rule takes off the cosine of each text; None when the query names no side.

    Infinity for a text that says the opposite (left for right, forward for backward, up for
    down, clockwise for counterclockwise): it never counts as support. A text that names no
    direction where the query does loses `UNSPOKEN`.
    """
    if not direction_words(query):
        return None
    taken = np.full(len(texts), UNSPOKEN, np.float32)
    for number, text in enumerate(texts):
        if not _TRACES.search(text):
            continue
        if contradict(query, text):
            taken[number] = np.inf
        elif compatible(query, text):
            taken[number] = 0.0
    return taken


def supports(query: str, caption: str) -> bool:
    """May this caption be quoted as a reason for the hit?"""
    return not contradict(query, caption)
