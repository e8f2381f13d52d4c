"""How sure may we be that a hit is what was meant? A logistic function of four signals.

excess   z-score of the hit's motion less sqrt(2 ln N): the best of N random draws reaches that
cosine   the plain cosine of the hit's motion with the sentence or the example
gap      z-score of the best motion less that of the tenth
caption  cosine of the best stored caption with the sentence (side rule applied)
domain   nearness of the sentence to captions that the model was trained on

A signal that is not there (no captions, an example instead of a sentence) counts as its mean.
Coefficients are fitted on the val split and kept in the checkpoint's calibration.json:

    {"typical": {"motion": {"mean": .., "std": ..}, ...},
     "confidence": {"text": {"mean": [5], "std": [5], "coef": [5], "intercept": .., "threshold": ..,
                             "auc": .., "positives": .., "negatives": ..}, "text-motion": {...}}}
"""

import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from lavimo.errors import DataError
from lavimo.shapes import Bool, Float, Float32

SIGNALS = ("excess", "cosine", "gap", "caption", "domain")
FALSE_ALARMS = 0.05
"""Share of foreign sentences that may at most pass for answered: bounds the threshold."""
NEIGHBOURS = 5
RIDGE = 1e-2
ALIKE = 0.7
"""Captions at least this near to the query count as the thing itself when it is hidden.

At 0.9 a walk that is done proudly would stay when the plain walk is hidden, and be called wrong."""


class Signals(NamedTuple):
    """The five signals of one hit; nan where one is not known."""

    excess: float
    cosine: float
    gap: float
    caption: float
    domain: float


