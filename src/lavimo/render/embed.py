"""Clips and avatars as compact text inside a page: what player.js and body.js read.

A clip holds joint positions (for the figure, the trail and the shadows) and, for an avatar, the
place of its pelvis and 20 rotations a frame; wrists turn with the forearm. The avatar walks in
the clip's own metres: it is shrunk or stretched to the clip's legs.
"""

import base64
import io
import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape

import numpy as np

from lavimo.motion import rotations as rot
from lavimo.render import camera as cameras
from lavimo.render import figure, ground
from lavimo.render.avatar import Avatar
from lavimo.render.pose import solve
from lavimo.render.sheet import key_moment
from lavimo.render.stick import check_clip, resampled
from lavimo.shapes import Float, Float32

ASPECT = 1.2
"""Width over height of a card's stage; page.css says the same."""
MAX_RATE = 20.0
"""Clips of a higher rate are embedded at this one: the player draws between frames anyway."""
TURNING: tuple[int, ...] = tuple(range(20))
"""Joints whose rotation is stored; a wrist turns with its elbow."""
TEXTURE = 512
"""Largest edge of a texture in a page."""
CROWN = 0.24
"""From the head's joint to the top of hair and caps, metres."""
_LEGS = ((1, 4), (4, 7), (2, 5), (5, 8))


@dataclass(frozen=True)
class Clip:
    """What player.js needs of a clip; positions are `unit` metres, angles radians."""

    frames: int
    fps: float
    key: int
    """The frame that tells most: shown while nothing moves."""
    span: list[float]
    """Seconds that play by themselves."""
    unit: float
    scale: float
    ground: float
    azimuth: float
    elevation: float
    focal: float
    distance: float
    pivot: list[float]
    offset: list[float]
    path: list[list[float]]
    joints: str
    """Int16 rows of 24 points: the joints, where the camera has travelled to, the pelvis."""
    avatar: str = ""
    stretch: float = 1.0
    """Metres of the clip per metre of the avatar."""
    turns: str = ""
    """Int16 rotation vectors of TURNING, in units of pi / 32767."""


def clip_of(
    positions: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    avatar: Avatar | None,
    span: tuple[float, float] | None = None,
) -> Clip:
    """A clip of the 22 joints (metres, y up) ready for a page; without an avatar a figure alone.

    `span` are the seconds that are meant; None means all of it.
    Raises RenderError on positions that cannot be drawn.
    """
    check_clip(positions)
    shown = resampled(positions, fps, MAX_RATE if fps > MAX_RATE else None)
    rate = min(fps, MAX_RATE)
    first, last = _frames_of(span, rate, len(shown))
    floor = float(shown[..., 1].min()) - cameras.SOLE
    body = _Body(shown, rate, avatar, floor) if avatar else None
    view = cameras.fit(shown, aspect=ASPECT, more=body.joints if body else None)
    camera = view.camera
    forward = camera.axes[2]
    middle = (shown - view.anchor[:, None]).mean(axis=(0, 1))
    across, upwards, distance = camera.axes @ (middle - camera.eye)
    way, corners = ground.path_of(shown, view.ground)
    pelvis = body.joints[:, :1] if body else shown[:, :1]
    rows = np.concatenate([shown, view.anchor[:, None], pelvis], axis=1)
    unit = max(0.001, float(np.abs(rows).max()) / 32_000)
    return Clip(
        frames=len(shown),
        fps=rate,
        key=first + key_moment(shown[first : last + 1]),
        span=[_short(first / rate), _short(last / rate)],
        unit=unit,
        scale=_short(figure.scale_of(shown)),
        ground=_short(view.ground),
        azimuth=_short(np.arctan2(-forward[0], -forward[2])),
        elevation=_short(np.arcsin(-forward[1])),
        focal=camera.focal,
        distance=_short(distance),
        pivot=[_short(v) for v in middle],
        offset=[_short(across), _short(upwards)],
        path=[[float(at), _short(x), _short(z)] for at, (x, _, z) in zip(corners, way, strict=True)]
        if len(way) > 1
        else [],
        joints=_int16(rows / unit),
        avatar=mesh_of(avatar).name if avatar else "",
        stretch=_short(body.stretch) if body else 1.0,
        turns=_int16(body.turns * (32_767 / np.pi)) if body else "",
    )


def _frames_of(span: tuple[float, float] | None, fps: float, frames: int) -> tuple[int, int]:
    """First and last frame of a span; the whole clip where hardly anything is left of it."""
    if span is None:
        return 0, frames - 1
    first, last = (int(np.clip(round(t * fps), 0, frames - 1)) for t in span)
    return (first, last) if last - first >= min(4, frames - 1) else (0, frames - 1)


