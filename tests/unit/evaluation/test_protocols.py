"""Protocols against hand-made cases, published ceilings and permutations, chance and perfection."""

from dataclasses import dataclass

import numpy as np
import pytest

from lavimo.data import annotations
from lavimo.data.splits import read_ids
from lavimo.errors import EvaluationError
from lavimo.evaluation.protocols import PROTOCOLS, Task, judge, positives, small_batches
from lavimo.evaluation.ranks import similarity


@dataclass(frozen=True)
class Clip:
    id: str
    texts: tuple[str, ...]


def clips(*texts):
    return [Clip(f"{i:06d}", (text,) if isinstance(text, str) else text) for i, text in
            enumerate(texts)]  # fmt: skip


def unit(rng, count, dim=32):
    rows = rng.normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


D = np.array(
    [[0.2, 0.9, 0.5, 0.1], [0.3, 0.4, 0.8, 0.1], [0.9, 0.2, 0.6, 0.7], [0.1, 0.2, 0.3, 0.05]],
    np.float32,
)
E = np.array([[1, 0], [0.95, np.sqrt(1 - 0.95**2)], [0, 1], [-1, 0]], np.float32)


def test_threshold_of_the_published_example():
    t2m, m2t = judge(Task(clips("a", "b", "c", "d"), D, E), "threshold-0.95")
    assert t2m.scores.recalls == (25, 50, 75, 100, 100)
    assert t2m.scores.median == 2.5
    assert m2t.scores.recalls == (25, 75, 75, 100, 100)
    assert m2t.scores.median == 2.0


def test_thresholds_differ_at_their_edge():
    edge = np.array([[1, 0], [0.9, np.sqrt(1 - 0.81)], [0, 1], [0, -1]], np.float32)
    at = Task(clips("a", "b", "c", "d"), D, edge)
    assert not positives(at, "threshold-0.95")[0, 1]  # strictly above 0.90
    eighth = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, -1]], np.float32)
    assert positives(Task(at.clips, D, eighth), "threshold-cos0.8")[0, 1]  # 0.80 counts


def test_same_caption_counts_any_clip_that_holds_the_sentence():
    set_ = clips(("walk", "stroll"), ("stroll", "walk"), ("walk",), ("jump",))
    right = positives(Task(set_, D), "same-caption")
    np.testing.assert_array_equal(right, [[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 1]])


def test_equal_right_answers_are_no_rivals_under_same_caption():
    set_ = clips("walk", "walk", "walk", "jump")
    scores = np.array([[0.9] * 3 + [0.1]] * 3 + [[0.0, 0.0, 0.0, 0.9]], np.float32)
    t2m, m2t = judge(Task(set_, scores), "same-caption")
    assert t2m.scores.at(1) == m2t.scores.at(1) == 100
    assert m2t.ceiling.at(1) == 100
    strict = judge(Task(set_, scores), "strict")
    assert strict[1].scores.at(1) == 25  # three equal sentences tie: col 1
    assert strict[1].ceiling.at(1) == 25
    assert strict[0].ceiling.recalls[:3] == (50, 75, 100)


def test_queries_of_a_subset_in_the_whole_gallery_and_in_their_own():
    set_ = clips(*"abcdefgh")
    scores = np.eye(8, dtype=np.float32)
    scores[:4, 4:] = 2.0
    part = np.arange(4)
    whole, own = (
        judge(Task(set_, scores), "strict", queries=part),
        judge(Task(set_, scores), "strict", queries=part, gallery=part),
    )
    assert whole[0].scores.at(3) == 0
    assert own[0].scores.at(1) == 100
    assert (whole[0].scores.gallery, own[0].scores.gallery) == (8, 4)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_identity_scores_100(protocol):
    rng = np.random.default_rng(0)
    set_ = clips(*(f"caption {i}" for i in range(70)))
    rows = unit(rng, 70)
    for result in judge(Task(set_, similarity(rows, rows), unit(rng, 70)), protocol):
        assert result.scores.recalls == result.ceiling.recalls == (100,) * 5
        assert result.scores.median == result.ceiling.median == 1
        assert result.low.recalls == result.high.recalls == (100,) * 5


