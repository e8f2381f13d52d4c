"""glTF: samplers, accessors, clips, skeletons, refusals, and what the writer writes."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.errors import FormatError
from lavimo.formats import gltf
from lavimo.formats.gltf_file import load
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations
from lavimo.motion.retarget import to_smpl22
from lavimo.motion.skeleton import Skeleton

TURN = [[0, 0, 0, 1], [0, 0, 0.5**0.5, 0.5**0.5]]  # xyzw: nothing, then 90 degrees about z


class Scene:
    """A file in the making: a root, an arm of 1 m along x, a hand of 0.5 m."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "nodes": [
                {"name": "root", "children": [1]},
                {"name": "arm", "translation": [0, 1, 0], "children": [2]},
                {"name": "hand", "translation": [1, 0, 0]},
            ],
            "skins": [{"joints": [0, 1, 2]}],
            "accessors": [],
            "bufferViews": [],
            "animations": [],
        }

    def array(self, values: Any, kind: str, dtype: Any = np.float32, **more: Any) -> int:
        raw = np.array(values, dtype)
        self.tree["bufferViews"].append(
            {"buffer": 0, "byteOffset": len(self.data), "byteLength": raw.nbytes}
        )
        self.data += raw.tobytes() + b"\0" * (-raw.nbytes % 4)
        code = {np.float32: 5126, np.int16: 5122, np.uint8: 5121, np.uint16: 5123}[dtype]
        self.tree["accessors"].append(
            {"bufferView": len(self.tree["bufferViews"]) - 1, "componentType": code,
             "count": len(raw), "type": kind, **more}
        )  # fmt: skip
        return len(self.tree["accessors"]) - 1

    def animate(
        self, name: str, times: Any, values: int, path: str = "rotation", node: int = 1,
        interpolation: str = "LINEAR",
    ) -> None:  # fmt: skip
        clock = self.array(np.reshape(times, (-1, 1)), "SCALAR")
        sampler = {"input": clock, "output": values, "interpolation": interpolation}
        channel = {"sampler": 0, "target": {"node": node, "path": path}}
        self.tree["animations"].append({"name": name, "samplers": [sampler], "channels": [channel]})

    def save(self, path: Path) -> Path:
        inside = base64.b64encode(bytes(self.data)).decode()
        self.tree["buffers"] = [
            {"byteLength": len(self.data), "uri": f"data:application/gltf-buffer;base64,{inside}"}
        ]
        path.write_text(json.dumps(self.tree))
        return path


def hand(motion: Motion) -> np.ndarray:
    return motion.positions[:, motion.skeleton.names.index("hand")]


def read_hand(scene: Scene, path: Path) -> np.ndarray:
    return hand(gltf.read(scene.save(path), unit=1.0))


def arc(degrees: Any) -> np.ndarray:
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), 1 + np.sin(angle), 0 * angle], axis=-1)


def test_linear_rotations_are_slerped_at_thirty_between_sparse_keys(tmp_path: Path) -> None:
    scene = Scene()
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"))
    seen = read_hand(scene, tmp_path / "a.gltf")
    np.testing.assert_allclose(seen, arc(np.linspace(0, 90, 31)), atol=1e-6)


def test_steps_hold_until_the_next_key(tmp_path: Path) -> None:
    scene = Scene()
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"), interpolation="STEP")
    seen = read_hand(scene, tmp_path / "a.gltf")
    np.testing.assert_allclose(seen, arc(np.array([0.0] * 30 + [90.0])), atol=1e-6)


def test_cubic_splines_use_their_tangents(tmp_path: Path) -> None:
    scene = Scene()
    # x(t) = t^3 on [0, 2] s: values 0 and 8, tangents 0 and 12 (per second).
    keys = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [12, 0, 0], [8, 0, 0], [0, 0, 0]]
    values = scene.array(keys, "VEC3")
    scene.animate("a", [0, 2], values, "translation", 0, "CUBICSPLINE")
    seen = read_hand(scene, tmp_path / "a.gltf")[:, 0]
    np.testing.assert_allclose(seen, 1 + (np.arange(61) / 30) ** 3, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8])
