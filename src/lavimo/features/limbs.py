"""Hands and how high, waves, claps, kicks, punches, which limbs move, repetitions."""

import itertools

import numpy as np

from lavimo.features import series
from lavimo.features.body import SIDES, Body, J
from lavimo.features.facts import Fact
from lavimo.features.locomotion import span
from lavimo.features.series import Run
from lavimo.features.thresholds import LIMIT
from lavimo.shapes import Float

LEVELS = ("low", "waist", "shoulder", "head", "above head")
_ARM = {"left": 0.52285, "right": 0.53297}
_ARM_JOINTS = ("shoulder", "elbow", "wrist")
_LEG = {"left": 0.82606, "right": 0.81583}


def hand_heights(body: Body) -> list[Fact]:
    """Spans in which a hand is raised over its shoulder, or over the head; value in metres.

    "hand raised" measures from the shoulder; "hand above head" from the head joint. Both hands
    together are one fact of side "both".
    """
    upright = np.degrees(body.tilt) < LIMIT["lying_tilt"]
    shortest, gap = body.count(LIMIT["raised_time"]), body.count(0.2)
    found: list[Fact] = []
    for name, over, limit in (
        ("hand raised", "shoulder", LIMIT["raised"]),
        ("hand above head", "head", LIMIT["above_head"]),
    ):
        spans: dict[str, list[Run]] = {}
        heights: dict[str, Float[np.ndarray, " frames"]] = {}
        for side in SIDES:
            base = body.y("head") if over == "head" else body.y(f"{side}_shoulder")
            heights[side] = body.y(f"{side}_wrist") - base
            up = heights[side] > limit
            if over == "shoulder":
                forearm = body.y(f"{side}_wrist") - body.y(f"{side}_elbow")
                up |= (heights[side] > LIMIT["raised_bent"]) & (forearm > LIMIT["forearm_up"])
            spans[side] = series.runs(up & upright, shortest, gap)
        found += _joined(body, name, spans, heights)
    return found


def _joined(
    body: Body,
    name: str,
    spans: dict[str, list[Run]],
    heights: dict[str, Float[np.ndarray, " frames"]],
) -> list[Fact]:
    """Overlapping spans of both hands as one fact."""
    found = []
    left, right = list(spans["left"]), list(spans["right"])
    for mine in list(left):
        for yours in right:
            common = min(mine[1], yours[1]) - max(mine[0], yours[0])
            longest = max(mine[1] - mine[0], yours[1] - yours[0])
            if common >= LIMIT["both_share"] * longest:
                a, b = min(mine[0], yours[0]), max(mine[1], yours[1])
                peak = min(heights["left"][a:b].max(), heights["right"][a:b].max())
                found.append(Fact(name, float(peak), "m", "both", *span(body, (a, b))))
                left.remove(mine)
                right.remove(yours)
                break
    for side, rest in (("left", left), ("right", right)):
        for a, b in rest:
            peak = heights[side][a:b].max()
            found.append(Fact(name, float(peak), "m", side, *span(body, (a, b))))
    return found


def level(body: Body, side: str) -> str:
    """The highest level that a wrist holds for a quarter of a second: one of LEVELS."""
    wrist = body.y(f"{side}_wrist")
    held = body.count(LIMIT["raised_time"])
    shoulder = body.y(f"{side}_shoulder")
    bounds = (
        ("above head", body.y("head") + LIMIT["above_head"]),
        ("head", shoulder + LIMIT["raised"]),
        ("shoulder", shoulder - LIMIT["shoulder_band"]),
        ("waist", body.y("pelvis") + 0.02),
    )
    for name, bound in bounds:
        if series.runs(wrist > bound, min(held, body.frames)):
            return name
    return "low"


def waves(body: Body) -> list[Fact]:
    """Raised forearms that swing from side to side: value counts the waves.

    The side is that of the shoulders, so the guard of a boxer who turns at the waist is no wave.
    """
    found = []
    line = body.p[:, J["left_shoulder"]] - body.p[:, J["right_shoulder"]]
    line = line / np.maximum(np.sqrt((line * line).sum(axis=0)), 1e-9)
    for side in SIDES:
        shoulder, elbow, wrist = (body.p[:, J[f"{side}_{x}"]] for x in _ARM_JOINTS)
        up = (wrist[1] > elbow[1] + 0.03) & (wrist[1] > shoulder[1] - LIMIT["shoulder_band"])
        away = ((wrist - elbow) * line).sum(axis=0)
        for a, b in series.runs(up, body.count(0.5), body.count(0.15)):
            points = series.pivots(away[a:b], LIMIT["wave_swing"])
            quick = _quick(points, body.count(LIMIT["wave_time"]))
            if len(quick) - 1 >= LIMIT["wave_swings"]:
                run = (a + quick[0], a + quick[-1] + 1)
                found.append(Fact("wave", (len(quick) - 1) / 2, "", side, *span(body, run)))
    return found


