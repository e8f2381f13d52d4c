"""From a seed to a programme, and from a programme to a performance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lavimo.data.choreography.actions import ACTIONS
from lavimo.data.choreography.body import random_body
from lavimo.data.choreography.manner import EXTENT, MANNERS, PACE, dress
from lavimo.data.choreography.postures import take_posture
from lavimo.data.choreography.programme import FPS, Event, Programme
from lavimo.data.choreography.score import Stage
from lavimo.shapes import Float32

EVENT_SHARES = (0.55, 0.25, 0.15, 0.05)
"""How often a clip has one, two, three and four events."""
_BEGINNINGS = {posture for action in ACTIONS.values() for posture in action.begins}
_STYLES = tuple(name for name in MANNERS if name != "normal")


def random_programme(seed: int, events: int | None = None) -> Programme:
    """A programme of 1-4 events that follow from one another; the times are filled when played."""
    random = np.random.default_rng([seed, 1])
    count = events or int(random.choice(4, p=EVENT_SHARES)) + 1
    body = random_body(random)
    style = str(random.choice(_STYLES)) if random.random() < 0.3 else "normal"
    chosen: list[Event] = []
    posture = begins = ""
    for index in range(count):
        name = _next_action(random, posture, chosen, index == count - 1)
        action = ACTIONS[name]
        event = random_event(random, name, style, brief=count > 2)
        chosen.append(event)
        if index == 0:
            seated = len(action.begins) > 1 and random.random() < 0.25
            options = action.begins[1:] if seated else action.begins[:1]
            posture = begins = str(options[int(random.integers(len(options)))])
        posture = action.ends or posture
    if count == 1 and ACTIONS[chosen[0].action].can_stay and random.random() < 0.15:
        chosen[0] = replace(chosen[0], in_place=True)
    return Programme(seed=seed, body=body, events=tuple(chosen), posture=begins)


def _next_action(
    random: np.random.Generator, posture: str, before: Sequence[Event], last: bool
) -> str:
    """An action that can begin in this posture, not the same twice, and lets others follow."""
    recent = {event.action for event in before[-1:]}
    names = [
        name
        for name, action in ACTIONS.items()
        if (not posture or posture in action.begins)
        and name not in recent
        and (last or not action.ends or action.ends in _BEGINNINGS)
    ]
    return str(names[int(random.integers(len(names)))])


def random_event(
    random: np.random.Generator, name: str, style: str = "normal", *, brief: bool = False
) -> Event:
    """One event of an action with random parameters out of the action's table."""
    action = ACTIONS[name]

    def pick(options: Sequence[object], plain: float = 0.0) -> object:
        if plain and random.random() < plain and "normal" in options:
            return "normal"
        return options[int(random.integers(len(options)))]

    counts = [count for count in action.counts if not brief or count <= 3] or [action.counts[0]]
    return Event(
        action=name,
        side=str(pick(action.sides)),
        count=int(str(pick(counts))),
        speed=str(pick(action.speeds, 0.4)),
        size=str(pick(action.sizes, 0.4)),
        direction=str(pick(action.directions)),
        degrees=int(str(pick(action.degrees))),
        style=style if action.styled else "normal",
    )


def perform(programme: Programme) -> tuple[Float32[np.ndarray, "frames 22 3"], Programme]:
    """Play a programme: joints at 20 fps, and the programme with its true event times."""
    random = np.random.default_rng([programme.seed, 2])
    stage = Stage(programme.body, random)
    signs = [_sign(event, random) for event in programme.events]
    take_posture(stage, begins_in(programme))
    stage.now = float(random.uniform(0.05, 0.25))
    ends = []
    for event, sign in zip(programme.events, signs, strict=True):
        action = ACTIONS[event.action]
        _open(stage, event, sign, random)
        action.perform(stage, event)
        stage.posture = action.ends or stage.posture
        stage.now += float(random.uniform(0.0, 0.2))
        ends.append(stage.now)
    stage.now += 0.05
    channels = stage.sample()
    frames = len(channels["root"])
    ends[-1] = stage.now
    times = [0.0, *(min(round(end * FPS), frames) / FPS for end in ends[:-1]), frames / FPS]
    events = tuple(
        replace(event, start=times[i], end=times[i + 1]) for i, event in enumerate(programme.events)
    )
    dress(channels, events, random, signs[0])
    joints = stage.figure.solve(channels)
    if any(event.in_place for event in events):
        joints[:, :, [0, 2]] -= (channels["root"] - channels["root"][:1])[:, None]
    return joints.astype(np.float32), replace(programme, events=events)


def begins_in(programme: Programme) -> str:
    """The posture in which a programme begins."""
    return programme.posture or ACTIONS[programme.events[0].action].begins[0]


def _sign(event: Event, random: np.random.Generator) -> float:
    """+1 where the chosen side is the left; drawn where the programme does not say."""
    drawn = 1.0 if random.random() < 0.5 else -1.0
    for word in (event.side, event.direction):
        if word in ("left", "right"):
            return 1.0 if word == "left" else -1.0
    return drawn


def _open(stage: Stage, event: Event, sign: float, random: np.random.Generator) -> None:
    manner = MANNERS[event.style]
    spread = np.clip(random.normal(0, 1, 2), -2, 2)
    rate = PACE[event.speed] * manner.tempo * (1 + 0.05 * spread[0])
    size = EXTENT[event.size] * manner.extent * (1 + 0.06 * spread[1])
    stage.quirk = np.clip(random.normal(0, 0.035, 3), -0.07, 0.07)
    stage.open_event(sign, float(rate), float(np.clip(size, 0.4, 1.8)))