class Model(NamedTuple):
    """A fitted logistic function and the confidence from which on a query counts as answered."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    coef: tuple[float, ...]
    intercept: float
    threshold: float

    def confidence(self, signals: Signals) -> float:
        """Probability between 0 and 1 that the hit is what was meant."""
        logit = self.intercept
        parts = zip(signals, self.mean, self.std, self.coef, strict=True)
        for value, mean, std, coef in parts:
            if not math.isnan(value):
                logit += coef * (value - mean) / std
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, logit))))


# For a checkpoint that was never calibrated: from the published probe, in which sentences with an
# answer had a best stored caption above 0.62 and those without one below 0.48.
UNCALIBRATED = Model(
    mean=(0.0, 0.6, 1.0, 0.55, 0.45),
    std=(1.0, 0.2, 1.0, 0.12, 0.15),
    coef=(0.6, 0.0, 0.3, 1.5, 1.2),
    intercept=0.0,
    threshold=0.5,
)


# A film's hits are never called foreign before a threshold was fitted for films: what landmarks
# make of a picture differs too much from what sentences were fitted on. Means and slopes are from
# films of 117 val clips on avatars, half of them with the right action first.
UNCALIBRATED_FILM = Model(
    mean=(-1.8, 0.5, 0.25, 0.55, 0.45),
    std=(0.4, 0.2, 0.2, 0.12, 0.15),
    coef=(0.7, 0.0, 0.7, 0.0, 0.0),
    intercept=0.0,
    threshold=0.0,
)


def model_for(calibration: Mapping[str, Any], kind: str, by: str) -> Model:
    """The function for queries of a kind; `by="motion"` has its own where it was fitted.

    Films alone are judged by what was fitted on films (the entry `film`), or without a banner.
    """
    fitted = calibration.get("confidence", {})
    names = [f"{kind}-{by}", kind]
    if kind != "film":
        names += [f"text-{by}", "text"]
    for name in names:
        if name in fitted:
            known = fitted[name]
            return Model(
                tuple(known["mean"]),
                tuple(known["std"]),
                tuple(known["coef"]),
                float(known["intercept"]),
                float(known["threshold"]),
            )
    return UNCALIBRATED_FILM if kind == "film" else UNCALIBRATED


def domain_score(
    query_vec: Float32[np.ndarray, " width"], bank: Float[np.ndarray, "rows width"]
) -> float:
    """Mean cosine of a sentence vector with its five nearest training captions.

    Sentences about motion reach 0.6 to 0.95, others 0.1 to 0.35; nan for an empty bank.
    """
    if len(bank) == 0:
        return math.nan
    cosines = bank.astype(np.float32, copy=False) @ query_vec
    count = min(NEIGHBOURS, len(cosines))
    return float(np.partition(cosines, len(cosines) - count)[-count:].mean())


def excess(z: float, rows: int) -> float:
    """How far a z-score stands above the best of `rows` random draws."""
    return z - math.sqrt(2 * math.log(max(rows, 2)))


def fit(
    signals: Sequence[Signals], present: Sequence[bool], foreign: Sequence[bool] | None = None
) -> dict[str, Any]:
    """Logistic regression of `present` on the signals, as an entry of calibration.json.

    A small ridge keeps separable data finite; both classes weigh the same, so that confidence
    0.5 means undecided. `foreign` marks the questions that are about nothing here (all without
    an answer when None): the threshold lies halfway, in logits, between what 95 % of them stay
    below and what 95 % of the answered ones reach. Raises DataError without both classes.
    """
    x = np.asarray(signals, np.float64).reshape(-1, len(SIGNALS))
    y = np.asarray(present, bool)
    if y.all() or not y.any():
        raise DataError("Calibration needs queries with an answer and queries without one.")
    known = np.isfinite(x)
    counts = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, x, 0).sum(axis=0) / counts
    std = np.sqrt((np.where(known, x - mean, 0) ** 2).sum(axis=0) / counts)
    std = np.where(std > 1e-6, std, 1.0)
    z = np.where(known, (x - mean) / std, 0)
    coef, intercept = _nonnegative(z, y)
    confidence = 1 / (1 + np.exp(-np.clip(z @ coef + intercept, -40, 40)))
    far = ~y if foreign is None else np.asarray(foreign, bool) & ~y
    return {
        "mean": mean.tolist(),
        "std": std.tolist(),
        "coef": coef.tolist(),
        "intercept": intercept,
        "threshold": _between(confidence[far], confidence[y]),
        "auc": auc(confidence, y),
        "positives": int(y.sum()),
        "negatives": int((~y).sum()),
    }


def _between(
    foreign: Float[np.ndarray, " foreign"], answered: Float[np.ndarray, " answered"]
) -> float:
    """The confidence between questions that are foreign and questions that are answered."""
    ends = np.array([np.quantile(foreign, 1 - FALSE_ALARMS), np.quantile(answered, FALSE_ALARMS)])
    ends = np.clip(ends, 1e-6, 1 - 1e-6)
    halfway = 1 / (1 + np.exp(-np.log(ends / (1 - ends)).mean()))
    return float(np.clip(halfway, 0.05, 0.95))


def auc(scores: Float[np.ndarray, " queries"], positive: Bool[np.ndarray, " queries"]) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    first, second = scores[positive][:, None], scores[~positive][None, :]
    wins = (first > second).mean(dtype=np.float64) + 0.5 * (first == second).mean(dtype=np.float64)
    return float(wins)


def off_topic() -> list[str]:
    """Sentences and strings that are about no human motion: negatives of every calibration."""
    text = resources.files("lavimo.search").joinpath("off_topic.txt").read_text(encoding="utf-8")
    return text.splitlines()


def _nonnegative(
    z: Float[np.ndarray, "queries signals"], y: Bool[np.ndarray, " queries"]
) -> tuple[np.ndarray, float]:
    """Every signal speaks for an answer or is left out: one that turns negative only mirrors
    how the questions were drawn, and would doubt the best hits of other galleries."""
    used = list(range(z.shape[1]))
    while True:
        coef, intercept = _logistic(z[:, used], y)
        if len(used) == 0 or coef.min() >= 0:
            break
        used.pop(int(coef.argmin()))
    everything = np.zeros(z.shape[1])
    everything[used] = coef
    return everything, intercept


def _logistic(
    z: Float[np.ndarray, "queries signals"], y: Bool[np.ndarray, " queries"]
) -> tuple[np.ndarray, float]:
    design = np.column_stack([z, np.ones(len(z))])
    weight = np.where(y, 0.5 / y.mean(), 0.5 / (~y).mean())
    penalty = RIDGE * len(z) * np.eye(design.shape[1])
    penalty[-1, -1] = 1e-9
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -40, 40)))
        gradient = design.T @ (weight * (y - p)) - penalty @ beta
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return beta[:-1], float(beta[-1])
