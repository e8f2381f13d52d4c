"""glTF 2.0 and GLB: animated skeletons in, animated skeletons out.

Conventions: metres, y up, quaternions x y z w in the file, w first here. Joints are the nodes
below the skin's root (tips and IK targets included, meshes not); what stands above that root is
folded into its path. Scales of nodes act on the positions and are not kept as such: positions
are exact, `translations` carries what a scale did to a bone.
Source: Khronos glTF 2.0 specification, sections 3.7.3 (skins) and 3.11 (animations).
"""

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.gltf_file import GltfFile, damaged_means_format_error, load
from lavimo.formats.gltf_sample import Tracks, sample
from lavimo.formats.units import UNITS, Decision, detect_unit, detect_up, longest_path
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, Source
from lavimo.motion.skeleton import MAX_JOINTS, Skeleton
from lavimo.shapes import Float, Int16

OURS = "lavimo"
"""The generator that `gltf_write` names: its files are in metres whatever the body's size."""


def clips(path: str | Path) -> tuple[str, ...]:
    """Names of the animations in the file, in its order; unnamed ones are called `clip 3`."""
    file = load(path)
    with damaged_means_format_error(file.name):
        return tuple(
            str(row.get("name") or f"clip {number}")
            for number, row in enumerate(file.tree.get("animations", []), 1)
        )


def read(
    path: str | Path,
    *,
    clip: str | None = None,
    unit: float | None = None,
    up: str | None = None,
) -> Motion:
    """One animation of the file, sampled at the rate of its keys.

    `clip` is a name from `clips`, or its unique end (`Walking_A` for `Rig|Walking_A`); None is
    the first. A file without animations gives its rest pose as one frame. `unit` (metres) and
    `up` ("y" or "z") override what the format prescribes. Raises FormatError.
    """
    file, names = load(path), clips(path)
    with damaged_means_format_error(file.name):
        number = _choose(file.name, names, clip)
        animation = {} if number is None else file.tree["animations"][number]
        joints = _joints(file, animation)
        tracks = sample(file, animation, _with_ancestors(file, joints))
        source = Source(
            path=str(path),
            clip=None if number is None else names[number],
            format="glb",
            remarks=_remarks(names, clip, number),
        )
        return _motion(file, joints, tracks, source, unit, up)


def write(motion: Motion, path: str | Path) -> Path:
    """Write an animated GLB that shows itself; see `gltf_write.write`."""
    from lavimo.formats.gltf_write import write as write_glb

    return write_glb(motion, path)


def _choose(name: str, names: tuple[str, ...], clip: str | None) -> int | None:
    if not names:
        if clip is not None:
            raise FormatError(f"{name} holds no animation, so none called {clip!r}.")
        return None
    if clip is None:
        return 0
    if clip in names:
        return names.index(clip)
    ends = [n for n, full in enumerate(names) if full.casefold().endswith(clip.casefold())]
    whole = [n for n in ends if names[n].casefold().split("|")[-1] == clip.casefold()]
    for found in (whole, ends):
        if len(found) == 1:
            return found[0]
    short = {full.split("|")[-1]: full for full in names}
    near = difflib.get_close_matches(clip, [*names, *short], 3, 0.4) or list(names[:3])
    raise FormatError(
        f"{name} holds {len(names)} clips, none called {clip!r}; the nearest: {', '.join(near)}."
    )


def _remarks(names: tuple[str, ...], clip: str | None, number: int | None) -> tuple[str, ...]:
    if number is None:
        return ("no animation in the file: its rest pose as one frame",)
    if clip is None and len(names) > 1:
        return (f"{len(names)} clips in the file, the first was read (file#name for others)",)
    return ()


