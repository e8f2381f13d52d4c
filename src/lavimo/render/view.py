"""What decides a picture: avatar, camera, light, surroundings and damage, as one record.

A `View` is what a render manifest keeps of a clip: with the motion it gives the same pictures.
Degrees, metres, colours as sRGB from 0 to 1 (RENDERING.md 6).
"""

import zlib
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from lavimo.errors import RenderError

Colour = tuple[float, float, float]

GREY: Colour = (0.58, 0.59, 0.61)
DOORS = 3
"""At most so many rectangles (doors, windows, pictures) hang on the walls of a room."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that cannot change and refuses names it does not know."""


class Light(Record, frozen=True):
    """A sun `azimuth` degrees beside the camera (positive: to its right) and light all around."""

    azimuth: float = 35.0
    elevation: float = 50.0
    strength: float = 0.8
    warmth: float = 0.0
    """Red is raised and blue lowered by this share."""
    ambient: float = 0.38


class Floor(Record, frozen=True):
    """A plane at height 0 with a checker of `tile` metres that fades into the backdrop."""

    colour: Colour = GREY
    checker: float = 0.05
    tile: float = 1.0
    fade: float = 12.0
    turn: float = 0.0


class Panel(Record, frozen=True):
    """A rectangle on a wall: a door, a window, a picture; shares of the wall, and its colour."""

    wall: int
    left: float
    right: float
    bottom: float
    top: float
    colour: Colour


class Backdrop(Record, frozen=True):
    """What is behind the person: a wall of light, a room, soft noise, a photo or nothing."""

    kind: Literal["wall", "room", "noise", "photo", "black"] = "wall"
    low: Colour = GREY
    high: Colour = (0.70, 0.71, 0.73)
    turn: float = 0.0
    """Of the room, degrees from facing the camera."""
    space: float = 2.0
    """Metres from the person's way (and the camera) to the walls."""
    ceiling: float = 3.0
    panels: tuple[Panel, ...] = ()
    photo: str = ""


class View(Record, frozen=True):
    """Everything beside the motion that decides the pictures of one clip."""

    avatar: str
    yaw: float = 30.0
    """The camera's side, from where the person faces in the first frame; positive: their left."""
    elevation: float = 8.0
    roll: float = 0.0
    tremor: float = 0.0
    """Largest sway of a hand-held camera, degrees."""
    focal: float = 1.4
    """Focal length in picture heights."""
    margin: float = 0.06
    shift: tuple[float, float] = (0.0, 0.0)
    """Where the person's box is moved to, in shares of the picture: right and down."""
    follow: bool | None = None
    """Travel with the person; None does so when a fixed camera would see them small."""
    aspect: float = 1.0
    """Width over height."""
    light: Light = Light()
    shadow: float = 0.45
    floor: Floor = Floor()
    backdrop: Backdrop = Backdrop()
    jpeg: int = 0
    """Quality of a lossy copy; 0: none."""
    blur: float = 0.0
    """Sigma in pixels of a picture 512 high."""
    noise: float = 0.0
    """Sigma in steps of 255."""
    brightness: float = 1.0
    contrast: float = 1.0
    seed: int = 0
    """Of everything that is not a number here: tremor, soft noise, grain."""


def default_view(avatar: str) -> View:
    """A calm studio, three quarters from the front: for galleries, pages and the API."""
    return View(avatar=avatar)


