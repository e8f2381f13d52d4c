"""Searching: order, sides, filters, examples, unwanted things, folding, and honest doubt."""

from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import GalleryError, QueryError
from lavimo.gallery import Gallery
from lavimo.motion.clip import Motion
from lavimo.search import searcher as module
from lavimo.search.searcher import Searcher

SCENE = ("walks slowly", "runs fast", "kicks high", "sits down", "jumps twice", "waves to us")


def shown(results: object) -> list[str]:
    return [Path(hit.item.path).stem for hit in results]  # type: ignore[attr-defined]


@pytest.fixture
def scene(put: object) -> dict[str, str]:
    return {shows: put(shows) for shows in SCENE}  # type: ignore[operator]


def test_the_best_fitting_clip_comes_first(searcher: Searcher, scene: dict[str, str]) -> None:
    results = searcher.search("someone kicks high", k=3)
    assert shown(results)[0] == "kicks high"
    assert [hit.rank for hit in results] == [1, 2, 3]
    assert len(results) == 3
    assert results[0].score == max(hit.score for hit in results)
    assert results[0].caption == "kicks high"
    assert results.searched == len(SCENE)


def test_by_motion_is_the_plain_cosine(
    searcher: Searcher, scene: dict[str, str], gallery: Gallery
) -> None:
    results = searcher.search("kicks and jumps", k=6, by="motion", expand=True)
    seqs, cosines = gallery.search(searcher.model.encode_text(["kicks and jumps"])[0], 6)
    assert [hit.item.seq for hit in results] == seqs.tolist()
    np.testing.assert_allclose([hit.score for hit in results], cosines, atol=1e-6)
    assert all("caption cosine" not in hit.parts for hit in results)


def test_captions_find_what_the_motion_hides(searcher: Searcher, put: object) -> None:
    for shows in SCENE:
        put(shows)  # type: ignore[operator]
    put("aaa", "a soldier salutes")  # type: ignore[operator]
    assert shown(searcher.search("a soldier salutes", by="captions"))[0] == "aaa"
    assert shown(searcher.search("a soldier salutes"))[0] == "aaa"
    assert shown(searcher.search("a soldier salutes", by="motion"))[0] != "aaa"


def test_a_caption_of_the_other_side_is_no_support(searcher: Searcher, put: object) -> None:
    vector = searcher.model.encode_text(["waves hand"])[0]
    put("one", "waves the right hand", vector=vector)  # type: ignore[operator]
    put("two", "waves the left hand", vector=-vector)  # type: ignore[operator]
    results = searcher.search("waves the left hand", k=2)
    assert shown(results)[0] == "two"
    other = results[1]
    assert other.parts["captions"] == pytest.approx(-2)
    assert not any("right" in reason for reason in other.why)


def test_measured_facts_of_the_other_side_push_down(searcher: Searcher, put: object) -> None:
    vector = searcher.model.encode_text(["turns"])[0]
    for number, side in enumerate(("right", "left", "right")):
        put(f"clip {number}", "", vector=vector, tags=(f"turning {side}",))  # type: ignore[operator]
    results = searcher.search("someone turns left", k=3, expand=True)
    assert shown(results)[0] == "clip 1"
    assert any("measured: turning left" in reason for reason in results[0].why)
    assert any("against it" in reason for reason in results[1].why)


def test_a_filter_keeps_the_scale_of_the_whole_gallery(
    searcher: Searcher, scene: dict[str, str]
) -> None:
    free = {hit.item.id: hit.score for hit in searcher.search("runs fast", k=6)}
    some = searcher.search("runs fast", k=6, where="caption ~ 'walks' or caption ~ 'runs'")
    assert len(some) == some.searched == 2
    for hit in some:
        assert hit.score == pytest.approx(free[hit.item.id], abs=1e-5)


def test_nothing_passes_the_filter(searcher: Searcher, scene: dict[str, str]) -> None:
    results = searcher.search("runs", where="duration > 100")
    assert not results
    assert results.no_match
    assert results.searched == 0


def test_an_empty_gallery_has_no_hits(searcher: Searcher) -> None:
    assert not searcher.search("walks")


def test_what_is_not_wanted_sinks(searcher: Searcher, put: object) -> None:
    put("runs fast happily")  # type: ignore[operator]
    put("runs fast sadly")  # type: ignore[operator]
    put("sits")  # type: ignore[operator]
    plain = {hit.item.id: hit.score for hit in searcher.search("runs fast", k=3)}
    other = searcher.search("runs fast", k=3, not_="sadly")
    assert shown(other)[0] == "runs fast happily"
    lost = {Path(h.item.path).stem: plain[h.item.id] - h.score for h in other}
    assert lost["runs fast sadly"] > 1
    assert lost["runs fast happily"] == pytest.approx(0, abs=0.1)


def test_windows_of_a_take_are_one_hit_with_the_best_span(searcher: Searcher, put: object) -> None:
    windows = [(0.0, 4.0, "walks"), (2.0, 6.0, "kicks"), (6.0, 10.0, "kicks hard")]
    take = put("long take", "", windows=windows, end=10.0)  # type: ignore[operator]
    put("stands")  # type: ignore[operator]
    hit = searcher.search("kicks hard", k=1)[0]
    assert hit.span == (6, 10)
    assert hit.item.kind == "window"
    assert hit.item.parent == take
    assert any("moment of a take of 10.0 s" in reason for reason in hit.why)
    assert hit.alike == 0
    whole = searcher.search("kicks hard", k=2, whole=True)
    assert {h.item.kind for h in whole} == {"clip"}
    assert len(searcher.search("kicks hard", k=10)) == 2
    moments = searcher.search("kicks", k=10, expand=True)
    assert (2, 6) in [h.span for h in moments]
    assert (6, 10) in [h.span for h in moments]