def _joints(file: GltfFile, animation: dict[str, Any]) -> list[int]:
    """Nodes of the skeleton, parents first: everything below the skin's root but meshes."""
    nodes, parents = file.nodes, file.parents
    moved = {c["target"].get("node", -1) for c in animation.get("channels", ())} - {-1}
    skins = [set(skin["joints"]) for skin in file.tree.get("skins", ())]
    wanted = max(skins, key=lambda skin: (len(skin & moved), len(skin)), default=set()) or moved
    if not wanted:
        raise FormatError(f"{file.name} holds no skeleton and no animation; there is no motion.")
    if any(not 0 <= node < len(nodes) for node in wanted):
        raise FormatError(f"{file.name}: a skin names a node that is not there.")
    root = _common_root(parents, wanted)
    found: list[int] = []
    todo, seen = [root], {root}
    while todo:
        node = todo.pop()
        found.append(node)
        if len(found) > MAX_JOINTS:
            raise FormatError(f"{file.name}: more than {MAX_JOINTS} joints; export the body alone.")
        below = [c for c in nodes[node].get("children", ()) if c not in seen]
        seen.update(below)
        todo.extend(
            c for c in reversed(below)
            if c in wanted or not ({"mesh", "camera", "skin"} & nodes[c].keys())
        )  # fmt: skip
    if not wanted <= set(found):
        raise FormatError(f"{file.name}: the joints of the skin do not hang together.")
    return _in_skin_order(file, found)


def _in_skin_order(file: GltfFile, found: list[int]) -> list[int]:
    """The order of a skin that holds exactly these joints, parents first; else as found."""
    for skin in file.tree.get("skins", ()):
        order: list[int] = skin["joints"]
        place = {node: n for n, node in enumerate(order)}
        if place.keys() == set(found) and all(
            place.get(file.parents[node], -1) < n for n, node in enumerate(order)
        ):
            return list(order)
    return found


def _common_root(parents: tuple[int, ...], wanted: set[int]) -> int:
    lines = []
    for node in wanted:
        line = [node]
        while parents[line[-1]] >= 0 and len(line) <= len(parents):
            line.append(parents[line[-1]])
        lines.append(line)
    shared = set(lines[0]).intersection(*lines[1:])
    if not shared:
        return min(wanted, key=lambda node: len(lines[list(wanted).index(node)]))
    return next(node for node in lines[0] if node in shared)


def _with_ancestors(file: GltfFile, joints: list[int]) -> list[int]:
    above: list[int] = []
    node = file.parents[joints[0]]
    while node >= 0 and len(above) < len(file.parents):
        above.insert(0, node)
        node = file.parents[node]
    return above + joints


def _motion(
    file: GltfFile,
    joints: list[int],
    tracks: Tracks,
    source: Source,
    unit: float | None,
    up: str | None,
) -> Motion:
    above = len(tracks.nodes) - len(joints)
    index = {node: place for place, node in enumerate(tracks.nodes)}
    order = [index.get(file.parents[node], -1) for node in tracks.nodes]
    parents = np.array([p - above if p >= above else -1 for p in order[above:]], np.int16)
    names = tuple(str(file.nodes[n].get("name") or f"node {n}") for n in joints)
    moving = _worlds(order, tracks.translations, tracks.rotations, tracks.scales)
    resting = _worlds(order, tracks.rest_translations, tracks.rest_rotations, tracks.rest_scales)
    posed, rest = moving[0][:, above:], resting[0][:, above:]
    source = _settled(file, source, names, parents, posed, rest, unit, up)
    upright = _upright(source)
    posed, rest = (rot.rotate(upright, p) * source.unit_metres for p in (posed, rest))
    turns, rest_turns = (
        rot.multiply(np.broadcast_to(upright, q[:, above:].shape), q[:, above:])
        for q in (moving[1], resting[1])
    )
    offsets = _local(parents, rest, rest_turns)[0]
    translations = _local(parents, posed, turns)
    rotations = tracks.rotations[:, above:].astype(np.float32)
    rotations[:, 0] = turns[:, 0]
    rigid = bool(np.abs(translations[:, 1:] - offsets[1:]).max(initial=0) < 2e-6)
    return Motion(
        skeleton=Skeleton(
            names=names,
            parents=parents,
            offsets=offsets.astype(np.float32),
            end_sites=_end_sites(file, joints, source.unit_metres),
        ),
        positions=posed.astype(np.float32),
        fps=tracks.fps,
        rotations=rotations,
        translations=None if rigid else translations.astype(np.float32),
        source=source,
    )


