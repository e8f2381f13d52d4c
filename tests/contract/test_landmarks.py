"""Landmarks of the filmed clips: the person is found, whichever way up the film was made."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from lavimo.video import frames
from lavimo.video.model_files import FOLDER, SHA256
from lavimo.video.tracking import Track, Tracker, track

pytestmark = pytest.mark.data
for _needed in ("av", "ai_edge_litert", "numba"):
    pytest.importorskip(_needed)
if not all((FOLDER / name).is_file() for name in SHA256):
    pytest.skip("the pose networks are not there; run make install", allow_module_level=True)
_spec = importlib.util.spec_from_file_location(
    "video_samples", Path(__file__).with_name("video_samples.py")
)
assert _spec is not None
assert _spec.loader is not None
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

NAMES = [
    "squat_woman", "walk_side", "jumping_jacks", "juggle_ball", "balance_back_view", "two_people",
]  # fmt: skip
NOSE, LEFT_HIP, RIGHT_HIP, LEFT_ANKLE = 0, 23, 24, 27


@pytest.fixture(scope="module")
def tracker() -> Tracker:
    return Tracker()


@pytest.fixture(scope="module")
def clips(data_folder: Path) -> Path:
    folder = data_folder / "real_videos"
    if not folder.is_dir():
        pytest.skip("filmed clips not found; set LAVIMO_DATA to the folder of real_videos/")
    return folder


def followed(path: Path, tracker: Tracker, end: float | None = None) -> Track:
    return track(frames.read(path, fps=10.0, end=end), tracker=tracker)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_person_is_found(name: str, clips: Path, tracker: Tracker) -> None:
    pictures = list(frames.read(clips / f"{name}.mp4", fps=10.0))
    one = track(pictures, tracker=tracker)[0]
    assert (one.score > 0).sum() >= 0.9 * len(pictures)
    assert one.picture.shape == (len(one), 33, 2)
    assert np.isfinite(one.picture).all()
    assert np.isfinite(one.world).all()
    assert one.visibility.mean() > 0.8
    # The nose is above the hips and the hips above the ankles, in the picture and in the world.
    assert (one.world[:, NOSE, 1] > one.world[:, LEFT_ANKLE, 1]).mean() > 0.9
    assert (one.picture[:, NOSE, 1] < one.picture[:, LEFT_ANKLE, 1]).mean() > 0.9
    hips = one.world[:, [LEFT_HIP, RIGHT_HIP]].mean(axis=1)
    assert np.abs(hips).max() < 0.02


def test_axes_point_as_written(clips: Path, tracker: Tracker) -> None:
    # Seen from the front, the left hip is on the right of the picture and the nose comes towards
    # the camera; seen from behind, both are the other way round.
    front = followed(clips / "jumping_jacks.mp4", tracker)
    assert np.median(front.world[:, LEFT_HIP, 0] - front.world[:, RIGHT_HIP, 0]) > 0.1
    assert np.median(front.world[:, NOSE, 2] - front.world[:, 7, 2]) > 0.02
    back = followed(clips / "balance_back_view.mp4", tracker)
    assert np.median(back.world[:, LEFT_HIP, 0] - back.world[:, RIGHT_HIP, 0]) < -0.1
    # She walks from the right of the picture to its left and looks there.
    side = followed(clips / "walk_side.mp4", tracker)
    assert side.picture[-1, LEFT_HIP, 0] < side.picture[0, LEFT_HIP, 0] - 200
    assert np.median(side.world[:, NOSE, 0]) < -0.05
    assert 150 < side.height() < 220


def test_the_person_in_front_is_followed(clips: Path, tracker: Tracker) -> None:
    people = track(frames.read(clips / "two_people.mp4", fps=20.0), tracker=tracker, people=3)
    first = people[0]
    assert first.height() > 180
    # Until the two overlap his hips stay right of hers (at 62 of 272 pixels).
    early = first.times < 1.1
    assert (first.picture[early][:, [LEFT_HIP, RIGHT_HIP], 0].mean(axis=1) > 110).all()


def test_a_film_turned_by_its_display_matrix(clips: Path, tracker: Tracker, tmp_path: Path) -> None:
    source = clips / "jumping_jacks.mp4"
    upside_down = [picture[::-1, ::-1] for _, picture in frames.read(source, fps=10.0, end=1.55)]
    path = samples.display_matrix(samples.encoded(tmp_path / "turned.mp4", upside_down, 10), 180)
    plain, turned = followed(source, tracker, end=1.55), followed(path, tracker)
    assert len(plain) == len(turned)
    assert np.abs(plain.picture - turned.picture).mean() < 0.02 * plain.height()
    assert np.abs(plain.world - turned.world).mean() < 0.03


def test_a_person_upside_down_in_the_picture(clips: Path, tracker: Tracker) -> None:
    pictures = list(frames.read(clips / "jumping_jacks.mp4", fps=10.0, end=0.95))
    flipped = [(seconds, np.ascontiguousarray(p[::-1, ::-1])) for seconds, p in pictures]
    plain, turned = (track(film, tracker=tracker)[0] for film in (pictures, flipped))
    width, height = plain.size
    back = np.array([width, height], np.float32) - turned.picture
    assert np.abs(plain.picture - back).mean() < 0.05 * plain.height()
    assert np.abs(plain.world * [-1, -1, 1] - turned.world).mean() < 0.08


def test_an_empty_room_has_no_people(tracker: Tracker) -> None:
    grey = np.full((120, 160, 3), 127, np.uint8)
    assert track([(n / 10, grey) for n in range(3)], tracker=tracker) == []
    assert track([], tracker=tracker) == []


def test_gaps_are_filled(clips: Path, tracker: Tracker) -> None:
    pictures = list(frames.read(clips / "juggle_ball.mp4", fps=10.0, end=2.0))
    black = np.zeros_like(pictures[0][1])
    gap = [(seconds, black if 0.75 < seconds < 1.25 else p) for seconds, p in pictures]
    one = track(gap, tracker=tracker)[0]
    lost = (one.times > 0.75) & (one.times < 1.25)
    assert (one.score[lost] == 0).all()
    assert (one.score[~lost] > 0).all()
    whole = track(pictures, tracker=tracker)[0]
    assert np.abs(one.picture[~lost] - whole.picture[~lost]).mean() < 0.03 * whole.height()
    edges = one.picture[[np.flatnonzero(lost)[0] - 1, np.flatnonzero(lost)[-1] + 1]]
    low, high = edges.min(axis=0) - 1e-3, edges.max(axis=0) + 1e-3
    assert ((one.picture[lost] >= low) & (one.picture[lost] <= high)).all()
