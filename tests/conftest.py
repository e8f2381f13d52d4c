"""Small shared fixtures: where the real data are, and two tiny motions."""

import os
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from lavimo.motion.clip import Motion
from lavimo.motion.skeleton import SMPL_22

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def _data_folder() -> Path:
    here = Path(__file__).resolve().parent.parent
    return Path(os.environ.get("LAVIMO_DATA") or here.parent / "shared" / "data")


def _need(path: Path, what: str) -> Path:
    if not path.exists():
        pytest.skip(f"{what} not found; set LAVIMO_DATA to the folder that holds {path.name}/")
    return path


@pytest.fixture(scope="session")
def golden() -> Path:
    """Folder of the published HumanML3D arrays."""
    return _need(_data_folder() / "golden", "golden arrays")


@pytest.fixture(scope="session")
def openmotion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OpenMotion, unpacked once and kept in the cache folder."""
    from lavimo.data.openmotion import unpack

    return unpack(_need(_data_folder() / "openmotion", "OpenMotion"))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data."""
    return _need(_data_folder(), "real data")


@pytest.fixture
def walk() -> Motion:
    """Sixty frames of a 22-joint body that walks along +z and swings its limbs (synthetic)."""
    from lavimo.motion import rotations as rot
    from lavimo.motion.clip import from_rotations

    frames = 60
    t = np.arange(frames) / 20
    swing = 0.5 * np.sin(2 * np.pi * t)
    local = rot.identity(frames, 22)
    axis = np.array([1.0, 0.0, 0.0])
    for joint, sign in ((1, 1), (2, -1), (16, -1), (17, 1)):
        local[:, joint] = rot.from_axis_angle(axis, sign * swing)
    for joint in (4, 5):
        local[:, joint] = rot.from_axis_angle(axis, 0.4 + 0.3 * np.sin(2 * np.pi * t + joint))
    root = np.stack([0 * t, 0.9 + 0.02 * np.cos(4 * np.pi * t), 1.2 * t], axis=-1)
    return from_rotations(SMPL_22, local, 20.0, root=root.astype(np.float32))
