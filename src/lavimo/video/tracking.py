"""People followed through a film: detection, tracking, re-detection, gaps filled.

The rules are PROBE.md's (section Video, surprise 5): every detection is also tried upside down,
the answer is checked by the detector once a second, nothing is smoothed, no landmark is masked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lavimo.shapes import Float, Float32, UInt8
from lavimo.video.landmarks import (
    LEAST,
    NO_OUTLINE,
    Body,
    Detector,
    Landmarker,
    Region,
)

CHECK_EVERY = 1.0
"""Seconds between two looks of the detector at a film whose people are all being followed."""
SAME_BODY = 0.12
"""Two answers nearer than this share of the body's size (mean over the limbs) are one answer."""
OVERLAP = 0.6
"""Bodies whose boxes share more of the smaller one are one person."""
BETTER = 1.2
"""A different answer must be so much better than the track was during the last second."""
SEARCH = 0.5
"""Seconds that a lost person is looked for in every picture: where they were, and anywhere."""
SPEED = 2.0
"""Most of the body's size that someone moves in a second: about 4 m/s."""
FORGET = 5.0
"""Seconds after which someone who comes into view is a new person."""
SPARE = 2
"""People followed beyond those asked for: who matters most is known at the film's end only."""


@dataclass(frozen=True, eq=False)
class Track:
    """One person through a film, from the first picture that shows them to the last."""

    times: Float[np.ndarray, "frames"]
    """Seconds from the film's start."""
    picture: Float32[np.ndarray, "frames 33 2"]
    """Pixels, x right, y down."""
    world: Float32[np.ndarray, "frames 33 3"]
    """Metres round the middle of the hips: x right in the picture, y up, z towards the camera."""
    visibility: Float32[np.ndarray, "frames 33"]
    score: Float32[np.ndarray, "frames"]
    """0 where the person was not found and the landmarks are interpolated."""
    heights: Float32[np.ndarray, "frames"]
    """Height in pixels that the person would have standing."""
    outlines: Float32[np.ndarray, "frames 16 16"]
    """The person's silhouette in the square round them: the covered share of each cell, held from
    one drawn outline to the next. All 0 unless the tracker was asked for outlines."""
    size: tuple[int, int]
    """Width and height of the picture."""

    def __len__(self) -> int:
        return len(self.times)

    def height(self) -> float:
        """Median height of the person in pixels, as if standing."""
        return float(np.median(self.heights[self.score > 0]))

    def found(self) -> float:
        """Share of the pictures in which the person was found."""
        return float((self.score > 0).mean())


class Tracker:
    """Both networks, loaded once. Not to be shared between threads.

    With `outline_every` the tracks hold silhouettes too, drawn in every `outline_every`-th picture.
    The networks run on `threads` each: one where many films are followed side by side.
    """

    def __init__(self, *, outline_every: int = 0, threads: int = 1) -> None:
        self.outline_every = outline_every
        self.detector = Detector(threads=threads)
        self.landmarker = Landmarker(outlines=outline_every > 0, threads=threads)

    def people(
        self,
        picture: UInt8[np.ndarray, "height width 3"],
        known: Sequence[Body] = (),
    ) -> list[Body]:
        """Everyone the detector finds, each the right way up and once, largest first.

        Someone in `known`, seen a moment ago, has not turned over since: of the two ways up the
        nearer one is taken for them, the better one for anybody else.
        """
        bodies = [self._upright(picture, region, known) for region in self.detector.find(picture)]
        apart: list[Body] = []
        for body in sorted(bodies, key=lambda body: -body.quality):
            if body.score >= LEAST and not any(_one_person(body, other) for other in apart):
                apart.append(body)
        return sorted(apart, key=lambda body: -body.height)

    def _upright(self, picture: Any, region: Region, known: Sequence[Body]) -> Body:
        ways = [self.landmarker.look(picture, way) for way in (region, region.upside_down())]
        best = max(ways, key=lambda body: body.quality)
        near = [one for one in known if one.overlap(best) > OVERLAP]
        likely = [body for body in ways if body.score >= LEAST]
        if near and likely:
            return min(likely, key=lambda body: min(body.distance(one) for one in near))
        return best


def track(
    frames: Iterable[tuple[float, UInt8[np.ndarray, "height width 3"]]],
    *,
    tracker: Tracker | None = None,
    people: int = 1,
) -> list[Track]:
    """The `people` largest and most persistent people of a film, the first one foremost.

    `frames` are (seconds, picture) in order of time; 10 a second are enough. A film without
    people gives an empty list. Raises ModelError where the networks are missing, MissingExtra
    where the library that runs them is.
    """
    tracker = tracker or Tracker()
    follower = _Follower(tracker, people + SPARE)
    size = (0, 0)
    for time, picture in frames:
        size = (picture.shape[1], picture.shape[0])
        follower.step(time, picture)
    ranked = sorted(follower.paths, key=lambda path: -path.weight())
    return [_track(path, follower.times, size) for path in ranked[:people]]


@dataclass(eq=False)
class _Path:
    """A person while the film runs: bodies by the number of the picture."""

    bodies: dict[int, Body] = field(default_factory=dict)
    seen: float = 0.0
    region: Region | None = None

    def add(self, number: int, time: float, body: Body) -> None:
        self.bodies[number], self.seen, self.region = body, time, body.region

    def last(self) -> Body:
        return self.bodies[max(self.bodies)]

    def quality(self, since: float, times: list[float]) -> float:
        """Mean quality of the bodies since a time."""
        recent = [body.quality for number, body in self.bodies.items() if times[number] >= since]
        return sum(recent) / max(len(recent), 1)

    def weight(self) -> float:
        """Pixels of height summed over the pictures that show the person."""
        return sum(body.height for body in self.bodies.values())


