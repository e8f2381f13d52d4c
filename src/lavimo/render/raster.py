"""The rasteriser: posed triangles to pictures, silhouettes, depths (RENDERING.md 5.2).

Corners are snapped to 1/256 of a sample and tested with whole numbers, so triangles that share an
edge leave no hole and cover no sample twice. Pixels: x to the right, y down, the centre of the
first one at (.5, .5). Nothing may come nearer to the eye than 0.1 m: such triangles are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.render import shade
from lavimo.render.camera import Camera
from lavimo.render.kernel import kernel
from lavimo.shapes import Bool, Float32, Int32, Int64, UInt8

SNAP = 256
"""Steps of a sample that corners are snapped to."""
NEAREST = 0.1
SHADOW_BLUR = 160
"""Radius of the shadow's two box blurs: picture height over this."""


@dataclass(frozen=True, eq=False)
class Body:
    """What stays the same of a mesh over a clip: its triangles, and the textures on them.

    `texels` holds all textures row by row (sRGB), `pages` (first texel, width, height) of each.
    """

    triangles: Int32[np.ndarray, "triangles 3"]
    uv: Float32[np.ndarray, "vertices 2"]
    material: UInt8[np.ndarray, " triangles"]
    texels: UInt8[np.ndarray, "texels 3"]
    pages: Int64[np.ndarray, "textures 3"]


@dataclass(frozen=True, eq=False)
class Light:
    """Linear light: a sun towards `direction` (unit), and light from above and from below.

    `shadow` is how much of the background's light the sun's shadow takes away, 0 to 1.
    """

    direction: Float32[np.ndarray, " 3"]
    sun: Float32[np.ndarray, " 3"]
    sky: Float32[np.ndarray, " 3"]
    ground: Float32[np.ndarray, " 3"]
    shadow: float


def pack_textures(
    textures: Sequence[UInt8[np.ndarray, "_ _ 3"]],
) -> tuple[UInt8[np.ndarray, "texels 3"], Int64[np.ndarray, "textures 3"]]:
    """All textures in one array, and where each begins with its width and height."""
    sizes = [texture.shape[0] * texture.shape[1] for texture in textures]
    starts = np.cumsum([0, *sizes[:-1]])
    pages = [
        (start, texture.shape[1], texture.shape[0])
        for start, texture in zip(starts, textures, strict=True)
    ]
    texels = np.concatenate([texture.reshape(-1, 3) for texture in textures])
    return np.ascontiguousarray(texels), np.array(pages, np.int64)


