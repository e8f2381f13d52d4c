"""Films in the corpus: which clips are filmed, and what a model reads of them."""

from typing import Any

import numpy as np
import pytest

from lavimo.data import tracks
from lavimo.data.tracks import Filmed
from lavimo.errors import DataError
from lavimo.presets import resolve
from lavimo.progress import Silent
from lavimo.training import assemble
from lavimo.training.frames import Outlines


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Stands in for the camera: notes how many clips and views were asked for."""
    calls: list[tuple[int, int]] = []

    def film(clips: Any, filming: Any, *, views: int, workers: int, progress: Any) -> Any:
        calls.append((len(clips), views))
        rng = np.random.default_rng(0)

        def one(positions: np.ndarray) -> Filmed:
            count = max(2, len(positions) // 2)
            world = rng.normal(0, 1, (count, 33, 3)).astype(np.float32)
            times = np.arange(count, dtype=np.float32) / 10
            shown = np.ones((count, 16, 16), np.float32)
            return Filmed(times, world, world[..., :2], times + 1, shown, 100.0, "a01")

        return [[one(positions) for _ in range(views)] for _, positions in clips]

    monkeypatch.setattr(tracks, "film", film)
    return calls


def with_films(corpus: Any, val: Any, *changes: str, preset: str = "lavimo_small") -> Any:
    clips = [*corpus.real, *val.clips]
    found = resolve(preset, list(changes))
    return assemble._with_films(corpus, clips, len(corpus.real), found, None, Silent())


def test_train_and_val_are_filmed_and_their_rows_kept(tiny_corpus: Any, asked: Any) -> None:
    corpus, val = tiny_corpus
    found = with_films(corpus, val, "filming.views=3", "filming.clips=5", "filming.damaged=0")
    assert asked == [(5, 3), (8, 1)]
    assert {name for name in found.tracks if name.startswith("val")} == {c.id for c in val.clips}
    kept = [name for name in found.tracks if name.startswith("train")]
    assert len(kept) == 5
    for clip in corpus.real:
        for poses in found.tracks.get(clip.id, ()):
            assert abs(len(poses) - len(clip.poses)) <= 1, "rows are in time with the clip"


def test_each_clip_is_filmed_once_more_with_damage(tiny_corpus: Any, asked: Any) -> None:
    corpus, val = tiny_corpus
    found = with_films(corpus, val, "filming.views=1", "filming.damaged=1")
    assert all(len(found.tracks[clip.id]) == 2 for clip in corpus.real)
    assert all(len(found.tracks[clip.id]) == 1 for clip in val.clips)
    # All clips intact, each damaged in one of three ways, then the clips that choose.
    assert asked[0] == (8, 1)
    assert asked[-1] == (8, 1)
    assert sum(count for count, _ in asked[1:-1]) == 8
    assert len(asked) == 2 + len(tracks.DAMAGES)


def test_the_clips_that_are_filmed_do_not_hang_on_the_others(tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    some = {c.id for c in assemble._by_name(corpus.real, 4)}
    fewer = [c for c in corpus.real if c.id in some]
    assert {c.id for c in assemble._by_name(fewer, 4)} == some
    assert len(assemble._by_name(corpus.real, 0)) == len(corpus.real)


@pytest.mark.parametrize("change", ["sampling.video=off", "filming.views=0", "model.pose=null"])
def test_nothing_is_filmed_that_nothing_reads(tiny_corpus: Any, asked: Any, change: str) -> None:
    corpus, val = tiny_corpus
    found = with_films(corpus, val, change)
    assert asked == []
    assert not any(found.tracks.values())


def test_silhouettes_come_from_the_same_films(tiny_corpus: Any, asked: Any) -> None:
    corpus, val = tiny_corpus
    found = with_films(corpus, val, preset="lavimo_small_frames")
    assert [count for count, _ in asked] == [8, 8]
    assert isinstance(found.looks, Outlines)


def test_an_image_model_wants_a_folder_of_films(tiny_corpus: Any) -> None:
    corpus, val = tiny_corpus
    with pytest.raises(DataError, match="--films"):
        with_films(corpus, val, preset="lavimo_paper")
