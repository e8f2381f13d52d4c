"""From a video file to the rows of a person: decode, follow, limb directions."""

import importlib.util
import io
import itertools
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np

from lavimo.errors import LavimoError, MissingExtra, QueryError, VideoError
from lavimo.features.directions import RATE, Poses, from_landmarks
from lavimo.progress import Progress, Silent, Task
from lavimo.shapes import Float32, UInt8

if TYPE_CHECKING:
    from lavimo.video.tracking import Track, Tracker

CONTAINERS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
"""Files of a folder that are indexed as films."""
SUFFIXES = (*CONTAINERS, ".gif", ".webp", ".apng")
"""Files that are taken for films by their name; animated pictures only where they are named."""
STILLS = (".jpg", ".jpeg", ".png", ".heic", ".bmp", ".tif", ".tiff")
"""Pictures that are named by mistake; the reader of films says what they are."""
EDGE = 1280
"""Longer edge in pixels that larger pictures are scaled down to: a body needs no more."""
KEPT_EDGE = 320
"""Height in pixels of the pictures that a page shows."""
KEPT_SECONDS = 20.0
LONG = 15.0
"""Films of more seconds report their progress."""
MOST_PEOPLE = 4
THREADS = 4
"""Threads of the networks, at most, while somebody waits for one film."""
LIBRARIES = ("av", "ai_edge_litert")

CALM = 4.0
"""Way of the nine limb directions together, radians a second: less is a calm film. Idle people stay
below 2, slow walks and one waving hand come to 3.5, of films of val clips 4 % are below."""
SHORT = 1.0
SMALL = 110
"""Pixels of a standing person under which landmarks get coarse (PROBE.md, Video)."""


class Picture(NamedTuple):
    """A picture of a film as JPEG, and its second."""

    time: float
    jpeg: bytes


Frames: TypeAlias = Iterator[tuple[float, UInt8[np.ndarray, "height width 3"]]]


@dataclass(frozen=True, eq=False)
class Film:
    """One person in a film. `start` is the second of the film at which `poses` begin.

    `height` is the person's in pixels as the networks saw them, 0 where it is not known; `people`
    counts those who could be followed; `seconds` is what decoding and following took.
    """

    path: str
    poses: Poses
    start: float = 0.0
    duration: float = 0.0
    fps: float = 0.0
    height: float = 0.0
    person: int = 1
    people: int = 1
    seconds: Mapping[str, float] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()

    def doubts(self) -> tuple[str, ...]:
        """What makes hits weaker: a film that is short or calm, a person that is small."""
        found = []
        if self.poses.seconds < SHORT:
            found.append(f"the film shows the person for {self.poses.seconds:.1f} s only")
        if movement(self.poses) < CALM:
            found.append("the film is calm, and a calm film is like anything calm")
        if 0 < self.height < SMALL:
            found.append(f"the person is small in the picture ({self.height:.0f} pixels)")
        return tuple(found)


def movement(poses: Poses) -> float:
    """How far the limb directions go, radians a second over all nine."""
    if len(poses) < 2:
        return 0.0
    steps = np.diff(poses.limbs.reshape(len(poses), -1, 3), axis=0)
    return float(np.linalg.norm(steps, axis=2).sum(axis=1).mean() * RATE)


def is_film(name: str | Path) -> bool:
    """Whether a file is taken for a film, by its suffix."""
    return Path(name).suffix.lower() in SUFFIXES


@runtime_checkable
class Dim(Protocol):
    """Anything that makes vectors of one length."""

    dim: int


def reads(encoder: object) -> bool:
    """Whether a model knows films, beside sentences and motions."""
    return "video" in getattr(encoder, "modalities", ()) and hasattr(encoder, "encode_poses")


def vectors(encoder: Dim, poses: Sequence[Poses]) -> Float32[np.ndarray, "films dim"]:
    """Unit rows of films; zero rows from a model that reads none."""
    if not reads(encoder):
        return np.zeros((len(poses), encoder.dim), np.float32)
    found: Float32[np.ndarray, "films dim"] = encoder.encode_poses(list(poses), side="film")  # type: ignore[attr-defined]
    return found


def cannot() -> str:
    """Why no film can be read here, in a sentence; empty where films can be."""
    from lavimo.video import model_files

    try:
        for library in LIBRARIES:
            if importlib.util.find_spec(library) is None:
                raise MissingExtra("Reading films", "video")
        for name in model_files.SHA256:
            model_files.model_path(name)
    except LavimoError as error:
        return str(error)
    return ""


