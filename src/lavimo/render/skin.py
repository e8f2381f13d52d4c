"""Skinning: a mesh takes the pose of its joints."""

import numpy as np

from lavimo.render.kernel import kernel
from lavimo.shapes import Float32, UInt8


@kernel
def skin(
    vertices: Float32[np.ndarray, "vertices 3"],
    normals: Float32[np.ndarray, "vertices 3"],
    bones: UInt8[np.ndarray, "vertices 4"],
    weights: Float32[np.ndarray, "vertices 4"],
    rest: Float32[np.ndarray, "22 3"],
    rotations: Float32[np.ndarray, "22 3 3"],
    joints: Float32[np.ndarray, "22 3"],
    posed: Float32[np.ndarray, "vertices 3"],
    turned: Float32[np.ndarray, "vertices 3"],
) -> None:
    """Linear blend of at most four joints a vertex; normals take the same blend."""
    shift = np.empty((len(joints), 3), np.float32)
    for j in range(len(joints)):
        for i in range(3):
            shift[j, i] = joints[j, i]
            for k in range(3):
                shift[j, i] -= rotations[j, i, k] * rest[j, k]
    blend = np.empty((3, 4), np.float32)
    for v in range(len(vertices)):
        blend[:] = 0
        for slot in range(4):
            weight = weights[v, slot]
            if weight == 0:
                continue
            bone = bones[v, slot]
            for i in range(3):
                for k in range(3):
                    blend[i, k] += weight * rotations[bone, i, k]
                blend[i, 3] += weight * shift[bone, i]
        length = np.float32(0)
        for i in range(3):
            posed[v, i] = (
                blend[i, 0] * vertices[v, 0]
                + blend[i, 1] * vertices[v, 1]
                + blend[i, 2] * vertices[v, 2]
                + blend[i, 3]
            )
            turned[v, i] = (
                blend[i, 0] * normals[v, 0]
                + blend[i, 1] * normals[v, 1]
                + blend[i, 2] * normals[v, 2]
            )
            length += turned[v, i] * turned[v, i]
        if length > 0:
            length = np.float32(1) / np.sqrt(length)
            for i in range(3):
                turned[v, i] *= length
