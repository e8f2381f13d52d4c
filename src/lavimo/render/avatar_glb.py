"""A GLB file as an avatar: the skinned meshes of any humanoid, merged, on 22 joints.

Read: triangles of one or many skinned meshes, any weights and indices, materials with a base
colour as factor, picture or vertex colours. Left aside: morph targets, animations, meshes
without a skin, alpha but for triangles that are wholly clear.
Source: RENDERING.md section 2; Khronos glTF 2.0 specification, sections 3.7 and 3.9.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError, RenderError, SkeletonError
from lavimo.formats.gltf import OURS
from lavimo.formats.gltf_file import GltfFile, damaged_means_format_error, load
from lavimo.render.avatar import Avatar
from lavimo.render.avatar_paint import Paint, Pictures, paint_of
from lavimo.render.avatar_rig import Body, humanoid
from lavimo.shapes import Float, Float32, Int, Int64, UInt8

MAX_TRIANGLES = 200_000
_KNOWN = {
    "KHR_materials_unlit", "KHR_mesh_quantization", "KHR_texture_transform", "EXT_texture_webp",
}  # fmt: skip
_LEAST_WEIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class _Part:
    """One primitive in the space of the file's first skin; joints are node numbers."""

    vertices: Float[np.ndarray, "v 3"]
    normals: Float[np.ndarray, "v 3"]
    uv: Float[np.ndarray, "v 2"]
    triangles: Int64[np.ndarray, "f 3"]
    nodes: Int64[np.ndarray, "v k"]
    weights: Float[np.ndarray, "v k"]
    paint: Paint


def read(path: str | Path) -> Avatar:
    """The avatar in a .glb, .vrm or .gltf file that holds its own data.

    Raises RenderError, saying why, for a file that is damaged, compressed, too large, without a
    skin or no humanoid.
    """
    try:
        file = load(path)
        with damaged_means_format_error(file.name), np.errstate(all="ignore"):
            return _avatar(file, Path(path))
    except (FormatError, SkeletonError) as error:
        raise RenderError(str(error)) from error


def _avatar(file: GltfFile, path: Path) -> Avatar:
    unknown = set(file.tree.get("extensionsRequired", ())) - _KNOWN
    if unknown:
        raise RenderError(
            f"{file.name} needs {', '.join(sorted(unknown))}, which is not read; "
            "export it without compression as plain glTF 2.0."
        )
    rows = _skinned(file)
    rest, spaces = _rest(file, rows)
    pictures: Pictures = {}
    parts = [
        part
        for node, mesh, skin in rows
        for primitive in mesh["primitives"]
        if (part := _part(file, primitive, skin, spaces[node], pictures)) is not None
    ]
    if not parts:
        raise RenderError(f"{file.name}: its skinned meshes hold no triangles to draw.")
    parts = [_flat(part) if part.paint.faces is not None else part for part in parts]
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    vertices = np.concatenate([part.vertices for part in parts])
    if not np.isfinite(vertices).all():
        raise RenderError(f"{file.name}: its mesh holds values that are no finite numbers.")
    normals = np.concatenate([part.normals for part in parts])
    triangles = np.concatenate(
        [part.triangles + start for part, start in zip(parts, starts, strict=False)]
    )
    nodes, weights = _padded(parts)
    ours = str(file.tree["asset"].get("generator", "")).startswith(OURS)
    known = float(file.tree["extras"]["height"]) if ours and "extras" in file.tree else None
    body = humanoid(file, rest, Body(vertices, normals, nodes, weights), str(path), known)
    textures, material = _textures(parts)
    return Avatar(
        name=path.stem,
        vertices=body.vertices,
        normals=body.normals,
        uv=np.concatenate([part.uv for part in parts]).astype(np.float32),
        triangles=triangles.astype(np.int32),
        joints=body.joints,
        bones=body.bones,
        weights=body.weights,
        textures=textures,
        material=material,
        height=body.height,
    )