def test_mirrored_twins_and_near_copies_are_one_hit(searcher: Searcher, put: object) -> None:
    first = put("waves the left hand")  # type: ignore[operator]
    put("waves the right hand", mirrored_of=first)  # type: ignore[operator]
    vector = searcher.model.encode_text(["bows"])[0]
    for number in range(3):
        put(f"bow {number}", "bows", vector=vector)  # type: ignore[operator]
    hit = searcher.search("waves the left hand", k=1)[0]
    assert (Path(hit.item.path).stem, hit.alike) == ("waves the left hand", 1)
    bows = searcher.search("bows", k=5)
    assert shown(bows)[0].startswith("bow")
    assert bows[0].alike == 2
    assert len(bows) == 2
    assert len(searcher.search("bows", k=9, expand=True)) == 5


def test_opposite_captions_are_never_folded(searcher: Searcher, put: object) -> None:
    vector = searcher.model.encode_text(["turns"])[0]
    put("a", "turns left", vector=vector)  # type: ignore[operator]
    put("b", "turns right", vector=vector)  # type: ignore[operator]
    assert len(searcher.search("turns", k=5)) == 2


def test_an_id_finds_its_like_without_a_model(gallery: Gallery, scene: dict[str, str]) -> None:
    results = Searcher(gallery).search(f"id:{scene['runs fast'][:8]}", k=9)
    assert "runs fast" not in shown(results)
    assert len(results) == len(SCENE) - 1


def test_an_example_motion_finds_its_like(
    searcher: Searcher, scene: dict[str, str], walk: Motion
) -> None:
    from dataclasses import replace

    example = replace(walk, source=replace(walk.source, path="jumps twice.bvh"))
    assert shown(searcher.search(example))[0] == "jumps twice"
    both = searcher.search([example, "kicks high"], k=2)
    assert set(shown(both)) == {"jumps twice", "kicks high"}
    assert set(both[0].parts) >= {"motion", "example", "captions"}


def test_something_foreign_is_doubted_and_still_answered(searcher: Searcher, put: object) -> None:
    for number in range(60):
        put(f"walks {number}", f"walks along street {number}")  # type: ignore[operator]
    put("kicks", "someone kicks high")  # type: ignore[operator]
    sure = searcher.search("someone kicks high")
    unsure = searcher.search("quarterly revenue beats expectations")
    assert not sure.no_match
    assert unsure.no_match
    assert len(unsure) > 0
    assert sure.confidence > unsure.confidence
    assert all(0 <= hit.confidence <= 1 for hit in [*sure, *unsure])
    assert unsure.records()[0]["no_match"] is True


def test_a_gallery_of_another_model_is_refused(gallery: Gallery, encoder: object) -> None:
    encoder.model_id = "another"  # type: ignore[attr-defined]
    with pytest.raises(GalleryError, match="another"):
        Searcher(gallery, encoder)  # type: ignore[arg-type]


def test_a_model_that_is_nowhere_is_one_sentence(gallery: Gallery) -> None:
    with pytest.raises(GalleryError, match="none of the shipped ones"):
        Searcher(gallery).search("walks")


@pytest.mark.parametrize("k", [0, -1, module.MOST + 1])
def test_an_impossible_number_of_hits(searcher: Searcher, k: int) -> None:
    with pytest.raises(QueryError, match="cannot be shown"):
        searcher.search("walks", k=k)


def test_wrong_uses_are_one_sentence(searcher: Searcher, scene: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="needs a sentence"):
        searcher.search(f"id:{scene['runs fast']}", by="captions")
    with pytest.raises(QueryError, match="filter"):
        searcher.search("walks", where="colour = 'red'")
    with pytest.raises(GalleryError, match="no row"):
        searcher.search("id:ffffffff")


def test_more_hits_than_candidates(searcher: Searcher, put: object, monkeypatch: object) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 2)  # type: ignore[attr-defined]
    vector = searcher.model.encode_text(["bows"])[0]
    for number in range(12):
        put(f"bow {number}", "bows", vector=vector)  # type: ignore[operator]
    put("sits")  # type: ignore[operator]
    results = searcher.search("bows", k=2)
    assert len(results) == 2
    assert results[0].alike == 11


def test_a_row_without_captions_is_not_lost_among_captioned_ones(
    searcher: Searcher, put: object
) -> None:
    put("kicks ball far", "")  # type: ignore[operator]
    for shows in SCENE:
        put(shows)  # type: ignore[operator]
    assert shown(searcher.search("kicks ball far"))[0] == "kicks ball far"


def test_one_record_holds_what_scripts_need(searcher: Searcher, scene: dict[str, str]) -> None:
    record = searcher.search("walks slowly", k=1).records()[0]
    needed = "rank id score confidence caption start end source licence path no_match"
    assert set(record) >= set(needed.split())
    assert record["id"] == scene["walks slowly"]
