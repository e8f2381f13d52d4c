"""What a sentence claims that can be measured, and whether the facts support or contradict it.

Only plain wording is read: a side with a limb, a side with a turn, a direction with a gait. What
is not understood is neither supported nor contradicted.
"""

import itertools
import re
from collections.abc import Callable
from typing import NamedTuple

from lavimo.features.facts import Description, Fact

_OTHER = {"left": "right", "right": "left"}
ARM = r"(?:hand|arm|fist|wrist|elbow|palm)s?"
LEG = r"(?:leg|foot|feet|knee|heel|toe)s?"
_TURN = r"(?:(?:turn|veer|curv|rotat|spin|pivot|swerv|circl)\w*|chang\w* direction|bends)"
_GAIT = (
    r"(?:walk|run|jog|sprint|step|mov|jump|hop|skip|crawl|creep|go|dash|march|strid|pac|limp|sneak"
    r"|tiptoe|travel)\w*"
)


class Subject(NamedTuple):
    """Words that ask for a kind of fact, and the facts that answer."""

    words: str
    facts: tuple[str, ...]
    accepts: Callable[[Fact], bool] = lambda fact: True


_SUBJECTS: tuple[Subject, ...] = (
    Subject(r"\bwalk\w*|\bstroll\w*", ("pace",), lambda f: f.side in ("slow", "walking")),
    Subject(r"\brun\w*|\bjog\w*|\bsprint\w*|\bdash\w*", ("pace",),
            lambda f: f.side in ("jogging", "running")),
    Subject(r"\bforwards?\b|\bahead\b", ("travel",), lambda f: f.side == "forward"),
    Subject(r"\bbackwards?\b", ("travel",), lambda f: f.side == "backward"),
    Subject(r"\bsideways|\bside-?steps?|\bstraf\w*", ("travel",), lambda f: f.side in _OTHER),
    Subject(rf"\b{_TURN}|\bclockwise|\bcounter-?clockwise", ("turn",)),
    Subject(r"\bjump\w*|\bleap\w*|\bhop\w*|\bhops\b", ("jump",)),
    Subject(r"\bkick\w*", ("kick",)),
    Subject(r"\bpunch\w*|\bbox(?:es|ing)?\b|\bjab\w*|\bstrik\w*", ("punch",)),
    Subject(r"\bwav(?:e|es|ing)\b|\bgreet\w*", ("wave",)),
    Subject(rf"\b(?:rais|lift|hold|put|reach|stretch)\w*\b.*\b{ARM}|\bhands? up\b|\barms? up\b",
            ("hand raised", "hand above head")),
    Subject(r"\bclap\w*|\bapplau\w*", ("clap",)),
    Subject(r"\bsit(?:s|ting)?\b|\bseated\b", ("posture",), lambda f: f.side == "sitting"),
    Subject(r"\bkneel\w*", ("posture",), lambda f: f.side == "kneeling"),
    Subject(r"\bl(?:ie|ies|ying|ay)\b", ("posture",), lambda f: f.side == "lying"),
    Subject(r"\bcrawl\w*|\ball fours", ("posture",), lambda f: f.side == "on all fours"),
    Subject(r"\bcrouch\w*|\bsquat\w*", ("posture", "squat"),
            lambda f: f.name == "squat" or f.side == "crouched"),
    Subject(r"\bbow(?:s|ing)?\b|\bbend\w*|\bstoop\w*", ("bend",)),
    Subject(r"\blean\w*", ("lean",)),
    Subject(rf"\b(?:rais|lift)\w*\b.*\b{LEG}", ("leg raised", "knee raised", "kick")),
    Subject(r"\bsteps?\b|\bpaces?\b", ("steps",)),
)  # fmt: skip


def matches(description: Description, text: str) -> tuple[str, ...]:
    """Facts that a text asks for, as short phrases; a side that the text names must be theirs."""
    text = text.lower()
    found: list[str] = []
    for subject in _SUBJECTS:
        if not re.search(subject.words, text):
            continue
        wanted = _wanted_side(subject.facts, text)
        facts = [f for f in description.named(*subject.facts) if subject.accepts(f)]
        kept = [f for f in facts if wanted in ("", f.side) or f.side == "both"]
        if subject.facts == ("steps",) and kept:
            found.append(f"{sum(f.value for f in kept):.0f} steps")
        else:
            found += [phrase(fact) for fact in kept[:2]]
    return tuple(dict.fromkeys(found))


def phrase(fact: Fact) -> str:
    """A fact as a few words with its time, as `search` shows it."""
    name = fact.name
    if name in ("posture", "pace"):
        name, side = fact.side, ""
    elif name in ("hand raised", "hand above head"):
        name = f"both hands{name[4:]}" if fact.side == "both" else f"{fact.side} {name}"
        side = ""
    else:
        side = f" {fact.side}" if fact.side else ""
    value = ""
    if fact.unit == "deg":
        value = f" {fact.value:.0f} degrees"
    elif fact.name in ("travel", "pace"):
        value = f" {fact.value:.1f} {fact.unit}"
    return f"{name}{side}{value} ({fact.start:.1f}-{fact.end:.1f} s)"


def _wanted_side(facts: tuple[str, ...], text: str) -> str:
    """The one side on which a text wants facts of these names, or ""."""
    if facts[0] in ("hand raised", "wave", "punch"):
        return limb_side(text, ARM)
    if facts[0] in ("kick", "leg raised", "jump"):
        return limb_side(text, LEG)
    if facts[0] == "turn":
        return turn_side(text)
    if facts[0] in ("travel", "lean"):
        return way_side(text)
    return ""


def limb_side(text: str, limb: str) -> str:
    """The side of the only arm or leg that a text names; "" when none, both or one of each."""
    if re.search(rf"\bboth (?:\w+ )?{limb}", text):
        return ""
    return _only(re.findall(rf"\b(left|right)[ -](?:\w+ )?{limb}\b", text))


