"""The shadow on the floor: a mask of the slid mesh, blurred, taken from the background's light."""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.render.shade import FINE, LINEAR, SRGB
from lavimo.shapes import Float32, Int32, Int64, UInt8


@kernel
def cover(
    screen: Float32[np.ndarray, "vertices 3"],
    triangles: Int32[np.ndarray, "triangles 3"],
    mask: UInt8[np.ndarray, "rows columns"],
) -> Int64[np.ndarray, " 4"]:
    """Clear the mask and set the pixels under any triangle; returns the touched box."""
    rows, columns = mask.shape
    mask[:] = 0
    box = np.array([columns, rows, 0, 0], np.int64)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if screen[a, 2] == 0 or screen[b, 2] == 0 or screen[c, 2] == 0:
            continue
        ax, ay = screen[a, 0], screen[a, 1]
        bx, by = screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        if area < 0:
            bx, by, cx, cy = cx, cy, bx, by
        half = np.float32(0.5)
        left = max(int(np.ceil(min(ax, bx, cx) - half)), 0)
        right = min(int(np.floor(max(ax, bx, cx) - half)), columns - 1)
        top = max(int(np.ceil(min(ay, by, cy) - half)), 0)
        bottom = min(int(np.floor(max(ay, by, cy) - half)), rows - 1)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + half, y + half
                if (
                    (cx - bx) * (py - by) - (cy - by) * (px - bx) >= 0
                    and (ax - cx) * (py - cy) - (ay - cy) * (px - cx) >= 0
                    and (bx - ax) * (py - ay) - (by - ay) * (px - ax) >= 0
                ):
                    mask[y, x] = 1
        if left <= right and top <= bottom:
            box[0] = min(box[0], left)
            box[1] = min(box[1], top)
            box[2] = max(box[2], right + 1)
            box[3] = max(box[3], bottom + 1)
    if box[2] == 0:
        box[:] = 0
    return box


@kernel
def blur(
    mask: UInt8[np.ndarray, "rows columns"],
    soft: Int32[np.ndarray, "2 rows columns"],
    box: Int64[np.ndarray, " 4"],
    radius: int,
) -> Int64[np.ndarray, " 4"]:
    """Two box blurs of the mask inside `box` into `soft[0]`, as sums; returns the wider box."""
    rows, columns = mask.shape
    wide = np.zeros(4, np.int64)
    if box[2] <= box[0]:
        return wide
    x0, y0 = max(box[0] - 2 * radius, 0), max(box[1] - 2 * radius, 0)
    x1, y1 = min(box[2] + 2 * radius, columns), min(box[3] + 2 * radius, rows)
    wide[0], wide[1], wide[2], wide[3] = x0, y0, x1, y1
    first, second = soft[0], soft[1]
    for y in range(y0, y1):
        for x in range(x0, x1):
            first[y, x] = mask[y, x]
    for _ in range(2):
        for y in range(y0, y1):
            total = 0
            for x in range(x0, min(x0 + radius, x1)):
                total += first[y, x]
            for x in range(x0, x1):
                if x + radius < x1:
                    total += first[y, x + radius]
                second[y, x] = total
                if x - radius >= x0:
                    total -= first[y, x - radius]
        line = np.zeros(x1 - x0, np.int32)
        for y in range(y0, min(y0 + radius, y1)):
            for x in range(x0, x1):
                line[x - x0] += second[y, x]
        for y in range(y0, y1):
            ahead, behind = y + radius, y - radius
            if ahead < y1:
                for x in range(x0, x1):
                    line[x - x0] += second[ahead, x]
            for x in range(x0, x1):
                first[y, x] = line[x - x0]
            if behind >= y0:
                for x in range(x0, x1):
                    line[x - x0] -= second[behind, x]
    return wide


@kernel
def darken(
    picture: UInt8[np.ndarray, "height width 3"],
    soft: Int32[np.ndarray, "height width"],
    darkness: np.float32,
    box: Int64[np.ndarray, " 4"],
) -> None:
    """Take the shadow's share of light (`soft` times `darkness`) from the background in a box."""
    one, half = np.float32(1), np.float32(0.5)
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            if soft[y, x] > 0:
                left = (one - darkness * np.float32(soft[y, x])) * np.float32(4095)
                for c in range(3):
                    light = LINEAR[np.int64(picture[y, x, c]) * FINE]
                    picture[y, x, c] = SRGB[np.int64(light * left + half)]
