"""One body, one floor, one start: the canonical positions that everything else is computed from.

22 SMPL joints with HumanML3D's bone lengths, 20 frames a second, the lowest joint at y = 0, the
pelvis of frame 0 above the origin, the body of frame 0 facing +z (METHOD.md A5, steps 1 to 4).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lavimo.errors import MotionError
from lavimo.features import facing
from lavimo.features.packed import Packed, groups, pack, unpack
from lavimo.motion import clip
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22, SMPL_AXES, SMPL_LENGTHS, SMPL_PARENTS
from lavimo.shapes import Float, Float32

FPS = 20.0
"""Frames a second of canonical positions and of features."""

CANONICAL_VERSION = "1"
"""Changes whenever canonical positions change: part of every cache key and fingerprint."""

_RIGHT_SHIN, _RIGHT_ANKLE = 5, 8
_SAME = 1e-5  # metres; re-processing a canonical clip moves it by a few float32 roundings


def canonical_positions(
    positions: Float[np.ndarray, "frames 22 3"],
) -> Float32[np.ndarray, "frames 22 3"]:
    """Positions on the uniform skeleton, on the floor, starting at the origin facing +z.

    The clip is scaled by its right leg, then every bone keeps its direction and takes the target
    length; the published inverse and forward kinematics come to exactly that. Frame rate is the
    caller's: 20 fps. Raises MotionError on a body without a right leg. Source: METHOD.md A5, 1-4.
    """
    return canonical_batch([positions])[0]


def canonical_batch(
    clips: Sequence[Float[np.ndarray, "_ 22 3"]],
) -> list[Float32[np.ndarray, "_ 22 3"]]:
    """`canonical_positions` of many clips in few calls; order is kept."""
    done: list[Float32[np.ndarray, "_ 22 3"]] = []
    for group in groups(clips):
        done += unpack(canonical_packed(pack(group)))
    return done


def canonical_packed(packed: Packed) -> Packed:
    """Steps 1 to 4 on packed clips."""
    xyz = _uniform(packed)
    floor = np.minimum.reduceat(xyz[1].min(axis=0), packed.starts)
    xyz[1] -= packed.spread(floor)
    for axis in (0, 2):
        xyz[axis] -= packed.spread(xyz[axis, 0, packed.starts])
    heading = packed.spread(facing.unit(facing.forward(xyz[:, :, packed.starts])))
    xyz[0], xyz[2] = facing.turn(xyz[0], xyz[2], heading)
    return packed.with_xyz(xyz)


def _uniform(packed: Packed) -> Float32[np.ndarray, "3 22 frames"]:
    """Scale each clip to the target's right leg, then set the bone lengths, root outwards."""
    bones = packed.xyz - packed.xyz[:, _PARENTS]
    lengths = np.sqrt((bones * bones).sum(axis=0))
    legs = (lengths[_RIGHT_SHIN] + lengths[_RIGHT_ANKLE])[packed.starts]
    if (legs < 1e-6).any():
        number = int(np.flatnonzero(legs < 1e-6)[0])
        raise MotionError(
            f"Clip {number} has a right leg of no length, so its size is unknown; "
            "check how its joints were matched."
        )
    scale = (SMPL_LENGTHS[_RIGHT_SHIN] + SMPL_LENGTHS[_RIGHT_ANKLE]) / legs
    lost = lengths < 1e-9
    stretch = SMPL_LENGTHS[:, None] / np.where(lost, 1, lengths)
    if lost[1:].any():  # a bone without length has no direction: it takes the rest pose's
        bones = np.where(lost, SMPL_AXES.T[:, :, None], bones)
    out: Float32[np.ndarray, "3 22 frames"] = bones * stretch
    out[:, 0] = packed.xyz[:, 0] * packed.spread(scale)
    for joint in range(1, 22):
        out[:, joint] += out[:, SMPL_PARENTS[joint]]
    return out


_PARENTS = np.maximum(SMPL_PARENTS, 0)


def from_motion(motion: Motion) -> Motion:
    """Any humanoid motion as a canonical one: 22 joints, 20 fps, uniform bones, facing +z.

    A motion that is canonical already comes back with the positions it has. Raises
    SkeletonError when it is no humanoid and MotionError when under two frames remain at 20 fps.
    """
    from lavimo.motion.retarget import to_smpl22

    body = clip.resample(to_smpl22(motion), FPS)
    if len(body) < 2:
        raise MotionError(
            f"{motion.source.path or 'This motion'} lasts {motion.duration:.2f} s, which is one "
            "frame at 20 fps; a motion needs at least two frames."
        )
    positions = canonical_positions(body.positions)
    if np.abs(positions - body.positions).max() < _SAME:
        positions = body.positions
    return replace(body, skeleton=SMPL_22, positions=positions, rotations=None, translations=None)