def read(
    path: str | Path,
    *,
    person: int = 1,
    start: float = 0.0,
    end: float | None = None,
    keep: bool = False,
    progress: Progress | None = None,
) -> Film:
    """Follow a person through a video file; 1 is the largest and most persistent.

    `start` and `end` are seconds of the film. With `keep` small pictures stay with it, to be
    shown. Raises VideoError for a file that cannot be read or shows nobody, QueryError for a
    person that is not there, MissingExtra without the extra `video`.
    """
    from concurrent.futures import ThreadPoolExecutor

    from lavimo.video import frames

    path, watch = Path(path), _Watch(keep)
    with ThreadPoolExecutor(1) as aside:
        # Reading the header and the first picture are processes of their own: side by side.
        probing = aside.submit(frames.probe, path)
        loaded = _tracker()
        pictures = watch.passing(path, (start, end))
        first = list(itertools.islice(pictures, 1))
        video = probing.result()
    seconds = min(video.duration, math.inf if end is None else end) - start
    shown = Silent() if seconds <= LONG or progress is None else progress
    total = max(1, round(seconds * RATE))
    with shown.task(f"Watching {path.name}", total, "pictures") as task:
        counted = _counted(itertools.chain(first, pictures), task, total)
        tracks = watch.follow(counted, loaded, max(person, MOST_PEOPLE))
    return _film(path, tracks, watch, person, (video.duration, video.fps or 0.0), end)


def _counted(pictures: Frames, task: Task, total: int) -> Frames:
    for number, picture in enumerate(pictures, 1):
        yield picture
        # A film may hold a picture more than its header says.
        if number <= total:
            task.advance()


@lru_cache(maxsize=1)
def _tracker() -> "Tracker":
    """Both networks; once a process, since loading them takes as long as a second of film."""
    from lavimo.video.tracking import Tracker

    return Tracker(threads=min(THREADS, os.cpu_count() or 1))


class _Watch:
    """Times the pictures of a film on their way to the tracker, and keeps small copies."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.decode = self.landmarks = self.copies = 0.0
        self.pictures: list[Picture] = []

    def follow(self, pictures: Frames, tracker: "Tracker", people: int) -> "list[Track]":
        """Everyone who can be followed through the pictures, the foremost first."""
        from lavimo.video.tracking import track

        begin, before = time.perf_counter(), self.decode
        found = track(pictures, tracker=tracker, people=people)
        self.landmarks = time.perf_counter() - begin - (self.decode - before) - self.copies
        return found

    def passing(self, path: Path, part: tuple[float, float | None]) -> Frames:
        """The pictures of a part of a film, timed and copied as they pass."""
        from lavimo.video import frames

        begin = time.perf_counter()
        for seconds, picture in frames.read(path, fps=RATE, start=part[0], end=part[1], edge=EDGE):
            # What the decoder does beside the tracker, in its own process, costs no waiting.
            self.decode += time.perf_counter() - begin
            yield seconds, picture
            begin = time.perf_counter()
            if self.keep and seconds <= part[0] + KEPT_SECONDS:
                self.pictures.append(Picture(seconds, _small(picture)))
            self.copies += time.perf_counter() - begin
            begin = time.perf_counter()
        self.decode += time.perf_counter() - begin


def _film(
    path: Path,
    tracks: "list[Track]",
    watch: _Watch,
    person: int,
    header: tuple[float, float],
    end: float | None,
) -> Film:
    seen = [one for one in tracks if (one.score > 0).sum() >= 2]
    if not seen:
        raise VideoError(f"{path.name} shows nobody who could be followed; film a whole body.")
    if person > len(seen):
        count = "one person" if len(seen) == 1 else f"{len(seen)} people"
        raise QueryError(
            f"{path.name} shows {count} who can be followed, and --person {person} asks for more."
        )
    chosen = seen[person - 1]
    first = seen[0]
    weight = first.height() * len(first)
    others = [one for one in seen if one.height() * len(one) > weight / 10]
    step = float(np.median(np.diff(chosen.times))) if len(chosen) > 1 else 1 / RATE
    duration, fps = header
    until = min(duration or math.inf, math.inf if end is None else end)
    return Film(
        path=str(path),
        poses=from_landmarks(chosen.times, chosen.world, chosen.picture, until),
        start=float(chosen.times[0]),
        duration=duration or float(chosen.times[-1] + step),
        fps=fps,
        height=chosen.height(),
        person=person,
        people=len(others),
        seconds={"decode": watch.decode, "landmarks": watch.landmarks},
        pictures=tuple(watch.pictures),
    )


def _small(picture: UInt8[np.ndarray, "height width 3"]) -> bytes:
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((4 * KEPT_EDGE, KEPT_EDGE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return stream.getvalue()
