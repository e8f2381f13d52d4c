"""What is around the person: floor, backdrop, light, painted ray by ray (RENDERING.md 6)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lavimo.errors import RenderError
from lavimo.render.camera import Camera
from lavimo.render.kernel import kernel
from lavimo.render.raster import Light
from lavimo.render.shade import SRGB, to_linear
from lavimo.render.shot import Shot
from lavimo.render.view import Colour, View
from lavimo.shapes import Float, Float32, UInt8

KINDS = {"wall": 0, "room": 1, "noise": 2, "photo": 3, "black": 4}
LATTICE = (7, 20)
"""Rows and columns of colours all around, between which the soft noise is interpolated."""
PHOTO_FIELD = 1.3
"""A photo as a backdrop is so many radians high; beyond its edges it goes on mirrored."""


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
        _paint(
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
    return np.clip((low + part * (high - low)) * tint, 0, 1).astype(np.float32)


def _photo(path: Path) -> Float32[np.ndarray, "rows columns 3"]:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture = picture.convert("RGB")
            picture.thumbnail((640, 640))
            pixels = np.asarray(picture, np.float32) / 255
    except OSError as error:
        raise RenderError(
            f"{path} cannot be read as a picture ({error}); take it out of the backdrops."
        ) from error
    return to_linear(pixels)


def _linear(colour: Colour) -> Float32[np.ndarray, " 3"]:
    return to_linear(np.array(colour, np.float32))


@kernel
def _paint(
    picture: UInt8[np.ndarray, "height width 3"],
    eye: Float32[np.ndarray, " 3"],
    axes: Float32[np.ndarray, "3 3"],
    scale: np.float32,
    samples: int,
    kind: int,
    floor: Float32[np.ndarray, " 10"],
    colours: Float32[np.ndarray, "2 3"],
    room: Float32[np.ndarray, " 7"],
    panels: Float32[np.ndarray, "panels 8"],
    around: Float32[np.ndarray, "rows columns 3"],
    azimuth: np.float32,
) -> None:
    height, width = picture.shape[:2]
    half, one, zero = np.float32(0.5), np.float32(1), np.float32(0)
    share = one / np.float32(samples * samples)
    step = one / np.float32(samples)
    sums = np.empty(3, np.float32)
    colour = np.empty(3, np.float32)
    for row in range(height):
        for column in range(width):
            sums[:] = 0
            for sub in range(samples * samples):
                x = (column + (sub % samples + half) * step - half * width) / scale
                y = -(row + (sub // samples + half) * step - half * height) / scale
                dx = axes[0, 0] * x + axes[1, 0] * y + axes[2, 0]
                dy = axes[0, 1] * x + axes[1, 1] * y + axes[2, 1]
                dz = axes[0, 2] * x + axes[1, 2] * y + axes[2, 2]
                if kind == 4:
                    colour[:] = 0
                elif kind == 1:
                    _room_ray(colour, eye, dx, dy, dz, scale, floor, colours, room, panels)
                else:
                    if kind == 0:
                        # Light rises from the horizon; rational, as an arc tangent is slow.
                        up = max(dy, zero) / np.sqrt(dx * dx + dz * dz + dy * dy)
                        for c in range(3):
                            colour[c] = colours[0, c] + up * (colours[1, c] - colours[0, c])
                    else:
                        _map_ray(colour, dx, dy, dz, around, azimuth, kind)
                    if dy < 0:
                        _floor_ray(colour, eye, dx, dy, dz, scale, floor)
                for c in range(3):
                    sums[c] += colour[c]
            for c in range(3):
                value = min(sums[c] * share, one)
                picture[row, column, c] = SRGB[int(value * np.float32(4095) + half)]


@kernel
def _floor_ray(
    colour: Float32[np.ndarray, " 3"],
    eye: Float32[np.ndarray, " 3"],
    dx: np.float32,
    dy: np.float32,
    dz: np.float32,
    scale: np.float32,
    floor: Float32[np.ndarray, " 10"],
) -> None:
    """Blend the floor over `colour` along a ray that goes down."""
    one, half = np.float32(1), np.float32(0.5)
    t = -eye[1] / dy
    x, z = eye[0] + t * dx - floor[8], eye[2] + t * dz - floor[9]
    far = (x * x + z * z) / (floor[5] * floor[5])
    weight = one / (one + far * far)
    tone = one
    if floor[3] > 0:
        u = (x * floor[6] + z * floor[7]) / floor[4]
        v = (z * floor[6] - x * floor[7]) / floor[4]
        # Tiles seen at a slant fade into their mean before they flicker.
        footprint = t / (scale * -dy * floor[4]) * np.sqrt(dx * dx + dy * dy + dz * dz)
        sharp = min(half / max(footprint, np.float32(1e-6)), np.float32(1e6))
        tone += floor[3] * _wave(u, sharp) * _wave(v, sharp)
    for c in range(3):
        colour[c] += weight * (min(floor[c] * tone, one) - colour[c])


@kernel
def _wave(u: np.float32, sharp: np.float32) -> np.float32:
    """A square wave of period 2 between -1 and 1, its edges softened over a pixel."""
    part = (u * np.float32(0.5)) - np.floor(u * np.float32(0.5))
    slope = np.float32(4) * abs(part - np.float32(0.5)) - np.float32(1)
    return max(min(slope * sharp, np.float32(1)), np.float32(-1)) * min(
        sharp * np.float32(2), np.float32(1)
    )


@kernel
def _room_ray(
    colour: Float32[np.ndarray, " 3"],
    eye: Float32[np.ndarray, " 3"],
    dx: np.float32,
    dy: np.float32,
    dz: np.float32,
    scale: np.float32,
    floor: Float32[np.ndarray, " 10"],
    colours: Float32[np.ndarray, "2 3"],
    room: Float32[np.ndarray, " 7"],
    panels: Float32[np.ndarray, "panels 8"],
) -> None:
    """The colour of a wall, the ceiling or the floor that a ray inside the room meets first."""
    one = np.float32(1)
    cos, sin, ceiling = room[4], room[5], room[6]
    # Room axes: the far wall from the camera is at the low end of the second one.
    ex, ez = eye[0] * cos - eye[2] * sin, eye[0] * sin + eye[2] * cos
    rx, rz = dx * cos - dz * sin, dx * sin + dz * cos
    best = np.float32(1e9)
    if abs(rx) > np.float32(1e-9):
        best = ((room[1] if rx > 0 else room[0]) - ex) / rx
    wall = 1 if rx > 0 else 3
    if abs(rz) > np.float32(1e-9):
        other = ((room[3] if rz > 0 else room[2]) - ez) / rz
        if other < best:
            best = other
            wall = 2 if rz > 0 else 0
    y = eye[1] + best * dy
    if y < 0:
        for c in range(3):
            colour[c] = floor[c]
        _floor_ray(colour, eye, dx, dy, dz, scale, floor)
        return
    if y > ceiling:
        for c in range(3):
            colour[c] = min(colours[1, c] * np.float32(1.1), one)
        return
    if wall == 0 or wall == 2:
        along = (ex + best * rx - room[0]) / (room[1] - room[0])
    else:
        along = (ez + best * rz - room[2]) / (room[3] - room[2])
    up = y / ceiling
    tone = one - np.float32(0.09) * np.float32(wall)
    for c in range(3):
        colour[c] = tone * (colours[0, c] + up * (colours[1, c] - colours[0, c]))
    for p in range(len(panels)):
        if (
            panels[p, 0] == wall
            and panels[p, 1] <= along < panels[p, 2]
            and panels[p, 3] <= up < panels[p, 4]
        ):
            for c in range(3):
                colour[c] = panels[p, 5 + c]
    if y < np.float32(0.09):
        for c in range(3):
            colour[c] *= np.float32(0.5)


@kernel
def _map_ray(
    colour: Float32[np.ndarray, " 3"],
    dx: np.float32,
    dy: np.float32,
    dz: np.float32,
    around: Float32[np.ndarray, "rows columns 3"],
    azimuth: np.float32,
    kind: int,
) -> None:
    """Colours by direction: soft noise all around, or a photo that faces the camera."""
    one, half = np.float32(1), np.float32(0.5)
    rows, columns = around.shape[:2]
    # The camera stands at `azimuth` and looks the other way.
    angle = np.arctan2(dx, dz) - azimuth + np.float32(np.pi)
    angle -= np.float32(2 * np.pi) * np.floor(angle / np.float32(2 * np.pi) + half)
    rise = np.arctan2(dy, np.sqrt(dx * dx + dz * dz))
    if kind == 3:
        u = -angle / np.float32(PHOTO_FIELD) * rows + half * columns
        v = (half - rise / np.float32(PHOTO_FIELD)) * rows
        u = abs((u % (2 * columns)) - columns)
        v = abs((v % (2 * rows)) - rows)
        u, v = columns - u, rows - v
    else:
        u = (angle / np.float32(2 * np.pi) + half) * columns
        v = (half - rise / np.float32(np.pi)) * (rows - 1)
    iu, iv = int(np.floor(u)), int(np.floor(v))
    fu, fv = u - iu, v - iv
    if kind == 2:
        fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
        ju = (iu + 1) % columns
        iu %= columns
    else:
        iu = min(max(iu, 0), columns - 1)
        ju = min(iu + 1, columns - 1)
    iv = min(max(iv, 0), rows - 1)
    jv = min(iv + 1, rows - 1)
    for c in range(3):
        upper = around[iv, iu, c] * (one - fu) + around[iv, ju, c] * fu
        lower = around[jv, iu, c] * (one - fu) + around[jv, ju, c] * fu
        colour[c] = upper + fv * (lower - upper)
