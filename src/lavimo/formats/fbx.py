"""FBX, through ufbx in a child process (extra `fbx`).

The library can crash its process on files it does not like, so it gets one of its own and hands
back plain arrays. Conventions: positions times the file's `unit_meters`, the file's up axis,
its frame rate; joints are the bones and what lies between them; of several takes the longest.
Source: ASSETS.md 6 (what ufbx 0.0.5 does and does not).
"""

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError, MissingExtra
from lavimo.formats.nodes import Tracks, motion_of, posed
from lavimo.formats.units import Decision, detect_unit, longest_path
from lavimo.motion import rotations as rot
from lavimo.motion.clip import MAX_FRAMES, Motion, Source
from lavimo.motion.skeleton import MAX_JOINTS
from lavimo.shapes import Float

PATIENCE = 180.0
"""Seconds that the child may take; sampling costs 0.25 ms a frame of 22 bones."""

_Z_AXES = (4, 5)
"""ufbx counts axes +x -x +y -y +z -z."""


def clips(path: str | Path) -> tuple[str, ...]:
    """Names of the takes in the file."""
    return tuple(str(name) for name in json.loads(_child("list", Path(path))))


def read(
    path: str | Path,
    *,
    clip: str | None = None,
    unit: float | None = None,
    up: str | None = None,
) -> Motion:
    """One take of the file at its frame rate; None is the longest.

    `unit` (metres a file unit) and `up` override what the file says. Raises MissingExtra
    without ufbx, FormatError for a file that cannot be read.
    """
    path = Path(path)
    arguments = [clip] if clip else []
    found = _unpacked(path, _child("read", path, *arguments))
    if clip and found.take != clip:
        known = ", ".join(found.takes[:5]) or "none"
        raise FormatError(f"{path.name} holds no take called {clip!r}; it has: {known}.")
    tracks, names = found.tracks()
    joints = posed(tracks)
    size = Decision(unit, "as asked") if unit else detect_unit(
        longest_path(joints.parents, joints.lengths), found.unit)  # fmt: skip
    axis = up or found.up
    source = Source(
        path=str(path),
        clip=found.take,
        format="fbx",
        unit_metres=float(size.value),
        up_axis=axis,
        remarks=(
            f"1 unit = {float(size.value):g} m: {size.why}",
            f"{axis} is up, as {'asked' if up else 'the file says'}",
        ),
    )
    return motion_of(names, tracks, joints, source)


@dataclass(frozen=True, eq=False)
class _Found:
    """What the child handed back: local transforms as (tx ty tz, qw qx qy qz, sx sy sz)."""

    name: str
    values: Float[np.ndarray, "frames nodes 10"]
    rest: Float[np.ndarray, "nodes 10"]
    parents: list[int]
    bones: list[bool]
    names: list[str]
    take: str | None
    takes: list[str]
    up: str
    fps: float
    unit: float

    def tracks(self) -> tuple[Tracks, tuple[str, ...]]:
        """Tracks with the ancestors of the lowest common bone first, and the joints' names."""
        root = self._root()
        above: list[int] = []
        node = self.parents[root]
        while node >= 0:
            above.insert(0, node)
            node = self.parents[node]
        below = {root}
        for node, parent in enumerate(self.parents):
            if parent in below:
                below.add(node)
        joints = sorted(below)
        if len(joints) > MAX_JOINTS:
            raise FormatError(f"{self.name}: more than {MAX_JOINTS} joints; export the body alone.")
        order = above + joints
        place = {node: column for column, node in enumerate(order)}
        moving, rest = self.values[:, order], self.rest[None, order]
        tracks = Tracks(
            tuple(place.get(self.parents[node], -1) for node in order), len(above), self.fps,
            moving[..., :3], rot.normalise(moving[..., 3:7]), moving[..., 7:],
            rest[..., :3], rot.normalise(rest[..., 3:7]), rest[..., 7:],
        )  # fmt: skip
        return tracks, tuple(self.names[node] or f"node {node}" for node in joints)

    def _root(self) -> int:
        """The lowest node above all bones: a bone itself where the skeleton has one root."""
        bones = [node for node, bone in enumerate(self.bones) if bone] or [len(self.bones) - 1]
        lines = []
        for node in bones:
            line = [node]
            while self.parents[line[-1]] >= 0:
                line.append(self.parents[line[-1]])
            lines.append(line)
        shared = set(lines[0]).intersection(*lines[1:])
        return next(node for node in lines[0] if node in shared)


def _child(job: str, path: Path, *arguments: str) -> bytes:
    if importlib.util.find_spec("ufbx") is None:
        raise MissingExtra("Reading FBX", "fbx")
    command = [sys.executable, "-m", "lavimo.formats.fbx_child", job, str(path), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise FormatError(f"{path} takes too long to read; export it as BVH or GLB.") from error
    if done.returncode != 0 or not done.stdout:
        raise FormatError(f"{path}: this FBX file could not be read; export it as BVH or GLB.")
    return done.stdout


def _unpacked(path: Path, data: bytes) -> _Found:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            text: dict[str, Any] = json.loads(arrays["text"].tobytes())
            fps, unit = (float(v) for v in arrays["numbers"])
            found = _Found(
                path.name, arrays["values"], arrays["rest"],
                [int(p) for p in arrays["parents"]], [bool(b) for b in arrays["bones"]],
                [str(n) for n in text["names"]], text["take"], [str(t) for t in text["takes"]],
                "z" if text["up"] in _Z_AXES else "y", fps, unit or 0.01,
            )  # fmt: skip
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise FormatError(
            f"{path}: this FBX file could not be read; export it as BVH or GLB."
        ) from error
    if not any(found.bones) and len(found.names) < 3:
        raise FormatError(f"{path} holds no skeleton; export the armature with its animation.")
    if len(found.values) > MAX_FRAMES or not np.isfinite(found.values).all():
        raise FormatError(
            f"{path} holds too many frames or values that are no finite numbers; export it again."
        )
    return found
