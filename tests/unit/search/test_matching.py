"""A film against clips by limb directions: whole, in part, and where in which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.features.directions import Poses, from_motion
from lavimo.gallery import Caption, FileRecord, Gallery, NewItem
from lavimo.search import calibrate, matching
from lavimo.search.films import Film
from lavimo.search.matching import pieces
from lavimo.search.searcher import Searcher

Make = Callable[[int, int], Poses]
WORDS = ("walks", "runs", "kicks", "sits", "jumps", "bows", "waves", "turns")
LENGTHS = (40, 25, 90, 33, 61, 48, 20, 70)


def joined(*parts: Poses) -> Poses:
    return Poses(
        np.concatenate([one.limbs for one in parts]),
        np.concatenate([one.turn for one in parts]),
        np.concatenate([one.path for one in parts]),
    )


def noisy(poses: Poses, seed: int = 5) -> Poses:
    limbs = poses.limbs + np.random.default_rng(seed).normal(0, 0.15, poses.limbs.shape)
    return Poses(limbs.astype(np.float32), poses.turn, poses.path)


def record(gallery: Gallery, number: int, clip: Poses, captions: tuple[Caption, ...]) -> FileRecord:
    """A clip with made-up pose rows, from second 1 of its file; its vector knows nothing."""
    item = NewItem(
        clip="", start=1.0, end=1.0 + len(clip) / 10, fps=30.0,
        vector=np.eye(gallery.dim, dtype=np.float32)[number],
        positions=np.zeros((2 * len(clip), 22, 3), np.float32),
        captions=captions, poses=clip.rows,
    )  # fmt: skip
    return FileRecord(Path(f"/m/{number}.bvh"), f"{number:064x}", 1, 1, "bvh", items=(item,))


@pytest.fixture
def posed(gallery: Gallery, encoder: Any, some_poses: Make) -> list[Poses]:
    """Eight clips whose pose rows are made up; the vectors know nothing."""
    clips = [some_poses(rows, seed) for seed, rows in enumerate(LENGTHS)]
    records = [record(gallery, n, clip, (Caption(WORDS[n]),)) for n, clip in enumerate(clips)]
    gallery.add(records, dict(zip(WORDS, encoder.encode_sentences(WORDS), strict=True)))
    return clips


def names(results: object) -> list[str]:
    return [Path(hit.item.path).stem for hit in results]  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", range(8))
def test_a_noisy_film_of_a_clip_finds_it(
    searcher: Searcher, posed: list[Poses], number: int
) -> None:
    results = searcher.search(Film("a.mp4", noisy(posed[number]), start=0.5), k=8)
    hit = results[0]
    assert names(results)[0] == str(number)
    begin, end = hit.film_span
    assert hit.span == pytest.approx((begin + 0.5, end + 0.5))  # the same part of both
    assert end - begin > 0.6 * posed[number].seconds
    assert results.query == "a.mp4"
    assert {"directions", "warping"} <= set(hit.parts)
    assert hit.record()["film_start"] == 0.5
    assert f"{begin:.1f}–{end:.1f} s of the film" in hit.why[0]


def test_an_action_is_found_where_it_is_in_the_film(searcher: Searcher, posed: list[Poses]) -> None:
    still = Poses(np.tile(posed[0].limbs[:1], (120, 1)), np.zeros(120, np.float32),
                  np.zeros((120, 3), np.float32))  # fmt: skip
    film = Film("a.mp4", joined(still, noisy(posed[4]), still))
    hit = searcher.search(film, k=1)[0]
    assert Path(hit.item.path).stem == "4"
    assert hit.film_span is not None
    assert 11.5 <= hit.film_span[0] < hit.film_span[1] <= 18.6


def test_a_part_of_a_clip_finds_the_part(searcher: Searcher, posed: list[Poses]) -> None:
    hit = searcher.search(Film("a.mp4", noisy(posed[2]).cut(30, 66)), k=1)[0]
    assert Path(hit.item.path).stem == "2"
    assert hit.film_span is not None
    assert 3.6 <= hit.span[0] < hit.span[1] <= 8.0
    # Where in the film and where in the clip agree: the film begins at 3 s of the clip.
    assert hit.span[0] - 1 - hit.film_span[0] == pytest.approx(3.0, abs=0.4)


def test_a_film_and_a_sentence_add_up(searcher: Searcher, posed: list[Poses]) -> None:
    film = Film("a.mp4", noisy(joined(posed[1], posed[5])))
    both = searcher.search([film, "bows"], k=8)
    assert names(both)[0] == "5"
    assert {"motion", "directions", "captions"} <= set(both[0].parts)
    unlike = searcher.search(film, k=8, not_="bows")
    assert names(unlike).index("5") > names(searcher.search(film, k=8)).index("5")
    some = searcher.search(film, k=8, where="path ~ '1' or path ~ '3'")
    assert sorted(names(some)) == ["1", "3"]
    assert some.searched == 2


def test_several_films_count_together(searcher: Searcher, posed: list[Poses]) -> None:
    films = [Film("a.mp4", noisy(posed[number])) for number in (3, 6)]
    assert set(names(searcher.search(films, k=8))[:2]) == {"3", "6"}


def test_a_filter_keeps_the_scale_of_the_whole_gallery(
    searcher: Searcher, posed: list[Poses]
) -> None:
    film = Film("a.mp4", noisy(posed[3]))
    free = {hit.item.id: hit.score for hit in searcher.search(film, k=8)}
    for hit in searcher.search(film, k=8, where="duration < 5"):
        assert hit.score == pytest.approx(free[hit.item.id], abs=1e-5)


def test_a_film_has_no_banner_until_one_was_fitted(
    searcher: Searcher, posed: list[Poses], some_poses: Make
) -> None:
    film = Film("a.mp4", some_poses(30, 77))
    assert not searcher.search(film).no_match
    fitted = {"mean": [0.0] * 5, "std": [1.0] * 5, "coef": [1.0, 0, 0, 0, 0], "intercept": -90.0,
              "threshold": 0.5}  # fmt: skip
    searcher.model.calibration["confidence"] = {"text": fitted}
    assert not searcher.search(film).no_match
    searcher.model.calibration["confidence"] = {"film": fitted}
    assert searcher.search(film).no_match
    assert calibrate.model_for({}, "film", "both") is calibrate.UNCALIBRATED_FILM


def test_a_film_like_nothing_is_found_by_how_it_moves(
    searcher: Searcher, posed: list[Poses], some_poses: Make
) -> None:
    # Clip 4's movement, half as far, by somebody who stands like nobody here.
    own, stance = posed[4], some_poses(1, 123).limbs
    limbs = -2 * stance + 0.5 * (own.limbs - own.limbs.mean(axis=0))
    results = searcher.search(Film("a.mp4", Poses(limbs, own.turn, own.path), height=300.0), k=8)
    assert names(results)[0] == "4"
    assert "move most alike" in results.notes[0]
    known = searcher.search(Film("a.mp4", noisy(own), height=300.0), k=8)
    assert not known.notes


def test_what_makes_a_film_weak_is_said(searcher: Searcher, posed: list[Poses]) -> None:
    calm = Poses(np.tile(posed[0].limbs[:1], (8, 1)), np.zeros(8, np.float32),
                 np.zeros((8, 3), np.float32))  # fmt: skip
    results = searcher.search(Film("a.mp4", calm, height=80.0, people=2))
    assert len(results.notes) in (2, 3)  # it may also be like nothing
    for word in ("0.8 s", "calm", "80 pixels", "hits are weaker"):
        assert word in results.notes[0]
    assert "2 people" in results.notes[-1]
    assert results.records()[0]["notes"] == list(results.notes)
    assert not searcher.search(Film("a.mp4", posed[0], height=300.0)).notes


def test_clips_without_pose_rows_are_computed_and_it_is_said_once(
    gallery: Gallery, searcher: Searcher, posed: list[Poses], walk: object
) -> None:
    positions = walk.positions  # type: ignore[attr-defined]
    item = NewItem("", 0.0, 3.0, 20.0, np.eye(gallery.dim, dtype=np.float32)[9], positions)
    gallery.add([FileRecord(Path("/m/walk.bvh"), "f" * 64, 1, 1, "bvh", items=(item,))])
    film = Film("w.mp4", from_motion(positions, 20.0))
    first, second = searcher.search(film, k=1), searcher.search(film, k=1)
    assert names(first) == names(second) == ["walk"]
    assert "pose rows of 1 clips" in first.notes[-1]
    assert not any("pose rows" in note for note in second.notes)


def test_seconds_are_told(searcher: Searcher, posed: list[Poses]) -> None:
    film = Film("a.mp4", posed[0], seconds={"decode": 0.5, "landmarks": 1.5})
    seconds = searcher.search(film).seconds
    assert list(seconds) == ["decode", "landmarks", "model", "search"]
    assert (seconds["decode"], seconds["landmarks"]) == (0.5, 1.5)


def test_long_films_are_asked_in_their_liveliest_windows(
    some_poses: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST_PIECES", 6)
    still = Poses(np.ones((300, 27), np.float32), np.zeros(300, np.float32),
                  np.zeros((300, 3), np.float32))  # fmt: skip
    film = joined(still, some_poses(80, 1), still)
    found = pieces(film).spans
    assert len(found) == 6
    assert found[0].tolist() == [0, 680]
    assert ((found[1:, 0] > 270) & (found[1:, 1] < 410)).all()
    costs = matching.part_costs(pieces(film))
    assert costs[0] == 0
    assert (costs[1:] >= 0).all()
    assert costs.max() > 1


def test_of_a_clip_and_its_mirror_image_the_film_tells_which(
    gallery: Gallery, searcher: Searcher, some_poses: Make
) -> None:
    own = some_poses(50, 3)
    pair = [own, own.mirrored(), *(some_poses(50, seed) for seed in (11, 12, 13))]
    gallery.add([record(gallery, n, clip, ()) for n, clip in enumerate(pair)], {})
    for film, right in ((own, "0"), (own.mirrored(), "1")):
        found = searcher.search(Film("a.mp4", noisy(film)), expand=True)
        assert names(found)[0] == right
        by_name = dict(zip(names(found), (hit.parts["directions"] for hit in found), strict=True))
        assert by_name[right] > by_name[str(1 - int(right))] + matching.SIDES
