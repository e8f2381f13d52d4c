"""Which pictures of a film are taken."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lavimo.video import child


def film(times: list[float]) -> Iterator[tuple[float, Any]]:
    return ((time, lambda: np.zeros((2, 2, 3), np.uint8)) for time in times)


def chosen(times: list[float], start: float, fps: float) -> list[float]:
    return [time for time, _ in child._resampled(film(times), start, fps)]


def test_an_even_film_gives_every_third_picture() -> None:
    times = [n / 30 for n in range(31)]
    assert chosen(times, 0.0, 10.0) == pytest.approx([n / 10 for n in range(11)])


def test_a_slow_film_comes_as_it_is() -> None:
    assert chosen([0.0, 0.2, 0.4, 0.6], 0.0, 10.0) == [0.0, 0.2, 0.4, 0.6]


def test_a_gap_of_days_costs_nothing() -> None:
    assert chosen([0.0, 0.1, 1e9], 0.0, 10.0) == [0.0, 0.1, 1e9]


def test_the_grid_begins_at_the_start() -> None:
    assert chosen([1.0, 1.05, 1.1, 1.15], 1.05, 10.0) == pytest.approx([1.05, 1.15])


def test_the_nearest_picture_of_each_time() -> None:
    times = [0.0, 0.1, 0.5]
    near = [time for time, _ in child._nearest(film(times), [0.04, 0.06, 0.29, 0.31, 2.0])]
    assert near == [0.0, 0.1, 0.1, 0.5, 0.5]


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (8, [0, 1, 2, 3, 4, 5, 6, 7]),
        (16, [0, 2, 4, 6, 8, 10, 12, 14]),
        (20, [0, 3, 5, 8, 10, 13, 15, 18]),
        (4, [0, 0, 1, 1, 2, 2, 3, 3]),
        (1, [0] * 8),
    ],
)
def test_centres_of_segments(frames: int, expected: list[int]) -> None:
    # METHOD.md B6: int(i N / 8 + (N / 8 - 1) / 2), and i N // 8 for no more than eight.
    assert child.segments(frames, 8, None) == expected


@pytest.mark.parametrize("frames", [3, 8, 9, 20, 301])
def test_random_places_lie_in_their_segments(frames: int) -> None:
    rng = np.random.default_rng(frames)
    ticks = [i * frames // 8 for i in range(9)]
    seen = set()
    for _ in range(50):
        places = child.segments(frames, 8, rng.random(8).tolist())
        assert places == sorted(places)
        assert len(places) == 8
        if frames > 8:
            assert all(a <= p < b for a, p, b in zip(ticks[:-1], places, ticks[1:], strict=True))
        else:
            assert set(places) == set(range(frames))
        seen.update(places)
    assert seen == set(range(frames)) or frames == 301


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"GIF89a" + bytes(10), "animation"),
        (b"RIFF\0\0\0\0WEBPVP8X", "animation"),
        (b"RIFF\0\0\0\0AVI LIST", "film"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", "film"),
        (b"\0\0\0\x20ftypavis\0\0\0\0", "animation"),
        (b"\0\0\0\x20ftypheic\0\0\0\0", "still"),
        (b"\xff\xd8\xff\xe0" + bytes(12), "still"),
        (b"", "film"),
    ],
)
def test_kinds_by_the_first_bytes(head: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    assert child.kind_of(path) == kind


def test_jobs_are_json() -> None:
    # What the parent sends must survive the way: no numpy numbers among the shares.
    shares = np.random.default_rng(0).random(8).tolist()
    assert json.loads(json.dumps(shares)) == shares
