"""Cosines to z-scores, and z-scores to one number a row.

Glossary: a cosine of the text and motion towers, a cosine of two motions and a cosine of two
sentences have nothing in common but their name; each is first expressed in standard deviations
(sigma) above the mean of the gallery for this query. Then they can be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lavimo.shapes import Bool, Float32, Int64

WEIGHTS: dict[str, float] = {
    "motion": 1.0,
    "example": 1.0,
    "video": 1.5,
    "directions": 1.0,
    "warping": 0.3,
    "captions": 1.5,
    "facts": 0.5,
    "not": 0.5,
}
"""What each part of the score weighs: the motion's own vector against the sentence and against
the example motion, the film by the model and by limb directions (whose best are compared again
with time warping), the best stored caption, the measured facts, and what `--not` takes off.

Captions weigh more than the motion, because words agree with words more sharply; of 1, 1.5, 2
and 3 all were within noise on thirty sentences."""

LOWEST, HIGHEST = -2.0, 8.0
"""Bounds of a part, so that one part alone can neither hide a row nor decide everything."""

UNCAPTIONED = 0.5
"""A row without captions counts as if its captions agreed half as much as its motion does."""

ENOUGH = 200
"""A gallery of this many rows weighs as much as what is typical for the model."""


CHANCE = 0.1
"""Sigmas that a clip loses when it has e times as many windows to be compared by: the best of many
is good by chance (chosen by films of val clips in the whole of OpenMotion)."""


NEARLY = 0.5
"""Sigmas under a clip's best window of a film at which another counts by a factor of e less."""


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of cosines."""

    mean: float
    std: float


TYPICAL: dict[str, Spread] = {
    "motion": Spread(0.05, 0.2),
    "example": Spread(0.1, 0.25),
    "captions": Spread(0.25, 0.12),
    "video": Spread(0.1, 0.25),
    "directions": Spread(-66.0, 32.0),
    "movement": Spread(0.05, 0.07),
    "warping": Spread(-1.2, 0.7),
}
"""Where a checkpoint does not say: cosines of a query that has something to find."""


def typical(calibration: Mapping[str, Any], part: str) -> Spread:
    """The spread that a checkpoint's calibration holds for a part, else ours."""
    known = calibration.get("typical", {}).get(part)
    return Spread(float(known["mean"]), float(known["std"])) if known else TYPICAL[part]


def spread(cosines: Float32[np.ndarray, " rows"], usual: Spread) -> Spread:
    """Mean and deviation over a gallery, drawn to what is usual where the gallery is small.

    One row has no deviation and ten of one action a tiny one; a large gallery speaks for itself.
    """
    n = len(cosines)
    if n == 0:
        return usual
    mean, variance = float(cosines.mean(dtype=np.float64)), float(cosines.var(dtype=np.float64))
    joined = (n * mean + ENOUGH * usual.mean) / (n + ENOUGH)
    between = (n * (mean - joined) ** 2 + ENOUGH * (usual.mean - joined) ** 2) / (n + ENOUGH)
    within = (n * variance + ENOUGH * usual.std**2) / (n + ENOUGH)
    return Spread(joined, float(np.sqrt(within + (between if n < ENOUGH else 0.0))))


def standard(cosines: Float32[np.ndarray, " rows"], over: Spread) -> Float32[np.ndarray, " rows"]:
    """Cosines in standard deviations above the mean, within bounds."""
    z = (cosines - np.float32(over.mean)) / np.float32(over.std)
    bounded: Float32[np.ndarray, " rows"] = np.clip(z, LOWEST, HIGHEST).astype(np.float32)
    return bounded


def chances(windows: Int64[np.ndarray, " clips"]) -> Float32[np.ndarray, " clips"]:
    """What each clip's best window owes to how many it has, in sigmas round their mean."""
    if len(windows) == 0:
        return np.zeros(0, np.float32)
    more = np.log(windows)
    lost: Float32[np.ndarray, " clips"] = (CHANCE * (more - more.mean())).astype(np.float32)
    return lost


def together(
    windows: Float32[np.ndarray, "windows rows"],
) -> Float32[np.ndarray, " rows"]:
    """What the windows of a film say together: the best of them for each row, and a little more for
    each other that comes near it, since what is done twice should count twice.
    """
    best = windows.max(axis=0)
    near = np.exp((windows - best) / np.float32(NEARLY)).sum(axis=0)
    found: Float32[np.ndarray, " rows"] = best + np.float32(NEARLY) * np.log(near)
    return found


def standard_apart(
    cosines: Float32[np.ndarray, " rows"],
    films: Bool[np.ndarray, " rows"],
    everything: Float32[np.ndarray, " all"],
    all_films: Bool[np.ndarray, " all"],
    usual: Spread,
) -> Float32[np.ndarray, " rows"]:
    """As `standard`, motions and films each over their own kind.

    A motion's vector is nearer to other motions than to films of the very same thing, so that on
    one scale no film would ever be found.
    """
    motions = standard(cosines, spread(everything[~all_films], usual))
    filmed = standard(cosines, spread(everything[all_films], usual))
    return np.where(films, filmed, motions)


@dataclass(frozen=True, eq=False)
class Table:
    """All rows that pass the filter, by seq, with what is known of each for one query.

    `cosines` and `parts` (z-scores) have one array a part: motion, example, video, captions; limb
    directions have z-scores alone, and `matches`, one a film. `texts` is the number of the caption
    that agrees best, -1 where there is none. `total` orders the rows.
    """

    seqs: Int64[np.ndarray, " rows"]
    owners: Int64[np.ndarray, " rows"]
    total: Float32[np.ndarray, " rows"]
    texts: Int64[np.ndarray, " rows"]
    cosines: Mapping[str, Float32[np.ndarray, " rows"]] = field(default_factory=dict)
    parts: Mapping[str, Float32[np.ndarray, " rows"]] = field(default_factory=dict)
    matches: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.seqs)


def joined(
    parts: Mapping[str, Float32[np.ndarray, " rows"]],
    unwanted: Float32[np.ndarray, " rows"] | None = None,
) -> Float32[np.ndarray, " rows"]:
    """The weighted mean of z-scores, less what is not wanted: q+ - 0.5 max(0, q-)."""
    weight = sum(WEIGHTS[name] for name in parts)
    total = sum(np.float32(WEIGHTS[name] / weight) * values for name, values in parts.items())
    if unwanted is not None:
        total = total - np.float32(WEIGHTS["not"]) * np.maximum(unwanted, 0)
    return np.asarray(total, np.float32)
