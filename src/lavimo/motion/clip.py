"""A motion clip: positions always, rotations when known, and where it came from."""

from dataclasses import dataclass, replace

import numpy as np

from lavimo.errors import MotionError
from lavimo.motion import kinematics
from lavimo.motion import rotations as rot
from lavimo.motion.skeleton import SMPL_22, SMPL_MIRROR, Skeleton
from lavimo.shapes import Float32

MAX_FRAMES = 1_000_000
"""Longer clips are refused by every reader: nine hours at 30 fps, or a lying header."""


@dataclass(frozen=True)
class Source:
    """Where a motion came from. `start` and `end` are seconds in the file; `end` None = its end."""

    path: str = ""
    sha256: str = ""
    clip: str | None = None
    start: float = 0.0
    end: float | None = None
    licence: str = ""
    format: str = ""
    unit_metres: float = 1.0
    up_axis: str = "y"
    remarks: tuple[str, ...] = ()
    """What the reader decided and why: units, up axis, dropped frames."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Joint positions over time in world metres, y up; local rotations (wxyz) when known.

    `translations` holds each joint's local translation where a file animates more than the root
    (row 0 is the root's path); None means the skeleton's offsets. Promise, when rotations are
    known: forward kinematics gives `positions` within 1e-4 m. `fps` is never rounded.
    Raises MotionError on a shape that does not fit, no frames, or values that are not finite.
    """

    skeleton: Skeleton
    positions: Float32[np.ndarray, "frames joints 3"]
    fps: float
    rotations: Float32[np.ndarray, "frames joints 4"] | None = None
    translations: Float32[np.ndarray, "frames joints 3"] | None = None
    source: Source = Source()

    def __post_init__(self) -> None:
        where = self.source.path or "This motion"
        frames, joints = self.positions.shape[:2]
        if frames == 0:
            raise MotionError(f"{where} holds no frames; record or export at least two.")
        if joints != len(self.skeleton) or self.positions.shape[2:] != (3,):
            raise MotionError(f"{where}: positions {self.positions.shape} do not fit the skeleton.")
        if not (np.isfinite(self.fps) and self.fps > 0):
            raise MotionError(f"{where}: a frame rate of {self.fps} is not possible.")
        if not np.isfinite(self.positions).all():
            frame = int(np.flatnonzero(~np.isfinite(self.positions).all(axis=(1, 2)))[0])
            raise MotionError(
                f"{where}: frame {frame} holds a value that is no finite number; mend the export."
            )

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return len(self) / self.fps


def from_rotations(
    skeleton: Skeleton,
    rotations: Float32[np.ndarray, "frames joints 4"],
    fps: float,
    *,
    root: Float32[np.ndarray, "frames 3"] | None = None,
    translations: Float32[np.ndarray, "frames joints 3"] | None = None,
    source: Source = Source(),
) -> Motion:
    """A motion by forward kinematics, from the root's path or from all local translations."""
    if (root is None) == (translations is None):
        raise ValueError("give either root or translations")
    local = translations if root is None else kinematics.rest_translations(skeleton, root)
    assert local is not None
    positions, _ = kinematics.forward(skeleton, rotations, local)
    return Motion(
        skeleton=skeleton,
        positions=positions.astype(np.float32),
        fps=fps,
        rotations=rotations.astype(np.float32),
        translations=None if translations is None else translations.astype(np.float32),
        source=source,
    )


def cut(motion: Motion, start: float, end: float | None = None) -> Motion:
    """The frames from `start` to `end` seconds (end exclusive, None = to the end).

    Raises MotionError when nothing is left.
    """
    first = max(0, round(start * motion.fps))
    last = len(motion) if end is None else min(len(motion), round(end * motion.fps))
    if last <= first:
        raise MotionError(
            f"{motion.source.path or 'This motion'} lasts {motion.duration:.2f} s; "
            f"{start:g} to {end if end is None else format(end, 'g')} s leaves nothing."
        )
    offset = motion.source.start
    source = replace(motion.source, start=offset + first / motion.fps,
                     end=offset + last / motion.fps)  # fmt: skip
    return _with_frames(motion, slice(first, last), source)


