"""Measured facts against a sentence: what supports it, and what says the opposite side.

A gallery keeps what was measured of a row as tags ("left hand raised", "moving backward"; see
lavimo.features.describe). A sentence claims tags by plain wording; what is not understood is
neither supported nor contradicted.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lavimo.features.claims import limb_side, turn_side, way_side

SUPPORT = 1.0
CONTRADICTION = -3.0
"""Sigmas, before the weight of facts: a wrong side costs more than a right one gains, since the
motion and the captions have already paid for what fits."""

_OTHER = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}
_ARM = r"(?:hand|arm|fist|wrist|elbow|palm)s?"
_LEG = r"(?:leg|foot|feet|knee|heel|toe)s?"


class Subject(NamedTuple):
    """Words that claim something, and the tags that bear it out; {} stands for the side.

    `roots` are parts of words of which a sentence has one if it has the words at all; `side`
    reads the one side or direction that the sentence wants, "" for any.
    """

    roots: tuple[str, ...]
    words: str
    tags: tuple[str, ...]
    side: Callable[[str], str] | None = None


def _arm_side(text: str) -> str:
    return limb_side(text, _ARM)


def _leg_side(text: str) -> str:
    return limb_side(text, _LEG)


def _way(text: str) -> str:
    ahead = bool(re.search(r"\b(?:forwards?|ahead)\b", text))
    back = bool(re.search(r"\bbackwards?\b", text))
    return "" if ahead == back else "forward" if ahead else "backward"


_SUBJECTS: tuple[Subject, ...] = (
    Subject(("walk", "stroll", "march", "strid"), r"\b(?:walk|stroll|march|strid)\w*",
            ("walking",)),
    Subject(("run", "jog", "sprint", "dash"), r"\b(?:run|jog|sprint|dash)\w*",
            ("running", "jogging")),
    Subject(("forward", "ahead", "backward"), r"\b(?:forwards?|ahead|backwards?)\b",
            ("moving {}",), _way),
    Subject(("side", "left", "right"),
            r"\bsideways|\bside-?steps?"
            r"|\b(?:step|mov|walk|jump|hop|run|skip)\w*(?: \w+){0,3}? to the (?:left|right)",
            ("moving sideways {}",), way_side),
    Subject(("turn", "veer", "curv", "rotat", "spin", "pivot", "circl", "clock"),
            r"\b(?:turn|veer|curv|rotat|spin|pivot|circl)\w*|clock-?wise",
            ("turning {}",), turn_side),
    Subject(("jump", "leap", "hop", "skip"), r"\b(?:jump|leap|hop|skip)\w*", ("jump",)),
    Subject(("kick",), r"\bkick\w*", ("kick {}", "{} leg raised"), _leg_side),
    Subject(("rais", "lift"), rf"\b(?:rais|lift)\w*\b.*\b{_LEG}",
            ("{} leg raised", "{} knee raised"), _leg_side),
    Subject(("punch", "box", "jab", "strik", "hit"), r"\b(?:punch|box|jab|strik|hit)\w*",
            ("punch {}",), _arm_side),
    Subject(("wav", "greet"), r"\b(?:wav(?:e|es|ing)|greet\w*)\b",
            ("waving {} hand", "{} hand raised"), _arm_side),
    Subject(("hand", "arm", "fist", "wrist", "elbow", "palm"),
            rf"\b(?:rais|lift|hold|put|reach|stretch)\w*\b.*\b{_ARM}|\b(?:hand|arm)s? up\b",
            ("{} hand raised", "{} hand above head"), _arm_side),
    Subject(("clap", "applau"), r"\b(?:clap|applau)\w*", ("clapping",)),
    Subject(("sit", "seat"), r"\b(?:sit|sits|sitting|seated)\b", ("sitting",)),
    Subject(("kneel", "knelt"), r"\b(?:kneel\w*|knelt)\b", ("kneeling",)),
    Subject(("lie", "lying", "lay"), r"\b(?:lie|lies|lying|lay)\b", ("lying",)),
    Subject(("crawl", "all fours"), r"\bcrawl\w*|\ball fours", ("crawling", "on all fours")),
    Subject(("crouch", "squat", "duck"), r"\b(?:crouch|squat|duck)\w*", ("squat", "crouched")),
    Subject(("bow", "bend", "stoop", "pick"),
            r"\b(?:bow|bows|bowing|bend\w*|stoop\w*|pick\w* up)\b", ("bending forward",)),
    Subject(("lean",), r"\blean\w*", ("leaning {}",), way_side),
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """Tags that support a sentence, tags that contradict it, and the sum in sigmas."""

    supporting: tuple[str, ...]
    against: tuple[str, ...]
    value: float


NOTHING = Verdict((), (), 0.0)


class _Claim(NamedTuple):
    wanted: tuple[str, ...]
    opposite: tuple[str, ...]


def weigh(text: str, tags: Collection[str]) -> Verdict:
    """What the measured tags of a row say about a sentence.

    Support counts in the share of the claims that are borne out. An opposite side counts only
    where the wanted one was not measured at all: many motions do both, one after the other.
    """
    claims = _claims(text)
    if not claims:
        return NOTHING
    supporting: list[str] = []
    against: list[str] = []
    met = 0
    for claim in claims:
        found = [tag for tag in claim.wanted if tag in tags]
        met += bool(found)
        supporting += found
        if not found:
            against += [tag for tag in claim.opposite if tag in tags]
    value = SUPPORT * met / len(claims) + (CONTRADICTION if against else 0.0)
    return Verdict(tuple(dict.fromkeys(supporting)), tuple(dict.fromkeys(against)), value)


@lru_cache(maxsize=1024)
def _claims(text: str) -> tuple[_Claim, ...]:
    text = text.lower()
    found = []
    for subject in _SUBJECTS:
        # The roots only spare the compiling of patterns: a search from the command line asks once.
        if not any(root in text for root in subject.roots) or not re.search(subject.words, text):
            continue
        if subject.side is None:
            found.append(_Claim(subject.tags, ()))
            continue
        side = subject.side(text)
        if side:
            found.append(_Claim(_with(subject.tags, side), _opposite(subject, side)))
        elif subject.side is not _way:
            found.append(_Claim(_with(subject.tags, "left", "right", "both"), ()))
    return tuple(found)


def _with(tags: tuple[str, ...], *sides: str) -> tuple[str, ...]:
    named = [tag.format(side) for side in sides for tag in tags]
    return tuple(name.replace("both hand ", "both hands ") for name in named)


def _opposite(subject: Subject, side: str) -> tuple[str, ...]:
    other = _OTHER[side]
    named = _with(subject.tags, other)
    return (*named, f"only {other} arm moves") if subject.side is _arm_side else named
