"""Surroundings ray by ray, a row at a time, which lets the compiler use wide registers.

`floor` holds red, green, blue (lit, linear), contrast of the checker, tile, fade, cos and sin of
its turn, centre x and z; `room` its walls low and high in x and z (room axes), cos and sin of its
turn, and its ceiling.
"""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.render.shade import SRGB
from lavimo.shapes import Float32, UInt8

WALL, ROOM, NOISE, PHOTO, BLACK = range(5)
SKIRTING = 0.09
"""Height of the dark board along a wall, metres."""
PHOTO_FIELD = 1.3
"""A photo as a backdrop is so many radians high; beyond its edges it goes on mirrored."""


@kernel
def paint(
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
    """Rays row by row: directions, backdrop, floor; then the mean of a pixel's rays."""
    height, width = picture.shape[:2]
    half, one = np.float32(0.5), np.float32(1)
    step = one / np.float32(samples)
    rays = np.empty((3, width * samples), np.float32)
    colour = np.empty((3, width * samples), np.float32)
    sums = np.zeros((3, width), np.float32)
    light = np.empty((3, width), np.int32)
    for row in range(height):
        for sub in range(samples):
            y = np.float32(half * height - row - (sub + half) * step) / scale
            _aim(rays, axes, y, step / scale, np.float32(half * width) / scale)
            if kind in (BLACK, ROOM):
                colour[:] = 0
            elif kind == WALL:
                _wall_rays(colour, rays, colours)
            elif kind == NOISE:
                _noise_rays(colour, rays, around)
            else:
                _photo_rays(colour, rays, around, azimuth)
            if kind != BLACK and min(rays[1, 0], rays[1, -1]) < 0:
                _floor_rays(colour, rays, eye, scale, floor, kind == ROOM)
            if kind == ROOM:
                _room_rays(colour, rays, eye, room, colours, panels)
            for k in range(samples):
                for c in range(3):
                    for x in range(width):
                        sums[c, x] += colour[c, x * samples + k]
        share = np.float32(4095) * step * step
        for c in range(3):
            for x in range(width):
                light[c, x] = np.int32(min(sums[c, x] * share, np.float32(4095)) + half)
                sums[c, x] = 0
        red, green, blue, line = light[0], light[1], light[2], picture[row]
        for x in range(width):
            line[x, 0], line[x, 1], line[x, 2] = SRGB[red[x]], SRGB[green[x]], SRGB[blue[x]]


@kernel
def _aim(
    rays: Float32[np.ndarray, "3 n"],
    axes: Float32[np.ndarray, "3 3"],
    y: np.float32,
    step: np.float32,
    edge: np.float32,
) -> None:
    """Directions of a row of rays, unit length forward."""
    for i in range(3):
        line = rays[i]
        base = axes[1, i] * y + axes[2, i] - axes[0, i] * edge
        slope = axes[0, i] * step
        for n in range(len(line)):
            line[n] = base + slope * (np.float32(n) + np.float32(0.5))


@kernel
def _wall_rays(
    colour: Float32[np.ndarray, "3 n"],
    rays: Float32[np.ndarray, "3 n"],
    colours: Float32[np.ndarray, "2 3"],
) -> None:
    """Light that rises from the horizon, by the sine of the ray's height."""
    red, green, blue = colour[0], colour[1], colour[2]
    r0, g0, b0 = colours[0, 0], colours[0, 1], colours[0, 2]
    r1, g1, b1 = colours[1, 0] - r0, colours[1, 1] - g0, colours[1, 2] - b0
    for n in range(rays.shape[1]):
        x, y, z = rays[0, n], rays[1, n], rays[2, n]
        up = max(y, np.float32(0)) / np.sqrt(x * x + y * y + z * z)
        red[n], green[n], blue[n] = r0 + up * r1, g0 + up * g1, b0 + up * b1


@kernel
def _floor_rays(
    colour: Float32[np.ndarray, "3 n"],
    rays: Float32[np.ndarray, "3 n"],
    eye: Float32[np.ndarray, " 3"],
    scale: np.float32,
    floor: Float32[np.ndarray, " 10"],
    inside: bool,
) -> None:
    """The floor over what is behind it, wherever a ray goes down."""
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    # Everything is in names before the loop, or the compiler reads it again for every ray.
    red, green, blue = colour[0], colour[1], colour[2]
    floor_red, floor_green, floor_blue, contrast = floor[0], floor[1], floor[2], floor[3]
    # A room's floor does not fade: it ends at the wall.
    reach = zero if inside else one / (floor[5] * floor[5])
    cos, sin = half * floor[6] / floor[4], half * floor[7] / floor[4]
    ex, ey, ez = eye[0] - floor[8], eye[1], eye[2] - floor[9]
    size = half * scale * floor[4]
    for n in range(rays.shape[1]):
        dx, dy, dz = rays[0, n], rays[1, n], rays[2, n]
        down = max(-dy, np.float32(1e-6))
        t = ey / down
        x, z = ex + t * dx, ez + t * dz
        far = (x * x + z * z) * reach
        weight = (one if dy < zero else zero) / (one + far * far)
        # Tiles seen at a slant fade into their mean before they flicker.
        sharp = min(size * down / t, np.float32(1e6))
        u, v = x * cos + z * sin, z * cos - x * sin
        u, v = abs(u - np.floor(u) - half), abs(v - np.floor(v) - half)
        u = (np.float32(4) * u - one) * sharp
        v = (np.float32(4) * v - one) * sharp
        u, v = max(min(u, one), -one), max(min(v, one), -one)
        fine = min(sharp * half, one)
        tone = one + contrast * u * v * fine * fine
        red[n] += weight * (floor_red * tone - red[n])
        green[n] += weight * (floor_green * tone - green[n])
        blue[n] += weight * (floor_blue * tone - blue[n])


@kernel
def _room_rays(
    colour: Float32[np.ndarray, "3 n"],
    rays: Float32[np.ndarray, "3 n"],
    eye: Float32[np.ndarray, " 3"],
    room: Float32[np.ndarray, " 7"],
    colours: Float32[np.ndarray, "2 3"],
    panels: Float32[np.ndarray, "panels 8"],
) -> None:
    """Walls with panels and skirting, and the ceiling, of the room the eye is in."""
    zero, one, tiny = np.float32(0), np.float32(1), np.float32(1e-9)
    cos, sin, ceiling = room[4], room[5], room[6]
    ex, ez = eye[0] * cos - eye[2] * sin, eye[0] * sin + eye[2] * cos
    for n in range(rays.shape[1]):
        dx, dy, dz = rays[0, n], rays[1, n], rays[2, n]
        # Room axes: the wall that the camera looks at is at the low end of the second one.
        rx, rz = dx * cos - dz * sin, dx * sin + dz * cos
        far_x = ((room[1] if rx > zero else room[0]) - ex) / (rx if abs(rx) > tiny else tiny)
        far_z = ((room[3] if rz > zero else room[2]) - ez) / (rz if abs(rz) > tiny else tiny)
        far_x = far_x if far_x > zero else np.float32(1e9)
        far_z = far_z if far_z > zero else np.float32(1e9)
        t = min(far_x, far_z)
        y = eye[1] + t * dy
        if y < zero:
            continue  # the floor comes first
        if y > ceiling:
            for c in range(3):
                colour[c, n] = min(colours[1, c] * np.float32(1.1), one)
            continue
        if far_z < far_x:
            wall = 2 if rz > zero else 0
            along = (ex + t * rx - room[0]) / (room[1] - room[0])
        else:
            wall = 1 if rx > zero else 3
            along = (ez + t * rz - room[2]) / (room[3] - room[2])
        up = y / ceiling
        tone = (one - np.float32(0.09) * np.float32(wall)) * (
            np.float32(0.5) if y < np.float32(SKIRTING) else one
        )
        for c in range(3):
            colour[c, n] = tone * (colours[0, c] + up * (colours[1, c] - colours[0, c]))
        for p in range(len(panels)):
            if (
                panels[p, 0] == wall
                and panels[p, 1] <= along < panels[p, 2]
                and panels[p, 3] <= up < panels[p, 4]
            ):
                for c in range(3):
                    colour[c, n] = panels[p, 5 + c]


@kernel
def _noise_rays(
    colour: Float32[np.ndarray, "3 n"],
    rays: Float32[np.ndarray, "3 n"],
    around: Float32[np.ndarray, "rows columns 3"],
) -> None:
    """Colours of a coarse lattice all around, eased from one to the next."""
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    two, three = np.float32(2), np.float32(3)
    rows, columns = around.shape[0], around.shape[1]
    for n in range(rays.shape[1]):
        dx, dy, dz = rays[0, n], rays[1, n], rays[2, n]
        # Around by the way along a square rather than by an angle: no arc tangent.
        quarter = dx / (abs(dx) + abs(dz))
        quarter = quarter + one if dz >= zero else three - quarter
        u = quarter * np.float32(0.25) * np.float32(columns)
        rise = dy / np.sqrt(dx * dx + dy * dy + dz * dz)
        v = (half - half * rise) * np.float32(rows - 1)
        iu, iv = min(int(u), columns - 1), min(int(v), rows - 2)
        fu, fv = u - np.float32(iu), v - np.float32(iv)
        fu, fv = fu * fu * (three - two * fu), fv * fv * (three - two * fv)
        ju = iu + 1 if iu + 1 < columns else 0
        for c in range(3):
            upper = around[iv, iu, c] * (one - fu) + around[iv, ju, c] * fu
            lower = around[iv + 1, iu, c] * (one - fu) + around[iv + 1, ju, c] * fu
            colour[c, n] = upper + fv * (lower - upper)


@kernel
def _photo_rays(
    colour: Float32[np.ndarray, "3 n"],
    rays: Float32[np.ndarray, "3 n"],
    photo: Float32[np.ndarray, "rows columns 3"],
    azimuth: np.float32,
) -> None:
    """A photo that faces a camera at `azimuth`, mirrored beyond its edges; nearest pixel."""
    half, turn = np.float32(0.5), np.float32(2 * np.pi)
    rows, columns = photo.shape[0], photo.shape[1]
    scale = np.float32(rows / PHOTO_FIELD)
    for n in range(rays.shape[1]):
        dx, dy, dz = rays[0, n], rays[1, n], rays[2, n]
        # The camera looks away from where it stands.
        angle = np.arctan2(dx, dz) - azimuth + half * turn
        angle -= turn * np.floor(angle / turn + half)
        rise = np.arctan2(dy, np.sqrt(dx * dx + dz * dz))
        u = int(np.floor(half * np.float32(columns) - angle * scale)) % (2 * columns)
        v = int(np.floor(half * np.float32(rows) - rise * scale)) % (2 * rows)
        u, v = min(u, 2 * columns - 1 - u), min(v, 2 * rows - 1 - v)
        for c in range(3):
            colour[c, n] = photo[v, u, c]
