"""Forward kinematics, and rotations from positions."""

import numpy as np

from lavimo.motion import rotations as rot
from lavimo.motion.skeleton import Skeleton
from lavimo.shapes import Float

Positions = Float[np.ndarray, "frames joints 3"]
LocalRotations = Float[np.ndarray, "frames joints 4"]
Translations = Float[np.ndarray, "frames joints 3"]


def rest_translations(
    skeleton: Skeleton, root: Float[np.ndarray, "frames 3"]
) -> Float[np.ndarray, "frames joints 3"]:
    """Translations of a skeleton whose only moving joint is the root: `root`, then offsets."""
    translations = np.broadcast_to(skeleton.offsets, (len(root), *skeleton.offsets.shape)).copy()
    translations[:, 0] = root
    return translations


def forward(
    skeleton: Skeleton, rotations: LocalRotations, translations: Translations
) -> tuple[Positions, LocalRotations]:
    """World positions and world rotations from local rotations and translations.

    `translations[:, 0]` is the path of the root in the world; every other row is the joint's
    place in its parent's frame (metres).
    """
    positions = np.empty_like(translations)
    world = np.empty_like(rotations)
    positions[:, 0], world[:, 0] = translations[:, 0], rotations[:, 0]
    for joints, parents in _generations(skeleton):
        above = world[:, parents]
        world[:, joints] = rot.multiply(above, rotations[:, joints])
        positions[:, joints] = positions[:, parents] + rot.rotate(above, translations[:, joints])
    return positions, world


def _generations(skeleton: Skeleton) -> list[tuple[list[int], list[int]]]:
    """Joints by their distance from the root, with their parents: what can be computed at once."""
    depth = [0] * len(skeleton)
    found: dict[int, tuple[list[int], list[int]]] = {}
    for joint, parent in enumerate(skeleton.parents.tolist()[1:], 1):
        depth[joint] = depth[parent] + 1
        joints, parents = found.setdefault(depth[joint], ([], []))
        joints.append(joint)
        parents.append(parent)
    return [found[level] for level in sorted(found)]


def rotations_from_positions(skeleton: Skeleton, positions: Positions) -> LocalRotations:
    """Local rotations whose forward kinematics gives the directions of all bones.

    A joint with several children takes the rotation that fits all of them best (Kabsch), a
    joint with one child the shortest swing from its parent's frame, a tip the identity. Bone
    lengths are those of the skeleton, so positions come back exactly only when those agree.
    """
    frames = len(positions)
    world = rot.identity(frames, len(skeleton)).astype(np.float64)
    local = world.copy()
    for joint in range(len(skeleton)):
        parent = skeleton.parents[joint]
        above = world[:, parent] if parent >= 0 else rot.identity(frames).astype(np.float64)
        children = skeleton.children(joint)
        bones = [c for c in children if np.linalg.norm(skeleton.offsets[c]) > 1e-6]
        if len(bones) > 1:
            rest = rot.normalise(skeleton.offsets[bones].astype(np.float64))
            posed = rot.normalise(positions[:, bones].astype(np.float64) - positions[:, [joint]])
            world[:, joint] = _kabsch(np.broadcast_to(rest, posed.shape), posed)
            local[:, joint] = rot.multiply(rot.inverse(above), world[:, joint])
        elif len(bones) == 1:
            bone = positions[:, bones[0]].astype(np.float64) - positions[:, joint]
            seen = rot.rotate(rot.inverse(above), bone)
            rest_bone = np.broadcast_to(skeleton.offsets[bones[0]].astype(np.float64), seen.shape)
            local[:, joint] = rot.between(rest_bone, seen)
            world[:, joint] = rot.multiply(above, local[:, joint])
        else:
            world[:, joint] = above
    return local.astype(np.float32)


def _kabsch(
    rest: Float[np.ndarray, "frames bones 3"], posed: Float[np.ndarray, "frames bones 3"]
) -> Float[np.ndarray, "frames 4"]:
    covariance = np.einsum("fbi,fbj->fij", posed, rest)
    u, _, vt = np.linalg.svd(covariance)
    flip = np.sign(np.linalg.det(u @ vt))
    u[..., :, 2] *= np.where(flip == 0, 1, flip)[:, None]
    return rot.from_matrix(u @ vt)
