"""A shipped avatar rewritten as the files that users have: other names, units, axes, layouts."""

import base64
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lavimo.motion.skeleton import SMPL_NAMES, SMPL_PARENTS
from lavimo.render.avatar import Avatar

_TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
_LIMBS = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")


def named(trunk: str, limbs: str, sides: tuple[str, str], pattern: str = "{s}{n}") -> list[str]:
    """Names of the 22 joints from those of the trunk and of one side."""
    table = dict(zip(_TRUNK, trunk.split(), strict=True))
    for side, letters in zip(("left", "right"), sides, strict=True):
        for part, name in zip(_LIMBS, limbs.split(), strict=True):
            table[f"{side}_{part}"] = pattern.format(s=letters, n=name)
    return [table[name] for name in SMPL_NAMES]


NAMES = {
    "smpl": list(SMPL_NAMES),
    "mixamo": [f"mixamorig:{n}" for n in named(
        "Hips Spine Spine1 Spine2 Neck Head",
        "UpLeg Leg Foot ToeBase Shoulder Arm ForeArm Hand", ("Left", "Right"))],
    "vrm": named("hips spine chest upperChest neck head",
                 "UpperLeg LowerLeg Foot Toes Shoulder UpperArm LowerArm Hand", ("left", "right")),
    "unreal": named("pelvis spine_01 spine_02 spine_03 neck_01 head",
                    "thigh calf foot ball clavicle upperarm lowerarm hand", ("l", "r"), "{n}_{s}"),
    "blender": named("hips spine chest upper_chest neck head",
                     "thigh shin foot toe shoulder upper_arm forearm hand", ("L", "R"), "{n}.{s}"),
}  # fmt: skip


@dataclass
class Sample:
    """What to write. `space` maps metres, y up, front +z to the file's space."""

    names: list[str]
    space: np.ndarray = field(default_factory=lambda: np.eye(4))
    turns: np.ndarray | None = None
    """Rotations of the joint frames in the bind pose."""
    uv: bool = True
    normals: bool = True
    colours: np.ndarray | None = None
    factor: tuple[float, ...] = (1, 1, 1, 1)
    image: bytes | None = None
    mime: str = "image/png"
    weights: str = "f4"
    joints: str = "u1"
    strided: bool = False
    split: bool = False
    tail: bool = False
    """Hang the wrists' weights on a finger below each."""


def write(avatar: Avatar, path: Path, sample: Sample) -> Path:
    """The avatar as a GLB, or as a .gltf with its data inside."""
    tree, data = parts(avatar, sample)
    return save(tree, data, path)


def save(tree: dict[str, Any], data: bytes, path: Path) -> Path:
    """Put a tree and its binary together."""
    if path.suffix == ".gltf":
        uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
        tree["buffers"] = [{"byteLength": len(data), "uri": uri}]
        path.write_text(json.dumps(tree))
        return path
    tree["buffers"] = [{"byteLength": len(data)}]
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    head = np.array([2, 28 + len(text) + len(data), len(text)], "<u4").tobytes()
    size = np.array([len(data)], "<u4").tobytes()
    path.write_bytes(b"glTF" + head + b"JSON" + text + size + b"BIN\0" + data)
    return path


def png(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """An encoded picture."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def parts(avatar: Avatar, sample: Sample) -> tuple[dict[str, Any], bytes]:
    """The JSON tree and the binary chunk."""
    data = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def view(content: bytes, stride: int = 0) -> int:
        data.extend(b"\0" * (-len(data) % 4))
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": len(content)})
        if stride:
            views[-1]["byteStride"] = stride
        data.extend(content)
        return len(views) - 1

    codes = {"f4": 5126, "u1": 5121, "u2": 5123, "u4": 5125}
    kinds = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}

    def add(values: np.ndarray, code: str, *, whole: bool = False) -> int:
        if code != "f4" and whole:
            values = np.round(values * np.iinfo(code).max)
        raw = np.ascontiguousarray(values.astype("<" + code)).reshape(len(values), -1)
        stride = 0
        width = raw.shape[1]
        if sample.strided and width < 16 and len(values) == len(avatar.vertices):
            padded = np.zeros((len(raw), raw.nbytes // len(raw) + 4), np.uint8)
            padded[:, :-4] = raw.view(np.uint8).reshape(len(raw), -1)
            raw, stride = padded, padded.shape[1]
        accessors.append({"bufferView": view(raw.tobytes(), stride), "componentType": codes[code],
                          "count": len(values), "type": kinds[width]})  # fmt: skip
        if whole and code != "f4":
            accessors[-1]["normalized"] = True
        return len(accessors) - 1

    turn = sample.space[:3, :3] / np.cbrt(np.linalg.det(sample.space[:3, :3]))
    vertices = avatar.vertices @ sample.space[:3, :3].T + sample.space[:3, 3]
    joints = avatar.joints @ sample.space[:3, :3].T + sample.space[:3, 3]
    frames = np.tile(np.eye(4), (22, 1, 1))
    if sample.turns is not None:
        frames[:, :3, :3] = sample.turns
    frames[:, :3, 3] = joints
    bones = avatar.bones.astype(int)
    names, parents = list(sample.names), list(SMPL_PARENTS)
    if sample.tail:
        for wrist in (20, 21):
            bones = np.where(bones == wrist, len(names), bones)
            names.append(f"{names[wrist]}Index1")
            parents.append(wrist)
            frames = np.concatenate([frames, frames[wrist : wrist + 1]])
    nodes: list[dict[str, Any]] = []
    for joint, name in enumerate(names):
        above = np.eye(4) if parents[joint] < 0 else frames[parents[joint]]
        local = np.linalg.inv(above) @ frames[joint]
        nodes.append({"name": name, "matrix": local.T.reshape(-1).tolist()})
        below = [k for k, up in enumerate(parents) if up == joint]
        if below:
            nodes[joint]["children"] = below
    attributes = {
        "POSITION": add(vertices, "f4"),
        "JOINTS_0": add(bones, sample.joints),
        "WEIGHTS_0": add(avatar.weights, sample.weights, whole=True),
    }
    if sample.normals:
        attributes["NORMAL"] = add(avatar.normals @ turn.T, "f4")
    if sample.uv:
        attributes["TEXCOORD_0"] = add(avatar.uv, "f4")
    if sample.colours is not None:
        attributes["COLOR_0"] = add(sample.colours, "f4")
    faces = np.array_split(avatar.triangles, 2) if sample.split else [avatar.triangles]
    look: dict[str, Any] = {"baseColorFactor": list(sample.factor)}
    tree: dict[str, Any] = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0, len(nodes)]}],
        "nodes": [*nodes, {"name": "Body", "mesh": 0, "skin": 0}],
        "meshes": [{"primitives": [
            {"attributes": attributes, "indices": add(f.reshape(-1), "u4"), "material": 0}
            for f in faces]}],
        "skins": [{"joints": list(range(len(names))), "inverseBindMatrices": add(
            np.linalg.inv(frames).transpose(0, 2, 1).reshape(len(frames), 16), "f4")}],
        "materials": [{"pbrMetallicRoughness": look}],
    }  # fmt: skip
    if sample.uv and sample.colours is None:
        image = sample.image or png(avatar.textures[0])
        tree["images"] = [{"bufferView": view(image), "mimeType": sample.mime}]
        tree["textures"] = [{"source": 0}]
        look["baseColorTexture"] = {"index": 0}
    tree |= {"accessors": accessors, "bufferViews": views}
    return tree, bytes(data)
