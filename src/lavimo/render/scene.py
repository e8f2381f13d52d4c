"""What is around the person: floor, backdrop, light, painted ray by ray (RENDERING.md 6)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lavimo.errors import RenderError
from lavimo.render.camera import Camera
from lavimo.render.raster import Light
from lavimo.render.rays import BLACK, NOISE, PHOTO, ROOM, WALL, paint
from lavimo.render.shade import to_linear
from lavimo.render.shot import Shot
from lavimo.render.view import Colour, View
from lavimo.shapes import Float32, UInt8

KINDS = {"wall": WALL, "room": ROOM, "noise": NOISE, "photo": PHOTO, "black": BLACK}
LATTICE = (7, 20)
"""Rows and columns of colours all around, between which the soft noise is interpolated."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Surroundings of one clip, ready to be painted for any of its cameras."""

    light: Light
    kind: int
    floor: Float32[np.ndarray, " 10"]
    """Red, green, blue, checker, tile, fade, cos, sin, centre x, z."""
    colours: Float32[np.ndarray, "2 3"]
    room: Float32[np.ndarray, " 7"]
    panels: Float32[np.ndarray, "panels 8"]
    map: Float32[np.ndarray, "rows columns 3"]
    azimuth: float

    def paint(
        self, camera: Camera, width: int, height: int, samples: int = 1
    ) -> UInt8[np.ndarray, "height width 3"]:
        """The picture without the person; `samples` squared rays a pixel."""
        picture = np.empty((height, width, 3), np.uint8)
        paint(
            picture, camera.eye, camera.axes, np.float32(camera.focal * height), samples,
            self.kind, self.floor, self.colours, self.room, self.panels, self.map,
            np.float32(self.azimuth),
        )  # fmt: skip
        return picture


def build(view: View, shot: Shot, joints: Float32[np.ndarray, "frames 22 3"]) -> Scene:
    """The scene of a view around the way of a person. RenderError for a photo that is none."""
    light = _light(view, shot.azimuth)
    black = view.backdrop.kind == "black"
    on_floor = light.sky + light.sun * max(float(light.direction[1]), 0.0)
    albedo = _linear(view.floor.colour) * (0 if black else 1)
    # Light is set so that a white floor is just white.
    colour = np.minimum(albedo * on_floor / max(float(on_floor.max()), 1.0), 1)
    turn = np.radians(view.floor.turn)
    middle = joints[:, 0].mean(axis=0)
    floor = [*colour, view.floor.checker, view.floor.tile, view.floor.fade,
             np.cos(turn), np.sin(turn), middle[0], middle[2]]  # fmt: skip
    colours = np.stack([_linear(view.backdrop.low), _linear(view.backdrop.high)])
    panels = [
        (p.wall, p.left, p.right, p.bottom, p.top, *_linear(p.colour)) for p in view.backdrop.panels
    ]
    return Scene(
        light=light,
        kind=KINDS[view.backdrop.kind],
        floor=np.array(floor, np.float32),
        colours=colours,
        room=_room(view, shot, joints),
        panels=np.array(panels, np.float32).reshape(-1, 8),
        map=_map(view),
        azimuth=shot.azimuth,
    )


def _light(view: View, azimuth: float) -> Light:
    light = view.light
    angle, height = azimuth + np.radians(light.azimuth), np.radians(light.elevation)
    direction = [np.cos(height) * np.sin(angle), np.sin(height), np.cos(height) * np.cos(angle)]
    tint = np.array([1 + light.warmth, 1, 1 - light.warmth], np.float32)
    return Light(
        direction=np.array(direction, np.float32),
        sun=light.strength * tint,
        sky=np.full(3, light.ambient, np.float32),
        ground=np.full(3, 0.55 * light.ambient, np.float32),
        shadow=view.shadow if view.backdrop.kind != "black" else 0.0,
    )


def _room(
    view: View, shot: Shot, joints: Float32[np.ndarray, "frames 22 3"]
) -> Float32[np.ndarray, " 7"]:
    """Walls low and high in x and z (both in room axes), cos and sin of its turn, ceiling."""
    backdrop = view.backdrop
    turn = shot.azimuth + np.radians(backdrop.turn)
    cos, sin = np.cos(turn), np.sin(turn)
    ground = np.concatenate([joints.reshape(-1, 3), shot.eyes])[:, [0, 2]]
    inside = ground @ np.array([[cos, sin], [-sin, cos]])
    low, high = inside.min(axis=0) - backdrop.space, inside.max(axis=0) + backdrop.space
    top = max(float(shot.eyes[:, 1].max()), float(joints[..., 1].max()) + 0.3) + 0.3
    ceiling = max(backdrop.ceiling, top)
    return np.array([low[0], high[0], low[1], high[1], cos, sin, ceiling], np.float32)


def _map(view: View) -> Float32[np.ndarray, "rows columns 3"]:
    """Linear colours all around: of the soft noise, or of a photo."""
    if view.backdrop.kind == "photo":
        return _photo(Path(view.backdrop.photo))
    rng = np.random.default_rng(view.seed ^ 0x501)
    low, high = _linear(view.backdrop.low), _linear(view.backdrop.high)
    part = rng.random((*LATTICE, 1))
    tint = rng.normal(1, 0.12, (*LATTICE, 3))
    return np.asarray(np.clip((low + part * (high - low)) * tint, 0, 1), np.float32)


def _photo(path: Path) -> Float32[np.ndarray, "rows columns 3"]:
    from PIL import Image

    try:
        with Image.open(path) as file:
            picture = file.convert("RGB")
        picture.thumbnail((640, 640))
    except OSError as error:
        raise RenderError(
            f"{path} cannot be read as a picture ({error}); take it out of the backdrops."
        ) from error
    return to_linear(np.asarray(picture, np.float32) / 255)


def _linear(colour: Colour) -> Float32[np.ndarray, " 3"]:
    return to_linear(np.array(colour, np.float32))