def _unit(
    file: GltfFile,
    parents: Int16[np.ndarray, " joints"],
    lengths: Float[np.ndarray, " joints"],
) -> Decision:
    """Metres, as glTF prescribes, unless the body is a giant in a unit that exporters use."""
    if file.tree["asset"].get("generator") == OURS:
        return Decision(1.0, "written by lavimo")
    found = detect_unit(longest_path(parents, lengths), 1.0)
    if found.value in {row[0] for row in UNITS}:
        return found
    return Decision(1.0, "metres, as glTF prescribes")


def _settled(
    file: GltfFile,
    source: Source,
    names: tuple[str, ...],
    parents: Int16[np.ndarray, " joints"],
    posed: Float[np.ndarray, "frames joints 3"],
    rest: Float[np.ndarray, "1 joints 3"],
    unit: float | None,
    up: str | None,
) -> Source:
    """Unit and up axis: as asked, else as glTF prescribes unless the body contradicts plainly."""
    lengths = np.linalg.norm(rest[0] - rest[0, np.maximum(parents, 0)], axis=-1)
    size = _unit(file, parents, lengths) if unit is None else Decision(unit, "as asked")
    if up:
        axis = Decision(up, f"{up} is up, as asked")
    else:
        wrong = all(detect_up(names, p[:: len(p) // 16 + 1], rest).value == "z"
                    for p in (posed, rest))  # fmt: skip
        axis = Decision("z", "z is up: the body stands along it, moving and at rest")
        axis = axis if wrong else Decision("y", "y is up, as glTF prescribes")
    said = (f"1 unit = {float(size.value):g} m: {size.why}", axis.why)
    return replace(
        source,
        unit_metres=float(size.value),
        up_axis=str(axis.value),
        remarks=(*source.remarks, *said),
    )


def _end_sites(
    file: GltfFile, joints: list[int], unit: float
) -> tuple[tuple[int, tuple[float, float, float]], ...]:
    """Tips that our own writer keeps beside the joints, in metres."""
    found = []
    for joint, node in enumerate(joints):
        extras = file.nodes[node].get("extras")
        for tip in extras.get("end_sites", ()) if isinstance(extras, dict) else ():
            x, y, z = (float(v) * unit for v in tip)
            found.append((joint, (x, y, z)))
    return tuple(found)


def _upright(source: Source) -> Float[np.ndarray, " 4"]:
    if source.up_axis == "z":
        return rot.from_axis_angle(np.array([1.0, 0.0, 0.0]), np.array(-np.pi / 2))
    return np.array([1.0, 0.0, 0.0, 0.0])


def _worlds(
    parents: list[int],
    translations: Float[np.ndarray, "frames nodes 3"],
    rotations: Float[np.ndarray, "frames nodes 4"],
    scales: Float[np.ndarray, "frames nodes 3"],
) -> tuple[Float[np.ndarray, "frames nodes 3"], Float[np.ndarray, "frames nodes 4"]]:
    """World positions with every scale, and world turns without them."""
    matrices = rot.to_matrix(rotations)
    scaled = matrices * scales[..., None, :]
    plain = bool(np.abs(scales - 1).max(initial=0) < 1e-5)
    positions, linear, turns = (
        np.empty_like(translations),
        np.empty_like(matrices),
        rotations.copy(),
    )
    for node, parent in enumerate(parents):
        if parent < 0:
            positions[:, node], linear[:, node] = translations[:, node], scaled[:, node]
            continue
        above = linear[:, parent]
        positions[:, node] = positions[:, parent] + (above @ translations[:, node, :, None])[..., 0]
        linear[:, node] = above @ (matrices if plain else scaled)[:, node]
        turns[:, node] = rot.multiply(turns[:, parent], rotations[:, node])
    return positions, turns


def _local(
    parents: Int16[np.ndarray, " joints"],
    positions: Float[np.ndarray, "frames joints 3"],
    turns: Float[np.ndarray, "frames joints 4"],
) -> Float[np.ndarray, "frames joints 3"]:
    """Each joint's place in the unscaled frame of its parent; the root's place in the world."""
    local = positions.copy()
    if len(parents) > 1:
        bones = positions[:, 1:] - positions[:, parents[1:]]
        local[:, 1:] = rot.rotate(rot.inverse(turns[:, parents[1:]]), bones)
    return local
