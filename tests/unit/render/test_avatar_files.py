"""The thirteen shipped avatars obey the avatar file format (RENDERING.md section 2)."""

import io
import json
import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lavimo

FOLDER = Path(lavimo.__file__).parent / "render" / "avatars"
NAMES = [f"a{k:02d}" for k in range(1, 14)]
JOINTS = [
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2",
    "left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar",
    "right_collar", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist",
]  # fmt: skip
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19]
DTYPES = {5126: np.dtype("<f4"), 5123: np.dtype("<u2"), 5121: np.dtype("u1")}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class File:
    """One GLB, read by the letter of the glTF specification and by nothing of lavimo."""

    def __init__(self, name: str) -> None:
        self.content = (FOLDER / f"{name}.glb").read_bytes()
        magic, version, length = struct.unpack_from("<4sII", self.content)
        assert (magic, version, length) == (b"glTF", 2, len(self.content))
        size, kind = struct.unpack_from("<I4s", self.content, 12)
        assert kind == b"JSON"
        self.doc: dict[str, Any] = json.loads(self.content[20 : 20 + size])
        binary, kind = struct.unpack_from("<I4s", self.content, 20 + size)
        assert kind == b"BIN\0"
        self.data = self.content[28 + size :]
        assert len(self.data) == binary == self.doc["buffers"][0]["byteLength"]
        primitive = self.doc["meshes"][0]["primitives"][0]
        arrays = {key: self.read(k) for key, k in primitive["attributes"].items()}
        self.points = arrays["POSITION"].astype(float)
        self.normals = arrays["NORMAL"].astype(float)
        self.uv = arrays["TEXCOORD_0"]
        self.joints, self.weights = arrays["JOINTS_0"], arrays["WEIGHTS_0"]
        self.faces = self.read(primitive["indices"]).reshape(-1, 3)
        bind = self.read(self.doc["skins"][0]["inverseBindMatrices"]).reshape(22, 4, 4)
        self.bind = bind.transpose(0, 2, 1)
        self.rest = -self.bind[:, :3, 3]

    def read(self, index: int) -> np.ndarray:
        entry = self.doc["accessors"][index]
        start = self.doc["bufferViews"][entry["bufferView"]]["byteOffset"]
        width = WIDTHS[entry["type"]]
        dtype = DTYPES[entry["componentType"]]
        flat = np.frombuffer(self.data, dtype, entry["count"] * width, start)
        return flat.reshape(-1, width)

    def image(self) -> Image.Image:
        view = self.doc["bufferViews"][self.doc["images"][0]["bufferView"]]
        start = view["byteOffset"]
        return Image.open(io.BytesIO(self.data[start : start + view["byteLength"]]))


read = cache(File)


def test_there_are_thirteen_and_they_are_small() -> None:
    files = sorted(FOLDER.iterdir())
    assert [f.name for f in files] == [f"{name}.glb" for name in NAMES]
    assert sum(f.stat().st_size for f in files) < 4.5e6


@pytest.mark.parametrize("name", NAMES)
def test_skeleton(name: str) -> None:
    file = read(name)
    nodes = file.doc["nodes"]
    assert [n["name"] for n in nodes] == [*JOINTS, "body"]
    assert file.doc["scenes"][0]["nodes"] == [0, 22]
    assert file.doc["skins"][0]["joints"] == list(range(22))
    parents = [-1] * 22
    for k, node in enumerate(nodes):
        assert not node.keys() & {"rotation", "scale", "matrix"}
        for child in node.get("children", []):
            parents[child] = k
    assert parents == PARENTS
    world = np.zeros((22, 3))
    for k, parent in enumerate(PARENTS):
        world[k] = np.array(nodes[k]["translation"]) + (world[parent] if parent >= 0 else 0)
    np.testing.assert_allclose(world, file.rest, atol=1e-5)
    np.testing.assert_array_equal(file.bind[:, :3, :3], np.tile(np.eye(3), (22, 1, 1)))


