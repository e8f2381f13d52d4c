"""Our own choreographer: parametric whole-body motion with its exact programme and captions.

Everything made here is synthetic, says so (`source`) and is free for any use (CC0-1.0).
"""

from dataclasses import replace

from lavimo.data.choreography.captions import captions
from lavimo.data.choreography.compose import perform, random_programme
from lavimo.data.choreography.gallery import choreographed, embedded_gallery
from lavimo.data.choreography.programme import (
    CHOREOGRAPHY_VERSION,
    FPS,
    GALLERY_SEEDS,
    LICENCE,
    SOURCE,
    TEST_SEEDS,
    TRAINING_SEEDS,
    Clip,
    Event,
    Programme,
    mirrored,
)

__all__ = [
    "CHOREOGRAPHY_VERSION", "FPS", "GALLERY_SEEDS", "LICENCE", "SOURCE", "TEST_SEEDS",
    "TRAINING_SEEDS", "Clip", "Event", "Programme", "action_names", "choreograph",
    "choreograph_programme", "choreographed", "embedded_gallery", "mirrored",
]  # fmt: skip


def choreograph(seed: int, *, events: int | None = None) -> Clip:
    """The clip of a seed, the same in every process; `events` fixes their number (1-4).

    Positions are (T, 22, 3) metres, y up, 20 fps, floor at 0, facing +z where the clip begins.
    """
    return choreograph_programme(random_programme(seed, events))


def choreograph_programme(programme: Programme) -> Clip:
    """Perform a programme of your own; its events' start and end are filled in."""
    positions, played = perform(programme)
    return Clip(
        positions=positions,
        programme=played,
        captions=captions(replace(played)),
        seed=programme.seed,
    )


def action_names() -> tuple[str, ...]:
    """The names of all actions."""
    from lavimo.data.choreography.actions import ACTIONS

    return tuple(ACTIONS)