class _Body:
    """The avatar's pose in the clip's own metres."""

    def __init__(
        self,
        positions: Float32[np.ndarray, "frames 22 3"],
        fps: float,
        avatar: Avatar,
        floor: float,
    ) -> None:
        posed = solve(positions, fps, avatar)
        self.stretch = leg_length(positions) / leg_length(avatar.joints[None])
        joints = self.stretch * posed.joints
        crown = joints[:, 15:16] + np.array([0, CROWN * self.stretch, 0])
        self.joints = np.concatenate([joints, crown], axis=1).astype(np.float32)
        self.joints[..., 1] += floor
        self.turns = rotation_vectors(posed.rotations[:, TURNING])


def leg_length(positions: Float32[np.ndarray, "frames 22 3"]) -> float:
    """Thigh and shin of both legs together, the median over the frames (metres)."""
    bones = [np.linalg.norm(positions[:, a] - positions[:, b], axis=-1) for a, b in _LEGS]
    return max(1e-3, float(np.median(np.sum(bones, axis=0))))


def rotation_vectors(
    rotations: Float[np.ndarray, "frames joints 3 3"],
) -> Float[np.ndarray, "frames joints 3"]:
    """Axis times angle (0 to pi) of rotation matrices."""
    q = rot.from_matrix(rotations)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])
    vectors: Float[np.ndarray, "frames joints 3"] = q[..., 1:] * (angle / np.maximum(sine, 1e-9))
    return vectors


@dataclass(frozen=True)
class Mesh:
    """An avatar as an inert element of a page, found by its name."""

    name: str
    html: str


@lru_cache(maxsize=32)
def mesh_of(avatar: Avatar) -> Mesh:
    """An avatar packed for body.js: quantised, deflated, its textures as WebP."""
    unit = float(np.abs(avatar.vertices).max()) / 32_767
    uv_unit = max(1.0, float(np.abs(avatar.uv).max())) / 32_767
    order = np.argsort(avatar.material, kind="stable")
    parts, start = [], 0
    for texture, count in enumerate(np.bincount(avatar.material, minlength=len(avatar.textures))):
        if count:
            parts.append([3 * start, 3 * int(count), texture])
        start += int(count)
    packed = b"".join([
        np.round(avatar.vertices / unit).astype("<i2").tobytes(),
        np.round(avatar.normals * 127).astype("i1").tobytes(),
        np.round(avatar.uv / uv_unit).astype("<i2").tobytes(),
        avatar.bones.astype("u1").tobytes(),
        _bytes_of_weights(avatar.weights).tobytes(),
        avatar.triangles[order].astype("<u4").tobytes(),
    ])  # fmt: skip
    head = json.dumps({
        "vertices": len(avatar.vertices),
        "units": [unit, uv_unit],
        "joints": [_short(v) for v in avatar.joints.ravel()],
        "parts": parts,
        "textures": [_webp(texture) for texture in avatar.textures],
        "mesh": base64.b64encode(zlib.compress(packed, 9)).decode(),
    }, separators=(",", ":"))  # fmt: skip
    stem = "".join(c if c.isascii() and c.isalnum() else "-" for c in avatar.name)
    name = f"{stem[:40]}-{sha256(head.encode()).hexdigest()[:8]}"
    return Mesh(
        name, f'<template class="lvm-avatar" data-name="{name}">{escape(head, False)}</template>'
    )


def _bytes_of_weights(weights: Float32[np.ndarray, "v 4"]) -> np.ndarray:
    """Weights in 255ths that sum to 255: the largest takes what rounding leaves."""
    whole = np.round(weights * 255).astype(np.int64)
    rows = np.arange(len(whole))
    whole[rows, np.argmax(whole, axis=1)] += 255 - whole.sum(axis=1)
    return whole.astype("u1")


def _webp(texture: np.ndarray) -> str:
    from PIL import Image

    picture = Image.fromarray(texture)
    picture.thumbnail((TEXTURE, TEXTURE))
    held = io.BytesIO()
    picture.save(held, "WEBP", quality=84, method=6)
    return base64.b64encode(held.getvalue()).decode()


def _int16(values: Float[np.ndarray, "..."]) -> str:
    return base64.b64encode(np.round(values).astype("<i2").tobytes()).decode()


def _short(value: float | np.floating) -> float:
    return round(float(value), 4)
