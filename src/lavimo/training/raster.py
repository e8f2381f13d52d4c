"""The rasteriser of `lavimo.render.raster` in torch, many frames at once: for a GPU.

The same rule for which sample a triangle covers, in whole numbers, and a z-buffer by an integer
minimum, which no order of threads can change; so pictures equal the CPU's up to rounding, and
are the same on every run (RENDERING.md 5.4).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from lavimo.render.camera import Camera
from lavimo.render.fill import NEAREST, SNAP
from lavimo.render.raster import SHADOW_BLUR, Body, Light
from lavimo.render.shade import FINE, LINEAR, SRGB
from lavimo.shapes import Float32, UInt8

CANDIDATES = 1 << 22
"""Samples tested at a time: bounds the memory at about 0.4 GB."""
_FAR = (1 << 62) - 1
_ID_BITS = 24


class TorchRaster:
    """Draws meshes in batches on a device; takes the place of the CPU's `Raster` in a `Take`."""

    def __init__(
        self, width: int, height: int, samples: int = 2, device: str | torch.device = "cpu"
    ) -> None:
        self.width, self.height, self.samples = width, height, samples
        self.device = torch.device(device)
        self._linear = self._on(LINEAR)
        self._srgb = self._on(SRGB)

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
        with torch.inference_mode():
            points, turned = self._on(vertices), self._on(normals)
            triangles = self._on(body.triangles).long()
            pictures = self._on(backgrounds).expand(len(points), -1, -1, -1).clone()
            if light.shadow > 0:
                self._darken(pictures, points, triangles, cameras, light)
            screen = self._project(points, cameras, self.samples)
            ids = self._fill(screen, triangles)
            self._shade(pictures, ids, screen, turned, triangles, body, light)
            drawn: UInt8[np.ndarray, "frames height width 3"] = pictures.cpu().numpy()
            return drawn

    def _on(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)

    def _project(self, points: Tensor, cameras: Sequence[Camera], samples: int) -> Tensor:
        """Snapped x and y in samples, and 1/depth (0: too near or behind)."""
        eyes = self._on(np.stack([camera.eye for camera in cameras]))
        axes = self._on(np.stack([camera.axes for camera in cameras]))
        scale = self._on(
            np.array([camera.focal * self.height * samples for camera in cameras], np.float32)
        )[:, None]
        x, y, z = (points - eyes[:, None]).unbind(-1)
        seen = [
            axes[:, i, 0, None] * x + axes[:, i, 1, None] * y + axes[:, i, 2, None] * z
            for i in range(3)
        ]
        behind = seen[2] < NEAREST
        near = torch.where(behind, 0, 1 / torch.where(behind, 1, seen[2]))
        across = self.width * samples / 2 + scale * seen[0] * near
        down = self.height * samples / 2 - scale * seen[1] * near
        snapped = torch.stack([across, down], -1).mul(SNAP).round().div(SNAP)
        return torch.cat([snapped, near[..., None]], dim=-1)

    def _fill(self, screen: Tensor, triangles: Tensor) -> Tensor:
        """The nearest triangle of each sample (frames, rows, columns), -1 for none."""
        rows, columns = self.height * self.samples, self.width * self.samples
        best = torch.full((len(screen) * rows * columns,), _FAR, device=self.device)
        corners = screen[:, triangles]
        frames = torch.arange(len(screen), device=self.device)[:, None].expand(corners.shape[:2])
        names = torch.arange(len(triangles), device=self.device).expand(corners.shape[:2])
        usable = (corners[..., 2] > 0).all(-1)
        corners, frames, names = corners[usable], frames[usable], names[usable]
        places = (corners[..., :2].double() * SNAP).long()
        near = corners[..., 2].double()
        area = _cross(places[:, 1] - places[:, 0], places[:, 2] - places[:, 0])
        turn = area < 0
        places[turn] = places[turn][:, [0, 2, 1]]
        near[turn] = near[turn][:, [0, 2, 1]]
        area = area.abs()
        half = SNAP // 2
        low = ((places.amin(1) - half + SNAP - 1) // SNAP).clamp(min=0)
        limit = torch.tensor([columns - 1, rows - 1], device=self.device)
        high = torch.minimum((places.amax(1) - half) // SNAP, limit)
        edge = torch.where(area > 0, (high - low + 1).amax(-1), 0)
        edge = torch.where((high < low).any(-1), 0, edge)
        for chosen, grid in _by_size(edge):
            x, y = low[chosen, None, 0] + grid[0], low[chosen, None, 1] + grid[1]
            inside = (x <= high[chosen, None, 0]) & (y <= high[chosen, None, 1])
            at = torch.stack([x, y], -1) * SNAP + half
            weights = []
            for i, j in ((1, 2), (2, 0), (0, 1)):
                a, b = places[chosen, i], places[chosen, j]
                along = (b - a)[:, None]
                value = _cross(along, at - a[:, None])
                # Top and left edges keep the samples that lie on them; the others give them away.
                keeps = (b[:, 1] < a[:, 1]) | ((b[:, 1] == a[:, 1]) & (b[:, 0] > a[:, 0]))
                inside &= value >= torch.where(keeps, 0, 1)[:, None]
                weights.append(value)
            depth = sum(w * near[chosen, i, None] for i, w in enumerate(weights))
            depth = (depth / area[chosen, None]).float()
            # The bits of a positive float32 grow with it: nearest first, then the first triangle.
            order = (0x7FFFFFFF - depth.view(torch.int32).long()) << _ID_BITS
            key = order | names[chosen, None]
            cell = (frames[chosen, None] * rows + y) * columns + x
            best.scatter_reduce_(0, cell[inside], key[inside], "amin")
        ids = torch.where(best == _FAR, -1, best & ((1 << _ID_BITS) - 1))
        return ids.view(len(screen), rows, columns)

    def _shade(
        self,
        pictures: Tensor,
        ids: Tensor,
        screen: Tensor,
        normals: Tensor,
        triangles: Tensor,
        body: Body,
        light: Light,
    ) -> None:
        """Colour of the mesh over `pictures`: one shading a triangle and pixel, at its middle."""
        s = self.samples
        grid = ids.view(len(ids), self.height, s, self.width, s).permute(0, 1, 3, 2, 4)
        grid = grid.reshape(len(ids), self.height, self.width, s * s)
        frame, row, column = (grid >= 0).any(-1).nonzero(as_tuple=True)
        seen = grid[frame, row, column]
        same = (seen[:, :, None] == seen[:, None, :]) & (seen >= 0)[:, None, :]
        first = same.int().argmax(-1) == torch.arange(s * s, device=self.device)
        count = same.sum(-1).clamp(min=1)
        k = torch.arange(s * s, device=self.device)
        x = (same * (column[:, None] * s + k % s)[:, None, :]).sum(-1)
        y = (same * (row[:, None] * s + k // s)[:, None, :]).sum(-1)
        used = first & (seen >= 0)
        pixel, slot = used.nonzero(as_tuple=True)
        part = count[pixel, slot].float()[:, None]
        middle = torch.stack([x[pixel, slot], y[pixel, slot]], -1).float() * (1 / part)
        albedo, key, sway = self._surface(
            seen[pixel, slot], frame[pixel], middle, screen, normals, triangles, body, light
        )
        sun, sky, low = self._on(light.sun), self._on(light.sky), self._on(light.ground)
        colour = part * albedo * (sun * key + low + (sky - low) * sway)
        sums = torch.zeros((len(seen), s * s, 3), device=self.device)
        sums[pixel, slot] = colour
        share = 1 / (s * s)
        behind = 1 - share * (seen >= 0).sum(-1, keepdim=True).float()
        old = pictures[frame, row, column].long()
        mixed = sums.sum(1) * share + behind * self._linear[old * FINE]
        pictures[frame, row, column] = self._srgb[(mixed.clamp(max=1) * 4095 + 0.5).long()]

    def _surface(
        self,
        names: Tensor,
        frames: Tensor,
        middle: Tensor,
        screen: Tensor,
        normals: Tensor,
        triangles: Tensor,
        body: Body,
        light: Light,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Albedo (n, 3), and how much a point faces the sun and the sky (n, 1 each)."""
        corners = triangles[names]
        at = screen[frames[:, None], corners]
        ab, ac = at[:, 1, :2] - at[:, 0, :2], at[:, 2, :2] - at[:, 0, :2]
        area = _cross(ab, ac)
        p = middle - (at[:, 0, :2] - 0.5)
        w1, w2 = _cross(p, ac) / area, _cross(ab, p) / area
        weights = torch.stack([1 - w1 - w2, w1, w2], -1) * at[..., 2]
        weights = weights / weights.sum(-1, keepdim=True)
        normal = (normals[frames[:, None], corners] * weights[..., None]).sum(1)
        # Seen from behind (corners turn the other way), the other side is lit.
        normal = torch.where(area[:, None] < 0, normal, -normal)
        key = (normal @ self._on(light.direction)).clamp(min=0)[:, None]
        sway = 0.5 + 0.5 * normal[:, 1:2]
        page = self._on(body.pages)[self._on(body.material).long()[names]]
        uv = (self._on(body.uv)[corners] * weights[..., None]).sum(1)
        return self._texel(body, page, uv), key, sway

    def _texel(self, body: Body, page: Tensor, uv: Tensor) -> Tensor:
        """Bilinear texels in linear light; textures repeat."""
        texels = self._on(body.texels)
        start, size = page[:, 0], page[:, 1:]
        place = uv * size - 0.5
        low = place.floor()
        fx, fy = (place - low).unsqueeze(-1).unbind(1)
        corner = low.long() % size
        beside = (corner + 1) % size
        total = torch.zeros((len(uv), 3), device=self.device)
        for x, share_x in ((corner[:, 0], 1 - fx), (beside[:, 0], fx)):
            for y, share_y in ((corner[:, 1], 1 - fy), (beside[:, 1], fy)):
                total += share_x * share_y * texels[start + y * size[:, 0] + x]
        return self._linear[(total * FINE + 0.5).long()]

    def _darken(
        self,
        pictures: Tensor,
        points: Tensor,
        triangles: Tensor,
        cameras: Sequence[Camera],
        light: Light,
    ) -> None:
        """Slide the posed meshes along the light onto y = 0, and darken the pictures there."""
        slide = self._on(light.direction / light.direction[1])
        screen = self._project(points - points[..., 1:2].clamp(min=0) * slide, cameras, 1)
        mask = self._cover(screen, triangles)
        radius = max(1, self.height // SHADOW_BLUR)
        soft = mask.view(len(points), self.height, self.width).int()
        for _ in range(2):
            soft = _box_sums(_box_sums(soft, radius, 1), radius, 2)
        left = 1 - light.shadow / (2 * radius + 1) ** 4 * soft[..., None].float()
        linear = self._linear[pictures.long() * FINE]
        dark = self._srgb[(linear * left * 4095 + 0.5).long()]
        pictures[:] = torch.where(soft[..., None] > 0, dark, pictures)

    def _cover(self, screen: Tensor, triangles: Tensor) -> Tensor:
        """Which pixels lie under any triangle, edges included (flat, frame after frame)."""
        mask = torch.zeros(len(screen) * self.height * self.width, dtype=torch.bool,
                           device=self.device)  # fmt: skip
        corners = screen[:, triangles]
        frames = torch.arange(len(screen), device=self.device)[:, None].expand(corners.shape[:2])
        usable = (corners[..., 2] > 0).all(-1)
        places, frames = corners[usable][..., :2], frames[usable]
        area = _cross(places[:, 1] - places[:, 0], places[:, 2] - places[:, 0])
        places[area < 0] = places[area < 0][:, [0, 2, 1]]
        low = (places.amin(1) - 0.5).ceil().long().clamp(min=0)
        limit = torch.tensor([self.width - 1, self.height - 1], device=self.device)
        high = torch.minimum((places.amax(1) - 0.5).floor().long(), limit)
        edge = torch.where((high < low).any(-1) | (area == 0), 0, (high - low + 1).amax(-1))
        for chosen, grid in _by_size(edge):
            x, y = low[chosen, None, 0] + grid[0], low[chosen, None, 1] + grid[1]
            inside = (x <= high[chosen, None, 0]) & (y <= high[chosen, None, 1])
            at = torch.stack([x, y], -1).float() + 0.5
            for i, j in ((1, 2), (2, 0), (0, 1)):
                a, b = places[chosen, i], places[chosen, j]
                inside &= _cross((b - a)[:, None], at - a[:, None]) >= 0
            cell = (frames[chosen, None] * self.height + y) * self.width + x
            mask[cell[inside]] = True
        return mask


def _by_size(edge: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Triangles of like size (longest edge of the box; 0: none), and the grid of their samples."""
    size = 4
    done = torch.zeros_like(edge, dtype=torch.bool) | (edge == 0)
    while not bool(done.all()):
        chosen = (~done & (edge <= size)).nonzero()[:, 0]
        steps = torch.arange(size, device=edge.device)
        grid = torch.stack([steps.repeat(size), steps.repeat_interleave(size)])
        for part in chosen.split(max(1, CANDIDATES // size**2)):
            yield part, grid[:, None]
        done |= edge <= size
        size *= 2


def _cross(a: Tensor, b: Tensor) -> Tensor:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _box_sums(values: Tensor, radius: int, axis: int) -> Tensor:
    """Sums over `radius` cells to both sides, zeros beyond the edges."""
    length = values.shape[axis]
    total = torch.cumsum(values, axis, dtype=torch.int32)
    total = torch.cat([torch.zeros_like(total.narrow(axis, 0, 1)), total], axis)
    place = torch.arange(length, device=values.device)
    ahead = total.index_select(axis, (place + radius + 1).clamp(max=length))
    return ahead - total.index_select(axis, (place - radius).clamp(min=0))
