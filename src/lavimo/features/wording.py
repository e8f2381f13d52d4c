"""Measured facts in words: truthful captions out of the events of a clip, in their order."""

import itertools
from dataclasses import dataclass

from lavimo.features.facts import Description, Fact

_NUMBERS = ("no", "once", "twice", "three times", "four times", "five times", "six times",
            "seven times", "eight times", "nine times", "ten times")  # fmt: skip
_WAYS = {
    "forward": "forward",
    "backward": "backwards",
    "left": "sideways to the left",
    "right": "sideways to the right",
}
_GAITS = {"slow": "walks slowly", "walking": "walks", "jogging": "jogs", "running": "runs"}
_MOST_EVENTS = 4


@dataclass(frozen=True)
class Clause:
    """A verb phrase in the third person, when it begins, and whether a repetition is counted."""

    start: float
    words: str
    counted: bool = False


def times(count: float) -> str:
    """`3` as "three times"."""
    number = round(count)
    return _NUMBERS[number] if 0 < number < len(_NUMBERS) else f"{number} times"


def sentences(description: Description) -> tuple[str, ...]:
    """The events of a clip as one sentence, then single facts about hands, arms and steps."""
    found = []
    events = _phrases(clauses(description))
    if events:
        found.append(f"A person {_listed(events)}.")
    found += _hands(description)
    found += _limbs(description)
    steps = description.attrs.get("steps", 0.0)
    if isinstance(steps, float) and 2 <= steps <= 20 and description.named("pace"):
        found.append(f"A person takes {_number(round(steps))} steps.")
    return tuple(dict.fromkeys(found))


def clauses(description: Description) -> list[Clause]:
    """What happens, in order of time; the same thing again is another clause."""
    found = [
        *_travels(description),
        *_turns(description),
        *_jumps(description),
        *_postures(description),
        *_arm_events(description),
        *_leg_events(description),
        *[Clause(f.start, "squats", True) for f in description.named("squat")],
        *[Clause(f.start, "bends forward", True) for f in description.named("bend")
          if not _during(f, description.named("squat", "pace", "jump"), 0.5)],
    ]  # fmt: skip
    return sorted(found, key=lambda clause: clause.start)


def _phrases(found: list[Clause]) -> list[str]:
    """Neighbouring equal clauses counted, at most four different ones."""
    phrases: list[str] = []
    for words, group in itertools.groupby(found, key=lambda clause: (clause.words, clause.counted)):
        count = len(list(group))
        phrases.append(f"{words[0]} {times(float(count))}" if words[1] and count > 1 else words[0])
    return list(dict.fromkeys(phrases))[:_MOST_EVENTS]


def _listed(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return ", ".join(parts[:-1]) + f" and then {parts[-1]}"


def _number(count: int) -> str:
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)


def _during(fact: Fact, others: tuple[Fact, ...], margin: float = 0.1) -> bool:
    """Does the middle of a fact fall into one of the others?"""
    middle = (fact.start + fact.end) / 2
    return any(o.start - margin <= middle <= o.end + margin for o in others)


def _travels(description: Description) -> list[Clause]:
    found = []
    turns = description.named("turn")
    stays = "in place" in description.tags
    for pace in description.named("pace"):
        way = next(
            (f.side for f in description.named("travel") if f.start == pace.start), "forward"
        )
        words = _GAITS[pace.side]
        if stays and way == "forward":
            words += " in place"
        else:
            words += f" {_WAYS[way]}" + (" in place" if stays else "")
        sides = {t.side for t in turns if pace.start <= (t.start + t.end) / 2 <= pace.end}
        if len(sides) == 1 and way == "forward":
            words += f" while turning {sides.pop()}"
        found.append(Clause(pace.start, words))
    fours = [f for f in description.named("posture") if f.side == "on all fours"]
    found += [
        Clause(travel.start, f"crawls {_WAYS[travel.side]}")
        for travel in description.named("travel")
        if _during(travel, tuple(fours))
    ]
    if "crawling" in description.tags and not any("crawls" in c.words for c in found):
        found.append(Clause(fours[0].start, "crawls"))
    return found


def _turns(description: Description) -> list[Clause]:
    found = []
    for turn in description.named("turn"):
        if _during(turn, description.named("pace")):
            continue
        side, degrees = turn.side, turn.value
        if degrees < 60:
            words = f"turns a little to the {side}"
        elif degrees < 140:
            words = f"turns {side} about {45 * round(degrees / 45)} degrees"
        elif degrees < 230:
            words = f"turns around to the {side}"
        elif degrees < 450:
            words = f"turns in a circle to the {side}"
        else:
            words = f"spins around to the {side} several times"
        found.append(Clause(turn.start, words))
    return found


