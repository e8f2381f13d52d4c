"""Colour of what the rasteriser found: texture, light, shadow, averaged in linear light.

sRGB is turned to linear light by table before anything is added or averaged: averaging sRGB
values darkens edges (RENDERING.md 5.2).
"""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.shapes import Float32, Int32, Int64, UInt8

FINE = 8
"""Steps of an 8-bit sRGB value in the table to linear light: bilinear texels fall between."""


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
    soft: Int32[np.ndarray, "height width"],
    darkness: np.float32,
    boxes: Int64[np.ndarray, "2 4"],
    samples: int,
    picture: UInt8[np.ndarray, "height width 3"],
) -> None:
    """Colour the pixels of two boxes (body, in samples; shadow, in pixels) over `picture`.

    `lit` is normal . light a vertex, `upward` the normal's y; both are interpolated in
    perspective, as uv. `soft` times `darkness` is what the shadow takes from the background.
    """
    height, width = picture.shape[:2]
    one, zero = np.float32(1), np.float32(0)
    half = np.float32(0.5)
    share = one / np.float32(samples * samples)
    left, top = boxes[0, 0] // samples, boxes[0, 1] // samples
    right = min((boxes[0, 2] + samples - 1) // samples, width)
    bottom = min((boxes[0, 3] + samples - 1) // samples, height)
    shadowed = boxes[1, 2] > boxes[1, 0]
    y_from, y_to = top, bottom
    if shadowed:
        y_from, y_to = min(top, boxes[1, 1]), max(bottom, boxes[1, 3])
        if bottom <= top:
            y_from, y_to = boxes[1, 1], boxes[1, 3]
    last = -1
    x0 = y0 = m1x = m1y = m2x = m2y = n0 = n1 = n2 = zero
    u0 = u1 = u2 = v0 = v1 = v2 = l0 = l1 = l2 = p0 = p1 = p2 = zero
    start = wide = tall = np.int64(0)
    for y in range(y_from, y_to):
        in_body = top <= y < bottom
        in_shadow = shadowed and boxes[1, 1] <= y < boxes[1, 3]
        x_from, x_to = left, right
        if not in_body:
            x_from, x_to = boxes[1, 0], boxes[1, 2]
        elif in_shadow:
            x_from, x_to = min(left, boxes[1, 0]), max(right, boxes[1, 2])
        for x in range(x_from, x_to):
            red = green = blue = zero
            hits = 0
            if in_body and left <= x < right:
                for sub in range(samples * samples):
                    row, column = y * samples + sub // samples, x * samples + sub % samples
                    t = ids[row, column]
                    if t < 0:
                        continue
                    hits += 1
                    if t != last:
                        last = t
                        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                        x0, y0, n0 = screen[a, 0], screen[a, 1], screen[a, 2]
                        bx, by, n1 = screen[b, 0] - x0, screen[b, 1] - y0, screen[b, 2]
                        cx, cy, n2 = screen[c, 0] - x0, screen[c, 1] - y0, screen[c, 2]
                        area = bx * cy - by * cx
                        inverse = one / area
                        m1x, m1y = cy * inverse, -cx * inverse
                        m2x, m2y = -by * inverse, bx * inverse
                        u0, u1, u2 = uv[a, 0], uv[b, 0], uv[c, 0]
                        v0, v1, v2 = uv[a, 1], uv[b, 1], uv[c, 1]
                        # Seen from behind (corners turn the other way), the other side is lit.
                        side = one if area < 0 else -one
                        l0, l1, l2 = side * lit[a], side * lit[b], side * lit[c]
                        p0, p1, p2 = side * upward[a], side * upward[b], side * upward[c]
                        start, wide, tall = pages[material[t]]
                    px, py = column + half - x0, row + half - y0
                    w1 = (m1x * px + m1y * py) * n1
                    w2 = (m2x * px + m2y * py) * n2
                    w0 = (one - m1x * px - m1y * py - m2x * px - m2y * py) * n0
                    scale = one / (w0 + w1 + w2)
                    w0, w1, w2 = w0 * scale, w1 * scale, w2 * scale
                    key = max(w0 * l0 + w1 * l1 + w2 * l2, zero)
                    sway = half + half * (w0 * p0 + w1 * p1 + w2 * p2)
                    fx = (w0 * u0 + w1 * u1 + w2 * u2) * np.float32(wide) - half
                    fy = (w0 * v0 + w1 * v1 + w2 * v2) * np.float32(tall) - half
                    ix, iy = np.int64(np.floor(fx)), np.int64(np.floor(fy))
                    fx, fy = fx - np.float32(ix), fy - np.float32(iy)
                    ix, iy = ix % wide, iy % tall
                    jx = ix + 1 if ix + 1 < wide else 0
                    jy = iy + 1 if iy + 1 < tall else 0
                    k00, k01 = start + iy * wide + ix, start + iy * wide + jx
                    k10, k11 = start + jy * wide + ix, start + jy * wide + jx
                    f11 = fx * fy * np.float32(FINE)
                    f01 = fx * np.float32(FINE) - f11
                    f10 = fy * np.float32(FINE) - f11
                    f00 = np.float32(FINE) - f01 - f10 - f11
                    for channel in range(3):
                        texel = (
                            f00 * texels[k00, channel]
                            + f01 * texels[k01, channel]
                            + f10 * texels[k10, channel]
                            + f11 * texels[k11, channel]
                        )
                        albedo = LINEAR[int(texel + half)]
                        low = ground[channel]
                        value = albedo * (sun[channel] * key + low + (sky[channel] - low) * sway)
                        if channel == 0:
                            red += value
                        elif channel == 1:
                            green += value
                        else:
                            blue += value
            dark = zero
            if in_shadow and boxes[1, 0] <= x < boxes[1, 2]:
                dark = darkness * np.float32(soft[y, x])
            if hits == 0 and dark == 0:
                continue
            behind = (one - share * np.float32(hits)) * (one - dark)
            for channel in range(3):
                seen = red if channel == 0 else (green if channel == 1 else blue)
                value = share * seen
                if behind > 0:
                    value += behind * LINEAR[picture[y, x, channel] * FINE]
                picture[y, x, channel] = SRGB[int(min(value, one) * np.float32(4095) + half)]
