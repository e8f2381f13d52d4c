"""Travel and its direction, pace, turns, steps and jumps, by rules over a `Body`."""

import itertools

import numpy as np

from lavimo.features import series
from lavimo.features.body import FEET, SIDES, Body, J
from lavimo.features.facts import Fact
from lavimo.features.series import Run
from lavimo.features.thresholds import LIMIT
from lavimo.shapes import Bool, Float, Int64

PACES = ("slow", "walking", "jogging", "running")
_WAYS = ("forward", "left", "right", "backward")


def span(body: Body, run: Run) -> tuple[float, float]:
    """A run in seconds."""
    return run[0] / body.fps, run[1] / body.fps


def turns(body: Body) -> list[Fact]:
    """Changes of heading in one sense of at least 30 degrees; left is positive."""
    degrees = np.degrees(body.yaw)
    points = series.pivots(degrees, LIMIT["turn"])
    found = []
    for a, b in itertools.pairwise(points):
        change = float(degrees[b] - degrees[a])
        a, b = _core(degrees, a, b)
        side = "left" if change > 0 else "right"
        found.append(Fact("turn", abs(change), "deg", side, *span(body, (a, b + 1))))
    return found


def _core(values: Float[np.ndarray, " frames"], a: int, b: int) -> Run:
    """The part of a swing that does the middle nine tenths of it."""
    part = values[a : b + 1]
    low, high = sorted((part[0], part[-1]))
    edge = 0.05 * (high - low)
    inside = np.flatnonzero((part > low + edge) & (part < high - edge))
    return (a, b) if len(inside) == 0 else (a + max(int(inside[0]) - 1, 0), a + int(inside[-1]) + 1)


def travel(body: Body) -> list[Fact]:
    """Stretches of travel in one direction relative to the body, each with its metres."""
    path = series.smooth(body.path, body.count(0.4))
    feet = series.smooth(body.feet.mean(axis=1), body.count(0.6))
    velocity = np.gradient(path, axis=-1) * body.fps
    stride = np.hypot(*(np.gradient(feet, axis=-1))) * body.fps
    speed = np.hypot(*velocity)
    moving = speed > LIMIT["moving_speed"]
    shortest, gap = body.count(LIMIT["moving_time"]), body.count(0.3)
    way = _ways(body, velocity)
    found = []
    for whole in series.runs(moving, shortest, gap):
        for run, name in _split(way, whole, shortest):
            a, b = run
            metres = float(speed[a:b].sum() / body.fps)
            if metres < LIMIT["moving_distance"]:
                continue
            if stride[a:b].sum() / body.fps < LIMIT["feet_share"] * metres:
                continue
            found.append(Fact("travel", metres, "m", name, *span(body, run)))
    return found


def paces(body: Body, travels: list[Fact], strides: list[Fact]) -> list[Fact]:
    """Metres a second of every stretch of travel with two steps or more; `side` is its class."""
    found = []
    for fact in travels:
        count = sum(f.value for f in strides if fact.start - 0.5 < f.start < fact.end)
        if count < 2 or fact.name != "travel":
            continue
        mean = fact.value / max(fact.end - fact.start, 1e-6)
        a, b = round(fact.start * body.fps), round(fact.end * body.fps)
        if mean > LIMIT["running_speed"]:
            name = "running"
        elif mean > LIMIT["jogging_speed"] or (
            mean > LIMIT["flight_speed"] and _bounces(body, a, b)
        ):
            name = "jogging"
        else:
            name = "slow" if mean < LIMIT["slow_speed"] else "walking"
        found.append(Fact("pace", mean, "m/s", name, fact.start, fact.end))
    return found