def _quick(points: list[int], longest: int) -> list[int]:
    """The longest stretch of turning points that follow one another quickly."""
    best: list[int] = []
    now: list[int] = []
    for point in points:
        now = [*now, point] if now and point - now[-1] <= longest else [point]
        best = max(best, now, key=len)
    return best


def claps(body: Body) -> list[Fact]:
    """Moments in which the wrists meet between waist and head: value counts them."""
    apart = body.local[:, J["left_wrist"]] - body.local[:, J["right_wrist"]]
    distance = np.sqrt((apart * apart).sum(axis=0))
    if distance.min() > LIMIT["clap_near"]:
        return []
    points = series.pivots(distance, LIMIT["clap_apart"])
    times: list[int] = []
    for before, at in itertools.pairwise(points):
        meets = distance[at] < LIMIT["clap_near"] and distance[before] > LIMIT["clap_far"]
        if meets and at < body.frames - 1:
            times.append(at)
    times = _quick(times, body.count(LIMIT["clap_time"]))
    if len(times) < 2:
        return []
    run = (times[0], times[-1] + 1)
    return [Fact("clap", float(len(times)), "", "both", *span(body, run))]


def kicks(body: Body) -> list[tuple[Fact, bool]]:
    """A straight leg thrown out fast ("kick") or brought up slowly ("leg raised").

    Value: height of the ankle over the other one (m); `side` is the leg. Beside each fact: does
    the leg go backwards, as that of a runner does in every step?
    """
    found = []
    upright = np.degrees(body.tilt) < LIMIT["lying_tilt"] + 20
    for mine, other in (("left", "right"), ("right", "left")):
        ankle, hip = J[f"{mine}_ankle"], J[f"{mine}_hip"]
        lift = body.p[1, ankle] - body.p[1, J[f"{other}_ankle"]]
        leg = body.local[:, ankle] - body.local[:, hip]
        straight = np.sqrt((leg * leg).sum(axis=0)) / _LEG[mine]
        away = np.hypot(leg[0], leg[2])
        out = (straight > LIMIT["kick_straight"]) & (away > LIMIT["kick_reach"])
        high = (lift > LIMIT["kick_lift"]) & upright
        speed = body.speed(leg)
        for a, b in series.runs(high, 2, body.count(0.1)):
            if not out[a:b].any():
                continue
            fast = speed[max(0, a - body.count(0.2)) : b].max() > LIMIT["kick_speed"]
            farthest = a + int(np.argmax(np.where(out[a:b], away[a:b], 0)))
            behind = bool(leg[2, farthest] < -0.5 * away[farthest])
            name = "kick" if fast else "leg raised"
            peak = float(lift[a:b].max())
            found.append((Fact(name, peak, "m", mine, *span(body, (a, b))), behind))
    return found


def knees(body: Body, kicks: list[Fact]) -> list[Fact]:
    """Knees brought up to the hip of a standing body, kicks aside: value is knee over hip (m)."""
    found = []
    for side in SIDES:
        above = body.y(f"{side}_knee") - body.y(f"{side}_hip")
        other = "right" if side == "left" else "left"
        standing = body.y(f"{side}_hip") - body.y(f"{other}_ankle") > 0.6
        mine = [kick for kick in kicks if kick.side == side]
        for a, b in series.runs((above > -LIMIT["knee_lift"]) & standing, 2, body.count(0.1)):
            start, end = span(body, (a, b))
            if any(kick.start - 0.3 < end and start < kick.end + 0.3 for kick in mine):
                continue
            found.append(Fact("knee raised", float(above[a:b].max()), "m", side, start, end))
    return found


