"""Animation channels of a glTF file as tracks of equal rate, one for each node.

Keys are read at the file's own rate; linear tracks are interpolated (rotations by slerp), step
tracks held, cubic ones evaluated as Hermite splines with tangents scaled by the key distance.
Source: Khronos glTF 2.0 specification, section 3.11 and appendix C.
"""

from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.gltf_file import GltfFile
from lavimo.formats.nodes import Tracks
from lavimo.motion import rotations as rot
from lavimo.motion.clip import MAX_FRAMES
from lavimo.shapes import Float, Int64

FALLBACK_FPS = 30.0
_PATHS = {"translation": 3, "rotation": 4, "scale": 3}


def sample(
    file: GltfFile, animation: dict[str, Any], above: list[int], joints: list[int]
) -> Tracks:
    """The tracks of these nodes from the animation's first key to its last."""
    nodes = above + joints
    poses = [_rest(file, file.nodes[node]) for node in nodes]
    rest = {path: np.stack([pose[path] for pose in poses])[None] for path in _PATHS}
    place = {node: column for column, node in enumerate(nodes)}
    groups: dict[tuple[str, int, str], list[tuple[int, int]]] = {}
    for channel in animation.get("channels", ()):
        target = channel["target"]
        if target.get("node") in place and target.get("path") in _PATHS:
            row = animation["samplers"][channel["sampler"]]
            key = (target["path"], row["input"], row.get("interpolation", "LINEAR"))
            groups.setdefault(key, []).append((place[target["node"]], row["output"]))
    keys = {number: _key_times(file, number) for _, number, _ in groups}
    fps, times = _clock(file, list(keys.values()), animation.get("extras"))
    filled = {path: np.repeat(rest[path], len(times), axis=0) for path in _PATHS}
    for (path, number, kind), members in groups.items():
        values = np.stack([file.accessor(output) for _, output in members], axis=1)
        if path == "rotation":
            values = values[..., [3, 0, 1, 2]]
        columns = [column for column, _ in members]
        filled[path][:, columns] = _at(file, keys[number], values, times, kind, path)
    parents = tuple(place.get(file.parents[node], -1) for node in nodes)
    return Tracks(
        parents, len(above), fps,
        filled["translation"], rot.normalise(filled["rotation"]), filled["scale"],
        rest["translation"], rest["rotation"], rest["scale"],
    )  # fmt: skip


def _rest(file: GltfFile, node: dict[str, Any]) -> dict[str, Float[np.ndarray, " n"]]:
    if "matrix" in node:
        return _decomposed(np.array(node["matrix"], np.float64).reshape(4, 4).T)
    x, y, z, w = node.get("rotation", (0.0, 0.0, 0.0, 1.0))
    pose = {
        "translation": np.array(node.get("translation", (0, 0, 0)), np.float64),
        "rotation": rot.normalise(np.array([w, x, y, z], np.float64)),
        "scale": np.array(node.get("scale", (1, 1, 1)), np.float64),
    }
    if any(pose[path].shape != (width,) for path, width in _PATHS.items()):
        raise FormatError(f"{file.name}: a node's transform has the wrong number of values.")
    return pose


def _decomposed(matrix: Float[np.ndarray, "4 4"]) -> dict[str, Float[np.ndarray, " n"]]:
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    if np.linalg.det(matrix[:3, :3]) < 0:
        scale[0] *= -1
    turn = matrix[:3, :3] / np.where(scale == 0, 1, scale)
    return {"translation": matrix[:3, 3], "rotation": rot.from_matrix(turn), "scale": scale}


def _key_times(file: GltfFile, number: int) -> Float[np.ndarray, " keys"]:
    times = file.accessor(number)[:, 0]
    if len(times) == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise FormatError(f"{file.name}: key times of an animation do not rise; export it again.")
    return times