def _bounces(body: Body, a: int, b: int) -> bool:
    """Is the pelvis high when the feet are apart? In a walk it is low then, in a run it flies."""
    apart = np.abs(body.local[2, J["left_ankle"], a:b] - body.local[2, J["right_ankle"], a:b])
    height = body.p[1, 0, a:b] - series.smooth(body.p[1, 0], body.count(0.8))[a:b]
    apart = apart - apart.mean()
    norm = float(np.sqrt((apart @ apart) * (height @ height)))
    return norm > 0 and float(apart @ height) / norm > LIMIT["bounce"]


def _ways(body: Body, velocity: Float[np.ndarray, "2 frames"]) -> Int64[np.ndarray, " frames"]:
    """Direction of travel relative to the heading, as an index into the four ways."""
    smooth_yaw = series.smooth(body.yaw, body.count(0.5))
    angle = np.degrees(np.arctan2(velocity[0], velocity[1]) - smooth_yaw)
    angle = (angle + 180) % 360 - 180
    side = np.where(angle > 0, 1, 2)
    way = np.where(np.abs(angle) <= LIMIT["sideways_angle"], 0, side)
    return np.where(np.abs(angle) >= LIMIT["backward_angle"], 3, way).astype(np.int64)


def _split(way: Int64[np.ndarray, " frames"], run: Run, shortest: int) -> list[tuple[Run, str]]:
    """Parts of a run in one direction; parts that are too short go to the one before."""
    a, b = run
    edges = [a, *(np.flatnonzero(np.diff(way[a:b])) + a + 1).tolist(), b]
    parts: list[list[int]] = []
    for start, end in itertools.pairwise(edges):
        same = bool(parts) and int(way[start]) == parts[-1][2]
        if parts and (same or end - start < shortest):
            parts[-1][1] = end
        elif parts and parts[-1][1] - parts[-1][0] < shortest:
            parts[-1] = [parts[-1][0], end, int(way[start])]
        else:
            parts.append([start, end, int(way[start])])
    return [((start, end), _WAYS[code]) for start, end, code in parts]


def airborne(body: Body) -> Bool[np.ndarray, " frames"]:
    """Frames in which no joint of either foot is near its lowest level of the second around."""
    high: Bool[np.ndarray, " frames"] = body.clearance.min(axis=0) > LIMIT["flight_clearance"]
    return high


def jumps(body: Body) -> list[Fact]:
    """Flights of a falling body that are no part of a run: value is the rise of the trunk (m).

    `side` is the foot that leaves the ground: "both", "left" or "right".
    """
    found = []
    flight = airborne(body)
    trunk = body.p[1, [J["pelvis"], J["spine3"], J["neck"]]].mean(axis=0)
    down = body.clearance.reshape(2, 2, -1).min(axis=1) <= LIMIT["flight_clearance"]
    near = body.count(0.1)
    for a, b in series.runs(flight, body.count(LIMIT["flight_time"]), gap=1):
        around = trunk[max(a - 1, 0) : b + 1]
        if _acceleration(around, body.fps) > LIMIT["ballistic"]:
            continue
        off, on = _grounded(body, down, a - near, a), _grounded(body, down, b, b + near)
        strides = {off, on} == set(SIDES) or a == 0 or b == body.frames
        if strides and (b - a) / body.fps < LIMIT["leap_time"]:
            continue
        side = off if off == on else "both"
        rise = float(around.max() - around[0])
        found.append(Fact("jump", rise, "m", side, *span(body, (a, b))))
    return found


def _grounded(body: Body, down: Bool[np.ndarray, "2 frames"], a: int, b: int) -> str:
    """The feet that touch the ground within some frames: left, right or both (or unknown).

    Of two feet that are each at their lowest level, one hovers if it is clearly higher: the free
    foot of a hop.
    """
    if a < 0 or b > body.frames:
        return "both"
    left, right = bool(down[0, a:b].any()), bool(down[1, a:b].any())
    toes = body.p[1, [J["left_foot"], J["right_foot"]], a:b].min(axis=1)
    if left and right and abs(toes[0] - toes[1]) > 1.2 * LIMIT["flight_clearance"]:
        left, right = bool(toes[0] < toes[1]), bool(toes[1] < toes[0])
    return "both" if left == right else SIDES[int(right)]


