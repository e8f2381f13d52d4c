"""The 263 features one clip at a time, written step by step from METHOD.md A5 with quaternions.

Slow and plain on purpose: it is what `lavimo.features.humanml` is compared with, for values and
for speed. It shares no code with it. Loops run over chains and bones, arrays over frames.
"""

import itertools

import numpy as np
from scipy.ndimage import gaussian_filter1d

PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19]
CHAINS = [[0, 2, 5, 8, 11], [0, 1, 4, 7, 10], [0, 3, 6, 9, 12, 15], [9, 14, 17, 19, 21],
          [9, 13, 16, 18, 20]]  # fmt: skip
FEET = [7, 10, 8, 11]
UP = np.array([[0, 1, 0]], np.float32)
FRONT = np.array([[0, 0, 1]], np.float32)


def qmul(a, b):
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def qinv(q):
    return q * np.array([1, -1, -1, -1], np.float32)


def qrot(q, v):
    uv = np.cross(q[..., 1:], v)
    return v + 2 * (q[..., :1] * uv + np.cross(q[..., 1:], uv))


def unit(v):
    return v / np.sqrt((v**2).sum(axis=-1, keepdims=True))


def qbetween(a, b):
    a, b = np.broadcast_arrays(a, b)
    w = np.sqrt((a**2).sum(-1, keepdims=True) * (b**2).sum(-1, keepdims=True))
    w = w + (a * b).sum(-1, keepdims=True)
    return unit(np.concatenate([w, np.cross(a, b)], axis=-1))


def sixd(q):
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    return np.stack(
        [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y),
         2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=-1,
    )  # fmt: skip


def inverse_kinematics(joints, axes, smooth):
    across = (joints[:, 1] - joints[:, 2]) + (joints[:, 17] - joints[:, 16])
    forward = np.cross(UP, unit(across))
    if smooth:
        forward = gaussian_filter1d(forward, 20, axis=0, mode="nearest")
    root = qbetween(unit(forward), FRONT).astype(np.float32)
    root[0] = [1, 0, 0, 0]
    quaternions = np.zeros((len(joints), 22, 4), np.float32)
    quaternions[:, 0] = root
    for chain in CHAINS:
        above = root
        for parent, child in itertools.pairwise(chain):
            bone = unit(joints[:, child] - joints[:, parent])
            turn = qbetween(axes[child][None], bone)
            local = qmul(qinv(above), turn)
            quaternions[:, child] = local
            above = qmul(above, local)
    return quaternions


def forward_kinematics(quaternions, root, offsets):
    joints = np.zeros((len(root), 22, 3), np.float32)
    joints[:, 0] = root
    for chain in CHAINS:
        above = quaternions[:, 0]
        for parent, child in itertools.pairwise(chain):
            above = qmul(above, quaternions[:, child])
            joints[:, child] = joints[:, parent] + qrot(above, offsets[child][None])
    return joints


def canonical(positions, axes, lengths):
    """Steps 1 to 4."""
    joints = np.asarray(positions, np.float32)
    target = axes * lengths[:, None]
    source = np.zeros((22, 3), np.float32)
    for joint in range(1, 22):
        bone = np.linalg.norm(joints[0, joint] - joints[0, PARENTS[joint]])
        source[joint] = axes[joint] * bone
    ratio = (np.abs(target[5]).max() + np.abs(target[8]).max()) / (
        np.abs(source[5]).max() + np.abs(source[8]).max()
    )
    quaternions = inverse_kinematics(joints, axes, smooth=False)
    joints = forward_kinematics(quaternions, joints[:, 0] * ratio, target)
    joints[..., 1] -= joints[..., 1].min()
    joints -= joints[0, 0] * np.array([1, 0, 1], np.float32)
    first = joints[0]
    across = unit((first[2] - first[1]) + (first[17] - first[16]))
    forward = unit(np.cross(UP, across[None]))
    turn = qbetween(forward, FRONT).astype(np.float32)
    return qrot(np.broadcast_to(turn, (*joints.shape[:2], 4)), joints)


def encode(positions, axes, lengths):
    """Steps 1 to 10."""
    joints = canonical(positions, axes, lengths)
    step = joints[1:] - joints[:-1]
    contacts = (step[:, FEET] ** 2).sum(axis=-1) < 0.002
    quaternions = inverse_kinematics(joints, axes, smooth=True)
    facing = quaternions[:, 0]
    velocity = qrot(facing[1:], step[:, 0])
    turn = qmul(facing[1:], qinv(facing[:-1]))
    around = joints.copy()
    around[..., 0] -= joints[:, :1, 0]
    around[..., 2] -= joints[:, :1, 2]
    spread = np.repeat(facing[:, None], 22, axis=1)
    around = qrot(spread, around)
    local = qrot(spread[:-1], step)
    rows = len(joints) - 1
    return np.concatenate(
        [
            np.arcsin(turn[:, 2:3]),
            velocity[:, [0, 2]],
            around[:-1, 0, 1:2],
            around[:-1, 1:].reshape(rows, -1),
            sixd(quaternions[:-1, 1:]).reshape(rows, -1),
            local.reshape(rows, -1),
            contacts,
        ],
        axis=-1,
    ).astype(np.float32)
