"""From a file's own units and axes to a Motion in metres with y up."""

from dataclasses import dataclass

import numpy as np

from lavimo.errors import FormatError, MotionError, SkeletonError
from lavimo.formats.units import Decision, detect_unit, detect_up, longest_path, standing_axes
from lavimo.motion import rotations as rot
from lavimo.motion.clip import MAX_FRAMES, Motion, Source
from lavimo.motion.kinematics import forward
from lavimo.motion.skeleton import MAX_JOINTS, Skeleton
from lavimo.shapes import Float, Int16

FAR = 100_000.0
"""Metres; a joint farther from the origin than this is a broken number, not a motion."""

LARGEST = 1e15
"""No angle and no place in any unit is as large."""

EndSites = tuple[tuple[int, tuple[float, float, float]], ...]


@dataclass(frozen=True, eq=False)
class Raw:
    """A clip as a file holds it: lengths in file units, any axis up, local wxyz rotations.

    `translations` are the joints' places in their parents' frames, the root's in the world.
    """

    path: str
    names: tuple[str, ...]
    parents: Int16[np.ndarray, " joints"]
    offsets: Float[np.ndarray, "joints 3"]
    rotations: Float[np.ndarray, "frames joints 4"]
    translations: Float[np.ndarray, "frames joints 3"]
    fps: float
    end_sites: EndSites = ()
    remarks: tuple[str, ...] = ()