@pytest.mark.parametrize("protocol", ["strict", "same-caption", "small-batches"])
def test_random_embeddings_score_chance(protocol):
    rng = np.random.default_rng(1)
    set_ = clips(*(f"caption {i // 2}" for i in range(256)))
    found = [
        result
        for _ in range(12)
        for result in judge(Task(set_, similarity(unit(rng, 256), unit(rng, 256))), protocol)
    ]
    chance = found[0].chance
    for k in (1, 5, 10):
        mean = np.mean([result.scores.at(k) for result in found])
        tolerance = 4 * 100 * np.sqrt(chance.at(k) / 100 / (256 * len(found)))
        assert abs(mean - chance.at(k)) < tolerance + 0.05
    assert np.mean([r.scores.median for r in found]) == pytest.approx(chance.median, rel=0.1)


def test_chance_of_the_published_sizes():
    for count, first, tenth, median in ((786, 0.127, 1.272, 393.5), (32, 3.125, 31.25, 16.5)):
        scores = np.zeros((count, count), np.float32)
        chance = judge(Task(clips(*map(str, range(count))), scores), "strict")[0].chance
        assert chance.at(1) == pytest.approx(first, abs=5e-4)
        assert chance.at(10) == pytest.approx(tenth, abs=5e-4)
        assert chance.median == median


@pytest.mark.parametrize(
    ("count", "begin", "total", "batches"),
    [
        (70, [26, 27, 48, 22, 30, 51, 7, 59], 1218, 2),
        (786, [449, 85, 613, 310, 299, 14, 331, 632], 10808, 24),
        (4384, [2724, 3920, 1646, 775, 4283, 639, 1262, 2699], 77674, 137),
    ],
)
def test_small_batches_are_the_published_ones(count, begin, total, batches):
    found = small_batches([f"{i:06d}" for i in range(count)])
    assert found[0][:8].tolist() == begin
    assert int(found[0].sum()) == total
    assert len(found) == batches
    assert all(len(batch) == 32 for batch in found)


def test_small_batches_sort_the_ids_first():
    forwards = [f"{i:06d}" for i in range(70)]
    backwards = forwards[::-1]
    names = [[backwards[i] for i in batch] for batch in small_batches(backwards)]
    assert names == [[forwards[i] for i in batch] for batch in small_batches(forwards)]


def test_ceilings_of_kit_are_those_of_the_published_metric_code(data_folder):
    motions = annotations.read(data_folder / "splits" / "kitml" / "annotations.json.gz")
    ids = read_ids(data_folder / "splits" / "kitml" / "test.txt")
    set_ = [Clip(name, (motions[name].spans[0].text,)) for name in ids]
    t2m, m2t = judge(Task(set_, np.zeros((786, 786), np.float32)), "strict")
    assert [round(v, 2) for v in t2m.ceiling.recalls[:4]] == [59.41, 93.77, 96.44, 99.49]
    assert t2m.ceiling.median == 1.0
    assert [round(v, 2) for v in m2t.ceiling.recalls[:3]] == [88.42, 96.31, 100]
    assert m2t.ceiling.median == 1.5


def test_intervals_hold_the_score_and_repeat():
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(80, 80)).astype(np.float32) + 1.5 * np.eye(80, dtype=np.float32)
    task = Task(clips(*map(str, range(80))), scores)
    first, again = judge(task, "strict", seed=7)[0], judge(task, "strict", seed=7)[0]
    assert first == again
    assert first.low.at(5) < first.scores.at(5) < first.high.at(5)


@pytest.mark.parametrize(
    ("protocol", "options", "message"),
    [
        ("all", {}, "no protocol 'all'"),
        ("threshold-0.95", {}, "sentence vectors"),
        ("small-batches", {}, "need 32"),
        ("strict", {"queries": np.array([3]), "gallery": np.array([0, 1])}, "not all in"),
    ],
)
def test_wrong_use_is_said(protocol, options, message):
    with pytest.raises(EvaluationError, match=message):
        judge(Task(clips("a", "b", "c", "d"), D), protocol, **options)


def test_a_clip_without_caption_is_named():
    with pytest.raises(EvaluationError, match="000001"):
        judge(Task(clips("a", (), "c", "d"), D), "strict")
