"""Motions as a camera and the landmark networks see them: rendered, tracked, kept as tracks.

What a video tower learns from and is judged by. A track is 165 numbers a frame, so tracks are
stored and pictures are not. One file a clip and view, named by all that decides it: a stopped run
goes on, and a second one reads.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lavimo.data.pool import in_processes
from lavimo.errors import DataError
from lavimo.features import directions
from lavimo.features.directions import Poses
from lavimo.files import atomic_path, cache_folder, sha256_of_json
from lavimo.progress import Progress, Silent
from lavimo.shapes import Float32, UInt8

if TYPE_CHECKING:
    from lavimo.render.view import View
    from lavimo.video.tracking import Tracker

VERSION = "1"
"""Changes whenever avatars, renders or tracks change: part of every cache key."""
MOTION_RATE = 20.0
OUTLINE_EVERY = 4
"""Frames from one outline to the next: five a film of two seconds, where eight are looked at."""
TRAINING_AVATARS = ("a01", "a02", "a03", "a04", "a05", "a06", "a07", "a08", "a09")
HELD_OUT_AVATARS = ("a10", "a11", "a12", "a13")
"""No film of these trains a model: films of test motions show them."""


class Filming(msgspec.Struct, frozen=True, kw_only=True):
    """How motions are filmed: avatars to draw from, edge of the square pictures in pixels, frames a
    second (20 or 10), the seed of the drawn views, a `damage` of `DAMAGES` ("" for none).
    """

    avatars: tuple[str, ...] = TRAINING_AVATARS
    size: int = 320
    fps: int = 10
    seed: int = 0
    damage: str = ""


@dataclass(frozen=True, eq=False)
class Filmed:
    """The track of one film; every array is empty where nobody was found.

    `times` in seconds of the motion; the other arrays as in `video.tracking.Track`.
    """

    times: Float32[np.ndarray, " frames"]
    world: Float32[np.ndarray, "frames 33 3"]
    picture: Float32[np.ndarray, "frames 33 2"]
    score: Float32[np.ndarray, " frames"]
    outlines: Float32[np.ndarray, "frames 16 16"]
    height: float
    avatar: str

    def poses(self, seconds: float) -> Poses | None:
        """Rows at 10 Hz of the whole clip of `seconds`; None where nobody was found.

        A track may begin late or end early: its first and last bodies stand for what is missing,
        so that rows stay aligned with those of the motion.
        """
        if len(self.times) < 2:
            return None
        times, world, picture = self.times, self.world, self.picture
        step = float(np.median(np.diff(times)))
        if times[0] > step / 2:
            times = np.concatenate([[0.0], times])
            world, picture = (np.concatenate([a[:1], a]) for a in (world, picture))
        if seconds - step > times[-1] + step / 2:
            times = np.concatenate([times, [seconds - step]])
            world, picture = (np.concatenate([a, a[-1:]]) for a in (world, picture))
        return directions.from_landmarks(times, world, picture, seconds)

    def outlines_at(
        self, seconds: Float32[np.ndarray, " moments"]
    ) -> Float32[np.ndarray, "moments 16 16"]:
        """The silhouettes nearest to some moments."""
        nearest = np.abs(self.times[None] - seconds[:, None]).argmin(axis=1)
        found: np.ndarray = self.outlines[nearest]
        return found


@dataclass(frozen=True)
class _Job:
    id: str
    positions: Float32[np.ndarray, "frames 22 3"]
    view: int
    filming: Filming
    path: Path


def film(
    clips: Sequence[tuple[str, Float32[np.ndarray, "_ 22 3"]]],
    filming: Filming,
    *,
    views: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[list[Filmed]]:
    """The tracks of `views` films of each clip (id, canonical positions at 20 fps), in order.

    What the cache holds is read, the rest is made in `workers` processes. Raises MissingExtra or
    ModelError where films cannot be made at all.
    """
    jobs = [
        _Job(id, positions, view, filming, _path(id, positions, view, filming))
        for id, positions in clips
        for view in range(views)
    ]
    missing = [job for job in jobs if not job.path.is_file()]
    if missing:
        # Long clips first, so that none stands alone at the end.
        missing.sort(key=lambda job: -len(job.positions))
        seconds = sum(len(job.positions) for job in missing) / MOTION_RATE
        with (progress or Silent()).task("Filming", round(seconds), "seconds") as task:
            for done in in_processes(_do, missing, workers):
                task.advance(round(done))
    found = [_read(job.path) for job in jobs]
    return [found[first : first + views] for first in range(0, len(found), views)]


def _path(id: str, positions: np.ndarray, view: int, filming: Filming) -> Path:
    motion = hashlib.sha256(positions.astype(np.float32).tobytes()).hexdigest()
    content = [VERSION, id, motion, view, msgspec.to_builtins(filming)]
    key = sha256_of_json(content)
    return cache_folder() / "tracks" / key[:2] / f"{key[2:34]}.npz"


def _do(job: _Job) -> float:
    """Make one film, follow the person in it, store the track; seconds of motion done."""
    made = _filmed(job)
    with atomic_path(job.path) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            times=made.times,
            world=made.world.astype(np.float16),
            picture=made.picture.astype(np.float16),
            score=made.score.astype(np.float16),
            outlines=np.round(255 * made.outlines).astype(np.uint8),
            height=np.float32(made.height),
            avatar=made.avatar,
        )
    return len(job.positions) / MOTION_RATE


def _filmed(job: _Job) -> Filmed:
    from lavimo.render.view import draw_view
    from lavimo.video.tracking import track

    drawn = draw_view(job.id, view=job.view, seed=job.filming.seed, avatars=job.filming.avatars)
    pictures = list(_shot(job, drawn))
    if job.filming.damage:
        plain = track(pictures, tracker=_tracker())
        pictures = DAMAGES[job.filming.damage](pictures, plain[0].picture if plain else None)
    tracks = track(pictures, tracker=_tracker())
    if not tracks:
        nothing = np.zeros((0, 33, 3), np.float32)
        return Filmed(
            nothing[:, 0, 0],
            nothing,
            nothing[..., :2],
            nothing[:, 0, 0],
            np.zeros((0, 16, 16), np.float32),
            0.0,
            drawn.avatar,
        )
    best = tracks[0]
    return Filmed(
        best.times.astype(np.float32),
        best.world,
        best.picture,
        best.score,
        best.outlines,
        best.height(),
        drawn.avatar,
    )


Frames = list[tuple[float, UInt8[np.ndarray, "_ _ 3"]]]


def _shot(job: _Job, drawn: "View") -> Iterator[tuple[float, UInt8[np.ndarray, "_ _ 3"]]]:
    from lavimo.render.studio import shoot

    step, edge = round(MOTION_RATE / job.filming.fps), job.filming.size
    numbers = range(0, len(job.positions), step)
    shots = shoot(job.positions, MOTION_RATE, drawn, size=(edge, edge), frames=numbers)
    for number, picture in zip(numbers, shots, strict=True):
        yield number / MOTION_RATE, picture


@lru_cache(maxsize=1)
def _tracker() -> "Tracker":
    from lavimo.video.tracking import Tracker

    return Tracker(outline_every=OUTLINE_EVERY)


def _read(path: Path) -> Filmed:
    try:
        with np.load(path) as stored:
            return Filmed(
                stored["times"],
                stored["world"].astype(np.float32),
                stored["picture"].astype(np.float32),
                stored["score"].astype(np.float32),
                stored["outlines"].astype(np.float32) / 255,
                float(stored["height"]),
                str(stored["avatar"]),
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DataError(f"{path} is damaged ({error}); delete it and start again.") from error


def _knees(frames: Frames, seen: np.ndarray | None) -> Frames:
    """The picture ends at the knees."""
    if seen is None:
        return frames
    line = int(np.median(seen[:, [25, 26], 1]))
    edge = int(np.clip(line, 0.3 * frames[0][1].shape[0], frames[0][1].shape[0]))
    return [(time, np.ascontiguousarray(picture[:edge])) for time, picture in frames]


def _coarse(frames: Frames, seen: np.ndarray | None) -> Frames:
    """Half the size, and JPEG at quality 35."""
    from io import BytesIO

    from PIL import Image

    found = []
    for time, picture in frames:
        small = Image.fromarray(picture).resize((picture.shape[1] // 2, picture.shape[0] // 2))
        buffer = BytesIO()
        small.save(buffer, "JPEG", quality=35)
        found.append((time, np.asarray(Image.open(buffer))))
    return found


def _covered(frames: Frames, seen: np.ndarray | None) -> Frames:
    """Something stands before one side of the person for the middle second."""
    if seen is None:
        return frames
    middle = frames[len(frames) // 2][0]
    found = []
    for number, (time, picture) in enumerate(frames):
        if abs(time - middle) <= 0.5:
            body = seen[min(number, len(seen) - 1)]
            centre, edge = int(body[:, 0].mean()), int(body[:, 0].max() + 20)
            picture = picture.copy()
            picture[:, max(0, centre) : max(0, edge)] = 90
        found.append((time, picture))
    return found


DAMAGES: dict[str, Callable[[Frames, np.ndarray | None], Frames]] = {
    "knees": _knees,
    "coarse": _coarse,
    "covered": _covered,
}
"""What a picture may suffer, by name; each gets the frames and the landmarks of the intact film."""