def test_normalised_integers_are_fractions(tmp_path: Path, dtype: Any) -> None:
    scene = Scene()
    whole = np.iinfo(dtype).max
    turns = np.rint(np.array(TURN) * whole)
    scene.animate("a", [0, 1], scene.array(turns, "VEC4", dtype, normalized=True))
    seen = read_hand(scene, tmp_path / "a.gltf")
    np.testing.assert_allclose(seen[-1], [0, 2, 0], atol=2 / whole)


def test_strided_values_are_taken_apart(tmp_path: Path) -> None:
    scene = Scene()
    mixed = np.zeros((2, 7), np.float32)  # a turn and three floats of something else
    mixed[:, :4], mixed[:, 4:] = TURN, 99
    values = scene.array(mixed.reshape(-1, 1), "SCALAR")
    scene.tree["accessors"][values] |= {"type": "VEC4", "count": 2}
    scene.tree["bufferViews"][-1]["byteStride"] = 28
    scene.animate("a", [0, 1], values)
    np.testing.assert_allclose(read_hand(scene, tmp_path / "a.gltf")[-1], [0, 2, 0], atol=1e-6)


def test_sparse_values_replace_the_base(tmp_path: Path) -> None:
    scene = Scene()
    base = scene.array([TURN[0], TURN[0], TURN[0]], "VEC4")
    at = scene.array([[2]], "SCALAR", np.uint8)
    new = scene.array([TURN[1]], "VEC4")
    scene.tree["accessors"][base]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": at, "componentType": 5121},
        "values": {"bufferView": new},
    }
    scene.animate("a", [0, 0.5, 1], base)
    seen = read_hand(scene, tmp_path / "a.gltf")
    np.testing.assert_allclose(seen[[0, 15, 30]], arc(np.array([0, 0, 90])), atol=1e-6)


def test_key_rate_is_found_and_a_late_first_key_is_frame_zero(tmp_path: Path) -> None:
    scene = Scene()
    times = (np.arange(1, 13) / 24).astype(np.float32)
    turns = rot.from_axis_angle(np.array([0.0, 0, 1]), np.linspace(0, 1, 12))[:, [1, 2, 3, 0]]
    scene.animate("a", times, scene.array(turns, "VEC4"))
    motion = gltf.read(scene.save(tmp_path / "a.gltf"), unit=1.0)
    assert (motion.fps, len(motion)) == (24.0, 12)
    np.testing.assert_allclose(hand(motion), arc(np.degrees(np.linspace(0, 1, 12))), atol=1e-6)


def test_scales_act_on_positions_and_zero_scales_survive(tmp_path: Path) -> None:
    scene = Scene()
    scene.tree["nodes"][0]["scale"] = [2, 2, 2]
    values = scene.array([[1, 1, 1], [0, 0, 0]], "VEC3")
    scene.animate("a", [0, 1], values, "scale")
    motion = gltf.read(scene.save(tmp_path / "a.gltf"), unit=1.0)
    np.testing.assert_allclose(hand(motion)[[0, -1]], [[2, 2, 0], [0, 2, 0]], atol=1e-6)
    again = from_rotations(
        motion.skeleton, motion.rotations, motion.fps, translations=motion.translations
    )
    np.testing.assert_allclose(again.positions, motion.positions, atol=1e-6)


def test_nodes_above_the_skeleton_are_folded_in(tmp_path: Path) -> None:
    scene = Scene()
    scene.tree["nodes"].append(
        {"name": "Armature", "children": [0], "rotation": [0, 0.5**0.5, 0, 0.5**0.5],
         "translation": [0, 0, 5]}
    )  # fmt: skip
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"))
    motion = gltf.read(scene.save(tmp_path / "a.gltf"), unit=1.0)
    assert motion.skeleton.names == ("root", "arm", "hand")
    np.testing.assert_allclose(hand(motion)[0], [0, 1, 4], atol=1e-6)


