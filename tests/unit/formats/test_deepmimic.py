"""DeepMimic clips: what turns which way, and frames of uneven duration."""

import json

import numpy as np
import pytest

from lavimo import formats
from lavimo.errors import FormatError
from lavimo.formats.deepmimic import JOINTS


def _row(duration=1 / 30, root=(0, 0.9, 0), **turns):
    row = [duration, *root]
    for name, _, _, width in JOINTS:
        row += list(turns.get(name, [1.0, 0, 0, 0] if width == 4 else [0.0] * width))
    assert len(row) == 44
    return row


def _read(tmp_path, rows, **options):
    path = tmp_path / "clip.txt"
    path.write_text(json.dumps({"Loop": "wrap", "Frames": rows}))
    return formats.read(path, **options)


def _at(motion, name, frame=0):
    return motion.positions[frame, motion.skeleton.names.index(name)]


def test_the_body_faces_x_and_its_right_is_z(tmp_path):
    motion = _read(tmp_path, [_row(), _row()])
    assert motion.fps == pytest.approx(30.0)
    assert _at(motion, "right_hip")[2] > 0 > _at(motion, "left_hip")[2]
    assert _at(motion, "left_toe")[0] > _at(motion, "left_ankle")[0]
    assert _at(motion, "head")[1] > _at(motion, "neck")[1] > _at(motion, "chest")[1]


def test_knees_bend_back_and_elbows_forward(tmp_path):
    motion = _read(tmp_path, [_row(right_knee=[-1.0], left_elbow=[1.0]), _row()])
    assert _at(motion, "right_ankle")[0] < _at(motion, "right_knee")[0] - 0.2
    assert _at(motion, "left_wrist")[0] > _at(motion, "left_elbow")[0] + 0.2


def test_the_usual_duration_is_the_rate_and_the_last_frame_does_not_count(tmp_path):
    rows = [_row(1 / 16), _row(1 / 16), _row(1 / 16), _row(0.0)]
    assert _read(tmp_path, rows).fps == pytest.approx(16.0)
    assert _read(tmp_path, rows, fps=24.0).fps == 24.0


def test_uneven_durations_are_resampled_in_time(tmp_path):
    rows = [_row(0.1, (0.1 * t, 0.9, 0)) for t in range(5)]
    rows[2][0] = 0.2  # the fourth frame comes 0.1 s late
    motion = _read(tmp_path, rows)
    assert motion.fps == pytest.approx(10.0)
    np.testing.assert_allclose(
        motion.positions[:, 0, 0], [0, 0.1, 0.2, 0.25, 0.3, 0.4], atol=1e-6
    )  # fmt: skip
    assert any("uneven" in remark for remark in motion.source.remarks)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"Frames": [[1, 2, 3]]}', "frame 0 is no list of 44 numbers"),
        ('{"Frames": [' + ", ".join(["null"] * 3) + "]}", "frame 0"),
        ('{"Frames": {"a": 1}}', 'no list "Frames"'),
        ('{"Frames": ' + "[" * 100_000, "no JSON that can be read"),
        ('{"Frames": [[' + ", ".join(["1" + "0" * 400] * 44) + "]]}", "too large"),
        ('{"Frames": [[' + ", ".join(["0"] * 44) + "]]}", "a frame of 0 s"),
        ('{"Frames": [[' + ", ".join(["true"] * 44) + "]]}", "frame 0"),
    ],
)
def test_other_content_is_refused(tmp_path, content, said):
    path = tmp_path / "clip.txt"
    path.write_text(content)
    with pytest.raises(FormatError) as caught:
        formats.read(path)
    assert said in str(caught.value)
