"""Scans are exact, and a cache file is whole or not used."""

import numpy as np
import pytest

from lavimo.gallery import matrix
from lavimo.gallery.matrix import Matrix, Table


def _unit(rows, dim, seed=0):
    values = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.mark.parametrize("rows", [0, 1, 700])
@pytest.mark.parametrize("in_cache", [7, 10_000])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_scan_is_the_plain_product(monkeypatch, rows, in_cache, threads):
    monkeypatch.setattr(matrix, "BLOCK", 100)
    monkeypatch.setattr(matrix, "IN_CACHE", in_cache)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    halves = _unit(rows, 32).astype(np.float16)
    query = _unit(1, 32, seed=1)[0]
    expected = halves.astype(np.float64) @ query
    held = Matrix(halves)
    for _ in range(3):  # the first scan streams, later ones use the float32 copy
        np.testing.assert_allclose(held.scores(query), expected, atol=1e-6)
    some = np.arange(0, rows, 3)
    np.testing.assert_allclose(held.some(some, query), expected[some], atol=1e-6)


def test_float16_loses_no_neighbour():
    rows, queries = _unit(3000, 64), _unit(20, 64, seed=2)
    held = Matrix(rows.astype(np.float16))
    for query in queries:
        exact = set(np.argsort(-(rows @ query))[:10].tolist())
        found = set(np.argsort(-held.scores(query))[:10].tolist())
        assert len(exact & found) >= 9


def test_the_best_are_sorted_and_ties_go_to_the_lower_seq():
    seqs = np.array([3, 5, 8, 9, 12])
    scores = np.array([0.5, 0.9, 0.5, 0.5, 0.1], np.float32)
    found, values = matrix.best(seqs, scores, 3)
    assert found.tolist() == [5, 3, 8]
    assert values.tolist() == pytest.approx([0.9, 0.5, 0.5])
    assert matrix.best(seqs, scores, 99)[0].tolist() == [5, 3, 8, 9, 12]
    assert len(matrix.best(seqs[:0], scores[:0], 4)[0]) == 0


def test_a_cache_file_comes_back_whole(tmp_path):
    pairs = np.arange(14).reshape(7, 2)
    table = Table(pairs, _unit(5, 16).astype(np.float16), 42)
    matrix.save(tmp_path / "a.f16", table)
    again = matrix.load(tmp_path / "a.f16", 16)
    assert again is not None
    assert again.generation == 42
    np.testing.assert_array_equal(again.pairs, pairs)
    np.testing.assert_array_equal(again.halves, table.halves)


@pytest.mark.parametrize("fault", ["short", "long", "header", "other dim", "none", "empty"])
def test_a_cache_file_that_is_not_whole_is_not_used(tmp_path, fault):
    file = tmp_path / "a.f16"
    matrix.save(file, Table(np.zeros((5, 2), np.int64), _unit(5, 16).astype(np.float16), 1))
    content = file.read_bytes()
    changed = {
        "short": content[:-1],
        "long": content + b"\0",
        "header": content[:16] + b"\x09" + content[17:],
        "empty": b"",
    }
    if fault in changed:
        file.write_bytes(changed[fault])
    if fault == "none":
        file.unlink()
    assert matrix.load(file, 17 if fault == "other dim" else 16) is None