def punches(body: Body) -> list[Fact]:
    """Arms that straighten fast and level: value is the fastest speed of the wrist (m/s)."""
    found = []
    upright = np.degrees(body.tilt) < LIMIT["lying_tilt"]
    for side in SIDES:
        arm = body.local[:, J[f"{side}_wrist"]] - body.local[:, J[f"{side}_shoulder"]]
        length = np.sqrt((arm * arm).sum(axis=0))
        reach = length / _ARM[side]
        slope = np.degrees(np.arcsin(np.clip(arm[1] / np.maximum(length, 1e-6), -1, 1)))
        over = body.y(f"{side}_wrist") > body.y("head")
        rate = np.gradient(length) * body.fps if body.frames > 1 else 0 * length
        points = series.pivots(reach, LIMIT["punch_straight"] - LIMIT["punch_bent"])
        for a, b in itertools.pairwise(points):
            a = a + int(np.flatnonzero(reach[a : b + 1] <= max(reach[a], 0.8))[-1])
            if not (reach[a] < LIMIT["punch_bent"] + 0.03 and reach[b] > LIMIT["punch_straight"]):
                continue
            fast = rate[a : b + 1].max() > LIMIT["punch_speed"]
            level_ = abs(slope[b]) < LIMIT["punch_slope"] and arm[2, b] > 0.4 * length[b]
            wound = over[max(0, a - body.count(0.3)) : b + 1].any()
            quick = b - a <= body.count(LIMIT["punch_time"])
            if fast and level_ and quick and not wound and upright[b]:
                peak = float(body.speed(arm)[a : b + 1].max())
                found.append(Fact("punch", peak, "m/s", side, *span(body, (a, b + 1))))
    return sorted(found, key=lambda fact: fact.start)


def movements(body: Body) -> list[Fact]:
    """Which arms and legs move: metres that a wrist or ankle covers about its shoulder or hip.

    One fact a pair of limbs: `side` is "both", or the one that does nearly all of it, seen from
    the shoulder (hip) and from the pelvis. Beside it "symmetric" or "alternating" with the
    correlation of the mirrored velocities.
    """
    found = []
    whole = span(body, (0, body.frames))
    for name, base, tip, limit in (
        ("arms", "shoulder", "wrist", LIMIT["arm_range"]),
        ("legs", "hip", "ankle", LIMIT["leg_range"]),
    ):
        tips = series.smooth(body.local[:, [J[f"{s}_{tip}"] for s in SIDES]], body.count(0.15))
        bases = series.smooth(body.local[:, [J[f"{s}_{base}"] for s in SIDES]], body.count(0.15))
        rows = tips - bases
        ranges = np.sqrt((np.ptp(rows, axis=2) ** 2).sum(axis=0))
        if ranges.max() < limit:
            continue
        v = np.diff(rows, axis=2)
        ways = np.sqrt((v * v).sum(axis=0)).sum(axis=1)
        busy = int(ways.argmax())
        from_pelvis = np.sqrt((np.diff(tips, axis=2) ** 2).sum(axis=0)).sum(axis=1)
        shares = ways[1 - busy] / ways[busy], from_pelvis[1 - busy] / from_pelvis[busy]
        side = SIDES[busy] if max(shares) < LIMIT["one_sided"] else "both"
        found.append(Fact(f"{name} move", float(ways[busy]), "m", side, *whole))
        if side == "both" and ranges.min() > 0.5 * limit:
            found += _together(name, v, whole)
    return found


def _together(
    name: str, v: Float[np.ndarray, "3 2 steps"], whole: tuple[float, float]
) -> list[Fact]:
    mirrored = v[:, 1] * np.array([[-1.0], [1.0], [1.0]])
    norm = np.sqrt((v[:, 0] ** 2).sum() * (mirrored**2).sum())
    alike = float((v[:, 0] * mirrored).sum() / max(norm, 1e-9))
    if alike > LIMIT["symmetric"]:
        return [Fact(f"{name} symmetric", alike, "", "both", *whole)]
    if alike < LIMIT["alternating"]:
        return [Fact(f"{name} alternating", -alike, "", "both", *whole)]
    return []


def repetitions(body: Body) -> list[Fact]:
    """How often the busiest part repeats its movement: value counts full cycles.

    The busiest of the wrists, ankles and the pelvis, along the direction in which it moves most.
    """
    parts = {
        "left arm": body.local[:, J["left_wrist"]],
        "right arm": body.local[:, J["right_wrist"]],
        "left leg": body.local[:, J["left_ankle"]],
        "right leg": body.local[:, J["right_ankle"]],
        "body": np.stack([body.p[1, 0], body.local[1, J["neck"]], body.local[2, J["neck"]]]),
    }
    best: Fact | None = None
    best_way = 0.0
    for name, rows in parts.items():
        rows = series.smooth(rows, body.count(0.15))
        rows = rows - series.smooth(rows, body.count(1.6))
        _, axes = np.linalg.eigh(rows @ rows.T)
        along = axes[:, -1] @ rows
        size = float(np.ptp(along))
        if size < LIMIT["repeat_range"]:
            continue
        points = series.pivots(along, LIMIT["repeat_share"] * size)
        way = float(np.abs(np.diff(along)).sum())
        if len(points) >= 3 and way > best_way:
            side, _, part = name.rpartition(" ")
            cycles = (len(points) - 1) // 2
            best_way = way
            best = Fact("repetitions", float(cycles), "", side or part,
                        *span(body, (points[0], points[-1] + 1)))  # fmt: skip
    return [best] if best else []