def _textures(
    parts: list[_Part],
) -> tuple[tuple[UInt8[np.ndarray, "_ _ 3"], ...], UInt8[np.ndarray, " f"]]:
    """The different textures of all parts, and which of them each triangle has."""
    numbers: dict[Hashable, int] = {}
    textures: list[UInt8[np.ndarray, "_ _ 3"]] = []
    for part in parts:
        if part.paint.key not in numbers:
            numbers[part.paint.key] = len(textures)
            textures.append(part.paint.texture)
    each = np.array([numbers[part.paint.key] for part in parts], np.uint8)
    return tuple(textures), np.repeat(each, [len(part.triangles) for part in parts])


def _skinned(file: GltfFile) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Node number, mesh and skin of every node that has both, largest mesh first."""
    tree = file.tree
    rows = [
        (number, tree["meshes"][node["mesh"]], tree["skins"][node["skin"]])
        for number, node in enumerate(file.nodes)
        if "mesh" in node and "skin" in node
    ]
    if not rows:
        raise RenderError(
            f"{file.name} has no skinned mesh, so it cannot move; export body and rig together."
        )
    sizes: dict[int, int] = {}
    for number, mesh, _ in rows:
        counts = [_count(file, row) for row in mesh["primitives"]]
        sizes[number] = sum(counts)
    triangles = sum(sizes.values()) // 3
    if triangles > MAX_TRIANGLES:
        raise RenderError(
            f"{file.name} has {triangles:,} triangles, more than {MAX_TRIANGLES:,}; "
            "reduce its mesh first."
        )
    if sum(len(mesh["primitives"]) for _, mesh, _ in rows) > 255:
        raise RenderError(f"{file.name} has more than 255 pieces; join its meshes first.")
    return sorted(rows, key=lambda row: -sizes[row[0]])


def _count(file: GltfFile, row: dict[str, Any]) -> int:
    """Corners of a primitive."""
    number = row.get("indices", row["attributes"]["POSITION"])
    return int(file.tree["accessors"][number]["count"])


def _rest(
    file: GltfFile, rows: list[tuple[int, dict[str, Any], dict[str, Any]]]
) -> tuple[dict[int, Float[np.ndarray, "4 4"]], dict[int, Float[np.ndarray, "4 4"]]]:
    """World matrix of every joint node in the bind pose, and what brings each mesh into it.

    The inverse bind matrices say where joints were when the mesh was bound; where nodes stand
    now is another pose. Skins that share a joint are brought together by it.
    """
    rest: dict[int, Float[np.ndarray, "4 4"]] = {}
    spaces: dict[int, Float[np.ndarray, "4 4"]] = {}
    for number, _, skin in rows:
        if "inverseBindMatrices" not in skin:
            raise RenderError(
                f"{file.name} has a skin without inverse bind matrices, so its rest pose is "
                "unknown; export it again with its rig."
            )
        raw = file.accessor(skin["inverseBindMatrices"])
        binding = raw.reshape(-1, 4, 4).transpose(0, 2, 1)
        joints = [int(node) for node in skin["joints"]]
        if len(binding) < len(joints) or any(not 0 <= n < len(file.nodes) for n in joints):
            raise RenderError(f"{file.name}: a skin's joints and matrices do not fit together.")
        if not (np.isfinite(binding).all() and (np.abs(np.linalg.det(binding)) > 1e-30).all()):
            raise RenderError(f"{file.name}: a bind matrix of its skin cannot be inverted.")
        places = np.linalg.inv(binding)
        shared = next((n for n in joints if n in rest), None)
        space = np.eye(4) if shared is None else rest[shared] @ binding[joints.index(shared)]
        spaces[number] = space
        for node, place in zip(joints, places, strict=False):
            rest.setdefault(node, space @ place)
    return rest, spaces


def _part(
    file: GltfFile,
    row: dict[str, Any],
    skin: dict[str, Any],
    space: Float[np.ndarray, "4 4"],
    pictures: Pictures,
) -> _Part | None:
    """One primitive, or None when it draws nothing."""
    if row.get("mode", 4) < 4:
        return None
    if row.get("mode", 4) != 4:
        raise RenderError(f"{file.name} has triangle strips; export it with plain triangles.")
    if "KHR_draco_mesh_compression" in row.get("extensions", {}):
        raise RenderError(f"{file.name} is compressed with Draco; export it without compression.")
    attributes = row["attributes"]
    at = file.accessor(attributes["POSITION"])
    nodes, weights = _influences(file, attributes, skin, len(at))
    triangles = (
        file.accessor(row["indices"])[:, 0] if "indices" in row else np.arange(len(at))
    ).astype(np.int64)
    triangles = triangles[: len(triangles) // 3 * 3].reshape(-1, 3)
    if triangles.size and triangles.max() >= len(at):
        raise RenderError(f"{file.name}: a triangle names a vertex that is not there.")
    uv, paint = paint_of(file, row, len(at), triangles, pictures)
    triangles = triangles[paint.seen]
    if not len(triangles):
        return None
    vertices = at @ space[:3, :3].T + space[:3, 3]
    if "NORMAL" in attributes:
        normals = file.accessor(attributes["NORMAL"]) @ np.linalg.inv(space[:3, :3])
    else:
        normals = _welded_normals(vertices, triangles)
    if not len(normals) == len(uv) == len(weights) == len(at):
        raise RenderError(f"{file.name}: the attributes of a mesh differ in length.")
    return _Part(vertices, normals, uv, triangles, nodes, weights, paint)


def _influences(
    file: GltfFile, attributes: dict[str, int], skin: dict[str, Any], count: int
) -> tuple[Int64[np.ndarray, "v k"], Float[np.ndarray, "v k"]]:
    """Node numbers and weights of all sets of four, side by side."""
    nodes, weights = [], []
    joints = np.array(skin["joints"], np.int64)
    for number in range(8):
        if f"JOINTS_{number}" not in attributes:
            break
        places = file.accessor(attributes[f"JOINTS_{number}"]).astype(np.int64)
        shares = np.maximum(file.accessor(attributes[f"WEIGHTS_{number}"]), 0)
        places = np.where(shares > 0, places, 0)
        if places.size and places.max() >= len(joints):
            raise RenderError(f"{file.name}: a vertex hangs on a joint that its skin lacks.")
        nodes.append(joints[places])
        weights.append(shares)
    if not nodes:
        return np.full((count, 1), joints[0]), np.ones((count, 1))
    shares = np.concatenate(weights, axis=1)
    lost = shares.sum(axis=1) < _LEAST_WEIGHT
    shares[lost, 0] = 1
    return np.concatenate(nodes, axis=1), shares / shares.sum(axis=1, keepdims=True)


def _padded(parts: list[_Part]) -> tuple[Int64[np.ndarray, "v k"], Float[np.ndarray, "v k"]]:
    """Influences of all parts with as many columns as the widest has."""
    width = max(part.nodes.shape[1] for part in parts)

    def wide(rows: np.ndarray) -> np.ndarray:
        return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))

    return (
        np.concatenate([wide(part.nodes) for part in parts]),
        np.concatenate([wide(part.weights) for part in parts]),
    )


def _flat(part: _Part) -> _Part:
    """The part with three vertices of its own for each triangle, which has one colour."""
    order = part.triangles.reshape(-1)
    assert part.paint.faces is not None
    return replace(
        part,
        vertices=part.vertices[order],
        normals=part.normals[order],
        uv=np.repeat(part.paint.faces, 3, axis=0),
        triangles=np.arange(len(order)).reshape(-1, 3),
        nodes=part.nodes[order],
        weights=part.weights[order],
    )


def _welded_normals(
    vertices: Float[np.ndarray, "v 3"], triangles: Int[np.ndarray, "f 3"]
) -> Float32[np.ndarray, "v 3"]:
    """Normals by area, shared by vertices that stand at one place: seams do not show."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    _, place = np.unique(np.round(vertices, 6), axis=0, return_inverse=True)
    total = np.zeros((int(place.max()) + 1, 3))
    for corner in range(3):
        np.add.at(total, place.reshape(-1)[triangles[:, corner]], faces)
    return total[place.reshape(-1)].astype(np.float32)