_LIMB_NEXT = rf"(?! {ARM}| {LEG})"
_COUNTER = re.compile(r"\b(?:counter|anti)[ -]?clock-?wise")
_CLOCK = re.compile(r"(?<!counter)(?<!counter[ -])(?<!anti)(?<!anti[ -])\bclock-?wise")


def turn_side(text: str) -> str:
    """The side of the turns that a text names: left is counterclockwise, seen from above."""
    sides = re.findall(rf"\b{_TURN}(?: \w+){{0,4}}? (left|right)(?:wards?)?\b{_LIMB_NEXT}", text)
    sides += re.findall(rf"\b(left|right)(?: \w+)? {_TURN}", text)
    sides += ["left"] if _COUNTER.search(text) else []
    sides += ["right"] if _CLOCK.search(text) else []
    return _only(sides)


def way_side(text: str) -> str:
    """The side to which a text steps, moves or leans."""
    verb = rf"\b(?:{_GAIT}|side-?step\w*|sideways|lean\w*|straf\w*)"
    where = r"(?:to|towards?|on) (?:the|his|her|their)"
    sides = re.findall(rf"{verb}(?: \w+){{0,3}}? {where} (left|right)\b{_LIMB_NEXT}", text)
    sides += re.findall(rf"{verb} (left|right)(?:wards?)?\b{_LIMB_NEXT}", text)
    return _only(sides)


def _only(sides: list[str]) -> str:
    return sides[0] if len(set(sides)) == 1 else ""


def contradicts(description: Description, text: str) -> tuple[str, ...]:
    """Measured facts that a text cannot be true with: sides, turns and directions only."""
    text = text.lower()
    checks = (_arm, _kick, _turn, _way, _sideways, _posture)
    return tuple(found for check in checks if (found := check(description, text)))


def _arm(description: Description, text: str) -> str:
    """The text names one arm, and nearly all movement is the other one's."""
    side = limb_side(text, ARM)
    moving = description.named("arms move")
    if not side or not moving or moving[0].side != _OTHER[side]:
        return ""
    if any(f.side in (side, "both") for f in description.named("hand raised", "wave", "punch")):
        return ""
    if description.named("bend", "lean", "squat"):  # the trunk carries the arms about
        return ""
    return f"The text names the {side} arm, but only the {_OTHER[side]} arm moves."


def _kick(description: Description, text: str) -> str:
    side = limb_side(text, LEG)
    if not side or "kick" not in text:
        return ""
    done = {f.side for f in description.named("kick", "leg raised", "knee raised")}
    kicks = {f.side for f in description.named("kick")}
    if kicks == {_OTHER[side]} and side not in done:
        return f"The text kicks with the {side} leg, but the {_OTHER[side]} leg kicks."
    return ""


def _turn(description: Description, text: str) -> str:
    side = turn_side(text)
    if not side:
        return ""
    turned = {s: sum(f.value for f in description.named("turn") if f.side == s) for s in _OTHER}
    other = _OTHER[side]
    if turned[side] < _LITTLE_TURN and turned[other] > _CLEAR_TURN:
        return f"The text turns {side}, but the body turns {other} by {turned[other]:.0f} degrees."
    return ""


_LITTLE_TURN, _CLEAR_TURN = 20.0, 40.0  # degrees
_CLEAR_WAY, _LITTLE_SHARE = 0.8, 0.15  # metres; share of it the other way


def _lengths(description: Description) -> dict[str, float]:
    lengths = dict.fromkeys(("forward", "backward", "left", "right"), 0.0)
    for fact in description.named("travel"):
        lengths[fact.side] += fact.value
    return lengths


def _way(description: Description, text: str) -> str:
    """The text goes one way only, and the body the opposite way only."""
    ahead = bool(re.search(rf"\b{_GAIT}(?: \w+){{0,3}}? (?:forwards?|ahead)\b", text))
    back = bool(re.search(rf"\b{_GAIT}(?: \w+){{0,3}}? backwards?\b", text))
    if ahead == back or re.search(r"\b(?:back|forth|around|turn\w*|return\w*)\b", text):
        return ""
    said, other = ("forward", "backward") if ahead else ("backward", "forward")
    lengths = _lengths(description)
    if lengths[other] > _CLEAR_WAY and lengths[said] < _LITTLE_SHARE * lengths[other]:
        return f"The text moves {said}, but the body moves {lengths[other]:.1f} m {other}."
    return ""


def _sideways(description: Description, text: str) -> str:
    if not re.search(r"\bsideways|\bside-?step|\bstraf|\bto the side", text):
        return ""
    side = way_side(text)
    if not side:
        return ""
    lengths, other = _lengths(description), _OTHER[side]
    if lengths[other] > _CLEAR_WAY and lengths[side] < _LITTLE_SHARE * lengths[other]:
        return f"The text moves {side}, but the body moves {lengths[other]:.1f} m to the {other}."
    return ""


def _posture(description: Description, text: str) -> str:
    """Sitting down against standing up."""
    down = bool(re.search(r"\bsits? down\b|\bsitting down\b", text))
    up = bool(re.search(r"\bst(?:and|ands|anding) up\b|\bgets? up\b", text))
    if down == up:
        return ""
    kept = [f.side for f in description.named("posture") if f.side in ("standing", "sitting")]
    changes = set(itertools.pairwise(kept)) - {(x, x) for x in kept}
    sat, stood = ("standing", "sitting") in changes, ("sitting", "standing") in changes
    if down and stood and not sat:
        return "The text sits down, but the body stands up."
    if up and sat and not stood:
        return "The text stands up, but the body sits down."
    return ""
