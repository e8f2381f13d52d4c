"""The rules of following people, with scripted answers instead of networks."""

import numpy as np
import pytest

from lavimo.video import tracking
from lavimo.video.landmarks import NO_OUTLINE, ROOM, STANDING, Body, Region
from lavimo.video.tracking import Tracker, track

SIDE = ROOM / STANDING
POINTS = np.random.default_rng(0).uniform(-0.5, 0.5, (33, 2)).astype(np.float32)


class Script(Tracker):
    """People as (x, height) by time; a picture's level is its number in the script.

    `look` gives the person nearest to the region, within half their height.
    """

    def __init__(self, people: list[dict[str, tuple[float, float]]]) -> None:
        self.script, self.looks, self.finds = people, 0, 0
        self.outline_every = 0
        self.detector = self.landmarker = self  # type: ignore[assignment]
        self.upside_down: set[int] = set()

    def find(self, picture: np.ndarray) -> list[Region]:
        self.finds += 1
        turn = np.pi if int(picture[0, 0, 0]) in self.upside_down else 0.0
        people = self.script[int(picture[0, 0, 0])].values()
        return [Region(x, 100.0, SIDE * height, turn) for x, height in people]

    def look(self, picture: np.ndarray, region: Region, *, outline: bool = False) -> Body:
        self.looks += 1
        people = self.script[int(picture[0, 0, 0])].values()
        near = [(abs(x - region.x), x, height) for x, height in people]
        distance, x, height = min(near, default=(np.inf, region.x, region.side / SIDE))
        up = np.cos(region.angle)
        seen = distance < height / 2
        points = POINTS * height * (1 if up > 0 else -1)
        return Body(
            picture=(points + np.array([x, 100])).astype(np.float32),
            world=np.full((33, 3), x, np.float32),
            visibility=np.full(33, 0.9 if up > 0 else 0.6, np.float32),
            score=(0.95 if up > 0 else 0.7) if seen else 0.1,
            region=Region(x, 100.0, SIDE * height, region.angle),
            outline=NO_OUTLINE,
        )


def film(count: int, step: float = 0.1):
    return ((n * step, np.full((8, 8, 3), n, np.uint8)) for n in range(count))


def follow(script: Script, people: int = 1) -> list[tracking.Track]:
    return track(film(len(script.script)), tracker=script, people=people)


def test_the_largest_and_most_persistent_comes_first() -> None:
    rows = [{"steady": (100.0 + n, 80.0)} for n in range(20)]
    for n in range(8, 14):
        rows[n]["giant"] = (400.0, 120.0)  # passes by
    first, second = follow(Script(rows), people=2)
    assert len(first) == 20
    assert first.height() == pytest.approx(80, rel=0.01)
    assert second.height() == pytest.approx(120, rel=0.01)
    assert len(follow(Script(rows))) == 1


def test_a_gap_is_filled_and_marked() -> None:
    rows = [{"one": (100.0 + 2 * n, 80.0)} for n in range(20)]
    for n in (7, 8, 9):
        rows[n] = {}
    (one,) = follow(Script(rows))
    assert len(one) == 20
    assert (np.flatnonzero(one.score == 0) == [7, 8, 9]).all()
    assert one.found() == pytest.approx(17 / 20)
    assert one.world[:, 0, 0] == pytest.approx(100 + 2 * np.arange(20), abs=0.1)


def test_a_track_ends_where_the_person_leaves() -> None:
    rows: list[dict[str, tuple[float, float]]] = [{} for _ in range(20)]
    for n in range(5, 15):
        rows[n] = {"one": (100.0, 80.0)}
    (one,) = follow(Script(rows))
    assert one.times == pytest.approx(np.arange(5, 15) / 10)
    assert (one.score > 0).all()


def test_a_detection_upside_down_is_turned() -> None:
    script = Script([{"one": (100.0, 80.0)}] * 5)
    script.upside_down = set(range(5))
    (one,) = follow(script)
    assert one.picture[0] == pytest.approx(POINTS * 80 + [100, 100], abs=0.01)


def test_a_track_upside_down_is_corrected_within_a_second() -> None:
    script = Script([{"one": (100.0, 80.0)}] * 30)
    follower = tracking._Follower(script, 1)
    for number, (time, picture) in enumerate(film(30)):
        follower.step(time, picture)
        if number == 0:  # as if the start had been wrong
            path = follower.paths[0]
            region = Region(100.0, 100.0, 100.0, np.pi)
            path.bodies[0] = script.look(picture, region)
            path.region = region
    upright = [n for n, body in follower.paths[0].bodies.items() if body.visibility[0] > 0.8]
    assert upright == list(range(10, 30))


def test_the_detector_looks_once_a_second_while_all_goes_well() -> None:
    script = Script([{"one": (100.0 + n, 80.0)} for n in range(50)])
    follow(script)
    assert script.finds == 5
    assert script.looks == 49 + 2 * 5


def test_nobody_leaps() -> None:
    rows = [{"one": (100.0, 80.0)} for _ in range(20)]
    rows[10] = {"other": (170.0, 80.0)}  # in reach of no one's step within a tenth of a second
    (one,) = follow(Script(rows))
    assert one.score[10] == 0
    assert one.world[:, 0, 0] == pytest.approx(np.full(20, 100.0), abs=0.1)


def test_two_paths_do_not_share_a_body() -> None:
    rows = [{"a": (100.0, 80.0), "b": (260.0 - 8 * n, 80.0)} for n in range(30)]
    for n in range(18, 22):
        del rows[n]["b"]  # hidden behind the other
    tracks = follow(Script(rows), people=2)
    (hidden,) = [one for one in tracks if one.world[0, 0, 0] == 260]
    meanwhile = (hidden.times > 1.75) & (hidden.times < 2.15) & (hidden.score > 0)
    assert not meanwhile.any()
    (other,) = [one for one in tracks if one is not hidden]
    assert other.world[:, 0, 0] == pytest.approx(np.full(30, 100.0))