def test_clips_are_found_by_name_end_or_guess(tmp_path: Path) -> None:
    scene = Scene()
    for name in ("Rig|Walking_A", "Rig|Walking_B", "Jumping Jacks"):
        scene.animate(name, [0, 1], scene.array(TURN, "VEC4"))
    path = scene.save(tmp_path / "pack.gltf")
    assert gltf.clips(path) == ("Rig|Walking_A", "Rig|Walking_B", "Jumping Jacks")
    assert gltf.read(path, clip="Walking_B").source.clip == "Rig|Walking_B"
    assert gltf.read(path, clip="jumping jacks").source.clip == "Jumping Jacks"
    assert "3 clips" in gltf.read(path).source.remarks[0]
    with pytest.raises(FormatError, match=r"none called 'Walking_C'; the nearest: .*Walking_"):
        gltf.read(path, clip="Walking_C")


def test_of_several_skins_the_animated_one_is_read(tmp_path: Path) -> None:
    scene = Scene()
    scene.tree["nodes"] += [{"name": "prop", "children": [4]}, {"name": "tip"}]
    scene.tree["skins"].insert(0, {"joints": [3, 4]})
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"))
    assert gltf.read(scene.save(tmp_path / "a.gltf")).skeleton.names == ("root", "arm", "hand")


def test_a_file_without_animation_is_its_rest_pose(tmp_path: Path) -> None:
    motion = gltf.read(Scene().save(tmp_path / "rig.gltf"), unit=1.0)
    assert len(motion) == 1
    assert "rest pose" in motion.source.remarks[0]
    np.testing.assert_allclose(hand(motion)[0], [1, 1, 0])


def test_another_file_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"))
    path = scene.save(tmp_path / "a.gltf")
    (tmp_path / "a.bin").write_bytes(bytes(scene.data))
    tree = json.loads(path.read_text())
    tree["buffers"][0]["uri"] = "a.bin"
    path.write_text(json.dumps(tree))
    opened: list[str] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: opened.append(p.name) or real(p))
    with pytest.raises(FormatError, match="another file"):
        gltf.read(path)
    assert opened == ["a.gltf"]


def _broken(change: str, tree: dict[str, Any]) -> None:
    accessors, sampler = tree["accessors"], tree["animations"][0]["samplers"][0]
    if change == "count":
        accessors[sampler["output"]]["count"] = 10**9
    elif change == "past the end":
        accessors[sampler["output"]]["count"] = 5
    elif change == "times":
        sampler["input"] = sampler["output"]
    elif change == "cycle":
        tree["nodes"][2]["children"] = [0]
    elif change == "two parents":
        tree["nodes"][0]["children"] = [1, 2]
    elif change == "bad joint":
        tree["skins"][0]["joints"] = [0, 77]
    elif change == "text for a number":
        tree["nodes"][1]["translation"] = ["a", "b", "c"]
    elif change == "no sampler":
        tree["animations"][0]["channels"][0]["sampler"] = 9
    elif change == "buffer":
        tree["buffers"][0]["byteLength"] = 10**6
    elif change == "long":
        tree["accessors"][sampler["input"]]["normalized"] = True
        tree["accessors"][sampler["input"]]["componentType"] = 5125
        tree["accessors"][sampler["input"]].pop("normalized")


@pytest.mark.parametrize(
    "change",
    ["count", "past the end", "times", "cycle", "two parents", "bad joint", "text for a number",
     "no sampler", "buffer", "long"],
)  # fmt: skip
def test_damage_is_one_sentence(tmp_path: Path, change: str) -> None:
    scene = Scene()
    scene.animate("a", [0, 1], scene.array(TURN, "VEC4"))
    path = scene.save(tmp_path / "a.gltf")
    tree = json.loads(path.read_text())
    _broken(change, tree)
    path.write_text(json.dumps(tree))
    with pytest.raises(FormatError, match=r"^a\.gltf") as caught:
        gltf.read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keep", [0, 3, 11, 19, 30, 400, 1000])
def test_a_cut_glb_is_refused(tmp_path: Path, walk: Motion, keep: int) -> None:
    path = gltf.write(walk, tmp_path / "walk.glb")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FormatError):
        gltf.read(path)


def test_deep_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.gltf"
    path.write_text('{"asset":' + "[" * 200_000)
    with pytest.raises(FormatError, match="damaged"):
        gltf.read(path)


