"""One body for every format in the table: what a reader and a writer must do.

A new format is tested by being in FORMATS and having a sample in format_samples.py.
"""

import importlib.util
import itertools
import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError, LavimoError, MotionError
from lavimo.motion.kinematics import forward, rest_translations

_spec = importlib.util.spec_from_file_location(
    "format_samples", Path(__file__).with_name("format_samples.py")
)
assert _spec is not None
assert _spec.loader is not None
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

NAMES = sorted(formats.FORMATS)
WHOLE = [name for name in NAMES if name != "fbx"]  # no writer makes a whole FBX; see test_fbx
RATED = ["bvh", "glb", "amass"]  # formats that carry any frame rate


@pytest.fixture(autouse=True)
def _body_model(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("LAVIMO_SMPLH", str(samples.body_model(tmp_path_factory.mktemp("smplh"))))


def _refused(path: Path, *kinds: type[LavimoError]) -> str:
    with pytest.raises(kinds or (LavimoError,)) as caught:
        formats.read(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", ").", "`."))
    assert path.name.split(".")[0] in sentence
    return sentence


def _positions_by_name(motion):
    order = np.argsort(motion.skeleton.names)
    return motion.positions[:, order]


def test_every_format_has_a_sample():
    assert set(samples.SAMPLES) == set(formats.FORMATS)


@pytest.mark.parametrize("name", WHOLE)
def test_a_sample_is_read_in_metres_with_y_up(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    motion = formats.read(path)
    assert motion.positions.dtype == np.float32
    assert len(motion) == samples.FRAMES
    height = np.ptp(motion.positions[0, :, 1])
    assert 1.0 < height < 2.2
    assert motion.source.format == name
    assert motion.source.remarks
    assert len(motion.source.sha256) == 64
    if motion.rotations is not None:
        places = motion.translations
        if places is None:
            places = rest_translations(motion.skeleton, motion.positions[:, 0])
        reached, _ = forward(motion.skeleton, motion.rotations, places)
        np.testing.assert_allclose(reached, motion.positions, atol=1e-4)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("suffix", [".bvh", ".glb", ".npy"])
def test_read_write_read_is_the_same(name, suffix, tmp_path):
    motion = formats.read(samples.SAMPLES[name](tmp_path), fps=20.0)
    if suffix == ".npy" and motion.skeleton.names != samples.SMPL_22.names:
        pytest.skip("arrays hold the 22 canonical joints; the retargeting tests cover this")
    again = formats.read(formats.write(motion, tmp_path / f"again{suffix}"))
    assert sorted(again.skeleton.names) == sorted(motion.skeleton.names)
    assert again.fps == pytest.approx(motion.fps, rel=1e-6)
    np.testing.assert_allclose(
        _positions_by_name(again), _positions_by_name(motion), atol=1e-4
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(name, share, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    _refused(path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [b"", b"  \r\n\t\n"])
def test_an_empty_file_is_refused(name, content, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    path.write_bytes(content)
    assert "empty" in _refused(path, FormatError)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("suffix", [".dat", ".bvh", ".npy"])
def test_the_content_decides_whatever_the_name_says(name, suffix, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    other = path.with_suffix(suffix)
    if other != path:
        shutil.copy(path, other)
    assert formats.sniff(other).name == name
    np.testing.assert_array_equal(formats.read(other).positions, formats.read(path).positions)


@pytest.mark.parametrize("name", RATED)
@pytest.mark.parametrize("fps", [23.976, 59.94, 119.88, 7.5])
def test_odd_frame_rates_stay_as_they_are(name, fps, tmp_path):
    path = samples.SAMPLES[name](tmp_path, samples.walk(fps=fps))
    assert formats.read(path).fps == pytest.approx(fps, rel=1e-5)


@pytest.mark.parametrize("name", WHOLE)
def test_one_frame_can_be_read(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path, samples.walk(1))
    assert len(formats.read(path)) == 1


def _without_frames(name: str, path: Path) -> None:
    text = path.read_text() if name in ("bvh", "amc") else ""
    if name == "bvh":
        head, _ = text.split("Frames:")
        path.write_text(head + "Frames: 0\nFrame Time: 0.05\n")
    elif name == "amc":
        path.write_text(text[: text.index("\n1\n") + 1])
    elif name == "deepmimic":
        path.write_text(json.dumps({"Loop": "none", "Frames": []}))
    elif name == "npy":
        np.save(path, np.zeros((0, 22, 3)))
    elif name == "amass":
        np.savez(path, poses=np.zeros((0, 156)), trans=np.zeros((0, 3)), mocap_framerate=20.0)


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "glb"])
def test_zero_frames_are_refused(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    _without_frames(name, path)
    assert "frame" in _refused(path, MotionError, FormatError)


def _with_nan(name: str, path: Path) -> None:
    if name == "bvh":
        *most, last = path.read_text().rstrip("\n").split("\n")
        path.write_text("\n".join([*most, "nan " + last.split(" ", 1)[1]]) + "\n")
    elif name == "amc":
        head, last = path.read_text().rsplit("lfemur ", 1)
        path.write_text(head + "lfemur nan " + last.split(" ", 1)[1])
    elif name == "deepmimic":
        content = json.loads(path.read_text())
        content["Frames"][-1][5] = float("nan")
        path.write_text(json.dumps(content))
    elif name == "npy":
        array = np.load(path)
        array[-1, 3, 1] = np.nan
        np.save(path, array)
    elif name == "amass":
        with np.load(path) as held:
            arrays = dict(held)
        arrays["poses"][-1, 7] = np.nan
        np.savez(path, **arrays)


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "glb"])
def test_a_nan_is_refused_and_its_frame_named(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    _with_nan(name, path)
    assert f"frame {samples.FRAMES - 1} " in _refused(path, MotionError)


@pytest.mark.parametrize("name", WHOLE)
def test_the_users_unit_and_axis_win(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    usual = formats.read(path)
    larger = formats.read(path, unit=2 * usual.source.unit_metres, up=usual.source.up_axis)
    np.testing.assert_allclose(larger.positions, 2 * usual.positions, rtol=1e-4, atol=1e-4)
    with pytest.raises(LavimoError):
        formats.read(path, unit=-1.0)
    with pytest.raises(LavimoError):
        formats.read(path, up="x")


@pytest.mark.parametrize("name", WHOLE)
def test_z_up_turns_the_world_and_keeps_handedness(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    y, z = (formats.read(path, up=axis, unit=1.0).positions for axis in "yz")
    np.testing.assert_allclose(z, np.stack([y[..., 0], y[..., 2], -y[..., 1]], -1), atol=2e-4)


@pytest.mark.parametrize("name", WHOLE)
def test_seconds_cut_and_are_remembered(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    whole = formats.read(path)
    part = formats.read(path, start=4 / whole.fps, end=9 / whole.fps)
    np.testing.assert_array_equal(part.positions, whole.positions[4:9])
    assert part.source.start == pytest.approx(4 / whole.fps)
    with pytest.raises(MotionError):
        formats.read(path, start=1e6)


@pytest.mark.parametrize("name", [n for n in WHOLE if "clip" not in formats.FORMATS[n].options])
def test_a_format_of_one_clip_names_none(name, tmp_path):
    path = samples.SAMPLES[name](tmp_path)
    assert formats.clips(path) == ()
    with pytest.raises(FormatError, match="one clip"):
        formats.read(f"{path}#Run")


def _sentence(path: Path) -> str:
    try:
        formats.read(path)
    except LavimoError as error:
        return str(error)
    return "read"


@pytest.mark.parametrize("name", WHOLE)
def test_accidents_are_refused_in_one_sentence(name, tmp_path):
    def too_long(signum: int, frame: object) -> None:
        raise AssertionError("a reader hangs")

    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for _, path in samples.cases(tmp_path, name, itertools.islice(itertools.count(), 150)):
            signal.alarm(20)
            assert "\n" not in _sentence(path)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_no_file_a_folder_and_noise_are_refused(tmp_path):
    assert "does not exist" in _refused(tmp_path / "missing.bvh", FormatError)
    assert "folder" in _refused(tmp_path, FormatError)
    (tmp_path / "noise.bvh").write_bytes(bytes(range(256)) * 20)
    assert "no motion file" in _refused(tmp_path / "noise.bvh", FormatError)


def test_writing_is_whole_or_not_at_all(tmp_path):
    target = tmp_path / "kept.bvh"
    target.write_text("old")
    stretched = samples.walk()
    object.__setattr__(stretched.skeleton, "names", ("bad{name", *stretched.skeleton.names[1:]))
    try:
        with pytest.raises(FormatError, match=r"bad\{name"):
            formats.write(stretched, target)
    finally:
        object.__setattr__(
            stretched.skeleton, "names", ("pelvis", *stretched.skeleton.names[1:])
        )  # fmt: skip
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.bvh"]
    with pytest.raises(FormatError, match=r"\.bvh, \.glb"):
        formats.write(samples.walk(), tmp_path / "walk.doc")
