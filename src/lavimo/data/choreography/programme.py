"""What a choreographed clip was asked to do: events with sides, counts, speeds and times."""

from dataclasses import dataclass, replace

import numpy as np

from lavimo.data.choreography.body import Body
from lavimo.shapes import Float32

FPS = 20.0
"""Frames per second of every choreographed clip."""

CHOREOGRAPHY_VERSION = "7"
"""Changes whenever the same seed gives another clip; caches are keyed by it."""

TRAINING_SEEDS = range(0, 100_000)
GALLERY_SEEDS = range(100_000, 100_300)
TEST_SEEDS = range(900_000, 901_000)
"""Seeds are set apart by use, so that no test programme is ever trained on."""

SOURCE = "choreography (synthetic)"
LICENCE = "CC0-1.0"

_OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Event:
    """One action of a programme; `start` and `end` are seconds in the clip.

    `side` is "left", "right", "both" or "" (none); `direction` a word such as "forward" or "left",
    or ""; `degrees` is the angle of a turn; `style` "normal" or a manner such as "tired".
    """

    action: str
    side: str = ""
    count: int = 1
    speed: str = "normal"
    size: str = "normal"
    direction: str = ""
    degrees: int = 0
    style: str = "normal"
    in_place: bool = False
    start: float = 0.0
    end: float = 0.0


@dataclass(frozen=True)
class Programme:
    """The whole instruction of a clip: the body, the events in order and the seed.

    `posture` is where it begins ("on a chair"); "" is the first posture of the first action.
    """

    seed: int
    body: Body
    events: tuple[Event, ...]
    posture: str = ""


@dataclass(frozen=True, eq=False)
class Clip:
    """A choreographed clip: joints in metres (y up, 20 fps), its programme and its captions."""

    positions: Float32[np.ndarray, "frames 22 3"]
    programme: Programme
    captions: tuple[str, ...]
    seed: int
    fps: float = FPS
    licence: str = LICENCE
    source: str = SOURCE

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return len(self.positions) / self.fps


def mirrored(programme: Programme) -> Programme:
    """The same programme with left and right exchanged."""
    return replace(
        programme,
        events=tuple(
            replace(
                event,
                side=_OTHER.get(event.side, event.side),
                direction=_OTHER.get(event.direction, event.direction),
            )
            for event in programme.events
        ),
    )
