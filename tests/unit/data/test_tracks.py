"""Motions filmed and followed: the cache, the alignment, damage to pictures."""

from pathlib import Path

import numpy as np
import pytest

from lavimo.data import choreography, tracks
from lavimo.errors import DataError
from lavimo.features import directions
from lavimo.features.canonical import canonical_positions
from lavimo.video import model_files

FEW = tracks.Filming(avatars=("a01",), size=192)


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    return canonical_positions(choreography.choreograph(3).positions)[:24]


@pytest.fixture
def networks() -> None:
    try:
        model_files.model_path(model_files.LANDMARKS)
    except Exception as error:  # said in one line; `make install` brings them
        pytest.skip(str(error))


def test_nobody_is_both_trained_on_and_judged_by() -> None:
    assert not set(tracks.TRAINING_AVATARS) & set(tracks.HELD_OUT_AVATARS)
    assert len(tracks.TRAINING_AVATARS) + len(tracks.HELD_OUT_AVATARS) == 13


@pytest.mark.usefixtures("networks")
def test_a_film_follows_its_motion_and_is_made_once(
    clip: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path))
    ((made,),) = tracks.film([("walk", clip)], FEW)
    poses = made.poses(len(clip) / 20)
    motion = directions.from_motion(clip, 20.0)
    assert poses is not None
    assert len(poses) == len(motion) == 12
    limbs = (poses.limbs.reshape(-1, 9, 3) * motion.limbs.reshape(-1, 9, 3)).sum(axis=-1)
    assert np.median(limbs) > 0.85  # about 30 degrees
    assert made.avatar == "a01"
    assert made.height > 40
    assert made.outlines.shape[1:] == (16, 16)
    assert 0 < made.outlines.mean() < 0.6
    monkeypatch.setattr(tracks, "_filmed", lambda job: pytest.fail("made twice"))
    ((again,),) = tracks.film([("walk", clip)], FEW)
    np.testing.assert_array_equal(again.world, made.world)


@pytest.mark.usefixtures("networks")
def test_a_damaged_track_is_named(
    clip: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path))
    path = tracks._path("walk", clip, 0, FEW)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no archive")
    with pytest.raises(DataError, match="damaged"):
        tracks.film([("walk", clip)], FEW)


def test_whatever_decides_a_film_decides_its_name(clip: np.ndarray) -> None:
    names = {
        tracks._path("walk", clip, 0, FEW),
        tracks._path("run", clip, 0, FEW),
        tracks._path("walk", clip + 1, 0, FEW),
        tracks._path("walk", clip, 1, FEW),
        tracks._path("walk", clip, 0, tracks.Filming(avatars=("a01",), size=192, damage="knees")),
        tracks._path("walk", clip, 0, tracks.Filming(avatars=("a02",), size=192)),
    }
    assert len(names) == 6


def filmed(times: np.ndarray) -> tracks.Filmed:
    rng = np.random.default_rng(0)
    count = len(times)
    return tracks.Filmed(
        times.astype(np.float32),
        rng.normal(size=(count, 33, 3)).astype(np.float32),
        rng.normal(size=(count, 33, 2)).astype(np.float32),
        np.ones(count, np.float32),
        np.zeros((count, 16, 16), np.float32),
        100.0,
        "a01",
    )


def test_rows_stay_in_time_with_the_motion() -> None:
    late = filmed(np.arange(5, 15) / 10).poses(2.0)
    assert late is not None
    assert len(late) == 20
    np.testing.assert_allclose(late.limbs[0], late.limbs[3], atol=1e-5)
    np.testing.assert_allclose(late.limbs[-1], late.limbs[-4], atol=1e-5)
    assert filmed(np.zeros(0)).poses(2.0) is None


def test_damage_changes_what_it_says() -> None:
    frames = [(i / 10, np.full((100, 80, 3), 200, np.uint8)) for i in range(30)]
    seen = np.full((30, 33, 2), 40.0, np.float32)
    seen[:, [25, 26], 1] = 60.0
    knees = tracks.DAMAGES["knees"](frames, seen)
    assert {picture.shape for _, picture in knees} == {(60, 80, 3)}
    coarse = tracks.DAMAGES["coarse"](frames, seen)
    assert {picture.shape for _, picture in coarse} == {(50, 40, 3)}
    covered = tracks.DAMAGES["covered"](frames, seen)
    changed = [time for time, picture in covered if (picture != 200).any()]
    assert min(changed) == pytest.approx(1.0, abs=0.11)
    assert max(changed) == pytest.approx(2.0, abs=0.11)
    assert [time for time, _ in covered] == [time for time, _ in frames]