def _jumps(description: Description) -> list[Clause]:
    found = []
    for jump in description.named("jump"):
        verb = "jumps" if jump.side == "both" else f"hops on the {jump.side} foot"
        way = [f.side for f in description.named("travel") if _during(jump, (f,))]
        if not way and jump.side == "both" and "in place" in description.tags:
            verb = "jumps up"
        found.append(Clause(jump.start, f"{verb} {_WAYS[way[0]]}" if way else verb, True))
    return found


_CHANGES = {
    ("standing", "sitting"): "sits down",
    ("sitting", "standing"): "stands up",
    ("crouched", "standing"): "stands up",
    ("sitting", "lying"): "lies down",
    ("lying", "sitting"): "sits up",
    ("lying", "standing"): "gets up",
    ("kneeling", "standing"): "stands up",
    ("standing", "kneeling"): "kneels down",
    ("standing", "crouched"): "crouches down",
    ("standing", "lying"): "lies down",
    ("standing", "on all fours"): "gets down on all fours",
    ("kneeling", "on all fours"): "gets down on all fours",
    ("on all fours", "standing"): "gets up",
}
_STATES = {
    "sitting": "sits",
    "lying": "lies on the floor",
    "kneeling": "kneels",
    "crouched": "stays crouched",
    "on all fours": "is on all fours",
}


def _postures(description: Description) -> list[Clause]:
    """Changes of posture; a crouch on the way to another posture is no event of its own."""
    held = description.named("posture")
    squats = description.named("squat", "pace")
    lasting = [
        f
        for f in held
        if f.side != "crouched" or (not _during(f, squats) and (f.value > 1.0 or len(held) == 1))
    ]
    if not lasting:
        return []
    found = []
    first = lasting[0]
    if first.side in _STATES and (len(lasting) == 1 or first.value > 0.8):
        found.append(Clause(first.start, _STATES[first.side]))
    for before, after in itertools.pairwise(lasting):
        words = _CHANGES.get((before.side, after.side))
        if words is None and after.side == "lying":
            words = "lies down"
        if words:
            found.append(Clause(after.start, words))
    return found


def _arm_events(description: Description) -> list[Clause]:
    found = []
    waves, claps = description.named("wave"), description.named("clap")
    strikes = description.named("punch")
    for wave in waves:
        if _during(wave, claps):
            continue
        twin = any(w.side != wave.side and _during(wave, (w,)) for w in waves)
        whose = "both hands" if twin else f"the {wave.side} hand"
        found.append(Clause(wave.start, f"waves with {whose}"))
    over = description.named("hand above head")
    for raised in description.named("hand raised"):
        if _during(raised, (*waves, *claps, *strikes)):
            continue
        whose = "both hands" if raised.side == "both" else f"the {raised.side} hand"
        high = any(_during(o, (raised,)) and o.side == raised.side for o in over)
        found.append(Clause(raised.start, f"raises {whose}{' above the head' if high else ''}"))
    found += [Clause(c.start, f"claps {times(c.value)}") for c in claps]
    for punch in strikes:
        if not _during(punch, claps):
            found.append(Clause(punch.start, f"punches with the {punch.side} hand", True))
    return found


def _leg_events(description: Description) -> list[Clause]:
    found = [
        Clause(k.start, f"kicks with the {k.side} leg", True) for k in description.named("kick")
    ]
    found += [
        Clause(k.start, f"lifts the {k.side} leg", True) for k in description.named("leg raised")
    ]
    moving = description.named("pace", "jump", "kick")
    found += [
        Clause(k.start, f"lifts the {k.side} knee", True)
        for k in description.named("knee raised")
        if not _during(k, moving)
    ]
    return found


def _hands(description: Description) -> list[str]:
    found = []
    for fact in description.named("hand above head"):
        whose = "Both hands are" if fact.side == "both" else f"The {fact.side} hand is"
        found.append(f"{whose} raised above the head.")
    return found


def _limbs(description: Description) -> list[str]:
    gait = description.named("pace", "jump")
    found = [
        f"Only the {fact.side} arm moves."
        for fact in description.named("arms move")
        if fact.side != "both" and (gait or not description.named("legs move"))
    ]
    if description.named("arms symmetric") and not gait:
        found.append("Both arms move in the same way at the same time.")
    return found
