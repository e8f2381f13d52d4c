"""A clip of 22 joints on an avatar, filmed: the one call from positions to pictures."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np

from lavimo.errors import RenderError
from lavimo.render import avatar as avatars_of
from lavimo.render import grade, pose, scene, shot
from lavimo.render.avatar import Avatar
from lavimo.render.camera import Camera
from lavimo.render.raster import Body, Light, Raster, pack_textures
from lavimo.render.skin import skin
from lavimo.render.view import View
from lavimo.shapes import Bool, Float32, UInt8

LARGEST = 4096
FINEST = 1024
_HEAD = 15
_RAYS = 2
"""Squared rays a pixel of surroundings that stand still; one where they move each frame."""


@runtime_checkable
class Drawer(Protocol):
    """What draws: the CPU's `Raster`, or a batched one of the training side with equal pictures."""

    width: int
    height: int

    def draw(
        self,
        body: Body,
        vertices: Float32[np.ndarray, "frames vertices 3"],
        normals: Float32[np.ndarray, "frames vertices 3"],
        cameras: Sequence[Camera],
        light: Light,
        backgrounds: UInt8[np.ndarray, "_ height width 3"],
    ) -> UInt8[np.ndarray, "frames height width 3"]:
        """Pictures of posed meshes before backgrounds: one for all frames, or one each."""
        ...


def shoot(
    positions: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    view: View,
    *,
    size: int | tuple[int, int] = 512,
    frames: Sequence[int] | None = None,
    avatars: Mapping[str, Avatar] | None = None,
) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """Pictures (sRGB) of a clip of the 22 joints (metres, y up) as the view has it.

    `size` is the longer edge, whose other edge the view's aspect gives, or (width, height), which
    overrides the aspect. `frames` draws only these; the whole clip is posed and the camera fitted
    to all of it either way. `avatars` are looked in before the shipped ones. The same arguments
    give the same bytes. Raises RenderError on what cannot be drawn.
    """
    take = Take(positions, fps, view, size=size, avatars=avatars)
    for frame in range(len(positions)) if frames is None else frames:
        yield take.picture(frame)


class Take:
    """A clip posed on its avatar, with cameras and surroundings, ready to be drawn."""

    def __init__(
        self,
        positions: Float32[np.ndarray, "frames 22 3"],
        fps: float,
        view: View,
        *,
        size: int | tuple[int, int] = 512,
        avatars: Mapping[str, Avatar] | None = None,
        drawer: Drawer | None = None,
    ) -> None:
        if len(positions) == 0 or not np.isfinite(positions).all():
            raise RenderError("This clip has no frames or joints that are no numbers; mend it.")
        self.view = view
        self.width, self.height = picture_size(size, view.aspect)
        self.avatar = (avatars or {}).get(view.avatar) or _person(view.avatar)
        self.body = body_of(self.avatar)
        self.posed = pose.solve(positions, fps, self.avatar)
        top = float(self.avatar.vertices[:, 1].max() - self.avatar.joints[_HEAD, 1])
        self.shot = shot.fit(
            self.posed.joints, fps, view, aspect=self.width / self.height,
            height=self.avatar.height, crown=top,
        )  # fmt: skip
        self.scene = scene.build(view, self.shot, self.posed.joints)
        self.drawer: Drawer = drawer or _raster(self.width, self.height)
        self._still: UInt8[np.ndarray, "height width 3"] | None = None

    def picture(self, frame: int) -> UInt8[np.ndarray, "height width 3"]:
        """One frame, graded as the view asks."""
        return np.asarray(self.pictures([frame])[0])

    def pictures(self, frames: Sequence[int]) -> UInt8[np.ndarray, "_ height width 3"]:
        """Several frames at once: what a batched drawer is fast at."""
        posed = [self._skinned(frame) for frame in frames]
        cameras = [self.shot.camera(frame) for frame in frames]
        if self.shot.moving:
            behind = [self.scene.paint(camera, self.width, self.height) for camera in cameras]
        else:
            if self._still is None:
                self._still = self.scene.paint(cameras[0], self.width, self.height, _RAYS)
            behind = [self._still]
        drawn = self.drawer.draw(
            self.body,
            np.stack([vertices for vertices, _ in posed]),
            np.stack([normals for _, normals in posed]),
            cameras,
            self.scene.light,
            np.stack(behind),
        )
        return grade.graded(drawn, frames, self.view)

    def silhouette(self, frame: int) -> Bool[np.ndarray, "height width"]:
        """Where the person covers more than half of a pixel."""
        vertices, _ = self._skinned(frame)
        raster = _raster(self.width, self.height)
        return raster.silhouette(self.body, vertices, self.shot.camera(frame))

    def _skinned(
        self, frame: int
    ) -> tuple[Float32[np.ndarray, "vertices 3"], Float32[np.ndarray, "vertices 3"]]:
        avatar = self.avatar
        vertices, normals = np.empty_like(avatar.vertices), np.empty_like(avatar.normals)
        skin(
            avatar.vertices, avatar.normals, avatar.bones, avatar.weights, avatar.joints,
            self.posed.rotations[frame], self.posed.joints[frame], vertices, normals,
        )  # fmt: skip
        return vertices, normals


def body_of(avatar: Avatar) -> Body:
    """The triangles and textures of an avatar as the rasteriser takes them."""
    texels, pages = pack_textures([_modest(texture) for texture in avatar.textures])
    return Body(avatar.triangles, avatar.uv, avatar.material, texels, pages)


def _modest(texture: UInt8[np.ndarray, "_ _ 3"]) -> UInt8[np.ndarray, "_ _ 3"]:
    """A texture halved to 1024 at most: finer than a picture, it would only flicker."""
    while max(texture.shape) > FINEST and min(texture.shape[:2]) > 1:
        even = texture[: texture.shape[0] // 2 * 2, : texture.shape[1] // 2 * 2].astype(np.uint16)
        four = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
        texture = ((four + 2) // 4).astype(np.uint8)
    return texture


def picture_size(size: int | tuple[int, int], aspect: float) -> tuple[int, int]:
    """Width and height, both even since films ask for that; RenderError when not drawable."""
    if isinstance(size, tuple):
        width, height = size
    else:
        width = size if aspect >= 1 else 2 * round(size * aspect / 2)
        height = size if aspect <= 1 else 2 * round(size / aspect / 2)
    if not (8 <= width <= LARGEST and 8 <= height <= LARGEST):
        raise RenderError(f"A picture of {width} x {height} cannot be drawn; use 8 to {LARGEST}.")
    return width, height


@lru_cache(maxsize=32)
def _person(name: str) -> Avatar:
    """Reading a user's file takes far longer than a picture: kept from clip to clip."""
    return avatars_of.load(name)


@lru_cache(maxsize=4)
def _raster(width: int, height: int) -> Raster:
    """Buffers of 512 x 512 pictures take 11 MB: kept from clip to clip."""
    return Raster(width, height)
