"""What a motion measurably does, by rules of our own over the canonical joints.

Deterministic and quick (a few milliseconds a clip). The numbers it decides by are the table in
`thresholds`; docs/features.md says how often they are right.
"""

from collections.abc import Callable

import numpy as np

from lavimo.errors import MotionError
from lavimo.features import limbs, locomotion, posture
from lavimo.features.body import SIDES, Body, measure
from lavimo.features.canonical import FPS
from lavimo.features.facts import Description, Fact
from lavimo.features.thresholds import LIMIT
from lavimo.shapes import Float

__all__ = ["Description", "Fact", "describe"]


def describe(positions: Float[np.ndarray, "frames 22 3"], fps: float = FPS) -> Description:
    """Facts, tags and attributes of a clip of canonical positions (metres, y up, facing +z).

    Raises MotionError under two frames.
    """
    if len(positions) < 2:
        raise MotionError(
            f"A clip of {len(positions)} frames cannot be described; it needs at least two frames."
        )
    body = measure(positions, fps)
    facts = _facts(body)
    return Description(facts, _tags(body, facts), _attrs(body, facts))


def _facts(body: Body) -> tuple[Fact, ...]:
    postures = posture.postures(body)
    upright = [fact for fact in postures if fact.side in ("standing", "crouched")]
    jumps = locomotion.jumps(body)
    travels = locomotion.travel(body)
    swings = [(fact, behind) for fact, behind in limbs.kicks(body) if _within(fact, upright)]
    kicks = [fact for fact, _ in swings]
    walks = [fact for fact in travels if _within(fact, upright)]
    steps = [f for f in locomotion.steps(body, walks, jumps, kicks) if _within(f, upright)]
    paces = locomotion.paces(body, walks, steps)
    kicks = [fact for fact, behind in swings if not _is_gait(fact, behind, paces, kicks)]
    claps = limbs.claps(body)
    facts = [
        *postures,
        *posture.squats(body, postures),
        *posture.bends(body, postures),
        *travels,
        *paces,
        *locomotion.turns(body),
        *steps,
        *jumps,
        *kicks,
        *limbs.knees(body, kicks),
        *limbs.punches(body),
        *limbs.hand_heights(body),
        *[wave for wave in limbs.waves(body) if not _within(wave, claps)],
        *claps,
        *limbs.movements(body),
        *limbs.repetitions(body),
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.start, fact.end, fact.name)))


def _is_gait(swing: Fact, behind: bool, paces: list[Fact], swings: list[Fact]) -> bool:
    """Is a swing of a leg a step: in a walk or run, or with the other leg doing the same?"""
    others = [f for f in swings if f.side != swing.side]
    if any(abs(f.start - swing.start) < 0.7 for f in others):
        return behind or swing.value < LIMIT["kick_in_turn"]
    return _within(swing, paces) and (behind or swing.value < LIMIT["kick_in_gait"])


def _within(fact: Fact, spans: list[Fact]) -> bool:
    """Is the middle of a fact inside one of the spans?"""
    middle = (fact.start + fact.end) / 2
    return any(span.start <= middle <= span.end for span in spans)


