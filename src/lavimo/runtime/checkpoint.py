"""The checkpoint folder: what turns a file into its vector, and a hash that names it.

config.json            format, version, the model's config, where its training data came from
model.safetensors      weights (half precision when shipped)
statistics.safetensors mean and std of the features, text centre, bank of training sentences
calibration.json       coefficients of the confidence (may be absent)
README.md              the card
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from lavimo import files
from lavimo.errors import ModelError
from lavimo.runtime.config import ModelConfig

FORMAT = "lavimo-checkpoint"
VERSION = 1
HASHED = ("config.json", "model.safetensors", "statistics.safetensors")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An opened checkpoint folder: arrays are float32, `calibration` may be empty."""

    path: Path
    model_id: str
    config: ModelConfig
    weights: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    calibration: dict[str, Any]
    licences: tuple[str, ...]
    preset: str


def save(
    folder: Path,
    config: ModelConfig,
    weights: dict[str, np.ndarray],
    statistics: dict[str, np.ndarray],
    *,
    preset: str,
    licences: tuple[str, ...],
    half: bool = False,
) -> str:
    """Write a checkpoint folder and return its model id.

    Files are replaced one by one, config.json last: a folder without it is no checkpoint.
    """
    from safetensors.numpy import save as to_bytes

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").unlink(missing_ok=True)
    kept = {name: _stored(value, half) for name, value in weights.items()}
    files.write_bytes(folder / "model.safetensors", to_bytes(kept))
    stored = {name: np.ascontiguousarray(value) for name, value in statistics.items()}
    files.write_bytes(folder / "statistics.safetensors", to_bytes(stored))
    description = {
        "format": FORMAT,
        "version": VERSION,
        "preset": preset,
        "licences": list(licences),
        "model": msgspec.to_builtins(config),
    }
    files.write_json(folder / "config.json", description)
    return model_id(folder)


def load(name_or_path: str | Path) -> Checkpoint:
    """Open a checkpoint by folder or by the name of a shipped one.

    Raises ModelError when it is missing, damaged, newer than this version or of another kind.
    """
    folder = find(name_or_path)
    description = _read_description(folder)
    try:
        config = msgspec.convert(description["model"], ModelConfig)
    except (KeyError, msgspec.ValidationError) as error:
        raise ModelError(f"{folder}/config.json does not describe a model ({error}).") from error
    calibration = folder / "calibration.json"
    return Checkpoint(
        path=folder,
        model_id=model_id(folder),
        config=config,
        weights=_read_arrays(folder / "model.safetensors"),
        statistics=_read_arrays(folder / "statistics.safetensors"),
        calibration=msgspec.json.decode(calibration.read_bytes()) if calibration.exists() else {},
        licences=tuple(description.get("licences", ())),
        preset=str(description.get("preset", "")),
    )


def find(name_or_path: str | Path) -> Path:
    """Folder of a checkpoint: a path that exists, else the name of a shipped one."""
    path = Path(name_or_path)
    if (path / "config.json").is_file():
        return path
    for shelf in _shelves():
        if (shelf / str(name_or_path) / "config.json").is_file():
            return shelf / str(name_or_path)
    known = ", ".join(shipped()) or "none"
    raise ModelError(
        f"{name_or_path} is neither a checkpoint folder nor a shipped model; shipped are: {known}."
    )


def shipped() -> list[str]:
    """Names of the checkpoints that come with lavimo."""
    found = {p.parent.name for shelf in _shelves() for p in shelf.glob("*/config.json")}
    return sorted(found)


def model_id(folder: Path) -> str:
    """Name of a model by content: 16 hex digits over config, weights and statistics."""
    digest = hashlib.sha256()
    for name in HASHED:
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{folder} is no complete checkpoint: {name} is missing.")
        digest.update(_quick_hash(path).encode())
    return digest.hexdigest()[:16]


def _shelves() -> list[Path]:
    package = Path(__file__).resolve().parents[1]
    return [package / "checkpoints", package.parents[1] / "checkpoints"]


def _quick_hash(path: Path) -> str:
    """SHA-256 of a file; a process reads each state of a file only once."""
    status = path.stat()
    return _hash_of_state(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash_of_state(path: Path, size: int, mtime_ns: int) -> str:
    return files.sha256_of_file(path)


def _read_description(folder: Path) -> dict[str, Any]:
    try:
        description = msgspec.json.decode((folder / "config.json").read_bytes())
    except msgspec.DecodeError as error:
        raise ModelError(f"{folder}/config.json is damaged ({error}).") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ModelError(f"{folder} is no lavimo checkpoint.")
    if description.get("version") != VERSION:
        raise ModelError(
            f"{folder} has checkpoint version {description.get('version')}, this lavimo reads "
            f"{VERSION}; train it again or install the lavimo that made it."
        )
    return description


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} cannot be read ({error}); fetch the checkpoint again.") from error
    return {
        name: value.astype(np.float32) if value.dtype == np.float16 else value
        for name, value in arrays.items()
    }


def _stored(value: np.ndarray, half: bool) -> np.ndarray:
    dtype = np.float16 if half and value.dtype == np.float32 else value.dtype
    return np.ascontiguousarray(value, dtype)
