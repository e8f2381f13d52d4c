"""Captions from programmes: every event's action, side, count, direction, pace and manner, in
varied wording and in the right order."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lavimo.data.choreography.action import CHAIR, GROUND
from lavimo.data.choreography.actions import ACTIONS
from lavimo.data.choreography.programme import Event, Programme
from lavimo.data.choreography.verbs import counted, gerund, third, times

_SUBJECTS = {
    "person": ("a person", "someone", "a figure", "the person", "a human", "somebody"),
    "man": ("a man", "a person", "someone", "the man", "a guy"),
    "woman": ("a woman", "a person", "someone", "the woman", "a lady"),
    "child": ("a child", "a person", "someone", "a kid", "a small person"),
}
_THEIR = {
    "a man": "his", "the man": "his", "a guy": "his", "a woman": "her", "the woman": "her",
    "a lady": "her",
}  # fmt: skip
_PACE = {
    "slow": ("slowly", "at a slow pace", "without any hurry", "in slow motion"),
    "fast": ("quickly", "fast", "at a fast pace", "rapidly"),
}
_STYLE = {
    "tired": (("tired", "exhausted", "weary"), ("tiredly", "wearily", "as if exhausted")),
    "old": (("very old", "elderly", "old"), ("like an old person", "as an elderly person would")),
    "angry": (("angry", "furious"), ("angrily", "in anger", "furiously")),
    "happy": (("happy", "cheerful"), ("happily", "cheerfully", "full of joy")),
    "sad": (("sad", "dejected"), ("sadly", "dejectedly", "with the head hanging in sadness")),
    "proud": (("proud", "self-confident"), ("proudly", "with the chest out, proudly")),
    "drunk": (("drunk", "drunken"), ("drunkenly", "swaying as if drunk", "in a drunken manner")),
    "childlike": (("childlike", "playful"), ("playfully", "like a playful child")),
}
PARAPHRASES = 5


@dataclass(frozen=True)
class _Wording:
    """How one caption speaks: its subject and whose the limbs are."""

    subject: str
    their: str
    adjective: str
    seated: str = ""


def captions(programme: Programme) -> tuple[str, ...]:
    """At least three different sentences that state the whole programme; the same for a seed."""
    random = np.random.default_rng([programme.seed, 3])
    made: dict[str, None] = {}
    for attempt in range(40):
        made.setdefault(_caption(programme, random, attempt))
        if len(made) == PARAPHRASES:
            break
    return tuple(made)


def _pick(random: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(random.integers(len(options)))]


def _caption(programme: Programme, random: np.random.Generator, attempt: int) -> str:
    subject = _pick(random, _SUBJECTS[programme.body.build])
    whose = _THEIR.get(subject, "their")
    styles = {event.style for event in programme.events}
    adjective = ""
    share = 0.5 if len(programme.events) == 1 else 1.0  # said once, not with every event
    if len(styles) == 1 and "normal" not in styles and random.random() < share:
        adjective = _pick(random, _STYLE[programme.events[0].style][0])
        subject = _with_adjective(subject, adjective)
    their = whose if random.random() < 0.3 else "the"
    word = _Wording(subject, their, adjective, _seated(programme, random))
    if len(programme.events) == 1:
        text = _single(programme.events[0], word, random)
    elif len(programme.events) == 2:
        text = _pair(programme.events, word, random)
    else:
        text = _series(programme.events, word, random)
    return text[0].upper() + text[1:] + "."


def _seated(programme: Programme, random: np.random.Generator) -> str:
    """Says where the first event is done, when that is not standing as usual."""
    usual = ACTIONS[programme.events[0].action].begins[0]
    if programme.posture in ("", usual):
        return ""
    options = {
        CHAIR: ("while sitting on a chair", "sitting on a chair", "while seated"),
        GROUND: ("while sitting on the floor", "sitting on the ground"),
    }.get(programme.posture, (programme.posture,))
    return _pick(random, options)


def _with_adjective(subject: str, adjective: str) -> str:
    if subject in ("someone", "somebody"):
        return f"{subject} {adjective}"
    article, noun = subject.split(" ", 1)
    if article == "a" and adjective[0] in "aeiou":
        article = "an"
    return f"{article} {adjective} {noun}"


def _single(event: Event, word: _Wording, random: np.random.Generator) -> str:
    form = random.random()
    if form < 0.5:
        return f"{word.subject} {_clause(event, word, random, third)}"
    if form < 0.8:
        return f"{word.subject} is {_clause(event, word, random, gerund)}"
    if form < 0.9:
        return f"{word.subject} can be seen {_clause(event, word, random, gerund)}"
    return f"this is {word.subject} {_clause(event, word, random, gerund)}"


def _pair(events: tuple[Event, ...], word: _Wording, random: np.random.Generator) -> str:
    first, second = events
    later = replace(word, seated="")
    a, b = _clause(first, word, random, third), _clause(second, later, random, third)
    form = random.random()
    if form < 0.5:
        return f"{word.subject} {a}{_then(random)}{b}"
    if form < 0.62:
        return f"{word.subject} {a} before {_clause(second, later, random, gerund)}"
    if form < 0.74:
        return f"after {_clause(first, word, random, gerund)}, {word.subject} {b}"
    if form < 0.86:
        return f"{word.subject} first {a} and then {b}"
    first_ing = _clause(first, word, random, gerund)
    return f"{word.subject} is {first_ing}, then {_clause(second, later, random, gerund)}"


def _series(events: tuple[Event, ...], word: _Wording, random: np.random.Generator) -> str:
    later = replace(word, seated="")
    clauses = [_clause(events[0], word, random, third)]
    clauses += [_clause(event, later, random, third) for event in events[1:]]
    form = random.random()
    if form < 0.4:
        middle = "".join(f", then {clause}" for clause in clauses[1:-1])
        return f"{word.subject} {clauses[0]}{middle} and finally {clauses[-1]}"
    if form < 0.7:
        return f"{word.subject} {', '.join(clauses[:-1])} and then {clauses[-1]}"
    middle = "".join(f"{_then(random)}{clause}" for clause in clauses[1:-1])
    return f"first {word.subject} {clauses[0]}{middle}, and at last {clauses[-1]}"


def _then(random: np.random.Generator) -> str:
    return _pick(random, (", then ", " and then ", " and after that ", ", and afterwards "))


def _clause(
    event: Event, word: _Wording, random: np.random.Generator, form: Callable[[str], str]
) -> str:
    """One event as a verb phrase with all that defines it; `form` inflects its verbs."""
    action = ACTIONS[event.action]
    phrase = _pick(random, action.phrases)
    text = re.sub(r"\{(\w+)\}", lambda found: form(found[1]), _filled(phrase, event, word, random))
    extras = []
    if event.size != "normal":
        extras.append(action.size_words[0 if event.size == "small" else 1])
    if event.count > 1 and "$n[" not in phrase:
        extras.append(times(event.count))
    if event.in_place:
        extras.append(_pick(random, ("in place", "on the spot")))
    if event.speed != "normal":
        extras.append(_pick(random, _PACE[event.speed]))
    if event.style != "normal" and not word.adjective:
        extras.append(_pick(random, _STYLE[event.style][1]))
    if word.seated:
        extras.append(word.seated)
    front = [w for w in extras if w.endswith("ly") and " " not in w and random.random() < 0.3][:1]
    how = " ".join(w for w in extras if w not in front)
    if "$how" in text:
        text, how = " ".join(text.replace("$how", how).split()).replace(" ,", ","), ""
    return " ".join(part for part in (*front, text, how) if part)


def _filled(phrase: str, event: Event, word: _Wording, random: np.random.Generator) -> str:
    def limb(found: re.Match[str]) -> str:
        noun = found[1]
        if event.side == "both":
            return f"both {noun}s" if noun != "foot" else "both feet"
        return f"{word.their} {event.side} {noun}"

    text = re.sub(r"\$(hand|arm|leg|foot|knee|fist|elbow|shoulder)\b", limb, phrase)
    text = re.sub(r"\$n\[([^\]]+)\]", lambda found: counted(found[1], event.count), text)
    text = text.replace("$deg", f"{event.degrees} degrees")
    return text.replace("$dir", event.direction).replace("$side", event.side)
