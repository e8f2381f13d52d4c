"""How often a film is looked at: brief ones, and brief parts of long ones, twice as often."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lavimo.errors import VideoError
from lavimo.search import films

pytest.importorskip("av")


@pytest.mark.parametrize(
    ("duration", "part", "fps"),
    [(4.0, (0.0, None), 20.0), (12.0, (0.0, None), 10.0), (12.0, (3.0, 6.0), 20.0)],
)
def test_brief_films_are_looked_at_twice_as_often(
    duration: float,
    part: tuple[float, float | None],
    fps: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from lavimo.video import frames, tracking

    asked: dict[str, Any] = {}

    def read(path: object, **how: Any) -> Iterator[tuple[float, np.ndarray]]:
        asked.update(how)
        end = duration if part[1] is None else part[1]
        for second in np.arange(part[0], end, 1 / how["fps"]):
            yield float(second), np.zeros((8, 8, 3), np.uint8)

    def nobody(pictures: Iterator[Any], **how: Any) -> list[Any]:
        asked["pictures"] = sum(1 for _ in pictures)
        return []

    monkeypatch.setattr(frames, "probe", lambda path: SimpleNamespace(duration=duration, fps=30.0))
    monkeypatch.setattr(frames, "read", read)
    monkeypatch.setattr(tracking, "track", nobody)
    monkeypatch.setattr(films, "_tracker", lambda: None)
    with pytest.raises(VideoError, match="nobody"):
        films.read("film.mp4", start=part[0], end=part[1])
    seconds = (duration if part[1] is None else part[1]) - part[0]
    assert asked["fps"] == fps
    assert asked["pictures"] == round(seconds * fps)
