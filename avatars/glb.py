"""Writes an avatar as glTF 2.0 binary (RENDERING.md section 2)."""

import io
import json
import struct

import numpy as np
from PIL import Image

from avatars.source import JOINTS, PARENTS

_FLOAT, _U16, _U8 = 5126, 5123, 5121
_COPYRIGHT = "CC0 1.0 (derived from MakeHuman assets)"


def four_weights(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The four strongest joints (n 4) and their uint8 weights (n 4), which sum to 255."""
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    share = np.take_along_axis(weights, joints, axis=1)
    scaled = 255 * share / share.sum(axis=1, keepdims=True)
    whole = np.floor(scaled).astype(np.int64)
    missing = 255 - whole.sum(axis=1)
    rank = np.argsort(np.argsort(whole - scaled, axis=1, kind="stable"), axis=1)
    whole += rank < missing[:, None]
    joints = np.where(whole > 0, joints, 0)
    return joints.astype(np.uint8), whole.astype(np.uint8)


class _Buffer:
    """Binary chunk with its buffer views and accessors."""

    def __init__(self) -> None:
        self.data = b""
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, object]] = []

    def view(self, content: bytes, target: int | None = None) -> int:
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content)}
        if target is not None:
            entry["target"] = target
        self.views.append(entry)
        self.data += content + b"\0" * (-len(content) % 4)
        return len(self.views) - 1

    def accessor(self, values: np.ndarray, kind: int, shape: str, target: int | None) -> int:
        entry: dict[str, object] = {
            "bufferView": self.view(values.tobytes(), target),
            "componentType": kind,
            "count": len(values),
            "type": shape,
        }
        self.accessors.append(entry)
        return len(self.accessors) - 1


def _nodes(joints: np.ndarray) -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    for j, name in enumerate(JOINTS):
        offset = joints[j] - (joints[PARENTS[j]] if PARENTS[j] >= 0 else 0)
        node: dict[str, object] = {
            "name": name, "translation": [round(float(x), 6) for x in offset]
        }  # fmt: skip
        children = [k for k, p in enumerate(PARENTS) if p == j]
        if children:
            node["children"] = children
        nodes.append(node)
    return [*nodes, {"name": "body", "mesh": 0, "skin": 0}]


def _image_bytes(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def to_glb(
    name: str, height: float, joints: np.ndarray, points: np.ndarray, normals: np.ndarray,
    uv: np.ndarray, weights: np.ndarray, faces: np.ndarray, image: Image.Image,
) -> bytes:  # fmt: skip
    """The whole file: one mesh, one skin of 22 joints without rest rotation, one texture."""
    buffer = _Buffer()
    index, share = four_weights(weights)
    vertex = 34962
    attributes = {
        "POSITION": buffer.accessor(points.astype("<f4"), _FLOAT, "VEC3", vertex),
        "NORMAL": buffer.accessor(normals.astype("<f4"), _FLOAT, "VEC3", vertex),
        "TEXCOORD_0": buffer.accessor(np.rint(uv * 65535).astype("<u2"), _U16, "VEC2", vertex),
        "JOINTS_0": buffer.accessor(index, _U8, "VEC4", vertex),
        "WEIGHTS_0": buffer.accessor(share, _U8, "VEC4", vertex),
    }
    buffer.accessors[0]["min"] = [float(x) for x in points.astype("<f4").min(axis=0)]
    buffer.accessors[0]["max"] = [float(x) for x in points.astype("<f4").max(axis=0)]
    for k in (2, 4):
        buffer.accessors[k]["normalized"] = True
    corners = buffer.accessor(faces.ravel().astype("<u2"), _U16, "SCALAR", 34963)
    bind = np.tile(np.eye(4, dtype="<f4"), (22, 1, 1))
    bind[:, 3, :3] = -joints  # column-major: the translation stands in the last row
    inverse = buffer.accessor(bind.reshape(22, 16), _FLOAT, "MAT4", None)
    picture = buffer.view(_image_bytes(image))
    document = {
        "asset": {"version": "2.0", "generator": "lavimo avatars", "copyright": _COPYRIGHT},
        "extras": {"id": name, "height": round(height, 4)},
        "scene": 0,
        "scenes": [{"nodes": [0, 22]}],
        "nodes": _nodes(joints),
        "meshes": [{"primitives": [{"attributes": attributes, "indices": corners, "material": 0}]}],
        "skins": [{"joints": list(range(22)), "skeleton": 0, "inverseBindMatrices": inverse}],
        "materials": [
            {
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": 0}, "metallicFactor": 0, "roughnessFactor": 0.9
                },
                "doubleSided": True,
            }
        ],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9729, "minFilter": 9987}],
        "images": [{"bufferView": picture, "mimeType": "image/png"}],
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }  # fmt: skip
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(buffer.data), 0x004E4942) + buffer.data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
