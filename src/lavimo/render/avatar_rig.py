"""The rig of a user's file brought to 22 SMPL joints, y up, facing +z, in metres.

Which joint is which is told by `lavimo.motion.roles`, the same that reads motion files, and the
humanoid table of a VRM file by its own word. A joint without a role gives its weights to the
nearest joint above it that has one.
Source: RENDERING.md section 2, "Reading users' GLB".
"""

from dataclasses import dataclass

import numpy as np

from lavimo.errors import RenderError
from lavimo.formats.gltf_file import GltfFile
from lavimo.motion.clip import Motion, Source
from lavimo.motion.retarget import SPINE_PLACES, to_smpl22
from lavimo.motion.roles import RoleReport, match_roles
from lavimo.motion.skeleton import SMPL_NAMES, Skeleton
from lavimo.render.swing import cross, unit
from lavimo.shapes import Float, Float32, Int16, Int64, UInt8

_AT = {name: joint for joint, name in enumerate(SMPL_NAMES)}
_UPRIGHT = 0.85
"""Cosine to an axis of the file beyond which the body is meant to stand along that axis."""
CENTIMETRES = 10.0
"""A body higher than this is in centimetres."""
PLAUSIBLE = (0.4, 4.0)
USUAL = 1.7
_VRM = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck",
    "head": "Head", "Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm",
    "Hand": "Hand", "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Body:
    """A mesh in the file's space, with node numbers and weights."""

    vertices: Float[np.ndarray, "v 3"]
    normals: Float[np.ndarray, "v 3"]
    nodes: Int64[np.ndarray, "v k"]
    weights: Float[np.ndarray, "v k"]


@dataclass(frozen=True, eq=False)
class Rigged:
    """A mesh in the avatar's space on 22 joints."""

    vertices: Float32[np.ndarray, "v 3"]
    normals: Float32[np.ndarray, "v 3"]
    joints: Float32[np.ndarray, "22 3"]
    bones: UInt8[np.ndarray, "v 4"]
    weights: Float32[np.ndarray, "v 4"]
    height: float


def humanoid(
    file: GltfFile,
    rest: dict[int, Float[np.ndarray, "4 4"]],
    body: Body,
    path: str,
    height: float | None,
) -> Rigged:
    """The mesh on 22 joints; `rest` holds the bind matrices of the joint nodes.

    `height` is what the file says of itself: such a file is taken as it stands. Raises
    SkeletonError when it is no humanoid, RenderError when its sides are exchanged.
    """
    order = _order(file, rest)
    places = np.array([rest[node][:3, 3] for node in order])
    joints, target = _roles(file, order, places, path)
    turn = _facing(file.name, joints)
    vertices, joints = body.vertices @ turn.T, joints @ turn.T
    normals = unit(body.normals @ turn.T)
    if not height:
        scale, floor = _scale(vertices)
        origin = np.array([joints[0, 0], floor, joints[0, 2]])
        vertices, joints = (vertices - origin) * scale, (joints - origin) * scale
        height = float(np.ptp(vertices[:, 1]))
    onto = np.zeros(len(file.nodes), np.int64)
    onto[order] = target
    bones, weights = _four(onto[body.nodes], body.weights)
    return Rigged(
        vertices.astype(np.float32), normals.astype(np.float32), joints.astype(np.float32),
        bones, weights, float(height),
    )  # fmt: skip


def _order(file: GltfFile, rest: dict[int, Float[np.ndarray, "4 4"]]) -> list[int]:
    """Joint nodes, parents first."""

    def depth(node: int) -> int:
        count = 0
        while (node := file.parents[node]) >= 0:
            count += 1
        return count

    return sorted(rest, key=lambda node: (depth(node), node))


def _roles(
    file: GltfFile, order: list[int], places: Float[np.ndarray, "n 3"], path: str
) -> tuple[Float[np.ndarray, "22 3"], Int64[np.ndarray, " n"]]:
    """Places of the 22 joints, and for each joint of the file the one that carries its weights."""
    number = {node: joint for joint, node in enumerate(order)}
    parents = [-1]
    for node in order[1:]:
        above = file.parents[node]
        while above >= 0 and above not in number:
            above = file.parents[above]
        parents.append(number.get(above, 0))
    names = _names(file, order)
    offsets = places - places[np.maximum(parents, 0)]
    skeleton = Skeleton(names, np.array(parents, np.int16), offsets.astype(np.float32))
    motion = Motion(skeleton, places[None].astype(np.float32), 1.0, source=Source(path=path))
    report = match_roles(motion)
    joints = to_smpl22(motion, report).positions[0].astype(np.float64)
    role_of = {joint: _AT[role] for role, joint in report.roles.items()}
    role_of |= _spine(report, places)
    for joint, role in role_of.items():
        if not 3 <= role <= 9 or (role in (3, 6, 9) and _one_each(report)):
            joints[role] = places[joint]
    return joints, _carriers(skeleton.parents, role_of)


