"""Skeletons as flat arrays, and the 22 SMPL joints that everything is brought to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from lavimo.errors import SkeletonError
from lavimo.shapes import Float32, Int16

MAX_JOINTS = 512


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Joints in an order where every parent stands before its children.

    `offsets` are the rest translations from the parent in metres, in the file's own rest pose
    turned y up. `roles` names joints by what they are on a body (`left_knee` -> joint), where
    that is known. `end_sites` keeps the tips that a BVH file carries beside its joints.
    Raises SkeletonError when the arrays do not fit together.
    """

    names: tuple[str, ...]
    parents: Int16[np.ndarray, " joints"]
    offsets: Float32[np.ndarray, "joints 3"]
    roles: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    end_sites: tuple[tuple[int, tuple[float, float, float]], ...] = ()

    def __post_init__(self) -> None:
        count = len(self.names)
        if count == 0 or count > MAX_JOINTS:
            raise SkeletonError(
                f"A skeleton has 1 to {MAX_JOINTS} joints, this one has {count}; "
                "export the body alone."
            )
        if self.parents.shape != (count,) or self.offsets.shape != (count, 3):
            raise SkeletonError("A skeleton's names, parents and offsets differ in length.")
        if self.parents[0] != -1 or any(
            not 0 <= parent < joint for joint, parent in enumerate(self.parents[1:], 1)
        ):
            raise SkeletonError("A skeleton needs one root and parents that come before children.")

    def __len__(self) -> int:
        return len(self.names)

    def children(self, joint: int) -> tuple[int, ...]:
        """The joints directly below `joint`, in file order."""
        return tuple(int(child) for child in np.flatnonzero(self.parents == joint))


SMPL_NAMES: tuple[str, ...] = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
)
"""The roles of a humanoid and, in this order, the joints of the canonical skeleton (A1)."""

SMPL_PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19,
)  # fmt: skip

SMPL_AXES = np.array(
    [
        [0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, -1, 0], [0, 1, 0],
        [0, -1, 0], [0, -1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0], [1, 0, 0],
        [-1, 0, 0], [0, 0, 1], [0, -1, 0], [0, -1, 0], [0, -1, 0], [0, -1, 0], [0, -1, 0],
        [0, -1, 0],
    ],
    np.float32,
)  # fmt: skip
"""Direction of each bone in the rest pose of HumanML3D (METHOD.md A1, raw axis u_i)."""

SMPL_LENGTHS = np.array(
    [
        0.0, 0.10307397, 0.10988337, 0.13156824, 0.39362320, 0.39018822, 0.14319022, 0.43243307,
        0.42564335, 0.05736474, 0.14338182, 0.14941907, 0.21936005, 0.13748677, 0.14338283,
        0.10303922, 0.13161404, 0.12298438, 0.25683999, 0.26309174, 0.26601172, 0.26987639,
    ],
    np.float32,
)  # fmt: skip
"""Bone lengths of the target skeleton of HumanML3D in metres (METHOD.md A1)."""

SMPL_CHAINS: tuple[tuple[int, ...], ...] = (
    (0, 2, 5, 8, 11),
    (0, 1, 4, 7, 10),
    (0, 3, 6, 9, 12, 15),
    (9, 14, 17, 19, 21),
    (9, 13, 16, 18, 20),
)
"""Right leg, left leg, spine, right arm, left arm; the order matters for parity (A1)."""

SMPL_MIRROR = np.array(
    [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20]
)
"""For each joint the one on the other side of the body."""

SMPL_22 = Skeleton(
    names=SMPL_NAMES,
    parents=np.array(SMPL_PARENTS, np.int16),
    offsets=SMPL_AXES * SMPL_LENGTHS[:, None],
    roles=MappingProxyType({name: joint for joint, name in enumerate(SMPL_NAMES)}),
)
"""The canonical skeleton: 22 SMPL joints with HumanML3D's target offsets."""


def mirrored_name(name: str) -> str:
    """`left_knee` -> `right_knee` and back; names without a side stay."""
    if name.startswith("left_"):
        return "right_" + name[5:]
    if name.startswith("right_"):
        return "left_" + name[6:]
    return name