def draw_view(
    clip_id: str,
    *,
    view: int = 0,
    seed: int = 0,
    avatars: Sequence[str],
    photos: Sequence[str] = (),
) -> View:
    """The random view number `view` of a clip: the same for the same arguments, everywhere.

    `photos` are files that may stand as a backdrop in place of soft noise. Ranges are those of
    RENDERING.md 6. Raises RenderError without avatars.
    """
    if not avatars:
        raise RenderError("No avatar to choose from; name at least one.")
    mixed = zlib.crc32(clip_id.encode()) ^ (view * 0x9E3779B1 & 0xFFFFFFFF) ^ seed
    rng = np.random.default_rng(mixed)
    avatar = avatars[int(rng.integers(len(avatars)))]
    yaw = rng.normal(0, 35) if rng.random() < 0.5 else rng.uniform(-180, 180)
    elevation, roll = rng.uniform(-3, 22), rng.uniform(-3, 3)
    tremor = 1.0 if rng.random() < 0.5 else 0.0
    focal = float(np.exp(rng.uniform(np.log(0.9), np.log(2.2))))
    margin = rng.uniform(0.02, 0.12)
    shift = (_short(rng.uniform(-0.06, 0.06)), _short(rng.uniform(-0.06, 0.06)))
    follow = True if rng.random() < 0.4 else None
    aspect = (1.0, 1.0, 9 / 16, 16 / 9)[int(rng.integers(4))]
    light = Light(
        azimuth=_short(rng.uniform(-180, 180)),
        elevation=_short(rng.uniform(25, 75)),
        strength=_short(rng.uniform(0.6, 1.0)),
        warmth=_short(rng.uniform(-0.08, 0.08)),
        ambient=_short(rng.uniform(0.25, 0.5)),
    )
    shadow = 0.0 if rng.random() < 0.1 else rng.uniform(0.25, 0.65)
    floor = Floor(
        colour=_muted(rng, 0.2, 0.7),
        checker=(0.0, 0.04, 0.08, 0.15)[int(rng.integers(4))],
        fade=_short(rng.uniform(6, 25)),
        turn=_short(rng.uniform(0, 90)),
    )
    return View(
        avatar=avatar,
        yaw=_short(yaw),
        elevation=_short(elevation),
        roll=_short(roll),
        tremor=tremor,
        focal=_short(focal),
        margin=_short(margin),
        shift=shift,
        follow=follow,
        aspect=aspect,
        light=light,
        shadow=_short(shadow),
        floor=floor,
        backdrop=_draw_backdrop(rng, photos),
        jpeg=int(rng.integers(40, 96)),
        blur=_short(rng.uniform(0, 1.2)),
        noise=_short(rng.uniform(0, 6)),
        brightness=_short(rng.uniform(0.85, 1.15)),
        contrast=_short(rng.uniform(0.85, 1.15)),
        seed=mixed,
    )


def _draw_backdrop(rng: np.random.Generator, photos: Sequence[str]) -> Backdrop:
    kind = rng.random()
    low, high = _muted(rng, 0.2, 0.85), _muted(rng, 0.3, 0.95)
    panels = [
        _draw_panel(rng) for _ in range(int(rng.integers(DOORS + 1)))
    ]  # drawn for every kind, so that one more kind does not move what follows
    turn, space, ceiling = rng.uniform(-30, 30), rng.uniform(0.8, 5), rng.uniform(2.4, 4.5)
    photo = photos[int(rng.integers(len(photos)))] if photos else ""
    if kind < 0.45:
        return Backdrop(kind="wall", low=low, high=high)
    if kind < 0.80:
        return Backdrop(
            kind="room", low=low, high=high, turn=_short(turn), space=_short(space),
            ceiling=_short(ceiling), panels=tuple(panels),
        )  # fmt: skip
    if kind < 0.95:
        return Backdrop(kind="photo" if photo else "noise", low=low, high=high, photo=photo)
    return Backdrop(kind="black", low=(0.0, 0.0, 0.0), high=(0.0, 0.0, 0.0))


def _draw_panel(rng: np.random.Generator) -> Panel:
    middle, width = rng.uniform(0.1, 0.9), rng.uniform(0.04, 0.18)
    door = rng.random() < 0.5
    bottom, top = (0.0, 0.75) if door else (rng.uniform(0.3, 0.45), rng.uniform(0.6, 0.85))
    return Panel(
        wall=int(rng.choice([0, 0, 0, 1, 3])),
        left=_short(middle - width / 2),
        right=_short(middle + width / 2),
        bottom=_short(bottom),
        top=_short(top),
        colour=_muted(rng, 0.1, 0.95),
    )


def _muted(rng: np.random.Generator, low: float, high: float) -> Colour:
    """A colour drawn channel by channel and taken 70 % of the way to its own grey."""
    raw = rng.uniform(low, high, 3)
    red, green, blue = (0.3 * raw + 0.7 * raw.mean()).tolist()
    return _short(red), _short(green), _short(blue)


def _short(value: float) -> float:
    """Four decimals: what a manifest stores is exactly what was drawn."""
    return round(float(value), 4)
