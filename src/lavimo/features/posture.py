"""Postures of the whole body, squats, bows and leans, by rules over a `Body`."""

import itertools

import numpy as np

from lavimo.features import series
from lavimo.features.body import Body, J
from lavimo.features.facts import Fact
from lavimo.features.locomotion import span
from lavimo.features.thresholds import LIMIT
from lavimo.shapes import Bool, Float, Int64

POSTURES = (
    "standing",
    "crouched",
    "sitting",
    "kneeling",
    "lying",
    "on all fours",
    "upside down",
)
_STAND, _CROUCH, _SIT, _KNEEL, _LIE, _FOURS, _INVERTED = range(7)


def postures(body: Body) -> list[Fact]:
    """The posture of every moment: facts "posture" whose `side` names it, value in seconds."""
    codes = _settled(_codes(body), body.count(LIMIT["posture_time"]))
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    return [
        Fact("posture", (b - a) / body.fps, "s", POSTURES[int(codes[a])], *span(body, (a, b)))
        for a, b in itertools.pairwise(edges)
    ]


def _codes(body: Body) -> Int64[np.ndarray, " frames"]:
    y = body.p[1]
    pelvis, neck = y[J["pelvis"]], y[J["neck"]]
    low_foot = np.minimum(y[[J["left_ankle"], J["left_foot"]]].min(axis=0),
                          y[[J["right_ankle"], J["right_foot"]]].min(axis=0))  # fmt: skip
    tilt = np.degrees(body.tilt)
    upright = tilt < LIMIT["lying_tilt"]
    codes = np.where(pelvis - low_foot < LIMIT["crouch_pelvis"], _CROUCH, _STAND)
    codes[_sits(body) & upright] = _SIT
    codes[_kneels(body) & (tilt < 65)] = _KNEEL
    hands = np.maximum(y[J["left_wrist"]], y[J["right_wrist"]]) < LIMIT["hand_on_floor"]
    down = body.front[1] < 0
    fours = hands & down & (tilt > LIMIT["fours_tilt"]) & (pelvis < LIMIT["fours_pelvis"])
    codes[fours] = _FOURS
    flat = (pelvis < LIMIT["lying_pelvis"]) & (neck < LIMIT["lying_neck"])
    low_hips = pelvis < LIMIT["lying_pelvis"] - np.where(fours, 0.1, 0)
    codes[flat & ~upright & low_hips] = _LIE
    codes[(neck < pelvis - 0.25) & (low_foot > pelvis)] = _INVERTED
    return codes.astype(np.int64)


def _sits(body: Body) -> Bool[np.ndarray, " frames"]:
    """Seats carry the body: the trunk is behind both ankles, or the pelvis near the floor."""
    y, forward = body.p[1], body.local[2]
    trunk = forward[[J["pelvis"], J["spine1"], J["spine3"], J["neck"]]].mean(axis=0)
    behind = np.minimum(forward[J["left_ankle"]], forward[J["right_ankle"]]) - trunk
    height = y[J["pelvis"]]
    seat = (behind > LIMIT["sitting_behind"]) & (height < LIMIT["sitting_pelvis"])
    sits: Bool[np.ndarray, " frames"] = seat | (height < LIMIT["ground_pelvis"])
    return sits


def _kneels(body: Body) -> Bool[np.ndarray, " frames"]:
    """A knee on the floor, its ankle low behind it, the pelvis not on the floor."""
    y, forward = body.p[1], body.local[2]
    found: Bool[np.ndarray, " frames"] = np.zeros(body.frames, bool)
    for side in ("left", "right"):
        knee, ankle = J[f"{side}_knee"], J[f"{side}_ankle"]
        found |= (
            (y[knee] < LIMIT["knee_on_floor"])
            & (y[ankle] < LIMIT["knee_on_floor"] + 0.06)
            & (forward[knee] - forward[ankle] > 0.15)
        )
    kneels: Bool[np.ndarray, " frames"] = found & (y[0] > LIMIT["ground_pelvis"] - 0.04)
    return kneels


def _settled(codes: Int64[np.ndarray, " frames"], shortest: int) -> Int64[np.ndarray, " frames"]:
    """Codes without short stretches: each goes to the longer of its neighbours."""
    codes = codes.copy()
    while True:
        edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
        lengths = np.diff(edges)
        if len(lengths) == 1 or lengths.min() >= shortest:
            return codes
        at = int(lengths.argmin())
        before = lengths[at - 1] if at > 0 else -1
        after = lengths[at + 1] if at + 1 < len(lengths) else -1
        take = edges[at] - 1 if before >= after else edges[at + 1]
        codes[edges[at] : edges[at + 1]] = codes[take]


def squats(body: Body, found: list[Fact]) -> list[Fact]:
    """Crouches between two moments of standing, under four seconds: value is the depth (m)."""
    height = body.p[1, 0]
    facts = []
    for before, low, after in zip(found[:-2], found[1:-1], found[2:], strict=True):
        sides = (before.side, low.side, after.side)
        if sides == ("standing", "crouched", "standing") and low.value < 4:
            a, b = round(low.start * body.fps), round(low.end * body.fps)
            depth = float(max(height[:a].max(), height[b:].max()) - height[a:b].min())
            facts.append(Fact("squat", depth, "m", "", low.start, low.end))
    return facts


def bends(body: Body, found: list[Fact]) -> list[Fact]:
    """Trunks of standing bodies bent forward ("bend") or sideways ("lean"): value in degrees."""
    standing = np.zeros(body.frames, bool)
    for fact in found:
        if fact.side in ("standing", "crouched"):
            standing[round(fact.start * body.fps) : round(fact.end * body.fps)] = True
    trunk = body.local[:, J["neck"]]
    forward = np.degrees(np.arctan2(trunk[2], trunk[1]))
    sideways = np.degrees(np.arctan2(trunk[0], np.hypot(trunk[1], trunk[2])))
    facts = _tilts(body, forward, standing, "bend", "forward", LIMIT["bend"])
    facts += _tilts(body, sideways, standing, "lean", "left", LIMIT["lean"])
    facts += _tilts(body, -sideways, standing, "lean", "right", LIMIT["lean"])
    return facts


def _tilts(
    body: Body,
    degrees: Float[np.ndarray, " frames"],
    standing: Bool[np.ndarray, " frames"],
    name: str,
    side: str,
    limit: float,
) -> list[Fact]:
    mask = standing & (degrees > limit)
    return [
        Fact(name, float(degrees[a:b].max()), "deg", side, *span(body, (a, b)))
        for a, b in series.runs(mask, body.count(LIMIT["tilt_time"]), body.count(0.2))
    ]
