"""DeepMimic's JSON clips: 44 numbers a frame for a humanoid whose bones the file does not hold.

Conventions: metres, y up, faces +x, quaternions wxyz; knees and elbows turn about z. The bone
lengths are those of DeepMimic's humanoid (PROBE.md, "Reading the files"); head and toes, which
it has not as joints, are added so that the body can be compared with others.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.settle import Raw, check_finite, check_size, settle
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.shapes import Float

JOINTS: tuple[tuple[str, str, tuple[float, float, float], int], ...] = (
    ("root", "", (0.0, 0.0, 0.0), 4),
    ("chest", "root", (0.0, 0.236, 0.0), 4),
    ("neck", "chest", (0.0, 0.224, 0.0), 4),
    ("right_hip", "root", (0.0, 0.0, 0.085), 4),
    ("right_knee", "right_hip", (0.0, -0.422, 0.0), 1),
    ("right_ankle", "right_knee", (0.0, -0.410, 0.0), 4),
    ("right_shoulder", "chest", (-0.024, 0.244, 0.183), 4),
    ("right_elbow", "right_shoulder", (0.0, -0.275, 0.0), 1),
    ("left_hip", "root", (0.0, 0.0, -0.085), 4),
    ("left_knee", "left_hip", (0.0, -0.422, 0.0), 1),
    ("left_ankle", "left_knee", (0.0, -0.410, 0.0), 4),
    ("left_shoulder", "chest", (-0.024, 0.244, -0.183), 4),
    ("left_elbow", "left_shoulder", (0.0, -0.275, 0.0), 1),
    ("head", "neck", (0.05, 0.12, 0.0), 0),
    ("right_wrist", "right_elbow", (0.0, -0.259, 0.0), 0),
    ("left_wrist", "left_elbow", (0.0, -0.259, 0.0), 0),
    ("right_toe", "right_ankle", (0.13, -0.045, 0.0), 0),
    ("left_toe", "left_ankle", (0.13, -0.045, 0.0), 0),
)
"""Name, parent, place in the parent's frame in metres, and how many numbers a frame turn it."""

WIDTH = 44
STEADY = 0.01
"""Frame durations may differ by this share before the clip is resampled to a constant rate."""


def read(
    path: str | Path,
    *,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
) -> Motion:
    """A DeepMimic clip as a Motion in metres, y up, at the rate of its frame durations.

    Durations that vary are resampled to their median. Raises FormatError on anything but frames
    of 44 numbers, MotionError on no frames.
    """
    name = str(path)
    values = _frames(name, Path(path).read_bytes())
    check_size(name, len(values), len(JOINTS))
    check_finite(name, values)
    rotations, root = _pose(values)
    step, times = _times(name, values[:, 0])
    remarks: tuple[str, ...] = ()
    if times is not None:
        rotations, root = _resampled(rotations, root, step, times)
        remarks = (f"frames of uneven duration were resampled to {step:.4f} s",)
    translations = np.broadcast_to(_OFFSETS, (len(root), *_OFFSETS.shape)).copy()
    translations[:, 0] = root
    raw = Raw(name, _NAMES, _PARENTS, _OFFSETS, rotations, translations, fps or 1 / step,
              remarks=remarks)  # fmt: skip
    return settle(raw, unit=unit, up=up, usual_unit=1.0, usual_up="y")


_NAMES = tuple(row[0] for row in JOINTS)
_PARENTS = np.array([_NAMES.index(row[1]) if row[1] else -1 for row in JOINTS], np.int16)
_OFFSETS = np.array([row[2] for row in JOINTS])


def _frames(path: str, data: bytes) -> Float[np.ndarray, "frames 44"]:
    try:
        content: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is no JSON that can be read; the file is cut off.") from error
    frames = content.get("Frames") if isinstance(content, dict) else None
    if not isinstance(frames, list):
        raise FormatError(f'{path} has no list "Frames"; it is no DeepMimic clip.')
    for number, row in enumerate(frames):
        if not isinstance(row, list) or len(row) != WIDTH or not all(map(_is_number, row)):
            raise FormatError(f"{path}: frame {number} is no list of {WIDTH} numbers.")
    try:
        return np.array(frames, np.float64).reshape(-1, WIDTH)
    except OverflowError:
        raise FormatError(f"{path} holds a number too large to be one; mend the file.") from None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _pose(
    values: Float[np.ndarray, "frames 44"],
) -> tuple[Float[np.ndarray, "frames joints 4"], Float[np.ndarray, "frames 3"]]:
    rotations = np.zeros((len(values), len(JOINTS), 4))
    rotations[..., 0] = 1
    column = 4
    for joint, (_, _, _, width) in enumerate(JOINTS):
        if width == 4:
            turn = values[:, column : column + 4]
            length = np.linalg.norm(turn, axis=1)
            # A quaternion of zeros says nothing; the joint then stays as it is.
            rotations[length > 1e-6, joint] = (turn / np.maximum(length, 1e-6)[:, None])[
                length > 1e-6
            ]
        elif width == 1:
            axis = np.array([0.0, 0.0, 1.0])
            rotations[:, joint] = rot.from_axis_angle(axis, values[:, column])
        column += width
    return rotations, values[:, 1:4]


def _times(
    path: str, durations: Float[np.ndarray, " frames"]
) -> tuple[float, Float[np.ndarray, " frames"] | None]:
    """The usual duration, and the time of each frame where durations vary (else None)."""
    lasting = durations[:-1] if len(durations) > 1 else durations  # the last is 0 in most files
    step = float(np.median(lasting))
    if not 1e-5 < step < 1e5 or lasting.min() < 0:
        raise FormatError(f"{path}: a frame of {step:g} s is not possible; mend the durations.")
    if np.ptp(lasting) <= STEADY * step:
        return step, None
    times = np.concatenate([[0.0], np.cumsum(lasting)])[: len(durations)]
    if times[-1] / step > 10 * len(durations):
        raise FormatError(f"{path}: its frame durations differ too much to be one motion.")
    return step, times


def _resampled(
    rotations: Float[np.ndarray, "frames joints 4"],
    root: Float[np.ndarray, "frames 3"],
    step: float,
    times: Float[np.ndarray, " frames"],
) -> tuple[Float[np.ndarray, "n joints 4"], Float[np.ndarray, "n 3"]]:
    wanted = np.arange(int(times[-1] / step + 1e-6) + 1) * step
    low = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, len(times) - 2)
    gap = np.maximum(times[low + 1] - times[low], 1e-9)
    t = np.clip((wanted - times[low]) / gap, 0, 1)
    turned = rot.slerp(rotations[low], rotations[low + 1], t[:, None])
    moved = root[low] + t[:, None] * (root[low + 1] - root[low])
    return turned, moved
