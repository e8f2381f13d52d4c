"""`lavimo render`: one motion as a film, a data set as films or frames, killed and gone on."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("numba", reason="filming needs the extra `video`")

from lavimo import formats
from lavimo.cli import main
from lavimo.data import films
from lavimo.data.films import read, segment_centres, squared
from lavimo.errors import DataError


@pytest.fixture
def motion(walk, tmp_path):
    path = tmp_path / "walk.bvh"
    formats.write(walk, path)
    return path


@pytest.fixture
def data_set(walk, tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    folder.mkdir()
    formats.write(walk, folder / "walk.bvh")
    rows = [{"id": f"walk {n}", "file": "walk.bvh", "start": n / 10, "captions": ["a walk"]}
            for n in range(4)]  # fmt: skip
    manifest = folder / "clips.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return manifest


def test_a_motion_becomes_a_film(motion, tmp_path, capsys):
    av = pytest.importorskip("av", reason="MP4 needs the extra `video`")
    out = tmp_path / "walk.mp4"
    assert main(["render", str(motion), "-o", str(out), "--size", "64", "--avatar", "a07"]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    with av.open(str(out)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.codec.name) == (64, 64, "h264")
        assert stream.average_rate == 20
        assert sum(1 for _ in film.decode(stream)) == 60
    again = tmp_path / "again.mp4"
    main(["render", str(motion), "-o", str(again), "--size", "64", "--avatar", "a07"])
    assert again.read_bytes() == out.read_bytes()


def test_other_films_and_a_strip(motion, tmp_path):
    from PIL import Image

    for suffix in (".webp", ".gif"):
        out = tmp_path / f"walk{suffix}"
        assert main(["render", str(motion), "-o", str(out), "--size", "48", "--fps", "10"]) == 0
        with Image.open(out) as film:
            assert film.size == (48, 48)
            assert film.n_frames == 30
    strip = tmp_path / "walk.png"
    options = ["--view", "5", "--aspect", "0.5", "--yaw", "90", "--no-follow"]
    assert main(["render", str(motion), "-o", str(strip), "--size", "48", *options]) == 0
    with Image.open(strip) as picture:
        assert picture.size == (6 * 24, 48)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["x.bvh", "-o", "x.mp4"], "x.bvh does not exist"),
        (["MOTION", "-o", "x.txt"], "no suffix that can be filmed"),
        (["MOTION", "-o", "x.mp4", "--avatar", "a99"], "no avatar 'a99'"),
        (["MOTION", "-o", "x.mp4", "--focal", "0"], "--focal 0 cannot be filmed"),
        (["MOTION", "-o", "x.mp4", "--fps", "900"], "900 frames a second"),
        (["MOTION", "-o", "x.mp4", "--avatars", "."], "holds no .glb file"),
        (["-o", "x.mp4"], "one motion file, or a data set"),
        (["--data", "MOTION", "-o", "x.mp4"], "must be a folder"),
    ],
)
def test_mistakes_are_told_in_one_sentence(options, message, motion, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["render", *(str(motion) if o == "MOTION" else o for o in options)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x.mp4").exists()


def film_frames(data_set, out, *more):
    command = ["render", "--data", str(data_set), "-o", str(out), "--frames-only", "--size", "48"]
    return main([*command, "--workers", "1", *more])


def test_a_data_set_becomes_frames_and_only_what_is_missing_is_filmed(data_set, tmp_path, capsys):
    from PIL import Image

    out = tmp_path / "frames"
    assert film_frames(data_set, out, "--views", "2", "--mirrored") == 0
    assert "16 filmed now" in capsys.readouterr().out
    rows = read(out)
    assert len(rows) == 16
    assert {row.clip for row in rows if row.mirrored} == {f"Mwalk {n}" for n in range(4)}
    files = [out / file for row in rows for file in row.files]
    assert len(set(files)) == 16 * 8
    assert all(file.is_file() for file in files)
    with Image.open(files[0]) as picture:
        assert picture.size == (48, 48)
    first = next(row for row in rows if row.clip == "walk 0")
    assert first.frames == segment_centres(60)
    before = {file: file.stat().st_mtime_ns for file in files}
    files[3].unlink()
    assert film_frames(data_set, out, "--views", "2", "--mirrored") == 0
    assert "1 filmed now" in capsys.readouterr().out
    changed = [file for file in files if file.stat().st_mtime_ns != before[file]]
    assert len(changed) == 8
    assert film_frames(data_set, out, "--views", "2", "--seed", "9") == 0
    assert "8 filmed now" in capsys.readouterr().out  # other views: all anew


def test_a_killed_run_goes_on(data_set, tmp_path, capsys):
    out = tmp_path / "films"
    command = [sys.executable, "-m", "lavimo", "render", "--data", str(data_set), "-o", str(out),
               "--size", "96", "--workers", "1", "--views", "3"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    limit = time.monotonic() + 120
    while not read(out) and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = read(out)
    assert kept
    whole = {file: (out / file).read_bytes() for row in kept for file in row.files}
    with (out / films.MANIFEST).open("ab") as stream:
        stream.write(b'{"clip": "walk 3", "numb')  # a line cut short
    assert main(command[3:]) == 0
    assert f"{12 - len(kept)} filmed now" in capsys.readouterr().out
    rows = read(out)
    assert {(row.clip, row.number) for row in rows} == {
        (f"walk {n}", view) for n in range(4) for view in range(3)
    }
    assert all((out / file).stat().st_size > 1000 for row in rows for file in row.files)
    assert all((out / file).read_bytes() == content for file, content in whole.items())


def test_a_foreign_manifest_is_refused(tmp_path):
    (tmp_path / films.MANIFEST).write_text('{"clip": 3}\n')
    with pytest.raises(DataError, match="line 1 is no render of this version"):
        read(tmp_path)


def test_segment_centres_are_those_of_the_paper():
    assert segment_centres(80) == (4, 14, 24, 34, 44, 54, 64, 74)
    assert segment_centres(5) == (0, 0, 1, 1, 2, 3, 3, 4)
    assert segment_centres(9) == tuple(int(i * 9 / 8 + 1 / 16) for i in range(8))


def test_squaring_keeps_the_picture_in_the_middle():
    picture = np.full((40, 20, 3), 7, np.uint8)
    square = squared(picture, 40)
    assert square.shape == (40, 40, 3)
    assert (square[:, 10:30] == 7).all()
    assert square[:, :10].max() == 0
