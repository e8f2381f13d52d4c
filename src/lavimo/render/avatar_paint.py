"""Materials of a glTF file as plain pictures: one texture a mesh piece, sRGB.

A base-colour factor is multiplied in (in linear light); a piece without a picture gets a small
one of its colour, and one with vertex colours alone a picture with a texel for each triangle.
Source: RENDERING.md section 2; Khronos glTF 2.0 specification, section 3.9.2.
"""

import base64
import binascii
import io
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lavimo.errors import RenderError
from lavimo.formats.gltf_file import GltfFile
from lavimo.shapes import Bool, Float, Int64, UInt8

MAX_PIXELS = 4096
"""Longest side of a picture."""
MAX_TOTAL = 100_000_000
"""Pixels of all pictures of a file together."""
_CLEAR = 0.5


@dataclass(frozen=True, eq=False)
class Paint:
    """A texture, which triangles are to be seen, and uv of flat-coloured triangles if they are."""

    texture: UInt8[np.ndarray, "_ _ 3"]
    key: Hashable
    """Equal for equal textures of a file."""
    seen: Bool[np.ndarray, " f"]
    faces: Float[np.ndarray, "seen 2"] | None = None


Pictures = dict[int, UInt8[np.ndarray, "_ _ 4"]]


def paint_of(
    file: GltfFile,
    row: dict[str, Any],
    count: int,
    triangles: Int64[np.ndarray, "f 3"],
    pictures: Pictures,
) -> tuple[Float[np.ndarray, "v 2"], Paint]:
    """The uv of a primitive's vertices and its paint; `pictures` keeps what is decoded.

    Raises RenderError for a bad picture.
    """
    materials = file.tree.get("materials", [])
    material = materials[row["material"]] if "material" in row else {}
    look = material.get("pbrMetallicRoughness", {})
    factor = np.array(look.get("baseColorFactor", (1, 1, 1, 1)), np.float64)
    if factor.shape != (4,) or not np.isfinite(factor).all():
        raise RenderError(f"{file.name}: a material's colour is not four numbers.")
    factor = np.clip(factor, 0, 1)
    seen = np.ones(len(triangles), bool)
    if material.get("alphaMode", "OPAQUE") != "OPAQUE" and factor[3] < _CLEAR / 2:
        seen[:] = False
    link = look.get("baseColorTexture")
    uv = np.zeros((count, 2))
    if link is not None:
        number = link.get("extensions", {}).get("KHR_texture_transform", {}).get(
            "texCoord", link.get("texCoord", 0)
        )  # fmt: skip
        if f"TEXCOORD_{number}" in row["attributes"]:
            uv = _moved(file.accessor(row["attributes"][f"TEXCOORD_{number}"]), link)
            picture = _picture(file, link["index"], pictures)
            if material.get("alphaMode", "OPAQUE") != "OPAQUE":
                seen &= _opaque(picture[..., 3], uv, triangles, material)
            key = (link["index"], *factor[:3])
            return uv, Paint(_tinted(picture[..., :3], factor[:3]), key, seen)
    if "COLOR_0" in row["attributes"]:
        colours = np.clip(file.accessor(row["attributes"]["COLOR_0"])[:, :3], 0, 1) * factor[:3]
        return uv, _by_triangle(colours, triangles, seen)
    plain = np.broadcast_to(_to_srgb(factor[:3]), (2, 2, 3))
    return uv, Paint(np.ascontiguousarray(plain), tuple(factor[:3]), seen)


def _moved(uv: Float[np.ndarray, "v 2"], link: dict[str, Any]) -> Float[np.ndarray, "v 2"]:
    """KHR_texture_transform: scale, then rotation, then offset; and whole tiles taken off."""
    move = link.get("extensions", {}).get("KHR_texture_transform", {})
    if move:
        angle = float(move.get("rotation", 0))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        uv = (uv * np.array(move.get("scale", (1, 1)))) @ turn.T
        uv = uv + np.array(move.get("offset", (0, 0)))
    low = np.floor(uv.min(axis=0) + 1e-4) if len(uv) else 0
    moved: Float[np.ndarray, "v 2"] = uv - low
    return moved


