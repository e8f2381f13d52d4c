"""An animated GLB from a motion: joints as nodes, keys of every frame, and a stick body to see.

The first frame is the pose of the nodes and of the skin. Every joint that turns gets a rotation
channel, the root a translation channel, and so does any joint whose bone changes its length; a
motion without rotations gets them from its positions, and translations wherever those are not
exact, so positions always come back within a tenth of a millimetre.
Source: Khronos glTF 2.0 specification, sections 3.7.3 and 3.11.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.files import write_bytes
from lavimo.formats.gltf import OURS
from lavimo.motion import kinematics
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import Skeleton
from lavimo.shapes import Float, Float32

EXACT = 2e-5
"""Metres by which a joint may leave its offset before it gets a translation channel."""
_FLOAT, _USHORT = 5126, 5123
_OCTAHEDRON = (
    (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 5, 2), (1, 3, 2), (1, 4, 3), (1, 5, 4), (1, 2, 5),
)  # fmt: skip


def write(motion: Motion, path: str | Path) -> Path:
    """Write `.glb`, or `.gltf` with its data inside; whole or not at all.

    Raises FormatError when the suffix is another.
    """
    path = Path(path)
    if path.suffix.lower() not in (".glb", ".gltf"):
        raise FormatError(f"{path} must end in .glb or .gltf.")
    skeleton, rotations, translations = transforms(motion)
    file = _Writer()
    _nodes(file, motion, skeleton, rotations, translations)
    _stick_body(file, skeleton, rotations[:1], translations[:1])
    _animation(file, motion, path.stem, rotations, translations)
    write_bytes(path, file.glb() if path.suffix.lower() == ".glb" else file.gltf())
    return path


def transforms(
    motion: Motion,
) -> tuple[Skeleton, Float32[np.ndarray, "frames j 4"], Float32[np.ndarray, "frames j 3"]]:
    """Skeleton, local rotations and local translations that give the positions exactly."""
    skeleton = motion.skeleton
    if motion.rotations is not None:
        if motion.translations is not None:
            return skeleton, _steady(motion.rotations), motion.translations
        moved = kinematics.rest_translations(skeleton, motion.positions[:, 0])
        return skeleton, _steady(motion.rotations), moved
    positions = motion.positions.astype(np.float64)
    parents = skeleton.parents
    above = np.maximum(parents, 0)
    lengths = np.linalg.norm(positions - positions[:, above], axis=-1).mean(0)
    rest = skeleton.offsets.astype(np.float64)
    unknown = np.linalg.norm(rest, axis=-1) < 1e-6
    rest[unknown] = (positions[0] - positions[0, above])[unknown]
    offsets = (rot.normalise(rest) * lengths[:, None]).astype(np.float32)
    skeleton = Skeleton(skeleton.names, parents, offsets, skeleton.roles, skeleton.end_sites)
    rotations = rot.normalise(
        kinematics.rotations_from_positions(skeleton, motion.positions).astype(np.float64)
    )
    local = kinematics.rest_translations(skeleton, motion.positions[:, 0]).astype(np.float64)
    _, world = kinematics.forward(skeleton, rotations, local)
    bones = positions[:, 1:] - positions[:, parents[1:]]
    local[:, 1:] = rot.rotate(rot.inverse(world[:, parents[1:]]), bones)
    return skeleton, _steady(rotations.astype(np.float32)), local.astype(np.float32)


def _steady(rotations: Float32[np.ndarray, "frames j 4"]) -> Float32[np.ndarray, "frames j 4"]:
    """The same rotations with signs that never jump, so that any player takes the short way."""
    dots = np.sum(rotations[1:] * rotations[:-1], axis=-1)
    signs = np.cumprod(np.where(dots < 0, -1, 1), axis=0)
    steady = rotations.copy()
    steady[1:] *= signs[..., None]
    return steady


class _Writer:
    """Collects accessors and their bytes."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": OURS},
            "scene": 0,
            "accessors": [],
            "bufferViews": [],
        }
        self.data = bytearray()

    def add(self, values: np.ndarray, kind: str, *, bounds: bool = False) -> int:
        """Store an array; its place among the accessors."""
        start = len(self.data)
        component = _FLOAT if values.dtype == np.float32 else _USHORT
        self.data += np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
        self.data += b"\0" * (-len(self.data) % 4)
        self.tree["bufferViews"].append(
            {"buffer": 0, "byteOffset": start, "byteLength": values.nbytes}
        )
        row: dict[str, Any] = {
            "bufferView": len(self.tree["bufferViews"]) - 1,
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if bounds:
            flat = values.reshape(len(values), -1)
            row["min"] = [float(v) for v in flat.min(0)]
            row["max"] = [float(v) for v in flat.max(0)]
        self.tree["accessors"].append(row)
        return len(self.tree["accessors"]) - 1

    def glb(self) -> bytes:
        """The binary container."""
        self.tree["buffers"] = [{"byteLength": len(self.data)}]
        text = json.dumps(self.tree, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        size = 12 + 8 + len(text) + 8 + len(self.data)
        return b"".join(
            (
                b"glTF", np.array([2, size], "<u4").tobytes(),
                np.array([len(text)], "<u4").tobytes(), b"JSON", text,
                np.array([len(self.data)], "<u4").tobytes(), b"BIN\0", bytes(self.data),
            )
        )  # fmt: skip

    def gltf(self) -> bytes:
        """The JSON form with its data inside."""
        inside = base64.b64encode(bytes(self.data)).decode()
        uri = f"data:application/octet-stream;base64,{inside}"
        self.tree["buffers"] = [{"byteLength": len(self.data), "uri": uri}]
        return json.dumps(self.tree).encode()


def _xyzw(q: Float32[np.ndarray, "*any 4"]) -> Float32[np.ndarray, "*any 4"]:
    return np.ascontiguousarray(q[..., [1, 2, 3, 0]])


def _nodes(
    file: _Writer,
    motion: Motion,
    skeleton: Skeleton,
    rotations: Float32[np.ndarray, "frames j 4"],
    translations: Float32[np.ndarray, "frames j 3"],
) -> None:
    """Joints are nodes 0 to J - 1 in skeleton order; the stick body is node J."""
    ends: dict[int, list[list[float]]] = {}
    for joint, tip in skeleton.end_sites:
        ends.setdefault(joint, []).append([float(v) for v in tip])
    nodes: list[dict[str, Any]] = []
    for joint, name in enumerate(skeleton.names):
        node: dict[str, Any] = {
            "name": name,
            "translation": [float(v) for v in translations[0, joint]],
            "rotation": [float(v) for v in _xyzw(rotations[0, joint])],
        }
        if below := skeleton.children(joint):
            node["children"] = list(below)
        if joint in ends:
            node["extras"] = {"end_sites": ends[joint]}
        nodes.append(node)
    nodes.append({"name": "stick body", "mesh": 0, "skin": 0})
    file.tree["nodes"] = nodes
    file.tree["scenes"] = [{"name": "Scene", "nodes": [0, len(skeleton)]}]
    if motion.source.licence:
        file.tree["asset"]["copyright"] = motion.source.licence


def _stick_body(
    file: _Writer,
    skeleton: Skeleton,
    rotations: Float32[np.ndarray, "1 j 4"],
    translations: Float32[np.ndarray, "1 j 3"],
) -> None:
    """One octahedron a bone, skinned to the joint at its start, in the first frame's pose."""
    positions, world = kinematics.forward(skeleton, rotations, translations)
    places, turns = positions[0], world[0]
    size = float(np.linalg.norm(np.ptp(places, axis=0))) or 1.0
    bones = [(int(skeleton.parents[j]), places[j]) for j in range(1, len(skeleton))]
    for joint, tip in skeleton.end_sites:
        bones.append((joint, places[joint] + rot.rotate(turns[joint], np.array(tip, np.float32))))
    if not bones:
        bones = [(0, places[0] + np.array([0, 0.1, 0], np.float32))]
    vertices: list[np.ndarray] = []
    joints: list[np.ndarray] = []
    triangles: list[np.ndarray] = []
    for joint, tip in bones:
        triangles.append(np.array(_OCTAHEDRON) + 6 * len(vertices))
        vertices.append(_octahedron(places[joint], tip, 0.012 * size))
        joints.append(np.tile(np.array([joint, 0, 0, 0], np.uint16), (6, 1)))
    weights = np.zeros((6 * len(bones), 4), np.float32)
    weights[:, 0] = 1
    tree = file.tree
    tree["meshes"] = [{"name": "stick body", "primitives": [{
        "attributes": {
            "POSITION": file.add(np.concatenate(vertices).astype(np.float32), "VEC3", bounds=True),
            "JOINTS_0": file.add(np.concatenate(joints), "VEC4"),
            "WEIGHTS_0": file.add(weights, "VEC4"),
        },
        "indices": file.add(np.concatenate(triangles).reshape(-1, 1).astype(np.uint16), "SCALAR"),
        "material": 0,
    }]}]  # fmt: skip
    tree["materials"] = [{"name": "stick", "doubleSided": True, "pbrMetallicRoughness": {
        "baseColorFactor": [0.85, 0.45, 0.2, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8,
    }}]  # fmt: skip
    tree["skins"] = [{
        "joints": list(range(len(skeleton))), "skeleton": 0,
        "inverseBindMatrices": file.add(_inverse_bind(places, turns), "MAT4"),
    }]  # fmt: skip


def _octahedron(
    start: Float32[np.ndarray, " 3"], end: Float32[np.ndarray, " 3"], width: float
) -> Float[np.ndarray, "6 3"]:
    bone = end - start
    away = np.zeros(3)
    away[int(np.argmin(np.abs(bone)))] = 1
    u = rot.normalise(np.cross(bone, away))
    v = rot.normalise(np.cross(bone, u))
    waist = start + 0.2 * bone
    return np.stack([start, end, *(waist + width * d for d in (u, v, -u, -v))])


def _inverse_bind(
    places: Float32[np.ndarray, "j 3"], turns: Float32[np.ndarray, "j 4"]
) -> Float32[np.ndarray, "j 16"]:
    """Inverse world matrices of the joints, columns one after the other as glTF wants."""
    matrices = np.zeros((len(places), 4, 4), np.float64)
    back = rot.to_matrix(rot.inverse(turns.astype(np.float64)))
    matrices[:, :3, :3] = back
    matrices[:, :3, 3] = -np.einsum("jab,jb->ja", back, places)
    matrices[:, 3, 3] = 1
    return matrices.transpose(0, 2, 1).reshape(-1, 16).astype(np.float32)


def _animation(
    file: _Writer,
    motion: Motion,
    stem: str,
    rotations: Float32[np.ndarray, "frames j 4"],
    translations: Float32[np.ndarray, "frames j 3"],
) -> None:
    times = (np.arange(len(motion)) / motion.fps).astype(np.float32)[:, None]
    clock = file.add(times, "SCALAR", bounds=True)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def channel(joint: int, path: str, values: np.ndarray, kind: str) -> None:
        samplers.append({"input": clock, "output": file.add(values, kind),
                         "interpolation": "LINEAR"})  # fmt: skip
        target = {"node": joint, "path": path}
        channels.append({"sampler": len(samplers) - 1, "target": target})

    for joint in range(rotations.shape[1]):
        local = np.ascontiguousarray(translations[:, joint])
        if joint == 0 or np.ptp(local, axis=0).max() > EXACT:
            channel(joint, "translation", local.astype(np.float32), "VEC3")
        turns = rotations[:, joint]
        if joint == 0 or np.ptp(turns, axis=0).max() > 1e-7:
            channel(joint, "rotation", _xyzw(turns), "VEC4")
    name = (motion.source.clip or stem).split("|")[-1]
    file.tree["animations"] = [
        {"name": name, "samplers": samplers, "channels": channels, "extras": {"fps": motion.fps}}
    ]