def settle(
    raw: Raw,
    *,
    unit: float | None = None,
    up: str | None = None,
    usual_unit: float | None = None,
    usual_up: str | None = None,
) -> Motion:
    """A Motion in metres, y up, with the reasons among its source's remarks.

    `unit` and `up` are the user's word and always win; `usual_*` is what the format prescribes.
    Raises MotionError on values that are not finite or absurd.
    """
    check_size(raw.path, len(raw.rotations), len(raw.names))
    check_finite(raw.path, raw.rotations, raw.translations)
    with np.errstate(over="ignore", invalid="ignore"):
        positions, _ = forward(_skeleton(raw, 1.0, "y"), raw.rotations, raw.translations)
    frames = slice(None, None, max(1, len(positions) // 100))
    unit_choice = _unit(raw, frames, unit, usual_unit)
    up_choice = _up(raw, positions[frames], up, usual_up)
    remarks = (*raw.remarks, unit_choice.why, up_choice.why)
    return _motion(raw, positions, float(unit_choice.value), str(up_choice.value), remarks)


def check_options(path: str, unit: float | None, up: str | None) -> None:
    """Refuse a unit that is no length and an up axis other than y and z."""
    if unit is not None and not 1e-9 < unit < 1e9:
        raise FormatError(f"{path}: a unit of {unit:g} m is not possible; give metres, as 0.01.")
    if up not in (None, "y", "z"):
        raise FormatError(f"{path}: the up axis is y or z, not {up!r}.")


def check_size(path: str, frames: int, joints: int) -> None:
    """Refuse clips without frames, endless ones and skeletons beyond any body."""
    if frames == 0:
        raise MotionError(f"{path} holds no frames; record or export at least two.")
    if frames > MAX_FRAMES:
        raise MotionError(f"{path} holds {frames} frames, more than {MAX_FRAMES}; cut it first.")
    if joints > MAX_JOINTS:
        raise SkeletonError(
            f"{path} holds {joints} joints, more than {MAX_JOINTS}; export the body alone."
        )


def y_up(vectors: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
    """Vectors (or imaginary parts of quaternions) of a z-up world in a y-up one: x stays."""
    turned: Float[np.ndarray, "*batch 3"] = np.stack(
        [vectors[..., 0], vectors[..., 2], -vectors[..., 1]], axis=-1
    )
    return turned


def check_finite(path: str, *rows: Float[np.ndarray, "frames ..."]) -> None:
    """Refuse the first frame that holds a NaN, an infinity or a number beyond any motion."""
    for values in rows:
        good = np.abs(values) < LARGEST  # false for NaN
        if not good.all():
            frame = int(np.argwhere(~good)[0, 0])
            value = float(values[~good].flat[0])
            raise MotionError(
                f"{path}: frame {frame} holds {value:g}, no finite number of a motion; "
                "mend the export."
            )


def check_near(path: str, positions: Float[np.ndarray, "frames joints 3"]) -> None:
    """Refuse the first frame with a joint farther (in metres) than any motion goes."""
    near = np.abs(positions).max(axis=(1, 2)) < FAR  # false for NaN
    if not near.all():
        frame = int(np.flatnonzero(~near)[0])
        raise MotionError(
            f"{path}: frame {frame} puts a joint farther than {FAR / 1000:.0f} km away; "
            "mend the export or give the unit."
        )


def _unit(raw: Raw, frames: slice, unit: float | None, usual: float | None) -> Decision:
    with np.errstate(over="ignore"):
        lengths = np.median(np.linalg.norm(raw.translations[frames], axis=-1), axis=0)
        tips = tuple((joint, float(np.linalg.norm(offset))) for joint, offset in raw.end_sites)
    if not np.isfinite(lengths).all():
        raise MotionError(f"{raw.path}: its skeleton has no finite size; mend the export.")
    if unit is not None:
        return Decision(unit, f"1 unit = {unit:g} m, as asked")
    choice = detect_unit(longest_path(raw.parents, lengths, tips), usual)
    return Decision(choice.value, f"1 unit = {choice.value:.6g} m: {choice.why}")


def _up(
    raw: Raw, posed: Float[np.ndarray, "frames joints 3"], up: str | None, usual: str | None
) -> Decision:
    if up is not None:
        return Decision(up, f"{up} is up, as asked")
    if usual is not None:
        return Decision(usual, f"{usual} is up, as the format prescribes")
    with np.errstate(all="ignore"):
        return detect_up(raw.names, np.nan_to_num(posed), _rest(raw))


def _rest(raw: Raw) -> Float[np.ndarray, "1 joints 3"]:
    rest = raw.offsets.copy()  # without rotations, places in the world are sums of offsets
    for joint, parent in enumerate(raw.parents.tolist()[1:], 1):
        rest[joint] += rest[parent]
    return rest[None]


def _rest_stands_already(raw: Raw) -> bool:
    """Whether a z-up motion has a y-up rest pose, as SMPL and some exporters have it."""
    return "y" in standing_axes(raw.names, _rest(raw))


def _turned(
    raw: Raw,
    rotations: Float[np.ndarray, "frames joints 4"],
    translations: Float[np.ndarray, "frames joints 3"],
) -> tuple[Float[np.ndarray, "frames joints 4"], Float[np.ndarray, "frames joints 3"]]:
    """A z-up clip with y up: the root alone turns, or every frame with the rest pose."""
    if not _rest_stands_already(raw):
        turned = np.concatenate([rotations[..., :1], y_up(rotations[..., 1:])], axis=-1)
        return turned, y_up(translations)
    half = np.sqrt(0.5)
    rotations, translations = rotations.copy(), translations.copy()
    rotations[:, 0] = rot.multiply(np.array([[half, -half, 0.0, 0.0]]), rotations[:, 0])
    translations[:, 0] = y_up(translations[:, 0])
    return rotations, translations


def _skeleton(raw: Raw, scale: float, axis: str) -> Skeleton:
    turn = y_up if axis == "z" and not _rest_stands_already(raw) else np.asarray
    tips = tuple(
        (joint, _triple(turn(np.asarray(offset, np.float64)) * scale))
        for joint, offset in raw.end_sites
    )
    with np.errstate(over="ignore"):
        offsets = (turn(raw.offsets) * scale).astype(np.float32)
    return Skeleton(raw.names, raw.parents, offsets, end_sites=tips)


def _triple(vector: Float[np.ndarray, " 3"]) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])


def _motion(
    raw: Raw,
    positions: Float[np.ndarray, "frames joints 3"],
    scale: float,
    axis: str,
    remarks: tuple[str, ...],
) -> Motion:
    skeleton = _skeleton(raw, scale, axis)
    with np.errstate(over="ignore", invalid="ignore"):
        translations, positions = raw.translations * scale, positions * scale
    check_near(raw.path, positions)
    rotations = raw.rotations
    if axis == "z":
        rotations, translations = _turned(raw, rotations, translations)
        positions = y_up(positions)
    still = np.abs(translations[:, 1:] - skeleton.offsets[1:]).max(initial=0.0) < 1e-5
    return Motion(
        skeleton=skeleton,
        positions=positions.astype(np.float32),
        fps=raw.fps,
        rotations=rotations.astype(np.float32),
        translations=None if still else translations.astype(np.float32),
        source=Source(path=raw.path, unit_metres=scale, up_axis=axis, remarks=remarks),
    )
