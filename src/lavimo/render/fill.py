"""Which triangle each sample of a picture sees: projection and z-buffer (RENDERING.md 5.2).

Corners are snapped to 1/256 of a sample and tested with whole numbers, so triangles that share an
edge leave no hole and cover no sample twice.
"""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.shapes import Float32, Int32, Int64

SNAP = 256
"""Steps of a sample that corners are snapped to."""
NEAREST = 0.1


@kernel
def project(
    points: Float32[np.ndarray, "vertices 3"],
    eye: Float32[np.ndarray, " 3"],
    axes: Float32[np.ndarray, "3 3"],
    scale: np.float32,
    middle_x: np.float32,
    middle_y: np.float32,
) -> Float32[np.ndarray, "vertices 3"]:
    """Snapped x and y in samples, and 1/depth (0: too near or behind)."""
    out = np.zeros(points.shape, np.float32)
    for v in range(len(points)):
        x, y, z = points[v, 0] - eye[0], points[v, 1] - eye[1], points[v, 2] - eye[2]
        depth = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
        if depth < NEAREST:
            continue
        near = np.float32(1) / depth
        across = axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z
        up = axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z
        out[v, 0] = np.float32(np.round((middle_x + scale * across * near) * SNAP) / SNAP)
        out[v, 1] = np.float32(np.round((middle_y - scale * up * near) * SNAP) / SNAP)
        out[v, 2] = near
    return out


@kernel
def fill(
    screen: Float32[np.ndarray, "vertices 3"],
    triangles: Int32[np.ndarray, "triangles 3"],
    nearest: Float32[np.ndarray, "rows columns"],
    ids: Int32[np.ndarray, "rows columns"],
) -> Int64[np.ndarray, " 4"]:
    """Put the nearest triangle of each sample into `ids`, its 1/depth into `nearest`.

    Both sides of a triangle are seen (skirts, hair). Ties go to the first triangle. Returns the
    touched box: left, top, right, bottom.
    """
    rows, columns = ids.shape
    box = np.array([columns, rows, 0, 0], np.int64)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        na, nb, nc = screen[a, 2], screen[b, 2], screen[c, 2]
        if na == 0 or nb == 0 or nc == 0:
            continue
        ax, ay = int(screen[a, 0] * SNAP), int(screen[a, 1] * SNAP)
        bx, by = int(screen[b, 0] * SNAP), int(screen[b, 1] * SNAP)
        cx, cy = int(screen[c, 0] * SNAP), int(screen[c, 1] * SNAP)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        if area < 0:
            bx, by, nb, cx, cy, nc = cx, cy, nc, bx, by, nb
            area = -area
        # Samples lie at half steps: from the first one inside the box to the last one.
        half = SNAP // 2
        left = max((min(ax, bx, cx) - half + SNAP - 1) // SNAP, 0)
        right = min((max(ax, bx, cx) - half) // SNAP, columns - 1)
        top = max((min(ay, by, cy) - half + SNAP - 1) // SNAP, 0)
        bottom = min((max(ay, by, cy) - half) // SNAP, rows - 1)
        if left > right or top > bottom:
            continue
        px, py = left * SNAP + half, top * SNAP + half
        # Edge functions are >= 0 inside; an edge that is neither top nor left gives its samples
        # to the neighbour.
        ea = (cx - bx) * (py - by) - (cy - by) * (px - bx)
        eb = (ax - cx) * (py - cy) - (ay - cy) * (px - cx)
        ec = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        ea -= not (cy < by or (cy == by and cx > bx))
        eb -= not (ay < cy or (ay == cy and ax > cx))
        ec -= not (by < ay or (by == ay and bx > ax))
        share = 1.0 / np.float64(area)
        fa, fb, fc = na * share, nb * share, nc * share
        slope_x = -(fa * (cy - by) + fb * (ay - cy) + fc * (by - ay)) * SNAP
        slope_y = (fa * (cx - bx) + fb * (ax - cx) + fc * (bx - ax)) * SNAP
        depth = na + (slope_x * (px - ax) + slope_y * (py - ay)) / SNAP
        dax, dbx, dcx = -(cy - by) * SNAP, -(ay - cy) * SNAP, -(by - ay) * SNAP
        day, dby, dcy = (cx - bx) * SNAP, (ax - cx) * SNAP, (bx - ax) * SNAP
        for y in range(top, bottom + 1):
            wa, wb, wc, near = ea, eb, ec, depth
            inside = False
            for x in range(left, right + 1):
                if (wa | wb | wc) >= 0:
                    inside = True
                    value = np.float32(near)
                    if value > nearest[y, x]:
                        nearest[y, x] = value
                        ids[y, x] = t
                elif inside:
                    break
                wa += dax
                wb += dbx
                wc += dcx
                near += slope_x
            ea += day
            eb += dby
            ec += dcy
            depth += slope_y
        box[0] = min(box[0], left)
        box[1] = min(box[1], top)
        box[2] = max(box[2], right + 1)
        box[3] = max(box[3], bottom + 1)
    if box[2] == 0:
        box[:] = 0
    return box
