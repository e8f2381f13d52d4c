"""HumanML3D arrays: shapes, the recovery, and files that lie."""

import io
import os
import zipfile

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError
from lavimo.formats.arrays import recover_positions
from lavimo.formats.npyfile import Archive


def _saved(tmp_path, array, name="clip.npy"):
    np.save(tmp_path / name, array)
    return tmp_path / name


def test_published_features_give_the_published_joints(golden):
    motion = formats.read(golden / "012314_new_joint_vecs.npy")
    joints = np.load(golden / "012314_new_joints.npy")
    np.testing.assert_allclose(motion.positions, joints, atol=1e-6)
    assert motion.fps == 20.0
    np.testing.assert_array_equal(formats.read(golden / "012314_new_joints.npy").positions, joints)


def test_a_turn_to_the_left_walks_to_the_left():
    features = np.zeros((41, 263), np.float32)
    features[:, 3] = 0.9
    features[:, 2] = 0.05  # forward
    # 20 frames of walking, a quarter turn to the left over the last 20. The column holds half
    # the step of the turn from world to facing, whose sign is the opposite of the heading's.
    features[20:40, 0] = -np.pi / 4 / 20
    positions = recover_positions(features)
    np.testing.assert_allclose(positions[20, 0], [0, 0.9, 1.0], atol=1e-5)
    step = positions[40, 0] - positions[39, 0]
    assert step[0] > 0.049  # +x is left of +z
    assert abs(step[2]) < 0.005


@pytest.mark.parametrize(
    "shape", [(7, 22, 3), (1, 7, 22, 3), (7, 66), (7, 52, 3), (7, 24, 3), (7, 55, 3)]
)
def test_shapes_that_are_joints(tmp_path, walk, shape):
    body = np.zeros((7, 60, 3), np.float64)
    body[:, :22] = walk.positions[:7]
    joints = shape[-2] if len(shape) > 2 else 22
    motion = formats.read(_saved(tmp_path, body[:, :joints].reshape(shape)))
    assert len(motion) == 7
    np.testing.assert_allclose(motion.positions, walk.positions[:7], atol=1e-6)


@pytest.mark.parametrize("shape", [(), (5,), (5, 21, 3), (5, 251), (2, 5, 22, 3), (5, 22, 2)])
def test_other_shapes_are_refused(tmp_path, shape):
    with pytest.raises(FormatError, match=r"\(T, 22, 3\) or HumanML3D features \(T, 263\)"):
        formats.read(_saved(tmp_path, np.zeros(shape)))


def test_millimetres_and_z_up_are_seen(tmp_path, walk):
    turned = np.stack(
        [walk.positions[..., 0], -walk.positions[..., 2], walk.positions[..., 1]], axis=-1
    )
    motion = formats.read(_saved(tmp_path, turned * 1000))
    assert (motion.source.unit_metres, motion.source.up_axis) == (0.001, "z")
    np.testing.assert_allclose(motion.positions, walk.positions, atol=1e-4)


class _Bomb:
    def __reduce__(self):
        return os.mkdir, ("went_off",)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_pickle_is_never_run(tmp_path, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)
    bomb = np.array([_Bomb()], object)
    path = tmp_path / f"bomb{suffix}"
    if suffix == ".npy":
        np.save(path, bomb, allow_pickle=True)
    else:
        np.savez(path, poses=bomb, trans=bomb)
    with pytest.raises(FormatError, match="pickled Python objects, which lavimo never runs"):
        formats.read(path)
    assert not (tmp_path / "went_off").exists()


def _with_header(text):
    header = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 22, 3), }", "cut off"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 22, 3)}", "cut"),
        ("{'descr': '|V8', 'fortran_order': False, 'shape': (1, 22, 3), }", "plain array"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "plain array"),
        ("{'descr': '<f9', 'fortran_order': False, 'shape': (1,), }", "damaged"),
        ("__import__('os').mkdir('went_off')", "plain array"),
    ],
)
def test_headers_that_lie_are_refused(tmp_path, header, said):
    path = tmp_path / "clip.npy"
    path.write_bytes(_with_header(header) + bytes(1000))
    with pytest.raises(FormatError, match=said):
        formats.read(path)


def test_fortran_order_and_later_versions_are_read(tmp_path, walk):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asfortranarray(walk.positions), version=(3, 0))
    (tmp_path / "clip.npy").write_bytes(stream.getvalue())
    np.testing.assert_array_equal(formats.read(tmp_path / "clip.npy").positions, walk.positions)


def test_a_bomb_of_zeros_is_refused_by_its_size(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poses.npy", bytes(5_000_000))
    with path.open("rb") as stream, pytest.raises(FormatError, match="too large"):
        Archive(stream, "bomb.npz", 1_000_000)["poses"]


def test_arrays_are_written_at_20_fps(tmp_path, walk):
    from lavimo.motion.clip import resample

    path = formats.write(resample(walk, 40.0), tmp_path / "walk.npy")
    assert np.load(path).dtype == np.float32
    np.testing.assert_allclose(np.load(path), walk.positions, atol=1e-3)