def test_what_is_written_comes_back(tmp_path: Path, walk: Motion) -> None:
    for name in ("walk.glb", "walk.gltf"):
        again = gltf.read(gltf.write(walk, tmp_path / name))
        assert again.skeleton.names == walk.skeleton.names
        assert again.fps == walk.fps
        np.testing.assert_allclose(again.positions, walk.positions, atol=1e-5)
        dots = np.abs(np.sum(again.rotations * walk.rotations, -1))
        np.testing.assert_allclose(dots, 1, atol=1e-5)


def test_positions_alone_come_back_exactly_through_stretching_bones(
    tmp_path: Path, walk: Motion
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, walk.positions.shape).astype(np.float32)
    loose = Motion(walk.skeleton, walk.positions + noise, 29.97)
    again = gltf.read(gltf.write(loose, tmp_path / "loose.glb"))
    assert again.fps == pytest.approx(29.97)
    np.testing.assert_allclose(again.positions, loose.positions, atol=1e-5)


def test_one_and_two_frames_keep_their_rate(tmp_path: Path, walk: Motion) -> None:
    for frames in (1, 2):
        short = Motion(walk.skeleton, walk.positions[:frames], 20.0)
        again = gltf.read(gltf.write(short, tmp_path / "short.glb"))
        assert (len(again), again.fps) == (frames, 20.0)


def test_end_sites_and_licence_travel_with_the_file(tmp_path: Path) -> None:
    skeleton = Skeleton(
        ("root", "foot"), np.array([-1, 0], np.int16),
        np.array([[0, 0, 0], [0, -1, 0]], np.float32), end_sites=((1, (0.0, 0.0, 0.2)),),
    )  # fmt: skip
    still = from_rotations(skeleton, rot.identity(3, 2), 30.0, root=np.zeros((3, 3), np.float32))
    again = gltf.read(gltf.write(still, tmp_path / "foot.glb"))
    assert again.skeleton.end_sites == skeleton.end_sites


def test_the_stick_body_is_a_valid_skin(tmp_path: Path, walk: Motion) -> None:
    """Bound vertices under inverse bind x world of the first frame are where they were drawn."""
    file = load(gltf.write(walk, tmp_path / "walk.glb"))
    skin = file.tree["skins"][0]
    inverse = file.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
    motion = gltf.read(tmp_path / "walk.glb")
    rows = file.tree["meshes"][0]["primitives"][0]
    vertices = file.accessor(rows["attributes"]["POSITION"])
    joints = file.accessor(rows["attributes"]["JOINTS_0"])[:, 0].astype(int)
    local = np.einsum("vab,vb->va", inverse[joints], np.c_[vertices, np.ones(len(vertices))])[:, :3]
    starts = local[::6]  # the first corner of each bone stands on its joint
    np.testing.assert_allclose(starts, 0, atol=1e-5)
    heads = vertices[1::6]
    np.testing.assert_allclose(heads, motion.positions[0, 1:], atol=1e-5)
    assert file.accessor(rows["indices"]).max() == len(vertices) - 1


@pytest.mark.data
def test_real_packs_reach_22_joints(openmotion: Path) -> None:
    packs = {"kaykit/Med_General.glb": ("Spawn_Air", "KayKit"),
             "mesh2motion/human-addon-animations.glb": ("Jumping Jacks", "Mesh2Motion"),
             "quaternius/cyberpunk-character.glb": ("Kick_Left", "Quaternius")}  # fmt: skip
    for name, (clip, _) in packs.items():
        body = to_smpl22(gltf.read(openmotion / "glb" / name, clip=clip))
        assert body.positions.shape[1:] == (22, 3)


@pytest.mark.data
def test_quaternius_kicks_with_the_leg_it_names(openmotion: Path) -> None:
    pack = openmotion / "glb/quaternius/cyberpunk-character.glb"
    left, right = (to_smpl22(gltf.read(pack, clip=f"Kick_{s}")) for s in ("Left", "Right"))
    feet = [body.positions[:, [10, 11], 1].max(0) for body in (left, right)]
    assert feet[0][0] > feet[0][1] + 0.3
    assert feet[1][1] > feet[1][0] + 0.3
