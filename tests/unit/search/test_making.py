"""What a worker makes of files, and how one bad clip leaves the others alone."""

import numpy as np
import pytest

from lavimo.formats import write
from lavimo.search import making
from lavimo.search.making import Known, Order, energy, loops, make
from lavimo.search.sources import Job, Segment
from lavimo.search.takes import Clock, takes


class Fixed:
    """A model whose vectors say how many frames a clip has; refuses clips of 41 frames."""

    model_id = "fixed"
    dim = 2

    def encode_positions(self, clips):
        if any(len(clip) == 41 for clip in clips):
            raise ValueError("41 frames")
        angles = np.array([len(clip) / 100 for clip in clips])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def encode_motion(self, motions):
        raise AssertionError("positions are preferred")

    def encode_sentences(self, texts):
        return np.eye(3, dtype=np.float32)[: len(texts)]


KNOWN = Known("00" * 32, 5, 6, "sig")


@pytest.fixture
def files(tmp_path, walk):
    from lavimo.motion.clip import cut

    write(walk, tmp_path / "whole.bvh")
    write(cut(walk, 0.0, 2.05), tmp_path / "refused.bvh")
    write(cut(walk, 0.0, 0.05), tmp_path / "pose.bvh")
    (tmp_path / "empty.bvh").write_text("")
    return tmp_path


def _job(path, **options):
    return Job(path, (Segment(**options),))


def test_every_file_gets_a_record_and_bad_ones_their_reason(files):
    jobs = tuple(_job(path) for path in sorted(files.iterdir()))
    made = make(Order(jobs, (KNOWN,) * 4, ("a", "b")), Fixed())
    errors = {record.path.stem: record.error for record in made.records}
    assert errors["whole"] is None
    assert "empty" in errors["empty"]
    assert "one frame" in errors["pose"] or "at least two" in errors["pose"]
    assert "ValueError: 41 frames" in errors["refused"]
    assert list(made.sentences) == ["a", "b"]
    (record,) = (record for record in made.records if record.error is None)
    assert (record.sha256, record.bytes, record.mtime_ns, record.signature) == (
        KNOWN.sha256, 5, 6, "sig",
    )  # fmt: skip
    (item,) = record.items
    assert item.vector.tolist() == pytest.approx([np.cos(0.6), np.sin(0.6)])


def test_a_fault_in_describing_costs_one_clip(files, monkeypatch):
    plain = making.describe

    def describe(positions, fps):
        if len(positions) == 41:
            raise ZeroDivisionError("no steps")
        return plain(positions, fps)

    monkeypatch.setattr(making, "describe", describe)
    jobs = (_job(files / "refused.bvh"), _job(files / "whole.bvh"))
    made = make(Order(jobs, (KNOWN,) * 2), Fixed())
    assert made.records[0].error is not None
    assert "ZeroDivisionError" in made.records[0].error
    assert len(made.records[1].items) == 1


def test_segments_of_one_file_are_cut_in_its_own_time(files):
    job = Job(files / "whole.bvh", (Segment(start=1.0, end=2.0), Segment(start=9.0), Segment()))
    found, faults = takes([job], Clock())
    assert [(take.start, take.end) for take in found] == [(1.0, 2.0), (0.0, 3.0)]
    assert [len(take.pieces[0]) for take in found] == [20, 60]
    assert len(faults) == 1
    assert "leaves nothing" in faults[0].reason


def test_energy_is_the_mean_speed_of_the_joints():
    positions = np.zeros((21, 22, 3), np.float32)
    positions[:, :, 2] = 0.05 * np.arange(21)[:, None]
    assert energy(positions) == pytest.approx(1.0)


def test_a_loop_ends_as_it_began():
    t = np.linspace(0, 2 * np.pi, 41)
    positions = np.zeros((41, 22, 3), np.float32)
    positions[:, 1:, 1] = 0.4 * np.sin(t)[:, None]
    positions[:, :, 2] += np.linspace(0, 3, 41)[:, None]  # travelling does not matter
    assert loops(positions)
    assert not loops(positions[:11])
    assert not loops(np.zeros((41, 22, 3), np.float32))
