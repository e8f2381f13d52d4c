"""A video file to the pose rows, or the silhouettes, of one person in it."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import VideoError
from lavimo.features.directions import RATE, Poses, from_landmarks
from lavimo.runtime.frames import pyramid, segments
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from lavimo.video.tracking import Track

OUTLINE_EVERY = 4
"""Pictures from one silhouette to the next; eight of a film are read."""


def poses_in(path: str | Path, person: int = 1) -> Poses:
    """Rows of the `person`-th largest and most persistent person of a film (1 = the first).

    Raises VideoError when the file cannot be read or shows fewer people, MissingExtra without the
    extra `video`, ModelError without the landmark networks.
    """
    return rows_of(track_in(path, person), path)


def rows_of(one: "Track", path: str | Path) -> Poses:
    """The pose rows of a track, which end with the film that it was followed in."""
    from lavimo.video.frames import probe

    return from_landmarks(one.times, one.world, one.picture, probe(path).duration or math.inf)


def silhouettes_in(path: str | Path, person: int = 1) -> Float32[np.ndarray, "frames 117"]:
    """Features of eight silhouettes of a person, from eight equal parts. Raises as `poses_in`."""
    one = track_in(path, person, OUTLINE_EVERY)
    return pyramid(one.outlines[segments(len(one.times))])


def track_in(path: str | Path, person: int = 1, outline_every: int = 0) -> "Track":
    """The landmark track of a person in a film, ten pictures a second. Raises as `poses_in`."""
    from lavimo.video.frames import read
    from lavimo.video.tracking import Tracker, track

    tracker = Tracker(outline_every=outline_every)
    tracks = track(read(path, fps=RATE), tracker=tracker, people=person)
    if len(tracks) < person:
        found = f"only {len(tracks)} people were" if tracks else "nobody was"
        raise VideoError(f"In {path} {found} found; film the whole body, and from nearer.")
    return tracks[person - 1]
