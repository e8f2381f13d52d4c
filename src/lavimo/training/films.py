"""Films of motions as training sees them: landmark tracks, or a motion's own joints as if tracked.

Only the film's side is changed: a user's film is never cut and timed as the clip that it looks
for (PROBE.md, Video, surprise 3). A mirrored visit mirrors motion, film and caption together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from lavimo.data.batch import Pairs, padded
from lavimo.features.directions import LIMBS, RATE, WIDTH, Poses
from lavimo.presets import Filming, Preset
from lavimo.runtime.pose import scaled
from lavimo.shapes import Float32, Int64
from lavimo.training.augment import Change

MEDIANS = np.radians([7, 17, 17, 18, 18, 12, 12, 12, 12]).astype(np.float32)
"""Median angle between a limb's landmark direction and the true one (PROBE.md, Video)."""
HEADING = np.radians(6.0)
KINDS = ((0.5, None), (0.2, 1.2), (0.2, 0.3), (0.1, 0.0))
"""Shares of the squared error and their memory in seconds (None: the whole film; 0: none)."""
DEPTH = 2.0
"""Errors towards the camera are this many times as large as across."""
LEAST = 8
"""A film of fewer rows is not cut."""
NEAR = 12
"""Clips that count as moving like a clip."""
TURNING = 0.3
"""What a radian a second of turning weighs beside a direction's coordinate, comparing clips."""
TRUNK = 0.5
"""Metres of the unit of a film's path."""


@dataclass(frozen=True)
class Visit:
    """A clip's pose rows, what was drawn for it, and the tracks of its renders (maybe none)."""

    poses: Poses
    change: Change
    tracks: Sequence[Poses]


@dataclass(frozen=True)
class Rows:
    """Scaled rows of motions and of their films."""

    motions: list[Float32[np.ndarray, "_ 31"]]
    films: list[Float32[np.ndarray, "_ 31"]]

    def of(self, rank: int, world: int, own: int) -> Pairs:
        """The part of one of several processes: of the batch's `own` clips, then of the others."""
        chosen = [*range(rank, own, world), *range(own + rank, len(self.motions), world)]
        return Pairs(
            padded([torch.from_numpy(self.motions[i]) for i in chosen]),
            padded([torch.from_numpy(self.films[i]) for i in chosen]),
        )


def pairs(visits: Sequence[Visit], preset: Preset, rng: np.random.Generator) -> Rows:
    """Motions and films of visits, as the preset asks: their own, shuffled or noise."""
    filming = preset.filming
    assert preset.model.pose is not None
    longest = preset.model.pose.max_rows
    motions = [scaled(v.change.poses(v.poses))[:longest] for v in visits]
    films = [scaled(film_of(v, filming, rng))[:longest] for v in visits]
    if preset.sampling.video == "shuffled" and len(films) > 1:
        shift = int(rng.integers(1, len(films)))
        films = films[shift:] + films[:shift]
    if preset.sampling.video == "noise":
        films = [rng.normal(0, 0.5, rows.shape).astype(np.float32) for rows in films]
    for rows in (*motions, *films):
        if rng.random() < filming.path_drop:
            rows[:, WIDTH + 1 :] = 0
    return Rows(motions, films)


def film_of(visit: Visit, filming: Filming, rng: np.random.Generator) -> Poses:
    """A film of a visit: a track or projected joints, cut and timed on its own."""
    if visit.tracks and rng.random() < filming.tracks:
        film = visit.change.poses(visit.tracks[int(rng.integers(len(visit.tracks)))])
    else:
        film = as_if_tracked(visit.change.poses(visit.poses), filming.damage, rng)
    if rng.random() < filming.crop and len(film) > LEAST:
        keep = max(LEAST, round(len(film) * rng.uniform(filming.crop_least, 1)))
        start = int(rng.integers(0, len(film) - keep + 1))
        film = film.cut(start, start + keep)
    if filming.speed > 0:
        film = film.at_speed(float(np.exp(rng.uniform(-1, 1) * filming.speed)))
    return film


def as_if_tracked(poses: Poses, damage: float, rng: np.random.Generator) -> Poses:
    """A motion's rows with the errors that landmarks have, and its path as a camera sees it.

    Each limb has a standing, two slow and a white error, larger towards the camera; the heading is
    off; now and then a side or the legs are lost and bridged over. Sizes: PROBE.md, Video.
    """
    count = len(poses)
    heading = np.cumsum(poses.turn) / RATE
    camera = rng.uniform(-np.pi, np.pi) - heading  # direction of the view in the heading frame
    away = np.stack([np.sin(camera), 0 * camera, np.cos(camera)], axis=1).astype(np.float32)
    limbs = poses.limbs.reshape(count, len(LIMBS), 3)
    error = _wander((count, len(LIMBS), 3), rng)
    along = np.einsum("tlc,tc->tl", error, away)[..., None] * away[:, None]
    error = error + np.float32(DEPTH - 1) * along
    # Of the two directions across a limb one has twice the error now and then; the median angle
    # of such an error is 1.18 * sqrt((1 + DEPTH^2) / 2) times its deviation.
    size = MEDIANS * np.float32(damage / (1.18 * np.sqrt((1 + DEPTH**2) / 2)))
    # A row is a mean of directions: where a limb whirls it is shorter than one, and stays so.
    length = np.linalg.norm(limbs, axis=-1, keepdims=True)
    limbs = length * _unit(limbs + size[:, None] * error)
    wrong = np.float32(damage * HEADING / 0.67) * _wander((count, 1), rng)[:, 0]
    limbs = _bridged(_turned(limbs, wrong), rng)
    turn = poses.turn + (np.gradient(wrong) * RATE if count > 1 else 0 * wrong)
    return Poses(
        limbs.reshape(count, WIDTH).astype(np.float32),
        turn.astype(np.float32),
        _in_picture(poses.path, away, damage, rng),
    )


