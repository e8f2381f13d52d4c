"""HumanML3D's arrays: joints (T, 22, 3) in metres, or the 263 features a frame.

Conventions: y up, 20 fps (the file does not say it). Arrays with 24, 52 or 55 SMPL joints give
their first 22. Features become positions by the recovery of METHOD.md A5. Rotations are not
known.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from lavimo.errors import FormatError
from lavimo.files import atomic_path
from lavimo.formats.npyfile import read_array
from lavimo.formats.settle import check_finite, check_near, check_size, y_up
from lavimo.formats.units import detect_unit, detect_up, longest_path
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, Source, resample
from lavimo.motion.skeleton import SMPL_22
from lavimo.shapes import Float, Float32

FPS = 20.0
_SMPL_JOINTS = (22, 24, 52, 55)
"""SMPL with and without hands, face and feet: the first 22 joints are the same."""


def read(
    path: str | Path,
    *,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
) -> Motion:
    """An array file as a 22-joint Motion; 20 fps unless `fps` says otherwise.

    Raises FormatError for another shape, pickled content or a cut-off file, MotionError on no
    frames or values that are not finite.
    """
    name = str(path)
    with Path(path).open("rb") as stream:
        array = read_array(stream, Path(path).stat().st_size, name)
    positions, remark = _positions(name, array)
    _check(name, positions)
    motion = _settled(name, positions, fps or FPS, unit, up)
    given = f"{fps:g} frames a second, as asked" if fps else f"{FPS:g} frames a second, as usual"
    remarks = (remark, given, *motion.source.remarks)
    return replace(motion, source=replace(motion.source, remarks=remarks))


def write(motion: Motion, path: str | Path) -> Path:
    """Write joints (T, 22, 3) in float32 metres at 20 fps, brought to 22 joints where needed."""
    if motion.skeleton.names != SMPL_22.names:
        from lavimo.motion.retarget import to_smpl22

        motion = to_smpl22(motion)
    motion = resample(motion, FPS)
    return write_array(motion.positions, path)


def write_array(array: Float[np.ndarray, "..."], path: str | Path) -> Path:
    """Write one array as .npy, whole or not at all."""
    with atomic_path(Path(path)) as temporary, temporary.open("wb") as stream:
        np.lib.format.write_array(stream, np.ascontiguousarray(array), allow_pickle=False)
    return Path(path)


def recover_positions(
    features: Float[np.ndarray, "frames 263"],
) -> Float32[np.ndarray, "frames 22 3"]:
    """Positions from the root columns and the root-relative joints of the 263 features.

    Metres, y up, frame 0 at the origin facing +z. Source: METHOD.md A5, recovery from RIC.
    """
    values = np.asarray(features, np.float32)
    # Column 0 is half the yaw step of the turn that takes the world into the facing frame.
    half = np.concatenate([[0.0], np.cumsum(values[:-1, 0], dtype=np.float64)])
    to_world = rot.yaw(-2 * half)
    step = np.zeros((len(values), 3))
    step[1:, [0, 2]] = values[:-1, 1:3]
    root = np.cumsum(rot.rotate(to_world, step), axis=0)
    positions = np.zeros((len(values), 22, 3))
    positions[:, 1:] = rot.rotate(to_world[:, None], values[:, 4:67].reshape(-1, 21, 3))
    positions += root[:, None]
    positions[:, 0, 1] = values[:, 3]
    return positions.astype(np.float32)


def _positions(name: str, array: np.ndarray) -> tuple[Float32[np.ndarray, "frames 22 3"], str]:
    if array.dtype.kind not in "fiu":
        raise FormatError(f"{name} holds {array.dtype} values, no motion; save numbers.")
    if array.ndim == 4 and len(array) == 1:
        array = array[0]  # generators save batches of one
    shape = array.shape
    with np.errstate(over="ignore", invalid="ignore"):
        array = array.astype(np.float32)
        if array.ndim == 3 and shape[1] in _SMPL_JOINTS and shape[2] == 3:
            kept = f", the first 22 of {shape[1]} joints" if shape[1] > 22 else ""
            return array[:, :22], f"joints {shape}{kept}"
        if array.ndim == 2 and shape[1] == 66:
            return array.reshape(-1, 22, 3), f"joints {shape}"
        if array.ndim == 2 and shape[1] == 263:
            return recover_positions(array), f"HumanML3D features {shape}"
    raise FormatError(
        f"{name} is an array of {shape}; joints (T, 22, 3) or HumanML3D features (T, 263) are read."
    )


def _check(name: str, positions: Float32[np.ndarray, "frames 22 3"]) -> None:
    check_size(name, len(positions), 22)
    check_finite(name, positions)


def _settled(
    name: str,
    positions: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    unit: float | None,
    up: str | None,
) -> Motion:
    some = positions[:: max(1, len(positions) // 100)].astype(np.float64)
    bones = some - some[:, SMPL_22.parents]
    lengths = np.median(np.linalg.norm(bones, axis=-1), axis=0)
    scale, why = unit, "as asked"
    if scale is None:
        choice = detect_unit(longest_path(SMPL_22.parents, lengths), usual=1.0)
        scale, why = float(choice.value), choice.why
    axis, why_up = up, f"{up} is up, as asked"
    if axis is None:
        rest = SMPL_22.offsets.astype(np.float64)
        for joint, parent in enumerate(SMPL_22.parents.tolist()[1:], 1):
            rest[joint] += rest[parent]
        upward = detect_up(SMPL_22.names, some, rest[None])
        axis, why_up = str(upward.value), upward.why
    positions = (positions * scale).astype(np.float32)
    check_near(name, positions)
    remarks = (f"1 unit = {scale:.6g} m: {why}", why_up)
    return Motion(
        skeleton=SMPL_22,
        positions=y_up(positions) if axis == "z" else positions,
        fps=fps,
        source=Source(path=name, unit_metres=scale, up_axis=axis, remarks=remarks),
    )