def _clock(
    file: GltfFile, keys: list[Float[np.ndarray, " _"]], extras: object
) -> tuple[float, Float[np.ndarray, " frames"]]:
    """Frames a second and the moments to sample: from the first key to the last."""
    if not keys:
        return FALLBACK_FPS, np.zeros(1)
    first, last = min(k[0] for k in keys), max(k[-1] for k in keys)
    fps = _rate(np.unique(np.concatenate(keys).round(5)), first, last)
    told = extras.get("fps") if isinstance(extras, dict) else None  # our writer knows it exactly
    if isinstance(told, int | float) and 0 < told < 100_000:
        frames = (last - first) * told
        fps = float(told) if abs(frames - round(frames)) < 0.02 else fps
    count = (last - first) * fps
    if not count < MAX_FRAMES:
        raise FormatError(
            f"{file.name}: an animation of {last - first:.0f} s at {fps:g} frames a second; "
            f"at most {MAX_FRAMES} frames are read."
        )
    return fps, first + np.arange(int(np.floor(count + 1e-3)) + 1) / fps


def _rate(times: Float[np.ndarray, " keys"], first: float, last: float) -> float:
    """Key rate when all keys lie on one grid, else 30: the rate at which few keys are drawn."""
    if len(times) < 2:
        return FALLBACK_FPS
    step = float(np.median(np.diff(times)))
    best = (last - first) / max(round((last - first) / step), 1)
    on_grid = (times - first) / best
    if len(times) < 4 or np.abs(on_grid - on_grid.round()).max() > 0.02 or not 5 < 1 / best < 1000:
        return FALLBACK_FPS
    # Float32 key times: 24 comes out as 23.99999; a true 23.976 is 0.1 % away and stays.
    fps = 1 / best
    return float(round(fps)) if abs(fps - round(fps)) < 2e-4 * fps else fps


def _at(
    file: GltfFile,
    keys: Float[np.ndarray, " keys"],
    values: Float[np.ndarray, "stored tracks width"],
    times: Float[np.ndarray, " frames"],
    kind: str,
    path: str,
) -> Float[np.ndarray, "frames tracks width"]:
    stored = 3 * len(keys) if kind == "CUBICSPLINE" else len(keys)
    if len(values) != stored or values.shape[2] != _PATHS[path]:
        raise FormatError(
            f"{file.name}: an animation channel holds {len(values)} values for {len(keys)} keys."
        )
    if not np.isfinite(values).all():
        raise FormatError(f"{file.name}: an animation holds a value that is no finite number.")
    low = np.clip(np.searchsorted(keys, times + 1e-5, side="right") - 1, 0, max(len(keys) - 2, 0))
    high = np.minimum(low + 1, len(keys) - 1)
    gap = np.where(high > low, keys[high] - keys[low], 1)
    t = np.clip((times - keys[low]) / gap, 0, 1)[:, None]
    if kind == "STEP":
        return values[np.where(times + 1e-5 >= keys[high], high, low)]
    if kind == "CUBICSPLINE":
        return _hermite(values.reshape(len(keys), 3, *values.shape[1:]), low, high, gap, t)
    if path == "rotation":
        return rot.slerp(rot.normalise(values[low]), rot.normalise(values[high]),
                         np.broadcast_to(t, (len(t), values.shape[1])))  # fmt: skip
    moved: np.ndarray = values[low] + (values[high] - values[low]) * t[..., None]
    return moved


def _hermite(
    values: Float[np.ndarray, "keys 3 tracks width"],
    low: Int64[np.ndarray, " frames"],
    high: Int64[np.ndarray, " frames"],
    gap: Float[np.ndarray, " frames"],
    t: Float[np.ndarray, "frames 1"],
) -> Float[np.ndarray, "frames tracks width"]:
    """Cubic splines; each key stores in-tangent, value, out-tangent."""
    t, d = t[..., None], gap[:, None, None]
    start, leave = values[low, 1], values[low, 2] * d
    end, arrive = values[high, 1], values[high, 0] * d
    curve: np.ndarray = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leave
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * arrive
    )
    return curve
