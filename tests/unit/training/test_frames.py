"""Films as eight pictures: silhouettes of tracks, cached features of an image model, pixels."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from lavimo.data import films
from lavimo.data.tracks import Filmed
from lavimo.errors import DataError
from lavimo.presets import LAVIMO_PAPER
from lavimo.progress import Silent
from lavimo.render.view import draw_view
from lavimo.runtime.config import FramesVideo
from lavimo.training import frames
from lavimo.training.augment import Change

WHOLE = Change(1.0, 0, 80, False, False)
MIRRORED = Change(1.0, 0, 80, False, True)


def config(**changes: Any) -> FramesVideo:
    assert LAVIMO_PAPER.model.frames is not None
    return msgspec.structs.replace(LAVIMO_PAPER.model.frames, **changes)


def track(count: int = 40) -> Filmed:
    """A square that walks to the right through the outlines."""
    outlines = np.zeros((count, 16, 16), np.float32)
    for number in range(count):
        outlines[number, 4:12, number * 12 // count] = 1
    nothing = np.zeros((count, 33, 3), np.float32)
    times = np.arange(count, dtype=np.float32) / 10
    return Filmed(times, nothing, nothing[..., :2], np.ones(count, np.float32), outlines, 1.0, "a")


def test_silhouettes_follow_the_visit() -> None:
    looks = frames.Outlines({"a": [track()], "b": []})
    columns = slice(101, 117)
    whole = looks.rows("a", WHOLE, None)
    assert whole is not None
    assert whole.shape == (8, 117)
    where = whole[:, columns].argmax(axis=1)
    assert (np.diff(where) >= 0).all()
    assert where[-1] >= 10
    mirrored = looks.rows("a", MIRRORED, None)
    assert mirrored is not None
    np.testing.assert_array_equal(mirrored[:, columns].argmax(axis=1), 15 - where)
    late = looks.rows("a", Change(1.0, 40, 80, False, False), None)
    assert late is not None
    assert late[:, columns].argmax(axis=1).min() >= where[4] - 1
    assert looks.rows("b", WHOLE, None) is None
    assert looks.rows("unknown", WHOLE, None) is None


@pytest.fixture
def filmed(tmp_path: Path) -> Path:
    """A folder as `lavimo render --frames-only` writes it: two clips of eight stills."""
    folder = tmp_path / "films"
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = []
    for clip in ("a", "b"):
        names = [f"{clip}.v0.{n}.jpg" for n in range(8)]
        for name in names:
            picture = rng.integers(0, 255, (40, 40, 3)).astype(np.uint8)
            Image.fromarray(picture).save(folder / name, quality=90)
        row = films.Filmed(clip=clip, number=0, files=tuple(names), frames=tuple(range(8)), size=40,
                           mirrored=False, view=draw_view(clip, avatars=("a01",)),
                           lavimo="0")  # fmt: skip
        lines.append(msgspec.json.encode(row) + b"\n")
    (folder / films.MANIFEST).write_bytes(b"".join(lines))
    return folder


def test_features_of_a_frozen_image_model_are_kept(
    filmed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "cache_folder", lambda: tmp_path / "cache")
    tiny = config(backbone="tiny:clip", width=24, train_backbone=False)
    looks = frames.looks_of(tiny, {}, filmed, Silent())
    assert isinstance(looks, frames.Features)
    film = looks.films["a"][0]
    assert film.shape == (5, 2, 8, 24)
    assert np.abs(film[0, 0] - film[0, 1]).max() > 0, "mirrored pictures are other pictures"
    plain, mirrored = looks.rows("a", WHOLE, None), looks.rows("a", MIRRORED, None)
    np.testing.assert_array_equal(plain, film[0, 0].astype(np.float32))
    np.testing.assert_array_equal(mirrored, film[0, 1].astype(np.float32))
    drawn = [looks.rows("a", WHOLE, np.random.default_rng(s)) for s in range(12)]
    variants = {one.tobytes() for one in drawn if one is not None}
    assert 1 < len(variants) <= frames.VARIANTS
    monkeypatch.setattr(frames, "_look", None)  # a second time everything is read
    again = frames.looks_of(tiny, {}, filmed, Silent())
    assert isinstance(again, frames.Features)
    np.testing.assert_array_equal(again.films["b"][0], looks.films["b"][0])


def test_an_image_model_that_trains_reads_pixels(filmed: Path) -> None:
    tiny = config(backbone="tiny:clip", width=24, train_backbone=True)
    looks = frames.looks_of(tiny, {}, filmed, Silent())
    plain = looks.rows("a", WHOLE, None)
    drawn = looks.rows("a", WHOLE, np.random.default_rng(0))
    assert plain is not None
    assert drawn is not None
    assert plain.shape == drawn.shape == (8, 3 * 32 * 32)
    assert np.abs(plain - drawn).max() > 0.1


def test_what_is_missing_is_said() -> None:
    with pytest.raises(DataError, match="lavimo render"):
        frames.looks_of(config(), {}, None, Silent())
    with pytest.raises(DataError, match="width=117"):
        frames.looks_of(config(backbone="silhouette", train_backbone=False), {}, None, Silent())


@pytest.mark.parametrize("video", ["own", "shuffled", "noise"])
def test_rows_become_a_block_with_its_gaps(video: str) -> None:
    rows = [np.full((8, 3), n, np.float32) for n in range(4)]
    given = [rows[0], None, rows[2], rows[3]]
    found = frames.as_sequences(given, video, np.random.default_rng(0))
    assert found is not None
    assert found.there.sum() == 3
    if video == "own":
        assert found.there.tolist() == [True, False, True, True]
        assert found.values[2].mean() == 2
    else:
        means = found.values.mean(dim=(1, 2)).tolist()
        assert means != [0, 0, 2, 3]
    assert frames.as_sequences([None, None], video) is None