def _in_picture(
    path: Float32[np.ndarray, "rows 3"],
    away: Float32[np.ndarray, "rows 3"],
    damage: float,
    rng: np.random.Generator,
) -> Float32[np.ndarray, "rows 3"]:
    """Velocity in the heading frame as way through the picture and growth of the size."""
    across = np.stack([-away[:, 2], away[:, 1], away[:, 0]], axis=1)  # away x up
    distance = rng.uniform(3, 8)
    seen = np.stack(
        [
            (path * across).sum(axis=1) / TRUNK,
            path[:, 1] / TRUNK,
            -(path * away).sum(axis=1) / distance,
        ],
        axis=1,
    )
    noise = damage * np.array([0.2, 0.2, 0.1]) * _wander((len(path), 3), rng)
    return (seen + noise).astype(np.float32)


def _wander(shape: tuple[int, ...], rng: np.random.Generator) -> Float32[np.ndarray, "rows *more"]:
    """Noise of deviation 1: a standing part, slow parts and a white one."""
    total = np.zeros(shape, np.float32)
    for share, memory in KINDS:
        if memory is None:
            part = np.broadcast_to(rng.normal(0, 1, (1, *shape[1:])), shape)
        else:
            part = _slow(rng.normal(0, 1, shape), memory)
        total += np.float32(np.sqrt(share)) * part.astype(np.float32)
    return total


def _slow(white: np.ndarray, memory: float) -> np.ndarray:
    """White noise through a leaky memory of so many seconds, of deviation 1."""
    if memory <= 0:
        return white
    return np.tensordot(_leak(len(white), memory), white.astype(np.float32), axes=1)


@lru_cache(maxsize=512)
def _leak(count: int, memory: float) -> Float32[np.ndarray, "rows rows"]:
    """What each row keeps of the white noise of the rows before it."""
    keep = np.exp(-1 / (memory * RATE))
    back = np.arange(count)[:, None] - np.arange(count)[None]
    found = np.where(back >= 0, keep ** np.maximum(back, 0), 0) * np.sqrt(1 - keep**2)
    found[:, 0] /= np.sqrt(1 - keep**2)
    return found.astype(np.float32)


def _bridged(
    limbs: Float32[np.ndarray, "rows limbs 3"], rng: np.random.Generator
) -> Float32[np.ndarray, "rows limbs 3"]:
    """Some limbs lost for up to a second and bridged over by the straight way between."""
    count = len(limbs)
    if rng.random() > 0.3 or count < 6:
        return limbs
    groups = ([1, 3, 5, 7], [2, 4, 6, 8], [5, 6, 7, 8], [3], [4], list(range(9)))
    lost = groups[int(rng.integers(len(groups)))]
    length = int(rng.integers(2, min(10, count - 2) + 1))
    start = int(rng.integers(0, count - length))
    end = start + length
    weight = np.linspace(0, 1, length + 1, dtype=np.float32)[:-1, None, None]
    limbs = limbs.copy()
    limbs[start:end, lost] = (1 - weight) * limbs[start, lost] + weight * limbs[end, lost]
    return limbs


def _turned(
    limbs: Float32[np.ndarray, "rows limbs 3"], angle: np.ndarray
) -> Float32[np.ndarray, "rows limbs 3"]:
    sin, cos = np.sin(angle)[:, None], np.cos(angle)[:, None]
    x, y, z = np.moveaxis(limbs, -1, 0)
    return np.stack([cos * x - sin * z, y, sin * x + cos * z], axis=-1)


def _unit(vectors: np.ndarray) -> Float32[np.ndarray, "rows limbs 3"]:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: np.ndarray = vectors / np.maximum(length, np.float32(1e-6))
    return found


def like(clips: Sequence[Poses]) -> Int64[np.ndarray, "clips near"]:
    """For each clip the `NEAR` others whose limbs point and move most alike, nearest first.

    Compared by mean and spread of each limb's direction and by how much they turn: cheap, and
    enough to find the takes of one action.
    """
    rows = np.stack(
        [
            np.concatenate(
                [
                    one.limbs.mean(axis=0),
                    2 * one.limbs.std(axis=0),
                    [TURNING * abs(one.turn).mean()],
                ]
            )
            for one in clips
        ]
    ).astype(np.float32)
    squares = np.square(rows).sum(axis=1)
    near = min(NEAR, len(rows) - 1)
    found = np.zeros((len(rows), near), np.int64)
    for start in range(0, len(rows), 1024):
        apart = squares - 2 * rows[start : start + 1024] @ rows.T
        apart[np.arange(len(apart)), start + np.arange(len(apart))] = np.inf
        found[start : start + 1024] = np.argsort(apart, axis=1, kind="stable")[:, :near]
    return found


def plain_film(
    clip_id: str, poses: Poses, tracks: Sequence[Poses], longest: int
) -> Float32[np.ndarray, "_ 31"]:
    """The film that a clip is judged by: its first track, else its joints as if tracked."""
    rng = np.random.default_rng(seed_of(clip_id))
    film = tracks[0] if tracks else as_if_tracked(poses, 1.0, rng)
    return scaled(film)[:longest]


def seed_of(clip_id: str) -> int:
    """A seed that stays the same in every process."""
    return int.from_bytes(hashlib.sha256(clip_id.encode()).digest()[:6])
