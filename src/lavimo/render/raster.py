"""The rasteriser: posed triangles to pictures, silhouettes, depths (RENDERING.md 5.2).

Pixels: x to the right, y down, the centre of the first one at (.5, .5). Triangles that come nearer
to the eye than 0.1 m are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.render.camera import Camera
from lavimo.render.fill import fill, project
from lavimo.render.shade import shade
from lavimo.render.shadow import blur, cover, darken
from lavimo.shapes import Bool, Float32, Int32, Int64, UInt8

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
            shade(
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
        darken(picture, self._soft[0], np.float32(light.shadow / (2 * radius + 1) ** 4), box)

    def _project(
        self, points: Float32[np.ndarray, "vertices 3"], camera: Camera, samples: int
    ) -> Float32[np.ndarray, "vertices 3"]:
        scale = camera.focal * self.height * samples
        return project(
            points, camera.eye, camera.axes, np.float32(scale),
            np.float32(self.width * samples / 2), np.float32(self.height * samples / 2),
        )  # fmt: skip
