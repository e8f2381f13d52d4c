"""Write a motion as BVH: centimetres, y up, ZXY rotations.

A clip whose bones keep their length is written with rotations and the root's path, as every
tool expects; where bones stretch, each joint also gets position channels, so that nothing is
lost.
"""

from pathlib import Path

import numpy as np

from lavimo.errors import FormatError
from lavimo.files import write_text
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.kinematics import forward, rest_translations, rotations_from_positions
from lavimo.motion.skeleton import Skeleton
from lavimo.shapes import Float

CENTIMETRES = 100.0
ORDER = "ZXY"
TOLERANCE = 5e-5
"""Metres that a joint may move by being written with rotations alone."""


def write(motion: Motion, path: str | Path) -> Path:
    """Write a BVH file, whole or not at all. Raises FormatError for names BVH cannot hold."""
    skeleton, rotations, translations, moving = _local(motion)
    names = _names(skeleton, str(path))
    lines = ["HIERARCHY", *_hierarchy(skeleton, names, moving)]
    lines += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.12g}"]
    turns = np.degrees(_smooth(rot.to_euler(rot.normalise(rotations), ORDER)))
    places = translations * CENTIMETRES
    columns = []
    for joint in _depth_first(skeleton):
        if joint == 0 or moving:
            columns.append(places[:, joint])
        columns.append(turns[:, joint])
    rows = np.concatenate(columns, axis=1)
    form = " ".join(["%.6f"] * rows.shape[1])
    lines += [form % tuple(row) for row in rows.tolist()]
    return write_text(Path(path), "\n".join(lines) + "\n")


def _local(
    motion: Motion,
) -> tuple[
    Skeleton, Float[np.ndarray, "frames joints 4"], Float[np.ndarray, "frames joints 3"], bool
]:
    """Skeleton, rotations and translations in double precision, and whether bones move."""
    skeleton = motion.skeleton
    positions = motion.positions.astype(np.float64)
    if motion.rotations is None:
        skeleton = _with_lengths_of(skeleton, positions)
        rotations = rotations_from_positions(skeleton, motion.positions).astype(np.float64)
    else:
        rotations = motion.rotations.astype(np.float64)
    still = rest_translations(skeleton, positions[:, 0])
    reached, world = forward(skeleton, rotations, still)
    if np.abs(reached - positions).max() <= TOLERANCE:
        return skeleton, rotations, still, False
    bones = positions - positions[:, skeleton.parents]
    moved = rot.rotate(rot.inverse(world[:, skeleton.parents]), bones)
    moved[:, 0] = positions[:, 0]
    return skeleton, rotations, moved, True


def _with_lengths_of(
    skeleton: Skeleton, positions: Float[np.ndarray, "frames joints 3"]
) -> Skeleton:
    """The skeleton with the bone lengths that the clip shows."""
    bones = np.linalg.norm(positions - positions[:, skeleton.parents], axis=-1)
    directions = rot.normalise(skeleton.offsets.astype(np.float64))
    offsets = (directions * np.median(bones, axis=0)[:, None]).astype(np.float32)
    return Skeleton(skeleton.names, skeleton.parents, offsets, skeleton.roles)


def _names(skeleton: Skeleton, path: str) -> tuple[str, ...]:
    for name in skeleton.names:
        if any(sign in name for sign in "{}\n\r#") or "//" in name or not name.strip():
            raise FormatError(f"{path}: BVH cannot hold a joint named {name!r}; rename it.")
    return skeleton.names


def _depth_first(skeleton: Skeleton) -> list[int]:
    found: list[int] = []
    waiting = [0]
    while waiting:
        joint = waiting.pop()
        found.append(joint)
        waiting.extend(reversed(skeleton.children(joint)))
    return found


def _hierarchy(skeleton: Skeleton, names: tuple[str, ...], moving: bool) -> list[str]:
    lines: list[str] = []
    depth: list[int] = []  # joints that are open, from the root down
    for joint in _depth_first(skeleton):
        while depth and depth[-1] != skeleton.parents[joint]:
            depth.pop()
            lines.append("\t" * len(depth) + "}")
        tabs = "\t" * len(depth)
        lines.append(f"{tabs}{'JOINT' if depth else 'ROOT'} {names[joint]}")
        lines.append(tabs + "{")
        depth.append(joint)
        inside = "\t" * len(depth)
        lines.append(f"{inside}OFFSET {_triple(skeleton.offsets[joint])}")
        places = "Xposition Yposition Zposition " if joint == 0 or moving else ""
        turns = " ".join(f"{axis}rotation" for axis in ORDER)
        lines.append(f"{inside}CHANNELS {6 if places else 3} {places}{turns}")
        for tip in _tips(skeleton, joint):
            lines += [inside + "End Site", inside + "{", f"{inside}\tOFFSET {tip}", inside + "}"]
    while depth:
        depth.pop()
        lines.append("\t" * len(depth) + "}")
    return lines


def _tips(skeleton: Skeleton, joint: int) -> list[str]:
    kept = [_triple(np.array(offset)) for at, offset in skeleton.end_sites if at == joint]
    if kept or skeleton.children(joint):
        return kept
    # Tools draw a bone to the end site: let it go on for a third of the bone above.
    return [_triple(skeleton.offsets[joint] / 3)]


def _triple(offset: Float[np.ndarray, " 3"]) -> str:
    return " ".join(f"{value * CENTIMETRES:.6f}" for value in offset.tolist())


def _smooth(angles: Float[np.ndarray, "frames joints 3"]) -> Float[np.ndarray, "frames joints 3"]:
    """The same rotations without jumps of a whole turn, for tools that interpolate the angles."""
    return np.unwrap(angles, axis=0)
