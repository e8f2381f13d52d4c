"""glTF 2.0 and GLB: animated skeletons in, animated skeletons out.

Conventions: metres, y up, quaternions x y z w in the file, w first here. Joints are the nodes
below the skin's root (tips and IK targets included, meshes not); what stands above that root is
folded into its path. Scales of nodes act on the positions and are not kept as such: positions
are exact, `translations` carries what a scale did to a bone.
Source: Khronos glTF 2.0 specification, sections 3.7.3 (skins) and 3.11 (animations).
"""

import difflib
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.gltf_file import GltfFile, damaged_means_format_error, load
from lavimo.formats.gltf_sample import Tracks, sample
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, Source
from lavimo.motion.skeleton import MAX_JOINTS, Skeleton
from lavimo.shapes import Float


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
        remarks = _remarks(names, clip, number, unit, up)
        source = Source(
            path=str(path),
            clip=None if number is None else names[number],
            format="glTF",
            unit_metres=1.0 if unit is None else unit,
            up_axis="y" if up is None else up,
            remarks=remarks,
        )
        return _motion(file, joints, tracks, source)


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


def _remarks(
    names: tuple[str, ...], clip: str | None, number: int | None, unit: float | None, up: str | None
) -> tuple[str, ...]:
    said = []
    if number is None:
        said.append("no animation in the file: its rest pose as one frame")
    elif clip is None and len(names) > 1:
        said.append(f"{len(names)} clips in the file, the first was read (file#name for others)")
    said.append(f"{unit:g} m a unit as asked" if unit else "metres, as glTF prescribes")
    said.append(f"{up} up as asked" if up else "y up, as glTF prescribes")
    return tuple(said)


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


def _motion(file: GltfFile, joints: list[int], tracks: Tracks, source: Source) -> Motion:
    above = len(tracks.nodes) - len(joints)
    index = {node: place for place, node in enumerate(tracks.nodes)}
    order = [index.get(file.parents[node], -1) for node in tracks.nodes]
    positions, turns = _worlds(order, tracks.translations, tracks.rotations, tracks.scales)
    rest_positions, rest_turns = _worlds(
        order, tracks.rest_translations, tracks.rest_rotations, tracks.rest_scales
    )
    parents = np.array([p - above if p >= above else -1 for p in order[above:]], np.int16)
    upright = _upright(source)
    positions = rot.rotate(upright, positions[:, above:]) * source.unit_metres
    rest_positions = rot.rotate(upright, rest_positions[:, above:]) * source.unit_metres
    turns = rot.multiply(np.broadcast_to(upright, turns[:, above:].shape), turns[:, above:])
    rest_turns = rot.multiply(
        np.broadcast_to(upright, rest_turns[:, above:].shape), rest_turns[:, above:]
    )
    offsets = _local(parents, rest_positions, rest_turns)[0]
    translations = _local(parents, positions, turns)
    rotations = tracks.rotations[:, above:].astype(np.float32)
    rotations[:, 0] = turns[:, 0]
    rigid = bool(np.abs(translations[:, 1:] - offsets[1:]).max(initial=0) < 2e-6)
    return Motion(
        skeleton=Skeleton(
            names=tuple(str(file.nodes[n].get("name") or f"node {n}") for n in joints),
            parents=parents,
            offsets=offsets.astype(np.float32),
        ),
        positions=positions.astype(np.float32),
        fps=tracks.fps,
        rotations=rotations,
        translations=None if rigid else translations.astype(np.float32),
        source=source,
    )


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
    parents: np.ndarray,
    positions: Float[np.ndarray, "frames joints 3"],
    turns: Float[np.ndarray, "frames joints 4"],
) -> Float[np.ndarray, "frames joints 3"]:
    """Each joint's place in the unscaled frame of its parent; the root's place in the world."""
    local = positions.copy()
    if len(parents) > 1:
        bones = positions[:, 1:] - positions[:, parents[1:]]
        local[:, 1:] = rot.rotate(rot.inverse(turns[:, parents[1:]]), bones)
    return local
