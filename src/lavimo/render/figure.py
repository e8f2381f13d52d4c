"""The body that is drawn: which shapes hang between which points, how thick, in which colour.

Left limbs are blue and right limbs orange: a pair that stays apart under all common kinds of
colour blindness and in grey print (the orange is lighter). The body is a table, read by the
painter of pictures (`stick`) and, as JSON, by the player in pages, so both draw one figure.
"""

from typing import NamedTuple

import numpy as np

from lavimo.motion.skeleton import SMPL_LENGTHS, SMPL_NAMES, SMPL_PARENTS
from lavimo.shapes import Float32

POINTS: dict[str, dict[str, float]] = {
    "left_hand": {"left_wrist": 1.36, "left_elbow": -0.36},
    "right_hand": {"right_wrist": 1.36, "right_elbow": -0.36},
    "jaw": {"head": 1.22, "neck": -0.22},
    "skull": {"head": 1.66, "neck": -0.66},
    "nape": {"neck": 0.62, "spine3": 0.38},
    "chest_left": {"left_shoulder": 0.66, "neck": 0.04, "spine3": 0.30},
    "chest_right": {"right_shoulder": 0.66, "neck": 0.04, "spine3": 0.30},
    "waist_left": {"spine1": 0.62, "left_hip": 0.58, "right_hip": -0.20},
    "waist_right": {"spine1": 0.62, "right_hip": 0.58, "left_hip": -0.20},
    "pelvis_left": {"left_hip": 1.05, "right_hip": -0.05},
    "pelvis_right": {"right_hip": 1.05, "left_hip": -0.05},
}
"""Further points as weighted sums of joints; the weights of each add up to 1."""

NAMES: tuple[str, ...] = (*SMPL_NAMES, *POINTS, "nose")
"""All points of a figure; the nose stands last because it is no sum: it shows where they look."""


class Part(NamedTuple):
    """A limb (two points, a radius at each, metres) or a hull (more points, one radius)."""

    points: tuple[str, ...]
    radii: tuple[float, ...]
    paint: str


BODY: tuple[Part, ...] = (
    Part(("nape", "chest_left", "chest_right", "waist_right", "waist_left"), (0.080,), "body"),
    Part(("waist_left", "waist_right", "pelvis_right", "pelvis_left"), (0.082,), "body"),
    Part(("neck", "head"), (0.052, 0.046), "body"),
    Part(("jaw", "skull"), (0.088, 0.106), "head"),
    Part(("nose", "nose"), (0.026, 0.026), "head"),
    *(
        Part((f"{side}_{a}", f"{side}_{b}"), radii, side)
        for side in ("left", "right")
        for a, b, radii in (
            ("shoulder", "elbow", (0.054, 0.042)),
            ("elbow", "wrist", (0.042, 0.032)),
            ("wrist", "hand", (0.034, 0.038)),
            ("hip", "knee", (0.082, 0.056)),
            ("knee", "ankle", (0.056, 0.040)),
            ("ankle", "foot", (0.042, 0.034)),
        )
    ),
)

NOSE = 0.104
"""How far the nose stands before the middle of the skull (metres)."""

THEMES: dict[str, dict[str, str]] = {
    "light": {
        "left": "#2b7cc4", "right": "#f08a34", "body": "#7d8896", "head": "#a4aebb",
        "sky": "#eef1f5", "floor": "#fbfcfd", "grid": "#d3dae2", "path": "#8a96a5",
        "shadow": "#2a3440",
    },
    "dark": {
        "left": "#4f9fe6", "right": "#f59b4b", "body": "#8b96a5", "head": "#b3bdc9",
        "sky": "#13171c", "floor": "#222932", "grid": "#394450", "path": "#77859a",
        "shadow": "#000000",
    },
}  # fmt: skip

LIGHT = (-0.42, 0.68, 0.60)
"""Direction to the light in camera axes with z towards the viewer: from above, left, front."""
AMBIENT, DIFFUSE = 0.74, 0.36
"""Brightness of a surface: ambient + diffuse x (normal . light), times its own colour."""


def points_of(
    positions: Float32[np.ndarray, "frames 22 3"],
) -> Float32[np.ndarray, "frames points 3"]:
    """All points of the figure, in the order of NAMES."""
    blend = np.zeros((len(NAMES) - 1, len(SMPL_NAMES)), np.float32)
    blend[: len(SMPL_NAMES)] = np.eye(len(SMPL_NAMES))
    for row, weights in enumerate(POINTS.values(), len(SMPL_NAMES)):
        for name, weight in weights.items():
            blend[row, SMPL_NAMES.index(name)] = weight
    points = np.einsum("pj,tjk->tpk", blend, positions)
    across = positions[:, 16] - positions[:, 17]
    upwards = positions[:, 15] - positions[:, 9]
    ahead = np.cross(across, upwards)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-6)
    nose = points[:, NAMES.index("skull")] + NOSE * scale_of(positions) * ahead
    return np.concatenate([points, nose[:, None]], axis=1).astype(np.float32)


def scale_of(positions: Float32[np.ndarray, "frames 22 3"]) -> float:
    """Size of this body beside the canonical one: thickness goes with length.

    The middle one of legs, arms and trunk, since a game's character may have toy legs.
    """
    legs, arms, trunk = (4, 7, 5, 8), (18, 20, 19, 21), (3, 6, 9, 12)
    ratios = []
    for chain in (legs, arms, trunk):
        bones = positions[:, chain] - positions[:, [SMPL_PARENTS[joint] for joint in chain]]
        mine = float(np.median(np.linalg.norm(bones, axis=-1).sum(axis=1)))
        ratios.append(mine / float(SMPL_LENGTHS[list(chain)].sum()))
    return float(np.clip(sorted(ratios)[1], 0.2, 5.0))


def colour(theme: str, paint: str) -> Float32[np.ndarray, " 3"]:
    """Red, green and blue, 0 to 255."""
    text = THEMES[theme][paint]
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