class _Follower:
    """Follows several people from picture to picture."""

    def __init__(self, tracker: Tracker, most: int) -> None:
        self.tracker, self.most = tracker, most
        self.paths: list[_Path] = []
        self.times: list[float] = []
        self._checked = -np.inf

    def step(self, time: float, picture: UInt8[np.ndarray, "height width 3"]) -> None:
        """Take one more picture."""
        number = len(self.times)
        self.times.append(time)
        every = self.tracker.outline_every
        outline = every > 0 and number % every == 0
        for path in self.paths:
            if path.region is not None:
                body = self.tracker.landmarker.look(picture, path.region, outline=outline)
                if body.score >= LEAST:
                    path.add(number, time, body)
                elif time - path.seen > SEARCH:
                    path.region = None
        self._part(number)
        active = [path for path in self.paths if number in path.bodies]
        lost = [
            path.last()
            for path in self.paths
            if number not in path.bodies and time - path.seen <= SEARCH
        ]
        if not active or lost or time - self._checked >= CHECK_EVERY:
            self._checked = time
            self._check(number, time, self.tracker.people(picture, lost))

    def _part(self, number: int) -> None:
        """Two paths on one body: the one that jumped there has lost its person."""
        for path in self.paths:
            for other in self.paths:
                mine, theirs = path.bodies.get(number), other.bodies.get(number)
                if path is other or mine is None or theirs is None:
                    continue
                if mine.distance(theirs) < SAME_BODY and _jump(path, number) > _jump(other, number):
                    del path.bodies[number]
                    path.region = None

    def _check(self, number: int, time: float, found: list[Body]) -> None:
        """Compare the paths with what the detector sees; restart, find again, begin new ones."""
        for body in found:
            active = [path for path in self.paths if number in path.bodies]
            near = min(active, key=lambda path: body.distance(path.bodies[number]), default=None)
            if near is not None and _one_person(body, near.bodies[number]):
                now = near.bodies[number]
                usual = BETTER * near.quality(self.times[number] - CHECK_EVERY, self.times)
                if body.distance(now) > SAME_BODY and body.quality > usual:
                    near.add(number, time, body)
                continue
            lost = [p for p in self.paths if p not in active and _may_be(p, body, time)]
            if any(_leaps(p, body, time) for p in lost):
                continue
            if lost:
                path = min(lost, key=lambda path: body.distance(path.last()))
            elif len(active) < self.most:
                self.paths.append(path := _Path())
            else:
                continue
            path.add(number, time, body)


def _one_person(body: Body, other: Body) -> bool:
    return body.distance(other) < SAME_BODY or body.overlap(other) > OVERLAP


def _jump(path: _Path, number: int) -> float:
    """How far the path's person moved to get into this picture."""
    before = [n for n in path.bodies if n < number]
    return path.bodies[max(before)].distance(path.bodies[number]) if before else 0.0


def _leaps(path: _Path, body: Body, time: float) -> bool:
    """Whether nobody could have moved so far since the path was lost, a moment ago."""
    away = time - path.seen
    return away <= SEARCH and body.distance(path.last()) > SAME_BODY + SPEED * away


def _may_be(path: _Path, body: Body, time: float) -> bool:
    """Whether someone found now can be the person that the path lost."""
    away, last = time - path.seen, path.last()
    ratio = body.height / max(last.height, 1e-6)
    return away <= FORGET and body.distance(last) < 0.5 + away and 0.5 < ratio < 2


def _outlines(path: _Path, numbers: np.ndarray) -> Float32[np.ndarray, "frames 16 16"]:
    """For every picture the outline of the nearest one that has one."""
    drawn = np.array([n for n, body in path.bodies.items() if body.outline.any()])
    if len(drawn) == 0:
        return np.zeros((len(numbers), *NO_OUTLINE.shape), np.float32)
    nearest = drawn[np.abs(numbers[:, None] - drawn[None]).argmin(axis=1)]
    return np.stack([path.bodies[number].outline for number in nearest])


def _track(path: _Path, times: list[float], size: tuple[int, int]) -> Track:
    known = np.array(sorted(path.bodies))
    numbers = np.arange(known[0], known[-1] + 1)
    bodies = [path.bodies[number] for number in known]

    def filled(rows: list[Any]) -> Float32[np.ndarray, "..."]:
        values = np.asarray(rows, np.float32)
        when = np.array(times)
        right = np.clip(np.searchsorted(known, numbers), 1, max(len(known) - 1, 1))
        left, right = known[right - 1], known[np.minimum(right, len(known) - 1)]
        gap = when[right] - when[left]
        share = np.where(gap > 0, (when[numbers] - when[left]) / np.where(gap > 0, gap, 1), 0)
        share = share.astype(np.float32).reshape(-1, *(1,) * (values.ndim - 1))
        at = {number: row for row, number in enumerate(known)}
        first = values[[at[n] for n in left]]
        return first + share * (values[[at[n] for n in right]] - first)

    score = np.zeros(len(numbers), np.float32)
    score[known - known[0]] = [max(body.score, 1e-6) for body in bodies]
    return Track(
        times=np.array(times)[numbers],
        picture=filled([body.picture for body in bodies]),
        world=filled([body.world for body in bodies]),
        visibility=filled([body.visibility for body in bodies]),
        score=score,
        heights=filled([body.height for body in bodies]),
        outlines=_outlines(path, numbers),
        size=size,
    )
