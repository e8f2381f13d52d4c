"""From the nodes of a scene file (glTF, FBX), moving over time, to a Motion.

A scene is a tree of translations, rotations and scales. Joints are some of its nodes, parents
first; the nodes above the first joint are folded into its path. Scales act on the positions and
are not kept as such: positions are exact, `translations` carries what a scale did to a bone.
"""

from dataclasses import dataclass

import numpy as np

from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, Source
from lavimo.motion.skeleton import Skeleton
from lavimo.shapes import Float, Int16

EndSites = tuple[tuple[int, tuple[float, float, float]], ...]


@dataclass(frozen=True, eq=False)
class Tracks:
    """Local transforms over time and at rest; quaternions wxyz, unit length.

    `parents` are places in the list of nodes; the first `above` nodes stand above the joints.
    """

    parents: tuple[int, ...]
    above: int
    fps: float
    translations: Float[np.ndarray, "frames nodes 3"]
    rotations: Float[np.ndarray, "frames nodes 4"]
    scales: Float[np.ndarray, "frames nodes 3"]
    rest_translations: Float[np.ndarray, "1 nodes 3"]
    rest_rotations: Float[np.ndarray, "1 nodes 4"]
    rest_scales: Float[np.ndarray, "1 nodes 3"]


@dataclass(frozen=True, eq=False)
class Posed:
    """Joints in the world, in file units and axes, moving and at rest."""

    parents: Int16[np.ndarray, " joints"]
    places: Float[np.ndarray, "frames joints 3"]
    turns: Float[np.ndarray, "frames joints 4"]
    rest_places: Float[np.ndarray, "1 joints 3"]
    rest_turns: Float[np.ndarray, "1 joints 4"]

    @property
    def lengths(self) -> Float[np.ndarray, " joints"]:
        """Length of the bone above each joint at rest; zero for the root."""
        bones = self.rest_places[0] - self.rest_places[0, np.maximum(self.parents, 0)]
        lengths: np.ndarray = np.linalg.norm(bones, axis=-1)
        return lengths


def posed(tracks: Tracks) -> Posed:
    """The joints of the tracks in the world."""
    above = tracks.above
    moving = _worlds(tracks.parents, tracks.translations, tracks.rotations, tracks.scales)
    resting = _worlds(
        tracks.parents, tracks.rest_translations, tracks.rest_rotations, tracks.rest_scales
    )
    parents = [p - above if p >= above else -1 for p in tracks.parents[above:]]
    return Posed(
        np.array(parents, np.int16),
        *(values[:, above:] for values in moving),
        *(values[:, above:] for values in resting),
    )


def motion_of(
    names: tuple[str, ...], tracks: Tracks, joints: Posed, source: Source, ends: EndSites = ()
) -> Motion:
    """The motion of posed joints, turned y up and scaled to metres as `source` says."""
    upright = _upright(source)
    parents = joints.parents
    places = rot.rotate(upright, joints.places) * source.unit_metres
    rest = rot.rotate(upright, joints.rest_places) * source.unit_metres
    turns = rot.multiply(np.broadcast_to(upright, joints.turns.shape), joints.turns)
    rest_turns = rot.multiply(np.broadcast_to(upright, joints.rest_turns.shape), joints.rest_turns)
    offsets = _local(parents, rest, rest_turns)[0]
    translations = _local(parents, places, turns)
    rotations = tracks.rotations[:, tracks.above :].astype(np.float32)
    rotations[:, 0] = turns[:, 0]
    rigid = bool(np.abs(translations[:, 1:] - offsets[1:]).max(initial=0) < 2e-6)
    return Motion(
        skeleton=Skeleton(names, parents, offsets.astype(np.float32), end_sites=ends),
        positions=places.astype(np.float32),
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
    parents: tuple[int, ...],
    translations: Float[np.ndarray, "frames nodes 3"],
    rotations: Float[np.ndarray, "frames nodes 4"],
    scales: Float[np.ndarray, "frames nodes 3"],
) -> tuple[Float[np.ndarray, "frames nodes 3"], Float[np.ndarray, "frames nodes 4"]]:
    """World positions with every scale, and world turns without them."""
    matrices = rot.to_matrix(rotations)
    plain = bool(np.abs(scales - 1).max(initial=0) < 1e-5)
    scaled = matrices if plain else matrices * scales[..., None, :]
    positions, turns = np.empty_like(translations), rotations.copy()
    linear = np.empty_like(matrices)
    for nodes, above in _generations(parents):
        if above is None:
            positions[:, nodes], linear[:, nodes] = translations[:, nodes], scaled[:, nodes]
            continue
        frame = linear[:, above]
        reach = (frame @ translations[:, nodes, :, None])[..., 0]
        positions[:, nodes] = positions[:, above] + reach
        linear[:, nodes] = frame @ scaled[:, nodes]
        turns[:, nodes] = rot.multiply(turns[:, above], rotations[:, nodes])
    return positions, turns


def _generations(parents: tuple[int, ...]) -> list[tuple[list[int], list[int] | None]]:
    """Nodes by their distance from the top, with their parents: what can be computed at once."""
    depth = [0] * len(parents)
    found: dict[int, list[int]] = {}
    for node, parent in enumerate(parents):
        depth[node] = depth[parent] + 1 if parent >= 0 else 0
        found.setdefault(depth[node], []).append(node)
    return [
        (nodes, [parents[node] for node in nodes] if level else None)
        for level, nodes in sorted(found.items())
    ]


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
