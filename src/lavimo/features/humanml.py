"""The 263 numbers a frame of HumanML3D: encode and recover, value for value (METHOD.md A5).

Columns: 0 half the yaw step (world to facing), 1-2 root velocity x, z in the facing frame, 3 root
height, 4-66 joints 1-21 about the root in the facing frame, 67-192 6D rotations of joints 1-21,
193-258 velocities of all joints, 259-262 contacts (left ankle, left toe, right ankle, right toe).

What the published code does and anatomy would not is kept: hips are subtracted from the heading,
arms start from the root's rotation, frame 0 faces +z whatever its smoothed heading, velocities
of the root and of the joints use the rotations of neighbouring frames.
Glossary: u rest direction of a bone, d its direction now, R the shortest turn from u to d.
"""

from collections.abc import Sequence

import numpy as np

from lavimo.errors import MotionError
from lavimo.features import facing
from lavimo.features.canonical import canonical_packed
from lavimo.features.packed import BLOCK, Packed, groups, pack
from lavimo.formats.arrays import recover_positions
from lavimo.motion.skeleton import SMPL_AXES, SMPL_PARENTS
from lavimo.shapes import Float, Float32

DIM = 263
CONTACT_THRESHOLD = 0.002
"""Squared metres a frame below which a foot counts as standing (METHOD.md A5, step 5)."""

_FEET = [7, 10, 8, 11]
# The rotation that a bone's local rotation is relative to; arms hang on the root's (row 0).
_ABOVE = [0 if joint in (13, 14) else SMPL_PARENTS[joint] for joint in range(1, 22)]
_U = SMPL_AXES[1:].T[:, :, None]


def encode(
    positions: Float[np.ndarray, "frames 22 3"], *, parity: bool = True
) -> Float32[np.ndarray, "out 263"]:
    """Features (frames - 1, 263) of positions in metres, y up, 20 fps.

    `parity=False` mends one fault of the published features: where the heading passes straight
    backwards (-z) the yaw step of that frame has the wrong sign, and everything recovered after
    it is turned. Raises MotionError under two frames. Source: METHOD.md A5, steps 1-10.
    """
    return encode_batch([positions], parity=parity)[0]


def encode_batch(
    clips: Sequence[Float[np.ndarray, "_ 22 3"]], *, canonical: bool = False, parity: bool = True
) -> list[Float32[np.ndarray, "_ 263"]]:
    """Features of many clips in few calls; order is kept.

    `canonical=True`: the positions are canonical already, only steps 5 to 10 are run.
    """
    for number, clip in enumerate(clips):
        if len(clip) < 2:
            raise MotionError(
                f"Clip {number} holds {len(clip)} frames; features need at least two frames."
            )
    done: list[Float32[np.ndarray, "_ 263"]] = []
    for group in groups(clips):
        packed = pack(group)
        rows = _encode_packed(packed if canonical else canonical_packed(packed), parity)
        done += [rows[a : a + n - 1] for a, n in zip(packed.starts, packed.lengths, strict=True)]
    return done


def _encode_packed(packed: Packed, parity: bool) -> Float32[np.ndarray, "frames 263"]:
    """Rows for every frame; the last row of each clip is meaningless (it sees the next clip)."""
    heading = facing.forward(packed.xyz, hip_sign=-1.0)
    heading = facing.unit(facing.smooth(heading, packed))
    heading[:, packed.starts] = np.array([[0], [1]], np.float32)
    frames = packed.xyz.shape[2]
    rows = np.empty((frames, DIM), np.float32)
    for a in range(0, frames, BLOCK):
        b = min(a + BLOCK, frames)
        after = min(b + 1, frames)
        rows[a:b] = _block(packed.xyz[:, :, a:after], heading[:, a:after], b - a, parity).T
    return rows


def _block(
    xyz: Float32[np.ndarray, "3 22 seen"],
    heading: Float32[np.ndarray, "2 seen"],
    frames: int,
    parity: bool,
) -> Float32[np.ndarray, "263 frames"]:
    """Columns of `frames` frames; `xyz` also holds the frame after them, except at the end."""
    out = np.zeros((DIM, frames), np.float32)
    steps = xyz.shape[2] - 1
    now, here = xyz[:, :, :frames], heading[:, :frames]
    move = xyz[:, :, 1:] - xyz[:, :, :-1]

    out[0, :steps] = _yaw_steps(heading, parity)
    out[1, :steps], out[2, :steps] = facing.turn(move[0, 0], move[2, 0], heading[:, 1:])
    out[3] = now[1, 0]

    about = out[4:67].reshape(21, 3, frames)
    about[:, 0], about[:, 2] = facing.turn(now[0, 1:] - now[0, :1], now[2, 1:] - now[2, :1], here)
    about[:, 1] = now[1, 1:]

    _write_rotations(now, here, out[67:193].reshape(21, 6, frames))

    velocity = out[193:259].reshape(22, 3, frames)[..., :steps]
    velocity[:, 0], velocity[:, 2] = facing.turn(move[0], move[2], heading[:, :steps])
    velocity[:, 1] = move[1]

    feet = move[:, _FEET]
    out[259:263, :steps] = (feet * feet).sum(axis=0) < CONTACT_THRESHOLD
    return out


