"""Avatars of users: every rig that one meets reads as the same body, every bad file in one line."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.render.avatar import Avatar, folder, load, skin
from lavimo.render.pose import solve

from .rig_samples import NAMES, Sample, parts, png, save, write

Z_UP_CENTIMETRES = np.array([[100, 0, 0, 0], [0, 0, -100, 5], [0, 100, 0, 3], [0, 0, 0, 1.0]])
BACKWARDS = np.array([[-1, 0, 0, 0], [0, 1, 0, 2], [0, 0, -1, 0], [0, 0, 0, 1.0]])


@pytest.fixture(scope="module")
def own() -> Avatar:
    return load("a01")


def random_turns() -> np.ndarray:
    q, _ = np.linalg.qr(np.random.default_rng(5).normal(0, 1, (22, 3, 3)))
    q *= np.sign(np.linalg.det(q))[:, None, None]
    return q


def same_body(found: Avatar, own: Avatar, tolerance: float = 2e-4) -> None:
    floor = own.vertices[:, 1].min()
    shift = np.array([0, floor, own.joints[0, 2]], np.float32)
    np.testing.assert_allclose(found.vertices, own.vertices - shift, atol=tolerance)
    np.testing.assert_allclose(found.joints[16:], own.joints[16:] - shift, atol=tolerance)
    np.testing.assert_allclose(found.joints[:3], own.joints[:3] - shift, atol=tolerance)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-5)
    full = np.zeros((2, len(own.vertices), 22))
    for table, avatar in zip(full, (found, own), strict=True):
        np.add.at(table, (np.arange(len(table))[:, None], avatar.bones), avatar.weights)
    np.testing.assert_allclose(full[0], full[1], atol=0.003)


@pytest.mark.parametrize("rig", NAMES)
def test_names_of_every_tool_read_as_the_same_body(own: Avatar, tmp_path: Path, rig: str) -> None:
    same_body(load(write(own, tmp_path / "x.glb", Sample(NAMES[rig]))), own)


@pytest.mark.parametrize("space", [Z_UP_CENTIMETRES, BACKWARDS], ids=["z up, cm", "facing -z"])
def test_units_axes_and_bone_axes_do_not_matter(
    own: Avatar, tmp_path: Path, space: np.ndarray
) -> None:
    sample = Sample(NAMES["mixamo"], space=space, turns=random_turns())
    found = load(write(own, tmp_path / "x.glb", sample))
    same_body(found, own)
    np.testing.assert_allclose((found.normals * own.normals).sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    "sample",
    [
        Sample(NAMES["unreal"], weights="u1", joints="u2"),
        Sample(NAMES["mixamo"], weights="u2", strided=True),
        Sample(NAMES["mixamo"], split=True),
        Sample(NAMES["mixamo"], tail=True),
    ],
    ids=["u8 weights", "strided", "two pieces", "fingers"],
)
def test_layouts_do_not_matter(own: Avatar, tmp_path: Path, sample: Sample) -> None:
    found = load(write(own, tmp_path / "x.glb", sample))
    if not sample.split:
        same_body(found, own)
    assert len(found.triangles) == len(own.triangles)
    assert len(found.textures) == 1
    np.testing.assert_array_equal(found.textures[0], own.textures[0])


def test_a_gltf_with_its_data_inside_reads_too(own: Avatar, tmp_path: Path) -> None:
    same_body(load(write(own, tmp_path / "x.gltf", Sample(NAMES["smpl"]))), own)


def test_a_vrm_names_its_bones_itself(own: Avatar, tmp_path: Path) -> None:
    tree, data = parts(own, Sample([f"Bone.{k:03d}" for k in range(22)]))
    bones = {name: {"node": node} for node, name in enumerate(NAMES["vrm"])}
    tree["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}
    same_body(load(save(tree, data, tmp_path / "x.vrm")), own)
    rows = [{"bone": name, "node": row["node"]} for name, row in bones.items()]
    tree["extensions"] = {"VRM": {"humanoid": {"humanBones": rows}}}
    same_body(load(save(tree, data, tmp_path / "y.vrm")), own)


def test_a_user_avatar_moves_as_the_shipped_one(own: Avatar, tmp_path: Path, walk) -> None:
    sample = Sample(NAMES["mixamo"], space=Z_UP_CENTIMETRES, turns=random_turns())
    found = load(write(own, tmp_path / "x.glb", sample))
    for frame in (0, 30):
        shapes = []
        for avatar in (own, found):
            posed = solve(walk.positions, walk.fps, avatar)
            shapes.append(skin(avatar, posed.rotations[frame], posed.joints[frame])[0])
        np.testing.assert_allclose(shapes[1], shapes[0], atol=0.01)


def test_colours_without_pictures(own: Avatar, tmp_path: Path) -> None:
    plain = load(write(own, tmp_path / "x.glb", Sample(NAMES["smpl"], uv=False,
                                                       factor=(1, 0, 0.2140, 1))))  # fmt: skip
    np.testing.assert_array_equal(plain.textures[0][0, 0], [255, 0, 127])
    green = np.tile([0, 1.0, 0, 1], (len(own.vertices), 1))
    found = load(write(own, tmp_path / "y.glb", Sample(NAMES["smpl"], uv=False, colours=green)))
    high, wide, _ = found.textures[0].shape
    texels = np.floor(found.uv * [wide, high]).astype(int)
    assert (found.textures[0][texels[:, 1], texels[:, 0]] == [0, 255, 0]).all()
    assert len(found.triangles) == len(own.triangles)


def test_a_factor_tints_a_jpeg(own: Avatar, tmp_path: Path) -> None:
    grey = png(np.full((16, 16, 3), 188, np.uint8), "JPEG")
    sample = Sample(NAMES["smpl"], image=grey, mime="image/jpeg", factor=(1, 0.5, 0, 1))
    middle = load(write(own, tmp_path / "x.glb", sample)).textures[0][8, 8].astype(int)
    assert np.abs(middle - [188, 137, 0]).max() <= 2


def test_normals_are_made_where_missing(own: Avatar, tmp_path: Path) -> None:
    found = load(write(own, tmp_path / "x.glb", Sample(NAMES["smpl"], normals=False)))
    assert np.median((found.normals * own.normals).sum(axis=1)) > 0.95


def test_missing_joints_are_placed_between(own: Avatar, tmp_path: Path) -> None:
    tree, data = parts(own, Sample(NAMES["mixamo"]))
    gone = {3, 6, 13, 14, 10, 11}
    for joint in gone:
        tree["nodes"][joint]["name"] = f"helper{joint}"
    found = load(save(tree, data, tmp_path / "x.glb"))
    np.testing.assert_allclose(found.joints[16:, 0], own.joints[16:, 0], atol=1e-3)
    assert found.joints[3, 1] < found.joints[6, 1] < found.joints[9, 1] < found.joints[12, 1]
    assert found.joints[16, 0] > found.joints[13, 0] > 0.01
    assert found.joints[10, 2] > found.joints[7, 2] + 0.05


def bad(tree: dict[str, Any], data: bytes, fault: str) -> tuple[dict[str, Any], bytes]:
    primitive = tree["meshes"][0]["primitives"][0]
    match fault:
        case "no skin":
            del tree["nodes"][22]["skin"]
        case "draco":
            tree["extensionsRequired"] = ["KHR_draco_mesh_compression"]
        case "meshopt":
            tree["extensionsRequired"] = ["EXT_meshopt_compression"]
        case "ktx2":
            tree["images"][0]["mimeType"] = "image/ktx2"
        case "external picture":
            tree["images"][0] = {"uri": "../secret.png"}
        case "external buffer":
            tree["buffers"] = [{"byteLength": 10, "uri": "x.bin"}]
        case "damaged picture":
            start = tree["bufferViews"][tree["images"][0]["bufferView"]]["byteOffset"]
            data = data[: start + 40] + bytes(200) + data[start + 240 :]
        case "huge picture":
            tree["images"][0] = {"uri": "data:image/png;base64," + _huge()}
        case "wide picture":
            wide = png(np.zeros((8, 5000, 3), np.uint8))
            uri = "data:image/png;base64," + base64.b64encode(wide).decode()
            tree["images"][0] = {"uri": uri}
        case "too many triangles":
            tree["accessors"][primitive["indices"]]["count"] = 3_000_000
        case "no bind matrices":
            del tree["skins"][0]["inverseBindMatrices"]
        case "a chair":
            for joint, node in enumerate(tree["nodes"]):
                node["name"] = f"part{joint}"
                node.pop("children", None)
        case "strips":
            primitive["mode"] = 5
        case "points":
            primitive["mode"] = 0
        case "bad joint":
            tree["skins"][0]["joints"] = [*range(21), 99]
        case "short data":
            data = data[: len(data) // 2]
        case "exchanged sides":
            for joint, name in enumerate(NAMES["mixamo"]):
                other = name.replace("Left", "X").replace("Right", "Left").replace("X", "Right")
                tree["nodes"][joint]["name"] = other
        case "bad index":
            primitive["attributes"]["POSITION"] = 999
        case "nan":
            view = tree["bufferViews"][tree["accessors"][0]["bufferView"]]["byteOffset"]
            data = data[:view] + np.array([np.nan], "<f4").tobytes() + data[view + 4 :]
        case _:
            raise AssertionError(fault)
    return tree, data


def _huge() -> str:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("no skin", "no skinned mesh"), ("draco", "compress"), ("meshopt", "compress"),
        ("ktx2", "KTX2"), ("external picture", "another file"),
        ("external buffer", "another file"), ("damaged picture", "damaged"),
        ("huge picture", "far too many pixels"), ("wide picture", "5000 x 8"),
        ("too many triangles", "1,000,000 triangles"),
        ("no bind matrices", "rest pose"), ("a chair", "humanoid"), ("strips", "strips"),
        ("points", "no triangles"), ("bad joint", "joints and matrices"),
        ("short data", "cut off|past the end"), ("exchanged sides", "backwards"),
        ("bad index", "no valid glTF"), ("nan", "finite"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_sentence(
    own: Avatar, tmp_path: Path, fault: str, says: str
) -> None:
    tree, data = bad(*parts(own, Sample(NAMES["mixamo"])), fault)
    path = tmp_path / "bad.glb"
    if fault == "external buffer":
        path = tmp_path / "bad.gltf"
        path.write_text(json.dumps(tree))
    else:
        save(tree, data, path)
    with pytest.raises(RenderError, match=says) as caught:
        load(path)
    assert "bad.gl" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_text_folders_and_nothing(tmp_path: Path, own: Avatar) -> None:
    (tmp_path / "text.glb").write_text("hello")
    with pytest.raises(RenderError, match="neither GLB nor glTF"):
        load(tmp_path / "text.glb")
    with pytest.raises(RenderError, match="cannot be read"):
        load(tmp_path / "none.glb")
    with pytest.raises(RenderError, match="neither GLB nor glTF"):
        folder(tmp_path)
    (tmp_path / "text.glb").unlink()
    with pytest.raises(RenderError, match="no avatar in it"):
        folder(tmp_path)
    with pytest.raises(RenderError, match="is no folder"):
        folder(tmp_path / "none")
    write(own, tmp_path / "b.glb", Sample(NAMES["smpl"]))
    write(own, tmp_path / "a.glb", Sample(NAMES["mixamo"]))
    assert [avatar.name for avatar in folder(tmp_path)] == ["a", "b"]


def test_damaged_bytes_never_crash(own: Avatar, tmp_path: Path) -> None:
    whole = write(own, tmp_path / "x.glb", Sample(NAMES["mixamo"])).read_bytes()
    rng = np.random.default_rng(1)
    text = int(np.frombuffer(whole[12:16], "<u4")[0])
    for number in range(40):
        content = bytearray(whole)
        for place in rng.integers(20, 20 + text, 3):
            content[place] = int(rng.integers(32, 127))
        path = tmp_path / f"{number}.glb"
        path.write_bytes(bytes(content))
        try:
            found = load(path)
        except RenderError:
            continue
        assert np.isfinite(found.vertices).all()
