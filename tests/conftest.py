"""Small shared fixtures: where the real data are, and two tiny motions."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from lavimo.features.directions import Poses
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


@pytest.fixture
def tiny_preset() -> "Any":
    """A preset whose model trains in milliseconds."""
    from lavimo.presets import resolve

    tower = '{"layers":1,"dim":32,"heads":2,"ff":64,"dropout":0.1,"norm":"pre","pool":"cls+mean"}'
    changes = ["model.dim=16", f"model.motion_tower={tower}", f"model.text_tower={tower}",
               "loss.reconstruction.heads=2", "loss.reconstruction.fusion_heads=2",
               "loss.reconstruction.ff=64", "sampling.batch=8", "sampling.synthetic=8",
               "sampling.measured=0.5", "train.epochs=3", "train.precision=float32",
               "train.judge_every=1"]  # fmt: skip
    return resolve("lavimo_small_2modal", changes)


@pytest.fixture
def tiny_corpus() -> "Any":
    """Sixteen made-up clips with captions, and eight to validate by (noise, not people)."""
    from lavimo.runtime.directions import direction_signs
    from lavimo.training.corpus import Clip, Corpus, all_captions
    from lavimo.training.judge import Validation
    from lavimo.training.text import TextTable, side_bits

    rng = np.random.default_rng(3)
    rest = np.zeros((22, 3), np.float32)
    for joint in range(1, 22):
        rest[joint] = rest[SMPL_22.parents[joint]] + SMPL_22.offsets[joint]

    def clip(number: int, split: str) -> Clip:
        frames = int(rng.integers(8, 30))
        path = np.cumsum(rng.normal(0, 0.02, (frames, 22, 3)), axis=0).astype(np.float32)
        side = "left" if number % 2 else "right"
        captions = (f"move {number} to the {side}", f"number {number}")
        height = np.array([0, 0.9, 0], np.float32)
        return Clip(f"{split}{number}", path + rest + height, captions, ("a thing",), split)

    clips = [clip(n, "train") for n in range(16)]
    judged = [clip(n, "val") for n in range(8)]
    texts = tuple(all_captions([*clips, *judged]))
    counts = [1 + len(t) % 4 for t in texts]
    states = rng.normal(0, 1, (sum(counts), 384)).astype(np.float16)
    vectors = rng.normal(0, 1, (len(texts), 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    table = TextTable(texts, {t: i for i, t in enumerate(texts)}, states,
                      np.concatenate([[0], np.cumsum(counts)]), vectors,
                      np.stack([side_bits(t) for t in texts]), direction_signs(texts))  # fmt: skip
    corpus = Corpus(
        real=clips[:8],
        synthetic=clips[8:],
        text=table,
        mean=np.zeros(263, np.float32),
        std=np.ones(263, np.float32),
        centre=vectors.mean(axis=0),
    )
    return corpus, Validation(tuple(judged))


@pytest.fixture(scope="session")
def some_poses() -> Callable[[int, int], Poses]:
    """`some_poses(rows, seed)`: limbs that swing slowly, each at its own pace (synthetic)."""

    def make(rows: int, seed: int) -> Poses:
        rng = np.random.default_rng(seed)
        t = np.arange(rows)[:, None, None] / 10
        phase = rng.uniform(0, 6, (1, 9, 3)) + rng.uniform(0.2, 1.2, (1, 9, 1)) * t * 2
        limbs = np.sin(phase).astype(np.float32)
        limbs /= np.linalg.norm(limbs, axis=2, keepdims=True)
        turn = rng.normal(0, 0.5, rows).astype(np.float32)
        return Poses(limbs.reshape(rows, 27), turn, np.zeros((rows, 3), np.float32))

    return make
