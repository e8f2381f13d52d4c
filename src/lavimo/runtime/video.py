"""A video file to the pose rows of one person in it."""

from pathlib import Path

from lavimo.errors import VideoError
from lavimo.features.directions import RATE, Poses, from_landmarks


def poses_in(path: str | Path, person: int = 1) -> Poses:
    """Rows of the `person`-th largest and most persistent person of a film (1 = the first).

    Raises VideoError when the file cannot be read or shows fewer people, MissingExtra without the
    extra `video`, ModelError without the landmark networks.
    """
    from lavimo.video.frames import read
    from lavimo.video.tracking import track

    tracks = track(read(path, fps=RATE), people=person)
    if len(tracks) < person:
        found = f"only {len(tracks)} people were" if tracks else "nobody was"
        raise VideoError(
            f"In {path} {found} found; show the whole body, near enough to the camera."
        )
    one = tracks[person - 1]
    return from_landmarks(one.times, one.world, one.picture)
