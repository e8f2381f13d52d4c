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
from lavimo.formats.gltf_sample import sample
from lavimo.formats.nodes import Posed, motion_of, posed
from lavimo.formats.units import UNITS, Decision, detect_unit, detect_up, longest_path
from lavimo.motion.clip import Motion, Source
from lavimo.motion.skeleton import MAX_JOINTS

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
    # Values that overflow become infinite, and Motion refuses what is not finite.
    with damaged_means_format_error(file.name), np.errstate(all="ignore"):
        number = _choose(file.name, names, clip)
        animation = {} if number is None else file.tree["animations"][number]
        joints = _joints(file, animation)
        tracks = sample(file, animation, _ancestors(file, joints[0]), joints)
        source = Source(
            path=str(path),
            clip=None if number is None else names[number],
            format="glb",
            remarks=_remarks(names, clip, number),
        )
        label = tuple(str(file.nodes[n].get("name") or f"node {n}") for n in joints)
        places = posed(tracks)
        source = _settled(file, source, label, places, unit, up)
        ends = _end_sites(file, joints, source.unit_metres)
        return motion_of(label, tracks, places, source, ends)


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


def _ancestors(file: GltfFile, root: int) -> list[int]:
    """The nodes above the root joint, topmost first."""
    above: list[int] = []
    node = file.parents[root]
    while node >= 0 and len(above) < len(file.parents):
        above.insert(0, node)
        node = file.parents[node]
    return above


def _unit(file: GltfFile, joints: Posed) -> Decision:
    """Metres, as glTF prescribes, unless the body is a giant in a unit that exporters use."""
    if file.tree["asset"].get("generator") == OURS:
        return Decision(1.0, "written by lavimo")
    found = detect_unit(longest_path(joints.parents, joints.lengths), 1.0)
    if found.value in {row[0] for row in UNITS}:
        return found
    return Decision(1.0, "metres, as glTF prescribes")


def _settled(
    file: GltfFile,
    source: Source,
    names: tuple[str, ...],
    joints: Posed,
    unit: float | None,
    up: str | None,
) -> Source:
    """Unit and up axis: as asked, else as glTF prescribes unless the body contradicts plainly."""
    size = _unit(file, joints) if unit is None else Decision(unit, "as asked")
    if up:
        axis = Decision(up, f"{up} is up, as asked")
    else:
        frames = joints.places[:: len(joints.places) // 16 + 1]
        rest = np.broadcast_to(joints.rest_places, frames.shape)
        seen = [detect_up(names, places, rest).value for places in (frames, rest)]
        axis = Decision("y", "y is up, as glTF prescribes")
        if seen == ["z", "z"]:
            axis = Decision("z", "z is up: the body stands along it, moving and at rest")
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