def _acceleration(heights: Float[np.ndarray, " n"], fps: float) -> float:
    """Of the parabola nearest to the heights."""
    if len(heights) < 4:
        return 0.0
    t = np.arange(len(heights)) / fps
    t = t - t.mean()
    square = t * t - (t * t).mean()
    return float(2 * (square @ (heights - heights.mean())) / (square @ square))


def steps(body: Body, travels: list[Fact], jumps: list[Fact], kicks: list[Fact]) -> list[Fact]:
    """Placements of a foot: value counts them within a stretch, `side` is the first foot's.

    In travel a step is a swing of the distance between the ankles along the way; elsewhere a
    foot that is lifted or moved and put down again. Jumps and kicks are no steps.
    """
    found = []
    counted = np.zeros(body.frames, bool)
    lifts = _lifts(body)
    for fact in travels:
        a, b = (round(x * body.fps) for x in (fact.start, fact.end))
        a, b = max(0, a - body.count(0.25)), min(body.frames, b + body.count(0.25))
        flown = sum(j.end - j.start for j in jumps if fact.start - 0.2 < j.start < fact.end)
        if flown > 0.2 * (fact.end - fact.start):
            continue  # travels by jumping
        count, side = _strides(body, a, b, fact.side)
        inside = [foot for run, foot in lifts if a <= (run[0] + run[1]) / 2 < b]
        if len(inside) > count + 1:  # high knees and little way
            count, side = len(inside), inside[0]
        counted[a:b] = True
        if count:
            found.append(Fact("steps", float(count), "", side, *span(body, (a, b))))
    for fact in [*jumps, *kicks]:
        a, b = (round(x * body.fps) for x in (fact.start - 0.3, fact.end + 0.3))
        counted[max(0, a) : b] = True
    for run, side in lifts:
        if not counted[run[0] : run[1]].any():
            found.append(Fact("steps", 1.0, "", side, *span(body, run)))
    return sorted(found, key=lambda fact: fact.start)


def _strides(body: Body, a: int, b: int, way: str) -> tuple[int, str]:
    apart = body.local[0 if way in SIDES else 2, [J["left_ankle"], J["right_ankle"]], a:b]
    distance = apart[0] - apart[1]
    points = series.pivots(distance, LIMIT["step_length"])
    if len(points) < 2:
        return 0, ""
    rising = distance[points[1]] > distance[points[0]]
    left_first = rising == (way in ("forward", "left"))
    return len(points) - 1, "left" if left_first else "right"


def _lifts(body: Body) -> list[tuple[Run, str]]:
    """Swings of a foot over the other one, or past it while it stands."""
    found = []
    ankles = body.p[:, [J["left_ankle"], J["right_ankle"]]]
    v = np.gradient(body.p[:, FEET], axis=-1) * body.fps
    speed = np.sqrt((v * v).sum(axis=0)).reshape(2, 2, -1).min(axis=1)
    low = body.clearance.reshape(2, 2, -1).min(axis=1) < LIMIT["flight_clearance"]
    still = (speed < LIMIT["step_speed"]) & low
    for side in (0, 1):
        over = ankles[1, side] - ankles[1, 1 - side]
        for a, b in series.runs(~still[side], 2, gap=1):
            part = ankles[:, side, max(a - 1, 0) : b + 1]
            moved = float(np.hypot(*(part[[0, 2], -1] - part[[0, 2], 0])))
            lifted = float(part[1].max() - max(part[1, 0], part[1, -1]))
            high = lifted > LIMIT["step_lift"] and over[a:b].max() > 0.7 * LIMIT["step_lift"]
            if high or (moved > LIMIT["step_length"] and still[1 - side, a:b].mean() > 0.5):
                found.append(((a, b), SIDES[side]))
    return found