class Raster:
    """Draws meshes one frame after the other on the CPU; keeps its buffers between frames."""

    def __init__(self, width: int, height: int, samples: int = 2) -> None:
        self.width, self.height, self.samples = width, height, samples
        grid = (height * samples, width * samples)
        self._near = np.zeros(grid, np.float32)
        self._ids = np.full(grid, -1, np.int32)
        self._mask = np.zeros((height, width), np.uint8)
        self._soft = np.zeros((2, height, width), np.int32)
        self._touched = np.zeros(4, np.int64)

    def draw(
        self,
        body: Body,
        vertices: Float32[np.ndarray, "frames vertices 3"],
        normals: Float32[np.ndarray, "frames vertices 3"],
        cameras: Sequence[Camera],
        light: Light,
        backgrounds: UInt8[np.ndarray, "_ height width 3"],
    ) -> UInt8[np.ndarray, "frames height width 3"]:
        """Pictures (sRGB) of posed meshes before backgrounds: one for all frames, or one each."""
        pictures = np.empty((len(vertices), self.height, self.width, 3), np.uint8)
        for frame, camera in enumerate(cameras):
            pictures[frame] = backgrounds[frame if len(backgrounds) > 1 else 0]
            self._shadow(body, vertices[frame], camera, light, pictures[frame])
            box, screen = self._fill(body, vertices[frame], camera)
            lit = np.asarray(normals[frame] @ light.direction, np.float32)
            shade.shade(
                self._ids, screen, body.triangles, body.uv, lit, normals[frame][:, 1],
                body.material, body.texels, body.pages, light.sun, light.sky, light.ground,
                box, self.samples, pictures[frame],
            )  # fmt: skip
        return pictures

    def silhouette(
        self, body: Body, vertices: Float32[np.ndarray, "vertices 3"], camera: Camera
    ) -> Bool[np.ndarray, "height width"]:
        """Pixels that the mesh covers by more than half."""
        self._fill(body, vertices, camera)
        hits = (self._ids >= 0).reshape(self.height, self.samples, self.width, self.samples)
        return np.asarray(hits.sum(axis=(1, 3)) * 2 > self.samples**2)

    def ids(
        self, body: Body, vertices: Float32[np.ndarray, "vertices 3"], camera: Camera
    ) -> Int32[np.ndarray, "rows columns"]:
        """The triangle seen by each sample, -1 for none."""
        self._fill(body, vertices, camera)
        return self._ids.copy()

    def depth(
        self, body: Body, vertices: Float32[np.ndarray, "vertices 3"], camera: Camera
    ) -> Float32[np.ndarray, "rows columns"]:
        """Metres along the line of sight's forward axis of each sample, infinite for none."""
        self._fill(body, vertices, camera)
        seen = self._near > 0
        return np.where(seen, 1 / np.where(seen, self._near, 1), np.inf).astype(np.float32)

    def _fill(
        self, body: Body, vertices: Float32[np.ndarray, "vertices 3"], camera: Camera
    ) -> tuple[Int64[np.ndarray, " 4"], Float32[np.ndarray, "vertices 3"]]:
        x0, y0, x1, y1 = self._touched
        self._near[y0:y1, x0:x1] = 0
        self._ids[y0:y1, x0:x1] = -1
        screen = self._project(vertices, camera, self.samples)
        self._touched = fill(screen, body.triangles, self._near, self._ids)
        return self._touched, screen

    def _shadow(
        self,
        body: Body,
        vertices: Float32[np.ndarray, "vertices 3"],
        camera: Camera,
        light: Light,
        picture: UInt8[np.ndarray, "height width 3"],
    ) -> None:
        """Slide the posed mesh along the light onto y = 0, and darken the picture there."""
        if light.shadow <= 0:
            return
        slid = vertices - np.maximum(vertices[:, 1:2], 0) * (light.direction / light.direction[1])
        screen = self._project(slid, camera, 1)
        radius = max(1, self.height // SHADOW_BLUR)
        box = blur(self._mask, self._soft, cover(screen, body.triangles, self._mask), radius)
        shade.darken(picture, self._soft[0], np.float32(light.shadow / (2 * radius + 1) ** 4), box)

    def _project(
        self, points: Float32[np.ndarray, "vertices 3"], camera: Camera, samples: int
    ) -> Float32[np.ndarray, "vertices 3"]:
        scale = camera.focal * self.height * samples
        return project(
            points, camera.eye, camera.axes, np.float32(scale),
            np.float32(self.width * samples / 2), np.float32(self.height * samples / 2),
        )  # fmt: skip


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
        ax, ay = np.int64(screen[a, 0] * SNAP), np.int64(screen[a, 1] * SNAP)
        bx, by = np.int64(screen[b, 0] * SNAP), np.int64(screen[b, 1] * SNAP)
        cx, cy = np.int64(screen[c, 0] * SNAP), np.int64(screen[c, 1] * SNAP)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        if area < 0:
            bx, by, nb, cx, cy, nc = cx, cy, nc, bx, by, nb
            area = -area
        # Samples lie at half steps: the first one not left of the box, the last one inside it.
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
def skin(
    vertices: Float32[np.ndarray, "vertices 3"],
    normals: Float32[np.ndarray, "vertices 3"],
    bones: UInt8[np.ndarray, "vertices 4"],
    weights: Float32[np.ndarray, "vertices 4"],
    rest: Float32[np.ndarray, "22 3"],
    rotations: Float32[np.ndarray, "22 3 3"],
    joints: Float32[np.ndarray, "22 3"],
    posed: Float32[np.ndarray, "vertices 3"],
    turned: Float32[np.ndarray, "vertices 3"],
) -> None:
    """Linear blend of at most four joints a vertex; normals take the same blend."""
    shift = np.empty((len(joints), 3), np.float32)
    for j in range(len(joints)):
        for i in range(3):
            shift[j, i] = joints[j, i]
            for k in range(3):
                shift[j, i] -= rotations[j, i, k] * rest[j, k]
    blend = np.empty((3, 4), np.float32)
    for v in range(len(vertices)):
        blend[:] = 0
        for slot in range(4):
            weight = weights[v, slot]
            if weight == 0:
                continue
            bone = bones[v, slot]
            for i in range(3):
                for k in range(3):
                    blend[i, k] += weight * rotations[bone, i, k]
                blend[i, 3] += weight * shift[bone, i]
        length = np.float32(0)
        for i in range(3):
            posed[v, i] = (
                blend[i, 0] * vertices[v, 0]
                + blend[i, 1] * vertices[v, 1]
                + blend[i, 2] * vertices[v, 2]
                + blend[i, 3]
            )
            turned[v, i] = (
                blend[i, 0] * normals[v, 0]
                + blend[i, 1] * normals[v, 1]
                + blend[i, 2] * normals[v, 2]
            )
            length += turned[v, i] * turned[v, i]
        if length > 0:
            length = np.float32(1) / np.sqrt(length)
            for i in range(3):
                turned[v, i] *= length