@pytest.mark.parametrize("name", NAMES)
def test_stands_on_the_floor_and_faces_z(name: str) -> None:
    file = read(name)
    height = file.doc["extras"]["height"]
    joint = dict(zip(JOINTS, file.rest, strict=True))
    assert file.doc["extras"]["id"] == name
    assert joint["left_hip"][0] > 0.05 > -0.05 > joint["right_hip"][0]
    assert joint["left_wrist"][0] > joint["left_hip"][0]
    assert joint["left_foot"][2] > joint["left_ankle"][2] + 0.05
    assert -0.03 < file.points[:, 1].min() < -0.01  # the sole of the shoe
    top = file.points[:, 1].max()
    assert height - 0.01 < top < height + 0.15  # hair and cap stand over the bare head
    if name == "a05":  # he is bald
        assert abs(top - height) < 0.01
    assert abs(file.rest[:, 0].sum()) < 0.01  # left and right mirror each other


@pytest.mark.parametrize("name", NAMES)
def test_weights_and_indices(name: str) -> None:
    file = read(name)
    assert file.weights.dtype == file.joints.dtype == np.uint8
    np.testing.assert_array_equal(file.weights.astype(int).sum(axis=1), 255)
    assert file.joints.max() < 22
    assert (file.joints[file.weights == 0] == 0).all()
    assert set(file.joints[file.weights > 0].tolist()) == set(range(22))
    assert file.faces.dtype == np.uint16
    assert set(np.unique(file.faces).tolist()) == set(range(len(file.points)))


@pytest.mark.parametrize("name", NAMES)
def test_a_vertex_follows_a_joint_near_it(name: str) -> None:
    file = read(name)
    strongest = file.joints[np.arange(len(file.joints)), file.weights.argmax(axis=1)]
    away = np.linalg.norm(file.points - file.rest[strongest], axis=1)
    assert np.percentile(away, 99) < 0.27 * file.doc["extras"]["height"]
    sides = np.array([k for k, j in enumerate(JOINTS) if j.startswith("left") and "hip" not in j])
    left = np.isin(strongest, sides)
    assert (file.points[left, 0] > -0.02).all()


@pytest.mark.parametrize("name", NAMES)
def test_surface(name: str) -> None:
    file = read(name)
    assert np.isfinite(file.points).all()
    np.testing.assert_allclose(np.linalg.norm(file.normals, axis=1), 1, atol=1e-3)
    a, b, c = (file.points[file.faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    area = 0.5 * np.linalg.norm(face, axis=1)
    assert (area < 1e-9).sum() <= 3
    outward = (face * file.normals[file.faces].sum(axis=1)).sum(axis=1)
    assert (outward > 0).mean() > 0.98
    assert 4000 < len(file.points) < 5800
    assert 5000 < len(file.faces) < 7000


@pytest.mark.parametrize("name", NAMES)
def test_texture(name: str) -> None:
    file = read(name)
    image = file.image()
    assert (image.format, image.mode, image.size) == ("PNG", "P", (512, 512))
    assert len(image.getcolors(256) or []) <= 200
    uv = file.uv / 65535
    assert file.uv.dtype == np.uint16
    a, b, c = (uv[file.faces[:, k]] for k in range(3))
    area = 0.5 * np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    assert 0.35 < area.sum() < 1  # charts fill the picture and do not lie on one another
    material = file.doc["materials"][0]
    assert material["doubleSided"] is True
    assert material["pbrMetallicRoughness"]["metallicFactor"] == 0
    assert file.doc["asset"]["version"] == "2.0"
    assert file.doc["asset"]["copyright"].startswith("CC0 1.0")


def _colour_at(file: File, low: float, high: float) -> np.ndarray:
    """Mean texture colour of the vertices between two shares of the height."""
    share = file.points[:, 1] / file.doc["extras"]["height"]
    at = (file.uv[(share > low) & (share < high)] / 65535 * 511).astype(int)
    return np.asarray(file.image().convert("RGB"), float)[at[:, 1], at[:, 0]].mean(axis=0)


def test_no_two_look_alike() -> None:
    looks = []
    for name in NAMES:
        file = read(name)
        bands = [_colour_at(file, low, low + 0.1) for low in (0.2, 0.4, 0.65, 0.9)]
        looks.append(np.concatenate([*bands, [200 * file.doc["extras"]["height"]]]))
    for i, one in enumerate(looks):
        for other in looks[i + 1 :]:
            assert np.linalg.norm(one - other) > 40


def test_they_differ_in_build() -> None:
    heights = [read(name).doc["extras"]["height"] for name in NAMES]
    assert min(heights) < 1.52
    assert max(heights) > 1.90
    shoulder = [np.ptp(read(n).rest[[16, 17], 0]) / h for n, h in zip(NAMES, heights, strict=True)]
    assert max(shoulder) > 1.1 * min(shoulder)