def _picture(file: GltfFile, number: int, known: Pictures) -> UInt8[np.ndarray, "_ _ 4"]:
    texture = file.tree["textures"][number]
    webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
    source = texture.get("source", webp.get("source"))
    if source is None:
        raise RenderError(f"{file.name} has KTX2 pictures; export it with PNG or JPEG pictures.")
    row = file.tree["images"][source]
    if row.get("mimeType") == "image/ktx2":
        raise RenderError(f"{file.name} has KTX2 pictures; export it with PNG or JPEG pictures.")
    if source not in known:
        known[source] = _decoded(file.name, _bytes(file, row))
        if sum(picture.size for picture in known.values()) > 4 * MAX_TOTAL:
            raise RenderError(
                f"{file.name} has pictures of more than {MAX_TOTAL // 1_000_000} million pixels "
                "in all; make them smaller."
            )
    return known[source]


def _bytes(file: GltfFile, row: dict[str, Any]) -> bytes:
    if "bufferView" in row:
        view = file.tree["bufferViews"][row["bufferView"]]
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        data = file.buffers[view["buffer"]]
        if min(start, length) < 0 or start + length > len(data):
            raise RenderError(f"{file.name}: a picture reaches past the end of the file's data.")
        return bytes(data[start : start + length])
    uri = str(row["uri"])
    if not (uri.startswith("data:") and ";base64," in uri[:100]):
        raise RenderError(
            f"{file.name} keeps a picture in another file ({uri[:60]}), which is never opened; "
            "export one self-contained .glb."
        )
    try:
        return base64.b64decode(uri.split(",", 1)[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise RenderError(f"{file.name}: a picture inside it is no valid base64.") from error


def _decoded(name: str, data: bytes) -> UInt8[np.ndarray, "_ _ 4"]:
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, which is judged here
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
            if max(picture.size) > MAX_PIXELS:
                raise RenderError(
                    f"{name} has a picture of {picture.width} x {picture.height} pixels; "
                    f"{MAX_PIXELS} a side is the most, make it smaller."
                )
            return np.asarray(picture.convert("RGBA"))
    except Image.DecompressionBombError as error:
        raise RenderError(
            f"{name} has a picture of far too many pixels; {MAX_PIXELS} a side is the most."
        ) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise RenderError(f"{name}: a picture inside it is damaged; export it again.") from error


def _opaque(
    alpha: UInt8[np.ndarray, "_ _"],
    uv: Float[np.ndarray, "v 2"],
    triangles: Int64[np.ndarray, "f 3"],
    material: dict[str, Any],
) -> Bool[np.ndarray, " f"]:
    """Triangles that show something: corners, their mean, and between, not all clear."""
    high, wide = alpha.shape
    limit = 255 * (
        float(material.get("alphaCutoff", _CLEAR)) if material["alphaMode"] == "MASK" else _CLEAR
    )
    corners = uv[triangles]
    middle = corners.mean(axis=1, keepdims=True)
    points = np.concatenate([middle, (corners + middle) / 2, (2 * corners + middle) / 3], axis=1)
    x = np.floor(np.nan_to_num(points[..., 0]) * wide).astype(np.int64) % wide
    y = np.floor(np.nan_to_num(points[..., 1]) * high).astype(np.int64) % high
    shown: Bool[np.ndarray, " f"] = (alpha[y, x] >= limit).any(axis=1)
    return shown


def _by_triangle(
    colours: Float[np.ndarray, "v 3"],
    triangles: Int64[np.ndarray, "f 3"],
    seen: Bool[np.ndarray, " f"],
) -> Paint:
    """A picture with one texel for each triangle that is seen, and where it stands."""
    flat = _to_srgb(colours[triangles[seen]].mean(axis=1))
    side = max(1, int(np.ceil(np.sqrt(len(flat)))))
    texture = np.zeros((side * side, 3), np.uint8)
    texture[: len(flat)] = flat
    number = np.arange(len(flat))
    faces = np.stack([number % side + 0.5, number // side + 0.5], axis=1) / side
    return Paint(texture.reshape(side, side, 3), object(), seen, faces)


def _tinted(
    picture: UInt8[np.ndarray, "_ _ 3"], factor: Float[np.ndarray, " 3"]
) -> UInt8[np.ndarray, "_ _ 3"]:
    """The picture times the factor in linear light, by a table of 256 for each channel."""
    if (factor == 1).all():
        return np.ascontiguousarray(picture)
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    table = _to_srgb(linear[:, None] * factor)
    return np.stack([table[picture[..., channel], channel] for channel in range(3)], axis=-1)


def _to_srgb(linear: Float[np.ndarray, "*any 3"]) -> UInt8[np.ndarray, "*any 3"]:
    bright = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    coded: UInt8[np.ndarray, "*any 3"] = np.round(
        255 * np.clip(np.where(linear <= 0.0031308, 12.92 * linear, bright), 0, 1)
    ).astype(np.uint8)
    return coded
