"""AMASS: body-model parameters over time (.npz), posed with the user's own SMPL-H model.

Conventions: z up, metres, `poses` as axis-angle of the joints, `trans` the root's path. The body
model is non-commercial and not ours to ship: its folder is named by LAVIMO_SMPLH and holds
`male/model.npz` and `female/model.npz` (or SMPLH_MALE.npz ...). As in HumanML3D a body that is
not male takes the female model, ten betas and the first 22 joints (METHOD.md A2).
"""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np

from lavimo.errors import FormatError
from lavimo.formats.npyfile import Archive
from lavimo.formats.settle import Raw, check_finite, check_size, settle
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22
from lavimo.shapes import Float

VARIABLE = "LAVIMO_SMPLH"
BETAS = 10
_PARTS_LIMIT = 2**29
_RATES = ("mocap_framerate", "mocap_frame_rate")


def read(
    path: str | Path,
    *,
    unit: float | None = None,
    up: str | None = None,
    fps: float | None = None,
    body_model: str | Path | None = None,
) -> Motion:
    """An AMASS file as a 22-joint Motion with rotations, in metres, y up.

    `body_model` is the SMPL-H folder, else the variable LAVIMO_SMPLH names it. Raises
    FormatError when the file holds no poses or the model is missing.
    """
    name = str(path)
    with Path(path).open("rb") as stream:
        archive = Archive(stream, name, _PARTS_LIMIT)
        poses, root = _numbers(archive, "poses", 66), _numbers(archive, "trans", 3)
        rate = fps or _rate(archive, name)
        gender = _text(archive["gender"]) if "gender" in archive else "neutral"
        betas = archive["betas"] if "betas" in archive else np.zeros(BETAS)
    check_size(name, len(poses), 22)
    if len(root) != len(poses):
        raise FormatError(f"{name}: {len(poses)} poses but {len(root)} places of the root.")
    model = find_model(body_model, gender, name)
    joints = _joints(model, betas, name)
    return _motion(name, poses, root, joints, rate, unit, up, f"body model {model.name}, {gender}")


def find_model(folder: str | Path | None, gender: str, path: str) -> Path:
    """The body model file for a gender. Raises FormatError saying how to get one."""
    named = folder or os.environ.get(VARIABLE)
    if not named:
        raise FormatError(
            f"{path} is an AMASS file and needs the SMPL-H body model: get it from "
            f"mano.is.tue.mpg.de and set {VARIABLE} to its folder."
        )
    sex = "male" if gender.lower() == "male" else "female"
    places = (f"{sex}/model.npz", f"SMPLH_{sex.upper()}.npz")
    for place in (*places, *(f"smplh/{place}" for place in places)):
        if (Path(named) / place).is_file():
            return Path(named) / place
    raise FormatError(f"{named} holds no {places[0]}; set {VARIABLE} to the SMPL-H folder.")


def _numbers(archive: Archive, key: str, columns: int) -> Float[np.ndarray, "frames columns"]:
    array = archive[key]
    if array.ndim != 2 or array.shape[1] < columns or array.dtype.kind not in "fiu":
        raise FormatError(f"{archive.name}: its {key!r} {array.shape} are not those of AMASS.")
    values: Float[np.ndarray, "frames columns"] = array[:, :columns].astype(np.float64)
    check_finite(archive.name, values)
    return values


def _rate(archive: Archive, path: str) -> float:
    key = next((key for key in _RATES if key in archive), None)
    if key is None:
        raise FormatError(f"{path} holds no frame rate, as shape files do not; give --fps-in.")
    array = archive[key]
    rate = float(array.reshape(-1)[0]) if array.size == 1 and array.dtype.kind in "fiu" else 0.0
    if not 0.01 < rate < 1e5:
        raise FormatError(f"{path}: its frame rate is no number; give it with --fps-in.")
    return rate


def _text(array: np.ndarray) -> str:
    value = array.reshape(-1)[0] if array.size else ""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text[:20]


@lru_cache(maxsize=4)
def _regressed(model: Path) -> tuple[Float[np.ndarray, "22 3"], Float[np.ndarray, "22 3 betas"]]:
    """Joints of the mean body and what each beta adds to them."""
    name = str(model)
    with model.open("rb") as stream:
        archive = Archive(stream, name, 2**31)
        regressor = archive["J_regressor"]
        template, shapes = archive["v_template"], archive["shapedirs"]
    if regressor.ndim != 2 or len(regressor) < 22 or shapes.ndim != 3:
        raise FormatError(f"{name} is no SMPL-H body model; set {VARIABLE} to its folder.")
    try:
        mean = regressor[:22] @ template
        added = np.einsum("jv,vcb->jcb", regressor[:22], shapes[..., :BETAS])
    except (ValueError, TypeError) as error:
        raise FormatError(f"{name} is no SMPL-H body model: its arrays do not fit.") from error
    return mean.reshape(22, 3), added.reshape(22, 3, -1)


def _joints(model: Path, betas: np.ndarray, path: str) -> Float[np.ndarray, "22 3"]:
    mean, added = _regressed(model)
    if betas.dtype.kind not in "fiu" or not np.isfinite(betas).all():
        raise FormatError(f"{path}: its betas are no finite numbers.")
    wanted = betas.reshape(-1)[: added.shape[-1]].astype(np.float64)
    joints: Float[np.ndarray, "22 3"] = mean + added[..., : len(wanted)] @ wanted
    return joints


def _motion(
    path: str,
    poses: Float[np.ndarray, "frames 66"],
    root: Float[np.ndarray, "frames 3"],
    joints: Float[np.ndarray, "22 3"],
    fps: float,
    unit: float | None,
    up: str | None,
    remark: str,
) -> Motion:
    parents = SMPL_22.parents
    offsets = joints - joints[np.maximum(parents, 0)]
    offsets[0] = 0
    turns = poses.reshape(len(poses), 22, 3)
    angle = np.linalg.norm(turns, axis=-1)
    axis = np.where(angle[..., None] > 0, turns, [1.0, 0.0, 0.0])
    translations = np.broadcast_to(offsets, (len(poses), 22, 3)).copy()
    translations[:, 0] = root + joints[0]
    raw = Raw(path, SMPL_22.names, parents, offsets, rot.from_axis_angle(axis, angle),
              translations, fps, remarks=(remark,))  # fmt: skip
    return settle(raw, unit=unit, up=up, usual_unit=1.0, usual_up="z")
