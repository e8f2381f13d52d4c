"""Colour of what the rasteriser found: texture, light, shadow, averaged in linear light.

sRGB is turned to linear light by table before anything is added or averaged: averaging sRGB
values darkens edges (RENDERING.md 5.2).
"""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.shapes import Float32, Int32, Int64, UInt8

FINE = 8
"""Steps of an 8-bit sRGB value in the table to linear light: bilinear texels fall between."""


PLANES = 17


def to_linear(srgb: Float32[np.ndarray, "*shape"]) -> Float32[np.ndarray, "*shape"]:
    """Linear light of sRGB values, both 0 to 1 (IEC 61966-2-1)."""
    low = srgb <= 0.04045
    return np.where(low, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: Float32[np.ndarray, "*shape"]) -> Float32[np.ndarray, "*shape"]:
    """sRGB values of linear light, both 0 to 1."""
    low = linear <= 0.0031308
    curve = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(low, linear * 12.92, curve).astype(np.float32)


LINEAR = to_linear(np.linspace(0, 1, 255 * FINE + 1, dtype=np.float32))
SRGB = np.round(255 * to_srgb(np.linspace(0, 1, 4096, dtype=np.float32))).astype(np.uint8)


@kernel
def shade(
    ids: Int32[np.ndarray, "rows columns"],
    screen: Float32[np.ndarray, "vertices 3"],
    triangles: Int32[np.ndarray, "triangles 3"],
    uv: Float32[np.ndarray, "vertices 2"],
    lit: Float32[np.ndarray, " vertices"],
    upward: Float32[np.ndarray, " vertices"],
    material: UInt8[np.ndarray, " triangles"],
    texels: UInt8[np.ndarray, "texels 3"],
    pages: Int64[np.ndarray, "textures 3"],
    sun: Float32[np.ndarray, " 3"],
    sky: Float32[np.ndarray, " 3"],
    ground: Float32[np.ndarray, " 3"],
    box: Int64[np.ndarray, " 4"],
    samples: int,
    picture: UInt8[np.ndarray, "height width 3"],
) -> None:
    """Colour the mesh inside a box of samples over `picture`.

    `lit` is normal . light a vertex, `upward` the normal's y; both are interpolated in
    perspective, as uv. A pixel is shaded once for each triangle in it, at the middle of the
    samples that see it.
    """
    height, width = picture.shape[0], picture.shape[1]
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    fine, steps = np.float32(FINE), np.float32(len(SRGB) - 1)
    share = one / np.float32(samples * samples)
    left, top = box[0] // samples, box[1] // samples
    right = min((box[2] + samples - 1) // samples, width)
    bottom = min((box[3] + samples - 1) // samples, height)
    # Everything is in names before the loop, or the compiler reads it again for every pixel.
    sun_r, sun_g, sun_b = sun[0], sun[1], sun[2]
    low_r, low_g, low_b = ground[0], ground[1], ground[2]
    rise_r, rise_g, rise_b = sky[0] - low_r, sky[1] - low_g, sky[2] - low_b
    down, across = np.empty(samples * samples, np.int64), np.empty(samples * samples, np.int64)
    for k in range(samples * samples):
        down[k], across[k] = k // samples, k % samples
    known = np.zeros(len(triangles), np.bool_)
    planes = np.empty((len(triangles), PLANES), np.float32)
    for y in range(top, bottom):
        for x in range(left, right):
            red = green = blue = zero
            hits = 0
            first_row, first_column = y * samples, x * samples
            done = 0
            for k in range(samples * samples):
                row, column = first_row + down[k], first_column + across[k]
                t = ids[row, column]
                if t < 0 or (done >> k) & 1:
                    continue
                count, right_of, below = 1, column, row
                for other in range(k + 1, samples * samples):
                    row, column = first_row + down[other], first_column + across[other]
                    if ids[row, column] == t:
                        count += 1
                        right_of += column
                        below += row
                        done |= 1 << other
                part = np.float32(count)
                hits += count
                start = pages[material[t], 0]
                wide, tall = pages[material[t], 1], pages[material[t], 2]
                if not known[t]:
                    known[t] = True
                    _plane(planes, t, screen, triangles, uv, lit, upward, wide, tall)
                inverse = one / part
                px = np.float32(right_of) * inverse - planes[t, 0]
                py = np.float32(below) * inverse - planes[t, 1]
                depth = one / (planes[t, 2] + planes[t, 3] * px + planes[t, 4] * py)
                fx = (planes[t, 5] + planes[t, 6] * px + planes[t, 7] * py) * depth - half
                fy = (planes[t, 8] + planes[t, 9] * px + planes[t, 10] * py) * depth - half
                key = (planes[t, 11] + planes[t, 12] * px + planes[t, 13] * py) * depth
                sway = (planes[t, 14] + planes[t, 15] * px + planes[t, 16] * py) * depth + half
                key = max(key, zero)
                gx, gy = np.floor(fx), np.floor(fy)
                ix, iy = np.int64(gx), np.int64(gy)
                fx, fy = fx - gx, fy - gy
                # Textures repeat; dividing is slow and seldom needed.
                if ix < 0 or ix >= wide:
                    ix %= wide
                if iy < 0 or iy >= tall:
                    iy %= tall
                jx = ix + 1 if ix + 1 < wide else 0
                jy = iy + 1 if iy + 1 < tall else 0
                k00, k01 = start + iy * wide + ix, start + iy * wide + jx
                k10, k11 = start + jy * wide + ix, start + jy * wide + jx
                f11 = fx * fy * fine
                f01, f10 = fx * fine - f11, fy * fine - f11
                f00 = fine - f01 - f10 - f11
                r = f00 * texels[k00, 0] + f01 * texels[k01, 0]
                g = f00 * texels[k00, 1] + f01 * texels[k01, 1]
                b = f00 * texels[k00, 2] + f01 * texels[k01, 2]
                r += f10 * texels[k10, 0] + f11 * texels[k11, 0]
                g += f10 * texels[k10, 1] + f11 * texels[k11, 1]
                b += f10 * texels[k10, 2] + f11 * texels[k11, 2]
                red += part * LINEAR[np.int64(r + half)] * (sun_r * key + low_r + rise_r * sway)
                green += part * LINEAR[np.int64(g + half)] * (sun_g * key + low_g + rise_g * sway)
                blue += part * LINEAR[np.int64(b + half)] * (sun_b * key + low_b + rise_b * sway)
            if hits == 0:
                continue
            red, green, blue = red * share, green * share, blue * share
            behind = one - share * np.float32(hits)
            if behind > zero:
                red += behind * LINEAR[np.int64(picture[y, x, 0]) * FINE]
                green += behind * LINEAR[np.int64(picture[y, x, 1]) * FINE]
                blue += behind * LINEAR[np.int64(picture[y, x, 2]) * FINE]
            picture[y, x, 0] = SRGB[np.int64(min(red, one) * steps + half)]
            picture[y, x, 1] = SRGB[np.int64(min(green, one) * steps + half)]
            picture[y, x, 2] = SRGB[np.int64(min(blue, one) * steps + half)]


@kernel
def _plane(
    planes: Float32[np.ndarray, "triangles 17"],
    t: int,
    screen: Float32[np.ndarray, "vertices 3"],
    triangles: Int32[np.ndarray, "triangles 3"],
    uv: Float32[np.ndarray, "vertices 2"],
    lit: Float32[np.ndarray, " vertices"],
    upward: Float32[np.ndarray, " vertices"],
    wide: int,
    tall: int,
) -> None:
    """What is linear over a triangle on the screen: 1/depth, and all else times 1/depth.

    Two numbers of its first corner, then value there and slopes of 1/depth, of the place in the
    texture across and down, of the light and of the upward share.
    """
    one, half = np.float32(1), np.float32(0.5)
    a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
    x0, y0, n0 = screen[a, 0], screen[a, 1], screen[a, 2]
    bx, by, n1 = screen[b, 0] - x0, screen[b, 1] - y0, screen[b, 2]
    cx, cy, n2 = screen[c, 0] - x0, screen[c, 1] - y0, screen[c, 2]
    area = bx * cy - by * cx
    inverse = one / area
    # Seen from behind (corners turn the other way), the other side is lit.
    side = one if area < np.float32(0) else -one
    planes[t, 0], planes[t, 1] = x0 - half, y0 - half
    for i in range(5):
        if i == 0:
            v0, v1, v2 = n0, n1, n2
        elif i == 1:
            scale = np.float32(wide)
            v0, v1, v2 = uv[a, 0] * scale * n0, uv[b, 0] * scale * n1, uv[c, 0] * scale * n2
        elif i == 2:
            scale = np.float32(tall)
            v0, v1, v2 = uv[a, 1] * scale * n0, uv[b, 1] * scale * n1, uv[c, 1] * scale * n2
        elif i == 3:
            v0, v1, v2 = side * lit[a] * n0, side * lit[b] * n1, side * lit[c] * n2
        else:
            scale = half * side
            v0, v1, v2 = scale * upward[a] * n0, scale * upward[b] * n1, scale * upward[c] * n2
        v1, v2 = v1 - v0, v2 - v0
        planes[t, 2 + 3 * i] = v0
        planes[t, 3 + 3 * i] = (v1 * cy - v2 * by) * inverse
        planes[t, 4 + 3 * i] = (v2 * bx - v1 * cx) * inverse