def resample(motion: Motion, fps: float) -> Motion:
    """The same motion at another rate: positions linear, rotations by slerp and FK.

    Frame 0 keeps its time; the last new frame is the last one inside the recording.
    """
    if abs(motion.fps - fps) < 1e-6:
        return motion
    times = np.arange(int(np.floor((len(motion) - 1) / motion.fps * fps + 1e-6)) + 1)
    at = np.minimum(times * (motion.fps / fps), len(motion) - 1)
    low = np.minimum(at.astype(int), max(len(motion) - 2, 0))
    high = np.minimum(low + 1, len(motion) - 1)
    t = (at - low).astype(np.float32)

    def lerp(values: Float32[np.ndarray, "frames joints 3"]) -> Float32[np.ndarray, "n joints 3"]:
        weight = t[:, None, None]
        found: np.ndarray = ((1 - weight) * values[low] + weight * values[high]).astype(np.float32)
        return found

    if motion.rotations is None:
        return replace(motion, positions=lerp(motion.positions), fps=fps)
    turned = rot.slerp(motion.rotations[low], motion.rotations[high], t[:, None])
    moved = (
        lerp(motion.translations)
        if motion.translations is not None
        else kinematics.rest_translations(motion.skeleton, lerp(motion.positions[:, :1])[:, 0])
    )
    positions, _ = kinematics.forward(motion.skeleton, turned, moved)
    return replace(
        motion,
        positions=positions.astype(np.float32),
        rotations=turned,
        translations=None if motion.translations is None else moved,
        fps=fps,
    )


def stride(motion: Motion, fps: float = 20.0) -> Motion:
    """Every n-th frame with n = int(rate / fps), called `fps` afterwards: HumanML3D's way (A2.3).

    Only for parity with published arrays; use `resample` for new data.
    """
    step = max(1, int(motion.fps / fps))
    return replace(_with_frames(motion, slice(None, None, step), motion.source), fps=fps)


def mirror(motion: Motion) -> Motion:
    """A canonical (22-joint) motion as seen in a mirror: x negated, sides exchanged (A2.6).

    Rotations are dropped. Raises MotionError for another skeleton.
    """
    if motion.skeleton is not SMPL_22 and motion.skeleton.names != SMPL_22.names:
        raise MotionError("Only canonical 22-joint motions can be mirrored; retarget it first.")
    return replace(
        motion,
        positions=mirror_positions(motion.positions),
        rotations=None,
        translations=None,
    )


def mirror_positions(
    positions: Float32[np.ndarray, "frames 22 3"],
) -> Float32[np.ndarray, "frames 22 3"]:
    """Positions of the 22 joints with x negated and the sides exchanged."""
    return positions[:, SMPL_MIRROR] * np.array([-1, 1, 1], np.float32)


def move(motion: Motion, by: tuple[float, float, float], turn: float = 0.0) -> Motion:
    """The motion turned about the y axis by `turn` radians at the origin, then moved by metres."""
    q = rot.yaw(np.array(turn, np.float32)).astype(np.float32)
    shift = np.asarray(by, np.float32)
    positions = rot.rotate(q, motion.positions) + shift
    rotations = motion.rotations
    translations = motion.translations
    if rotations is not None:
        rotations = rotations.copy()
        rotations[:, 0] = rot.multiply(np.broadcast_to(q, rotations[:, 0].shape), rotations[:, 0])
    if translations is not None:
        translations = translations.copy()
        translations[:, 0] = rot.rotate(q, translations[:, 0]) + shift
    return replace(
        motion,
        positions=positions.astype(np.float32),
        rotations=rotations,
        translations=translations,
    )


def concatenate(motions: list[Motion]) -> Motion:
    """One motion after the other; same skeleton and rate. Raises MotionError otherwise."""
    first = motions[0]
    if any(m.skeleton.names != first.skeleton.names or m.fps != first.fps for m in motions):
        raise MotionError("Only motions of one skeleton and one frame rate can be joined.")
    known = all(m.rotations is not None for m in motions)
    moving = known and any(m.translations is not None for m in motions)
    return replace(
        first,
        positions=np.concatenate([m.positions for m in motions]),
        rotations=np.concatenate([_rotations(m) for m in motions]) if known else None,
        translations=np.concatenate([_translations(m) for m in motions]) if moving else None,
    )


def _rotations(motion: Motion) -> Float32[np.ndarray, "frames joints 4"]:
    assert motion.rotations is not None
    return motion.rotations


def _translations(motion: Motion) -> Float32[np.ndarray, "frames joints 3"]:
    if motion.translations is not None:
        return motion.translations
    return kinematics.rest_translations(motion.skeleton, motion.positions[:, 0])


def _with_frames(motion: Motion, frames: slice, source: Source) -> Motion:
    return replace(
        motion,
        positions=motion.positions[frames],
        rotations=None if motion.rotations is None else motion.rotations[frames],
        translations=None if motion.translations is None else motion.translations[frames],
        source=source,
    )
