"""A person's proportions: rest offsets of the 22 joints, standing height, stance."""

from dataclasses import dataclass

import numpy as np

from lavimo.motion.skeleton import SMPL_LENGTHS
from lavimo.shapes import Float

_DIRECTIONS = np.array(
    [
        [0, 0, 0], [0.66, -0.75, -0.06], [-0.66, -0.75, -0.06], [0, 1, -0.12],
        [0, -1, 0], [0, -1, 0], [0, 1, 0.08], [0, -1, 0], [0, -1, 0], [0, 1, 0.05],
        [0, -0.42, 0.91], [0, -0.42, 0.91], [0, 1, -0.1], [0.58, 0.81, -0.08],
        [-0.58, 0.81, -0.08], [0, 0.9, 0.4], [0.96, 0.28, -0.1], [-0.96, 0.28, -0.1],
        [0, -1, 0], [0, -1, 0], [0, -1, 0], [0, -1, 0],
    ]
)  # fmt: skip
"""Where each bone points on a person who stands upright, facing +z (anatomy, not the A1 axes)."""

_GROUPS = {
    "leg": (4, 5, 7, 8),
    "foot": (10, 11),
    "hip": (1, 2),
    "torso": (3, 6, 9, 12, 15),
    "shoulder": (13, 14, 16, 17),
    "arm": (18, 19, 20, 21),
}


@dataclass(frozen=True)
class Body:
    """Lengths as factors of the canonical skeleton's; `build` chooses man, woman or child."""

    build: str = "person"
    scale: float = 1.0
    leg: float = 1.0
    arm: float = 1.0
    torso: float = 1.0
    hip: float = 1.0
    shoulder: float = 1.0

    def offsets(self) -> Float[np.ndarray, "22 3"]:
        """Rest offsets from the parent in metres; left and right are alike."""
        lengths = SMPL_LENGTHS.astype(float).copy()
        for left, right in ((1, 2), (4, 5), (7, 8), (10, 11), (13, 14), (16, 17), (18, 19),
                            (20, 21)):  # fmt: skip
            lengths[[left, right]] = (lengths[left] + lengths[right]) / 2
        for group, joints in _GROUPS.items():
            lengths[list(joints)] *= self.scale * getattr(self, group, 1.0)
        unit = _DIRECTIONS / np.maximum(np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True), 1e-9)
        return np.asarray(unit * lengths[:, None])


BUILDS = ("person", "man", "woman", "child")


def random_body(random: np.random.Generator) -> Body:
    """A body within the spread of people: grown men and women, and some children."""
    build = BUILDS[int(random.choice(4, p=[0.4, 0.27, 0.25, 0.08]))]
    scale, hip, shoulder = {
        "person": (1.0, 1.0, 1.0),
        "man": (1.04, 0.96, 1.06),
        "woman": (0.95, 1.06, 0.93),
        "child": (0.72, 0.95, 0.92),
    }[build]
    spread = np.clip(random.normal(0, 1, 6), -2, 2) * [0.05, 0.05, 0.05, 0.04, 0.07, 0.07]
    return Body(
        build=build,
        scale=round(float(scale * (1 + spread[0])), 4),
        leg=round(float((0.92 if build == "child" else 1) * (1 + spread[1])), 4),
        arm=round(float(1 + spread[2]), 4),
        torso=round(float(1 + spread[3]), 4),
        hip=round(float(hip * (1 + spread[4])), 4),
        shoulder=round(float(shoulder * (1 + spread[5])), 4),
    )
