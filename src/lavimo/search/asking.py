"""A parsed query as vectors: what the model makes of words and examples, and who is in a film."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lavimo.errors import LavimoError
from lavimo.features.directions import RATE, Poses
from lavimo.gallery.contract import Backend
from lavimo.motion.clip import Motion
from lavimo.progress import Progress
from lavimo.runtime.encoder import Encoder
from lavimo.search import films
from lavimo.search.films import Film
from lavimo.search.query import Query
from lavimo.search.ranking import Asked, View

ONE_VIEW = 8.0
"""Films up to this many seconds are one view for the model: it reads them whole."""
SHORTEST = 3.6
"""Seconds of the shortest windows of longer films that it reads, too: a film of many seconds may
hold one action several times."""
MOST_VIEWS = 16
TEMPOS, TEMPO = (1.0, 1.4, 2.0), 0.5
"""A film is also read as if played faster, since people do before a camera slowly what an actor
does once and quickly; and the sigmas that it costs for each factor of e (val films)."""


@dataclass(frozen=True)
class Watching:
    """How films are watched: which person, whether small pictures are kept, who is told."""

    person: int = 1
    pictures: bool = False
    progress: Progress | None = field(default=None, compare=False)


def encode(
    query: Query,
    gallery: Backend,
    model: Callable[[], Encoder],
    watching: Watching,
) -> Asked:
    """The query as vectors; the model is asked for only where the query needs one."""
    text = sentence = None
    if query.text:
        text = model().encode_text([query.text])[0]
        sentence = model().encode_sentences([query.text])[0]
    rows = [gallery.row(id) for id in query.ids]
    motions = _examples(query)
    vectors = list(model().encode_motion(motions)) if motions else []
    if rows:
        vectors.extend(gallery.vectors([item.seq for item in rows]))
    example = None
    if vectors:
        mean = np.stack(vectors).mean(axis=0)
        example = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    seqs = np.array([item.seq for item in rows], np.int64)
    skip = tuple(int(seq) for seq in gallery.owners(seqs)) if rows else ()
    watched = tuple(
        one
        if isinstance(one, Film)
        else films.read(
            one, person=watching.person, keep=watching.pictures, progress=watching.progress
        )
        for one in query.films
    )
    moves = _moves(motions, gallery)
    return Asked(query, text, sentence, example, skip, watched, _views(watched, model), moves)


def _examples(query: Query) -> list[Motion]:
    if not query.examples:
        return []
    from lavimo import formats

    return [m if isinstance(m, Motion) else formats.read(m) for m in query.examples]


def _moves(motions: Sequence[Motion], gallery: Backend) -> tuple[Poses, ...]:
    """Limb directions of examples; only where there are films that they could find."""
    if not motions or len(gallery.films()) == 0:
        return ()
    from lavimo.features import canonical, directions

    bodies = [canonical.from_motion(motion) for motion in motions]
    return tuple(directions.from_motion(body.positions, body.fps) for body in bodies)


def _views(watched: Sequence[Film], model: Callable[[], Encoder]) -> tuple[View, ...]:
    """Each film as the model sees it, whole and in windows; none where it reads no films."""
    if not watched:
        return ()
    try:
        encoder = model()
    except LavimoError:
        return ()  # limb directions need no model
    if not films.reads(encoder):
        return ()
    from lavimo.search import matching

    cuts: list[tuple[int, Poses, float]] = []
    for number, film in enumerate(watched):
        windows = matching.pieces(film.poses)
        costs = matching.part_costs(windows)
        lengths = np.diff(windows.spans, axis=1)[:, 0]
        long = film.poses.seconds > ONE_VIEW
        # Shorter moments are what limb directions are for; the model reads what it was trained on.
        kept = [
            at
            for at in range(len(lengths))
            if at == 0 or (long and lengths[at] >= round(SHORTEST * RATE))
        ]
        # The longest first: of a very long film more of them.
        kept.sort(key=lambda at: -lengths[at])
        for at in kept[:MOST_VIEWS]:
            cut = film.poses.cut(*map(int, windows.spans[at]))
            cuts += [
                (number, cut.at_speed(factor), float(costs[at]) + TEMPO * abs(math.log(factor)))
                for factor in TEMPOS
            ]
    rows = films.vectors(encoder, [poses for _, poses, _ in cuts])
    return tuple(View(cut[0], row, cut[2]) for cut, row in zip(cuts, rows, strict=True))