def _yaw_steps(
    heading: Float32[np.ndarray, "2 seen"], parity: bool
) -> Float32[np.ndarray, " steps"]:
    """Half the turn between neighbouring frames, of the rotation from world to facing."""
    fx, fz = heading
    # Half-angle form (w, 0, y, 0) of the turn to +z, w never negative. The larger of the two by
    # a root, the other by division: a root near zero would lose half the digits.
    root = np.sqrt(0.5 * (1 + np.abs(fz)))
    other = np.abs(fx) / (2 * root)
    side = np.where(fx > 0, np.float32(-1), np.float32(1))
    w, y = np.where(fz >= 0, root, other), side * np.where(fz >= 0, other, root)
    sine = y[1:] * w[:-1] - w[1:] * y[:-1]
    if not parity:
        cosine = w[1:] * w[:-1] + y[1:] * y[:-1]
        sine = np.where(cosine < 0, -sine, sine)
    half: Float32[np.ndarray, " steps"] = np.arcsin(np.clip(sine, -1, 1))
    return half


def _write_rotations(
    xyz: Float32[np.ndarray, "3 22 frames"],
    heading: Float32[np.ndarray, "2 frames"],
    out: Float32[np.ndarray, "21 6 frames"],
) -> None:
    """6D local rotations (two columns of R_above^T R) of joints 1 to 21."""
    bones = xyz[:, 1:] - xyz[:, SMPL_PARENTS[1:]]
    x, y, z = bones
    length = np.sqrt(x * x + y * y + z * z)
    lost = length < 1e-9
    if lost.any():  # a bone without length has no direction: it takes the rest pose's
        length, bones = np.where(lost, 1, length), np.where(lost, _U, bones)
    d = bones / length
    turns = _shortest_turns(d)
    fx, fz = heading
    zero, one = np.zeros_like(fx), np.ones_like(fx)
    root = np.stack([fz, zero, -fx, zero, one, zero, fx, zero, fz]).reshape(3, 3, 1, -1)
    above = np.concatenate([root, turns], axis=2)[:, :, _ABOVE]
    for column in (0, 1):
        for row in (0, 1, 2):
            out[:, 3 * column + row] = (
                above[0, row] * turns[0, column]
                + above[1, row] * turns[1, column]
                + above[2, row] * turns[2, column]
            )


def _shortest_turns(
    d: Float32[np.ndarray, "3 21 frames"],
) -> Float32[np.ndarray, "3 3 21 frames"]:
    """Matrices of the shortest turns from the rest directions to d: c + [v]x + v v' / (1 + c).

    v = u x d and c = u . d. 1 + c is taken as |v|^2 / (1 - c) where d points away from u, which
    keeps an arm held straight up exact to float32; exactly opposite directions turn by pi about
    an axis orthogonal to u (METHOD.md A5, [R]).
    """
    c = _U[0] * d[0] + _U[1] * d[1] + _U[2] * d[2]
    v = np.empty_like(d)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        v[i] = _U[j] * d[k] - _U[k] * d[j]
    square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
    opposite = (square < 1e-14) & (c < 0)
    if opposite.any():
        v = np.where(opposite, _ORTHOGONAL, v)
        square = np.where(opposite, np.float32(1e-14), square)
    away = c < 0
    scale = np.where(away, 1 - c, 1) / np.where(away, square, 1 + c)
    x, y, z = v
    kx, ky = scale * x, scale * y
    turns = np.empty((3, 3, *c.shape), np.float32)
    turns[0, 0] = c + kx * x
    turns[1, 1] = c + ky * y
    turns[2, 2] = c + scale * z * z
    turns[0, 1], turns[1, 0] = kx * y - z, kx * y + z
    turns[0, 2], turns[2, 0] = kx * z + y, kx * z - y
    turns[1, 2], turns[2, 1] = ky * z - x, ky * z + x
    return turns


_ORTHOGONAL = (1e-7 * np.roll(np.abs(SMPL_AXES[1:]), 1, axis=1)).T[:, :, None].astype(np.float32)


def recover(
    features: Float[np.ndarray, "frames 263"],
) -> Float32[np.ndarray, "frames 22 3"]:
    """Positions from the root columns and joints about the root (metres, y up, start at origin).

    Exact inverse of `encode` but for its last input frame. Source: METHOD.md A5, recovery.
    """
    return recover_positions(features)
