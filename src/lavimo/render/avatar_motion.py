"""A clip on an avatar as one animated GLB, for any glTF viewer.

Joint frames are the world's at rest, so joint j turns by quat(R_parent^T R_j).
Source: RENDERING.md section 2; Khronos glTF 2.0 specification, sections 3.7 and 3.11.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import RenderError
from lavimo.files import write_bytes
from lavimo.motion import rotations as rot
from lavimo.motion.skeleton import SMPL_NAMES, SMPL_PARENTS
from lavimo.render.avatar import Avatar
from lavimo.render.pose import Posed

_COMPONENT = {"float32": 5126, "uint32": 5125, "uint8": 5121}


def write(avatar: Avatar, posed: Posed, fps: float, path: str | Path) -> Path:
    """Write body, rig, textures and the posed frames as a `.glb`; whole or not at all.

    Raises RenderError when the suffix is another.
    """
    path = Path(path)
    if path.suffix.lower() != ".glb":
        raise RenderError(f"{path} must end in .glb.")
    file = _File()
    _body(file, avatar)
    _clip(file, posed, fps)
    return write_bytes(path, file.glb())


class _File:
    """The JSON tree and the binary chunk as they grow."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "lavimo"},
            "scene": 0,
            "bufferViews": [],
            "accessors": [],
        }
        self.data = bytearray()

    def view(self, content: bytes) -> int:
        """Store bytes; their number among the buffer views."""
        row = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content)}
        self.data += content + b"\0" * (-len(content) % 4)
        self.tree["bufferViews"].append(row)
        return len(self.tree["bufferViews"]) - 1

    def add(self, values: np.ndarray, kind: str, *, bounds: bool = False) -> int:
        """Store an array of float32, uint32 or uint8; its number among the accessors."""
        row: dict[str, Any] = {
            "bufferView": self.view(np.ascontiguousarray(values).tobytes()),
            "componentType": _COMPONENT[values.dtype.name],
            "count": len(values),
            "type": kind,
        }
        if bounds:
            flat = values.reshape(len(values), -1)
            row |= {"min": flat.min(axis=0).tolist(), "max": flat.max(axis=0).tolist()}
        self.tree["accessors"].append(row)
        return len(self.tree["accessors"]) - 1

    def glb(self) -> bytes:
        """The whole file."""
        self.tree["buffers"] = [{"byteLength": len(self.data)}]
        text = json.dumps(self.tree, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        size = np.array([2, 28 + len(text) + len(self.data), len(text)], "<u4").tobytes()
        chunk = np.array([len(self.data)], "<u4").tobytes()
        return b"glTF" + size + b"JSON" + text + chunk + b"BIN\0" + bytes(self.data)


def _body(file: _File, avatar: Avatar) -> None:
    """Nodes 0 to 21 are the joints in SMPL order, node 22 the skinned mesh."""
    above = np.maximum(SMPL_PARENTS, 0)
    offsets = avatar.joints - avatar.joints[above] * (np.arange(22) > 0)[:, None]
    nodes: list[dict[str, Any]] = [
        {"name": name, "translation": offset}
        for name, offset in zip(SMPL_NAMES, offsets.tolist(), strict=True)
    ]
    for joint in range(1, 22):
        nodes[SMPL_PARENTS[joint]].setdefault("children", []).append(joint)
    file.tree["nodes"] = [*nodes, {"name": "body", "mesh": 0, "skin": 0}]
    file.tree["scenes"] = [{"nodes": [0, 22]}]
    file.tree["extras"] = {"height": avatar.height}
    binding = np.tile(np.eye(4, dtype=np.float32), (22, 1, 1))
    binding[:, 3, :3] = -avatar.joints
    file.tree["skins"] = [
        {"joints": list(range(22)), "inverseBindMatrices": file.add(binding, "MAT4")}
    ]
    attributes = {
        "POSITION": file.add(avatar.vertices, "VEC3", bounds=True),
        "NORMAL": file.add(avatar.normals, "VEC3"),
        "TEXCOORD_0": file.add(avatar.uv, "VEC2"),
        "JOINTS_0": file.add(avatar.bones, "VEC4"),
        "WEIGHTS_0": file.add(avatar.weights, "VEC4"),
    }
    pieces = [
        (number, avatar.triangles[avatar.material == number].astype(np.uint32).reshape(-1))
        for number in range(len(avatar.textures))
    ]
    file.tree["meshes"] = [{"primitives": [
        {"attributes": attributes, "indices": file.add(corners, "SCALAR"), "material": number}
        for number, corners in pieces if len(corners)
    ]}]  # fmt: skip
    file.tree["images"] = [
        {"bufferView": file.view(_png(texture)), "mimeType": "image/png"}
        for texture in avatar.textures
    ]
    file.tree["textures"] = [{"source": number} for number in range(len(avatar.textures))]
    file.tree["materials"] = [
        {"doubleSided": True, "pbrMetallicRoughness": {
            "baseColorTexture": {"index": number}, "metallicFactor": 0, "roughnessFactor": 0.9}}
        for number in range(len(avatar.textures))
    ]  # fmt: skip


def _png(texture: np.ndarray) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(texture).save(stream, "PNG")
    return stream.getvalue()


def _clip(file: _File, posed: Posed, fps: float) -> None:
    """One key a frame: every joint's rotation and the pelvis' place."""
    turns = posed.rotations.astype(np.float64)
    local = turns.copy()
    for joint in range(1, 22):
        local[:, joint] = np.swapaxes(turns[:, SMPL_PARENTS[joint]], -1, -2) @ turns[:, joint]
    q = rot.from_matrix(local)
    # A sign that jumps would send a viewer the long way round between two keys.
    q[1:] *= np.cumprod(np.where((q[1:] * q[:-1]).sum(-1) < 0, -1, 1), axis=0)[..., None]
    times = (np.arange(len(q)) / fps).astype(np.float32)[:, None]
    clock = file.add(times, "SCALAR", bounds=True)
    keys = [
        (joint, "rotation", np.ascontiguousarray(q[:, joint][:, [1, 2, 3, 0]]), "VEC4")
        for joint in range(22)
    ]
    keys.append((0, "translation", posed.joints[:, 0], "VEC3"))
    file.tree["animations"] = [{
        "samplers": [
            {"input": clock, "output": file.add(values.astype(np.float32), kind)}
            for _, _, values, kind in keys
        ],
        "channels": [
            {"sampler": number, "target": {"node": joint, "path": path}}
            for number, (joint, path, _, _) in enumerate(keys)
        ],
    }]  # fmt: skip