def _names(file: GltfFile, order: list[int]) -> tuple[str, ...]:
    """The nodes' names; a VRM's humanoid bones under the names that every table knows."""
    names = [str(file.nodes[node].get("name") or f"node {node}") for node in order]
    extensions = file.tree.get("extensions", {})
    old = extensions.get("VRM", {}).get("humanoid", {}).get("humanBones", [])
    new = extensions.get("VRMC_vrm", {}).get("humanoid", {}).get("humanBones", {})
    bones = {row["bone"]: row["node"] for row in old} | {
        bone: row["node"] for bone, row in new.items()
    }
    for bone, node in bones.items():
        side = next((s for s in ("left", "right") if bone.startswith(s)), "")
        part = _VRM.get(bone.removeprefix(side))
        if part and node in order:
            names[order.index(node)] = side.capitalize() + part
    return tuple(names)


def _one_each(report: RoleReport) -> bool:
    return report.direct or len(report.spine) == 3


def _spine(report: RoleReport, places: Float[np.ndarray, "n 3"]) -> dict[int, int]:
    """The file's spine joints on spine1 to spine3: in order when there are three, else nearest."""
    ours = (3, 6, 9)
    if report.direct or not report.spine:
        return {}
    if len(report.spine) == 3:
        return dict(zip(report.spine, ours, strict=True))
    line = places[[report.roles["pelvis"], *report.spine, report.roles["neck"]]]
    way = np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))
    share = way[:-1] / max(float(way[-1]), 1e-9)
    nearest = np.abs(share[:, None] - np.array(SPINE_PLACES)).argmin(axis=1)
    return {joint: ours[k] for joint, k in zip(report.spine, nearest, strict=True)}


def _carriers(parents: Int16[np.ndarray, " n"], role_of: dict[int, int]) -> Int64[np.ndarray, " n"]:
    """For each joint its role, or that of the nearest joint above with one, or the pelvis."""
    target = np.zeros(len(parents), np.int64)
    for joint, above in enumerate(parents):
        target[joint] = role_of.get(joint, int(target[above]) if above >= 0 else 0)
    return target


def _facing(name: str, joints: Float[np.ndarray, "22 3"]) -> Float[np.ndarray, "3 3"]:
    """The rotation that makes up +y and left +x; along the file's axes where it nearly is."""
    hips = joints[1:3].mean(axis=0)
    up = unit(joints[12] - hips)
    left = joints[1] - joints[2]
    left = unit(left - (left @ up) * up)
    if np.linalg.norm(left) < 0.5 or np.linalg.norm(up) < 0.5:
        raise RenderError(f"{name}: its hips or its spine have no extent, so it faces nowhere.")
    axes = np.stack([left, up, cross(left, up)])
    strongest = np.abs(axes).argmax(axis=1)
    straight = np.zeros((3, 3))
    straight[range(3), strongest] = np.sign(axes[range(3), strongest])
    if len(set(strongest.tolist())) == 3 and (straight * axes).sum(axis=1).min() > _UPRIGHT:
        axes = straight
    toes = (joints[[10, 11]] - joints[[7, 8]]).sum(axis=0) @ axes.T
    if toes[2] < -0.3 * np.linalg.norm(toes):
        raise RenderError(
            f"{name}: its feet point backwards as its joints are named, so left and right are "
            "exchanged; rename them."
        )
    return axes


def _scale(vertices: Float[np.ndarray, "v 3"]) -> tuple[float, float]:
    """Factor to metres, and the lowest vertex in the file's unit."""
    floor, height = float(vertices[:, 1].min()), float(np.ptp(vertices[:, 1]))
    scale = 0.01 if height > CENTIMETRES else 1.0
    if not PLAUSIBLE[0] < height * scale < PLAUSIBLE[1]:
        scale = USUAL / max(height, 1e-9)
    return scale, floor


def _four(
    joints: Int64[np.ndarray, "v k"], weights: Float[np.ndarray, "v k"]
) -> tuple[UInt8[np.ndarray, "v 4"], Float32[np.ndarray, "v 4"]]:
    """The four largest weights of each vertex, joints named twice added up, their sum one."""
    full = np.zeros((len(joints), 22), np.float32)
    rows = np.arange(len(joints))
    for column in range(joints.shape[1]):
        np.add.at(full, (rows, joints[:, column]), weights[:, column])
    bones = np.argsort(-full, axis=1, kind="stable")[:, :4]
    kept = np.take_along_axis(full, bones, axis=1)
    bones[kept <= 0] = 0
    return bones.astype(np.uint8), kept / kept.sum(axis=1, keepdims=True)