def _tags(body: Body, facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """Short labels for filters and facets, sorted."""
    tags: set[str] = set()
    for fact in facts:
        tags.update(_TAGS[fact.name](fact) if fact.name in _TAGS else ())
    fours = [f for f in facts if f.name == "posture" and f.side == "on all fours" and f.value > 0.4]
    if fours and any(f.name == "arms move" for f in facts):
        moving = [f for f in facts if f.name == "travel" and _within(f, fours)]
        if moving or body.treadmill.any() or any(f.name == "arms alternating" for f in facts):
            tags.add("crawling")
    if _spread(body) < _IN_PLACE:
        tags.add("in place")
    return tuple(sorted(tags))


_IN_PLACE = 0.6
"""Metres within which the pelvis of a clip "in place" stays on the ground plan."""


def _spread(body: Body) -> float:
    return float(np.hypot(*np.ptp(body.p[[0, 2], 0], axis=1)))


def _pace_tags(fact: Fact) -> tuple[str, ...]:
    return ("walking", "slow") if fact.side == "slow" else (fact.side,)


def _travel_tags(fact: Fact) -> tuple[str, ...]:
    if fact.side in SIDES:
        return (f"moving sideways {fact.side}",)
    return (f"moving {fact.side}",)


def _turn_tags(fact: Fact) -> tuple[str, ...]:
    return (f"turning {fact.side}", *(("turning around",) if fact.value > 150 else ()))


def _hand_tags(fact: Fact) -> tuple[str, ...]:
    return ("both hands raised",) if fact.side == "both" else (f"{fact.side} hand raised",)


def _over_tags(fact: Fact) -> tuple[str, ...]:
    whose = "both hands" if fact.side == "both" else f"{fact.side} hand"
    return (f"{whose} above head",)


def _move_tags(fact: Fact) -> tuple[str, ...]:
    if fact.side == "both":
        return ()
    return (f"only {fact.side} {fact.name.removesuffix('s move')} moves",)


_TAGS: dict[str, Callable[[Fact], tuple[str, ...]]] = {
    "posture": lambda fact: (fact.side,) if fact.value >= 0.4 else (),
    "pace": _pace_tags,
    "travel": _travel_tags,
    "turn": _turn_tags,
    "jump": lambda fact: ("jump",) if fact.side == "both" else ("jump", f"hop {fact.side}"),
    "squat": lambda fact: ("squat",),
    "bend": lambda fact: ("bending forward",),
    "lean": lambda fact: (f"leaning {fact.side}",),
    "kick": lambda fact: (f"kick {fact.side}",),
    "leg raised": lambda fact: (f"{fact.side} leg raised",),
    "knee raised": lambda fact: (f"{fact.side} knee raised",),
    "punch": lambda fact: (f"punch {fact.side}",),
    "hand raised": _hand_tags,
    "hand above head": _over_tags,
    "wave": lambda fact: (f"waving {fact.side} hand",),
    "clap": lambda fact: ("clapping",),
    "arms move": _move_tags,
    "legs move": _move_tags,
    "arms symmetric": lambda fact: ("arms symmetric",),
    "arms alternating": lambda fact: ("arms alternating",),
    "legs symmetric": lambda fact: ("legs symmetric",),
    "legs alternating": lambda fact: ("legs alternating",),
}


def _attrs(body: Body, facts: tuple[Fact, ...]) -> dict[str, float | str]:
    """One number or word a name; every name is always there."""

    def total(name: str, *sides: str) -> float:
        chosen = (f.value for f in facts if f.name == name and (not sides or f.side in sides))
        return float(sum(chosen))

    def number(name: str, *sides: str) -> float:
        return float(sum(f.name == name and (not sides or f.side in sides) for f in facts))

    travels = [f for f in facts if f.name == "travel"]
    paces = [f for f in facts if f.name == "pace"]
    fastest = max(paces, key=lambda f: f.value, default=None)
    lengths: dict[str, float] = {}
    for f in travels:
        lengths[f.side] = lengths.get(f.side, 0) + f.value
    still: dict[str, float] = {}
    for f in facts:
        if f.name == "posture":
            still[f.side] = still.get(f.side, 0) + f.value
    moved = 0.0 if _spread(body) < _IN_PLACE else sum(lengths.values())
    attrs: dict[str, float | str] = {
        "duration": body.frames / body.fps,
        "travel": moved,
        "speed": fastest.value if fastest else 0.0,
        "turn": total("turn", "left") - total("turn", "right"),
        "turn_left": total("turn", "left"),
        "turn_right": total("turn", "right"),
        "steps": total("steps"),
        "jumps": number("jump"),
        "squats": number("squat"),
        "claps": total("clap"),
        "repetitions": total("repetitions"),
        "posture": max(still, key=lambda name: still[name]),
        "direction": max(lengths, key=lambda name: lengths[name]) if lengths else "none",
        "pace": fastest.side if fastest else "still",
    }
    for side in SIDES:
        over = body.y(f"{side}_wrist") - body.y(f"{side}_shoulder")
        attrs[f"{side}_hand"] = float(over.max())
        attrs[f"{side}_hand_level"] = limbs.level(body, side)
        attrs[f"kicks_{side}"] = number("kick", side)
        attrs[f"punches_{side}"] = number("punch", side)
        attrs[f"waves_{side}"] = total("wave", side)
    return attrs
