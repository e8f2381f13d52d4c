"""Captions say what the programme says, in several ways, and in the right order."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lavimo.data.choreography import Programme, choreograph
from lavimo.data.choreography.actions import ACTIONS
from lavimo.data.choreography.body import Body
from lavimo.data.choreography.captions import captions
from lavimo.data.choreography.compose import random_event
from lavimo.data.choreography.verbs import counted, gerund, number, third, times

SLOTS = re.compile(r"\$(hand|arm|leg|foot|knee|fist|shoulder|side|dir|deg|how|n\[[^\]]+\])")


@pytest.mark.parametrize("action", ACTIONS)
def test_single_captions_state_side_count_and_direction(action):
    table = ACTIONS[action]
    for seed in range(4):
        event = random_event(np.random.default_rng(seed), action)
        made = captions(Programme(seed, Body(), (event,)))
        assert len(set(made)) == len(made) >= 3
        for caption in made:
            assert caption[0].isupper()
            assert caption.endswith(".")
            assert not re.search(r"[\[\]{}$]|  | ,|\.\.", caption)
            words = caption.lower()
            if event.side:
                assert event.side in words, caption
            if event.count > 1:
                assert number(event.count) in words or times(event.count) in words, caption
            if event.direction in ("left", "right"):
                assert event.direction in words, caption
            if action in ("turn",):
                assert str(event.degrees) in words
    assert all(not SLOTS.sub("", phrase).count("$") for phrase in table.phrases)


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_phrases_of_a_table_state_their_side(seed):
    names = list(ACTIONS)
    table = ACTIONS[names[seed % len(names)]]
    for phrase in table.phrases:
        sided = re.search(r"\$(hand|arm|leg|foot|knee|fist|shoulder|side)\b", phrase)
        assert bool(sided) == (table.sides != ("",)), phrase
        if set(table.directions) & {"left", "right"}:
            assert "$dir" in phrase


def test_pace_and_manner_are_said():
    event = random_event(np.random.default_rng(0), "walk", "tired")
    for pace, words in (("slow", ("slow", "hurry")), ("fast", ("fast", "quick", "rapid"))):
        for caption in captions(Programme(1, Body(), (replace(event, speed=pace),))):
            assert any(word in caption.lower() for word in words)
            assert any(word in caption.lower() for word in ("tired", "exhausted", "wear"))


MARKS = {
    "bow": r"bow|bend",
    "clap": r"clap|applaud",
    "jump_up": r"jump|leap",
    "sneak": r"sneak|creep",
}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_captions_of_several_events_keep_their_order(count):
    random = np.random.default_rng(count)
    for seed in range(30):
        names = [str(name) for name in random.permutation(list(MARKS))[:count]]
        events = tuple(random_event(random, name) for name in names)
        for caption in captions(Programme(seed, Body(), events)):
            found = [re.search(MARKS[name], caption, re.IGNORECASE) for name in names]
            places = [match.start() for match in found if match]
            assert len(places) == count, caption
            assert places == sorted(places), caption


def test_captions_of_other_clips_differ():
    first = [choreograph(seed).captions[0] for seed in range(100)]
    assert len(set(first)) > 95


@pytest.mark.parametrize(
    ("verb", "s", "ing"),
    [("kick", "kicks", "kicking"), ("wave", "waves", "waving"), ("sit", "sits", "sitting"),
     ("push", "pushes", "pushing"), ("lie", "lies", "lying"), ("carry", "carries", "carrying"),
     ("do", "does", "doing"), ("shrug", "shrugs", "shrugging"), ("tiptoe", "tiptoes", "tiptoeing")],
)  # fmt: skip
def test_verbs(verb, s, ing):
    assert (third(verb), gerund(verb)) == (s, ing)


def test_counts():
    assert counted("kick", 1) == "a kick"
    assert counted("uppercut", 1) == "an uppercut"
    assert counted("punch", 3) == "three punches"
    assert (times(1), times(2), times(5)) == ("once", "twice", "five times")


def test_the_documentation_names_every_action():
    page = (Path(__file__).parents[4] / "docs" / "choreography.md").read_text()
    assert f"{len(ACTIONS)} in all" in page
    assert all(re.search(rf"\b{name}\b", page) for name in ACTIONS)
