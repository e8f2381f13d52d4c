"""Avatars: skinned people in a rest pose with 22 SMPL joints, shipped ones and the user's own.

Frame of reference: metres, y up, facing +z, left = +x. A joint's rest frame is the world's, so
a pose is one global rotation and one place a joint: v' = R (v - rest) + X.
Source: RENDERING.md section 2.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from lavimo.errors import RenderError
from lavimo.shapes import Float32, Int32, Int64, UInt8

SHIPPED = Path(__file__).parent / "avatars"
_FEET = (7, 8, 10, 11)
_SOLE_POINTS = 8


@dataclass(frozen=True, eq=False)
class Avatar:
    """A body to be posed. `uv` has v down as glTF has it and may lie outside 0 to 1 (repeat).

    `bones` names the joint of each weight, `material` the texture of each triangle; textures
    are sRGB.
    """

    name: str
    vertices: Float32[np.ndarray, "v 3"]
    normals: Float32[np.ndarray, "v 3"]
    uv: Float32[np.ndarray, "v 2"]
    triangles: Int32[np.ndarray, "f 3"]
    joints: Float32[np.ndarray, "22 3"]
    bones: UInt8[np.ndarray, "v 4"]
    weights: Float32[np.ndarray, "v 4"]
    textures: tuple[UInt8[np.ndarray, "_ _ 3"], ...]
    material: UInt8[np.ndarray, " f"]
    height: float

    @cached_property
    def soles(self) -> tuple[Int64[np.ndarray, " n"], Float32[np.ndarray, "n 3"]]:
        """Points on the rest pose's soles and the foot joint that carries each (for the floor)."""
        joints: list[int] = []
        points: list[np.ndarray] = []
        for joint in _FEET:
            share = np.where(self.bones == joint, self.weights, 0).sum(axis=1)
            part = self.vertices[share > 0.5]
            if len(part):
                part = part[part[:, 1] < part[:, 1].min() + 0.015]
                part = part[_spread(part, _SOLE_POINTS)]
            else:
                part = self.joints[joint : joint + 1] * np.array([1, 0, 1], np.float32)
                part[:, 1] = self.vertices[:, 1].min()
            joints += [joint] * len(part)
            points.append(part)
        return np.array(joints), np.concatenate(points)

    @cached_property
    def hands(self) -> Float32[np.ndarray, "2 3"]:
        """From each wrist to the fingertips, in the rest pose."""
        tips = []
        for wrist, elbow in ((20, 18), (21, 19)):
            along = self.joints[wrist] - self.joints[elbow]
            share = np.where(self.bones == wrist, self.weights, 0).sum(axis=1)
            part = self.vertices[share > 0.5] - self.joints[wrist]
            far = part @ along
            tips.append(
                part[far >= np.quantile(far, 0.95)].mean(axis=0) if len(part) else along / 2
            )
        return np.array(tips, np.float32)


def names() -> tuple[str, ...]:
    """The shipped avatars, in order."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.glb")))


def load(name: str | Path) -> Avatar:
    """A shipped avatar by name, or any skinned humanoid from a .glb or .gltf file.

    Raises RenderError for an unknown name and for a file that cannot be used.
    """
    if str(name) in names():
        return _shipped(str(name))
    path = Path(name)
    if path.suffix.lower() not in (".glb", ".gltf", ".vrm"):
        raise RenderError(
            f"There is no avatar {str(name)!r}; choose one of {', '.join(names())} "
            "or give a .glb file."
        )
    from lavimo.render.avatar_glb import read

    return read(path)


@lru_cache(maxsize=32)
def _shipped(name: str) -> Avatar:
    from lavimo.render.avatar_glb import read

    return read(SHIPPED / f"{name}.glb")


def folder(path: str | Path) -> list[Avatar]:
    """Every .glb and .vrm of a folder as an avatar, by name.

    Raises RenderError when there is none, or one cannot be used.
    """
    path = Path(path)
    if not path.is_dir():
        raise RenderError(f"{path} is no folder; give a folder of .glb avatars.")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in (".glb", ".vrm"))
    if not files:
        raise RenderError(f"{path} holds no .glb file, so there is no avatar in it.")
    return [load(file) for file in files]


def skin(
    avatar: Avatar, rotations: Float32[np.ndarray, "22 3 3"], joints: Float32[np.ndarray, "22 3"]
) -> tuple[Float32[np.ndarray, "v 3"], Float32[np.ndarray, "v 3"]]:
    """Vertices and unit normals of one pose by linear blend skinning."""
    shift = joints - np.einsum("jab,jb->ja", rotations, avatar.joints)
    blend = np.einsum("vk,vkab->vab", avatar.weights, rotations[avatar.bones])
    moved = np.einsum("vk,vka->va", avatar.weights, shift[avatar.bones])
    vertices = np.einsum("vab,vb->va", blend, avatar.vertices) + moved
    normals = np.einsum("vab,vb->va", blend, avatar.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return vertices, normals


def _spread(points: Float32[np.ndarray, "n 3"], count: int) -> Int64[np.ndarray, " few"]:
    """At most `count` of the points, each as far from those before it as can be."""
    chosen = [int(np.argmax(points[:, 2]))]
    away = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)
