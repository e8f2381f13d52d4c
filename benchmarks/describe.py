"""How often `describe` is right, fact by fact, on choreography, and what a clip costs.

    python benchmarks/describe.py [--clips 600] [--seed 0] [--wrong steps]

The programme of a choreographed clip of one event is the truth. A fact counts where the programme
implies it (kicks of a kick) and where it rules it out (turns of a straight walk).
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

from lavimo.data.choreography import choreograph
from lavimo.data.choreography.actions import ACTIONS
from lavimo.data.choreography.programme import Clip, Event
from lavimo.features.canonical import canonical_positions
from lavimo.features.describe import Description, describe

Check = tuple[str, bool]

FORWARD = {
    "walk", "jog", "run", "carry", "sneak", "tiptoe", "march", "limp", "stagger", "skip",
    "walk_curve", "walk_circle", "run_curve", "jump_forward", "hop_forward", "push",
}  # fmt: skip
BACKWARD = {"walk_backward", "jump_backward", "pull"}
SIDEWAYS = {"sidestep", "jump_sideways"}
STEPPED = {"walk", "walk_backward", "jog", "run", "sneak", "tiptoe", "march", "limp", "stagger",
           "sidestep", "march_in_place", "run_in_place", "carry"}  # fmt: skip
WALKS = {"walk", "walk_backward", "carry", "sneak", "tiptoe", "march", "limp"}
JUMPS = {"jump_up", "jump_forward", "jump_backward", "jump_sideways", "star_jump", "hop",
         "hop_forward"}  # fmt: skip
KICKS = {"kick_front", "kick_side", "kick_back", "kick_roundhouse", "kick_ball"}
STILL = {"wave", "raise_arm", "clap", "bow", "point", "catch", "dribble", "summon", "jump_up"}
TURNS = {"turn", "spin", "walk_curve", "walk_circle", "run_curve"}
POSTURES = {
    "sit_down": "sitting", "sit_floor": "sitting", "stand_up": "sitting",
    "stand_up_floor": "sitting", "kneel_down": "kneeling", "kneel_on_one": "kneeling",
    "rise_from_knees": "kneeling", "lie_down": "lying", "get_up": "lying", "lie_on_front": "lying",
    "crawl": "on all fours", "push_ups": "on all fours",
}  # fmt: skip
"""The posture that must be among the tags."""
ENDS = {"sit_down": "sitting", "stand_up": "standing", "kneel_down": "kneeling",
        "lie_down": "lying", "get_up": "standing", "lie_on_front": "lying",
        "rise_from_knees": "standing", "stand_up_floor": "standing"}  # fmt: skip


def checks(event: Event, found: Description) -> Iterator[Check]:
    """Every fact that the event implies or rules out, and whether it was measured so."""
    name, attrs, tags = event.action, found.attrs, set(found.tags)
    yield from _travel_checks(event, found)
    if name in TURNS:
        sign = 1 if event.direction == "left" else -1
        degrees = event.degrees or 360 * event.count
        turned = sign * float(attrs["turn"])
        yield "turn side", turned > 0
        yield "turn degrees", abs(turned - degrees) < 25
    elif name in STILL | WALKS | JUMPS | BACKWARD | SIDEWAYS:
        yield "no turn", attrs["turn_left"] == attrs["turn_right"] == 0
    if name in JUMPS:
        yield "jumps", attrs["jumps"] == event.count
    elif name in STILL | WALKS:
        yield "no jump", attrs["jumps"] == 0
    if name in {"hop", "hop_forward"}:
        yield "hop foot", {f.side for f in found.named("jump")} == {event.side}
    if name in KICKS:
        other = "right" if event.side == "left" else "left"
        count = sum(f.side == event.side for f in found.named("kick", "leg raised"))
        yield "kicks", count == event.count
        yield "kicking leg", attrs[f"kicks_{other}"] == 0
    elif name in WALKS | STILL | {"jog", "run"}:
        yield "no kick", attrs["kicks_left"] == attrs["kicks_right"] == 0
    if name == "punch":
        other = "right" if event.side == "left" else "left"
        yield "punches", attrs[f"punches_{event.side}"] == event.count
        yield "punching hand", attrs[f"punches_{other}"] == 0
    if name in {"raise_arm", "wave", "reach_up", "cheer"}:
        raised = {f.side for f in found.named("hand raised")}
        yield "raised hand", raised == {event.side or "both"}
    if name == "wave":
        waved = {f.side for f in found.named("wave")}
        yield "waving hand", waved == ({"left", "right"} if event.side == "both" else {event.side})
    elif name in WALKS | {"bow", "raise_arm", "point", "jump_forward"}:
        yield "no wave", not found.named("wave")
    if name == "clap":
        yield "claps", attrs["claps"] == event.count
    elif name in WALKS | STILL:
        yield "no clap", attrs["claps"] == 0
    if name == "bow" and event.size != "small":
        yield "bows", len(found.named("bend")) == event.count
    if name == "touch_toes":
        yield "bows", len(found.named("bend")) == event.count
    if name == "bend_side":
        leans = {f.side for f in found.named("lean")}
        yield "lean side", leans == {event.direction}
    if name == "raise_leg_side":
        legs = found.named("leg raised", "kick")
        yield "raised leg", {f.side for f in legs} == {event.side}
    if name in {"raise_knee", "knee_strike"}:
        lifted = found.named("knee raised")
        yield "raised knee", {f.side for f in lifted} == {event.side}
        yield "knee count", len(lifted) == event.count
    if name in ENDS:
        yield "last posture", found.named("posture")[-1].side == ENDS[name]
    if name == "squat":
        yield "squats", attrs["squats"] == event.count
    if name in POSTURES:
        yield "posture", POSTURES[name] in tags
    elif name in STILL | WALKS | JUMPS | TURNS and len(ACTIONS[name].begins) == 1:
        yield "standing", attrs["posture"] == "standing"
    if name in {"raise_arm", "point", "point_side", "salute"} and event.side != "both":
        yield "moving arm", f"only {event.side} arm moves" in tags
    if name in {"raise_arm", "summon", "cheer", "raise_sideways"} and event.side in {"both", ""}:
        yield "symmetric arms", "arms symmetric" in tags
    if name in {"run", "jog", "march"} and event.style == "normal":
        yield "alternating legs", "legs alternating" in tags or name == "march"
    if name in {"raise_arm", "bow", "squat", "jump_up", "kick_front", "punch", "summon"}:
        yield "repetitions", attrs["repetitions"] in (event.count, event.count + 1)


def _travel_checks(event: Event, found: Description) -> Iterator[Check]:
    name, attrs, tags = event.action, found.attrs, set(found.tags)
    way = ("forward" if name in FORWARD else "backward" if name in BACKWARD
           else event.direction if name in SIDEWAYS else "")  # fmt: skip
    if way:
        yield "direction", attrs["direction"] == way
    elif name in STILL:
        yield "no travel", attrs["direction"] == "none"
    if name in STEPPED:
        yield "steps", abs(float(attrs["steps"]) - event.count) <= 1
    elif name in STILL:
        yield "no steps", attrs["steps"] == 0
    if name == "run" or name == "jog":
        yield "pace", attrs["pace"] in {"running", "jogging"}
    elif name in WALKS:
        yield "pace", attrs["pace"] in {"walking", "slow"}
    if name in STILL or event.in_place or name.endswith("in_place"):
        yield "in place", "in place" in tags
    elif name in {"walk", "run", "jog"}:
        yield "not in place", "in place" not in tags


SPANS = {
    "kick_front": "kick", "kick_side": "kick", "jump_up": "jump", "hop": "jump", "turn": "turn",
    "spin": "turn", "wave": "wave", "raise_arm": "hand raised", "punch": "punch", "bow": "bend",
    "squat": "squat", "walk": "travel", "walk_backward": "travel", "run": "travel",
    "bend_side": "lean", "raise_knee": "knee raised",
}  # fmt: skip
"""In a sequence: the fact that must lie within the event, on its side."""


def span_checks(clip: Clip, found: Description) -> Iterator[Check]:
    """Is what a sequence does measured where in time it happens, and on the right side?"""
    for event in clip.programme.events:
        if event.action not in SPANS or (event.action == "bow" and event.size == "small"):
            continue
        facts = [
            f
            for f in found.named(SPANS[event.action])
            if min(f.end, event.end) - max(f.start, event.start)
            > 0.5 * min(f.end - f.start, event.end - event.start)
        ]
        side = event.side or event.direction
        yield "span", any(f.side == side or side in {"", "both"} for f in facts)


def score(
    seeds: range, wrong: str = "", show: Callable[[str], None] = print
) -> dict[str, tuple[int, int]]:
    """Right and all checks of each fact: a clip of one event and a sequence for every seed."""
    results: dict[str, list[bool]] = defaultdict(list)
    for seed in seeds:
        clip = choreograph(seed, events=1)
        event = clip.programme.events[0]
        found = describe(canonical_positions(clip.positions))
        for name, right in checks(event, found):
            results[name].append(right)
            if name == wrong and not right:
                show(f"seed {seed}: {event}\n  {dict(found.attrs)}\n  {found.tags}")
        clip = choreograph(seed, events=2 + seed % 3)
        for name, right in span_checks(clip, describe(canonical_positions(clip.positions))):
            results[name].append(right)
            if name == wrong and not right:
                show(f"seed {seed}: {clip.programme.events}")
    return {name: (sum(all_), len(all_)) for name, all_ in sorted(results.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", default="", help="a fact whose mistakes are printed")
    args = parser.parse_args()
    table = score(range(args.seed, args.seed + args.clips), args.wrong)
    for name, (right, count) in table.items():
        print(f"{name:18s} {right:5d} of {count:5d}  {100 * right / count:6.1f} %")
    positions = [canonical_positions(choreograph(seed).positions) for seed in range(60)]
    start = time.process_time()
    for clip in positions:
        describe(clip)
    cost = (time.process_time() - start) / len(positions)
    frames = sum(map(len, positions)) / len(positions)
    print(f"describe: {1e3 * cost:.2f} ms of CPU time a clip of {frames:.0f} frames on average")


if __name__ == "__main__":
    main()
