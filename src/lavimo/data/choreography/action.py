"""What the choreographer knows of one action: how it is performed and how it is put in words."""

from collections.abc import Callable
from dataclasses import dataclass

from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage

STAND, CHAIR, GROUND, KNEEL, SUPINE, PRONE, FOURS = (
    "standing", "on a chair", "on the ground", "kneeling", "on the back", "face down",
    "on all fours",
)  # fmt: skip
UPRIGHT = (STAND, CHAIR, GROUND)
HANDS = ("left", "right")
LIMBS = ("left", "right", "both")


@dataclass(frozen=True)
class Action:
    """One line of the table of actions.

    `phrases` are verb phrases with the verb in braces and slots: `$hand`, `$arm`, `$leg`, `$foot`,
    `$side` follow the side, `$dir` the direction, `$deg` the angle, `$n[kick]` counts a noun
    ("a kick", "three kicks"); without `$n` a count is added as "three times". Pace and manner are
    added at the end, or at `$how`.
    """

    perform: Callable[[Stage, Event], None]
    phrases: tuple[str, ...]
    sides: tuple[str, ...] = ("",)
    counts: tuple[int, ...] = (1,)
    directions: tuple[str, ...] = ("",)
    degrees: tuple[int, ...] = (0,)
    speeds: tuple[str, ...] = ("slow", "normal", "fast")
    sizes: tuple[str, ...] = ("normal",)
    size_words: tuple[str, str] = ("with small movements", "with big movements")
    styled: bool = True
    begins: tuple[str, ...] = (STAND,)
    ends: str = ""
    can_stay: bool = False
    """A gait that also exists without travel, as on a treadmill."""
