"""Confidence: the fit, its signals, and what a checkpoint's file says."""

import math

import numpy as np
import pytest

from lavimo.errors import DataError
from lavimo.search import calibrate
from lavimo.search.calibrate import SIGNALS, UNCALIBRATED, Model, Signals

NAN = math.nan


def drawn(count: int, seed: int) -> tuple[list[Signals], list[bool]]:
    """Questions whose answer shows in the excess and in the caption, and in nothing else."""
    rng = np.random.default_rng(seed)
    present = rng.random(count) < 0.4
    rows = []
    for answer in present:
        noise = rng.standard_normal(5)
        rows.append(
            Signals(
                float(1.5 * answer + noise[0]),
                float(noise[1]),
                float(noise[2]),
                NAN if noise[3] > 1 else float(0.5 + 0.2 * answer + 0.1 * noise[3]),
                float(noise[4]),
            )
        )
    return rows, [bool(answer) for answer in present]


def model(entry: dict[str, object]) -> Model:
    return calibrate.model_for({"confidence": {"text": entry}}, "text", "both")


def test_the_fit_separates_questions_it_has_not_seen() -> None:
    fitted = model(calibrate.fit(*drawn(600, 0)))
    rows, present = drawn(600, 1)
    sure = np.array([fitted.confidence(row) for row in rows])
    assert calibrate.auc(sure, np.array(present)) > 0.9
    answered = np.array(present)
    assert np.mean(sure[~answered] >= fitted.threshold) < 0.2
    assert np.mean(sure[answered] < fitted.threshold) < 0.2


def test_the_threshold_stands_between_foreign_and_answered_questions() -> None:
    rows = [Signals(x, x, x, x, x) for x in np.linspace(-3, 3, 60).tolist()]
    present = [number >= 40 for number in range(60)]
    foreign = [number < 20 for number in range(60)]
    everything = calibrate.fit(rows, present)
    apart = calibrate.fit(rows, present, foreign)
    assert apart["coef"] == everything["coef"]
    assert 0.05 <= apart["threshold"] < everything["threshold"]
    sure = [model(apart).confidence(row) for row in rows]
    assert max(sure[:19]) <= apart["threshold"] or apart["threshold"] == 0.05


def test_signals_that_say_nothing_weigh_little_and_none_speaks_against() -> None:
    entry = calibrate.fit(*drawn(600, 0))
    weights = dict(zip(SIGNALS, entry["coef"], strict=True))
    assert min(weights.values()) >= 0
    assert weights["excess"] > 5 * weights["domain"]


def test_a_signal_that_turns_round_is_left_out() -> None:
    rows, present = drawn(400, 3)
    turned = [row._replace(gap=-3.0 * answer) for row, answer in zip(rows, present, strict=True)]
    assert calibrate.fit(turned, present)["coef"][SIGNALS.index("gap")] == 0


def test_separable_questions_stay_finite() -> None:
    rows = [Signals(x, x, x, x, x) for x in (-1.0, -1.0, 1.0, 1.0)]
    entry = calibrate.fit(rows, [False, False, True, True])
    assert np.isfinite(entry["coef"]).all()
    assert entry["auc"] == 1


def test_a_fit_needs_both_kinds() -> None:
    with pytest.raises(DataError, match="without one"):
        calibrate.fit([Signals(1, 1, 1, 1, 1)], [True])


def test_an_unknown_signal_counts_as_its_mean() -> None:
    mean = Signals(*UNCALIBRATED.mean)
    assert UNCALIBRATED.confidence(mean) == UNCALIBRATED.confidence(Signals(*[NAN] * 5))


def test_confidence_rises_with_every_signal_and_stays_in_bounds() -> None:
    low = UNCALIBRATED.confidence(Signals(-1e9, -1e9, -1e9, -1e9, -1e9))
    high = UNCALIBRATED.confidence(Signals(1e9, 1e9, 1e9, 1e9, 1e9))
    assert 0 <= low < 0.01 < 0.99 < high <= 1


def test_the_nearest_fitted_function_is_used() -> None:
    entry = calibrate.fit(*drawn(200, 0))
    other = {**entry, "threshold": 0.123}
    known = {"confidence": {"text": entry, "text-motion": other}}
    assert calibrate.model_for(known, "text", "motion").threshold == 0.123
    assert calibrate.model_for(known, "both", "motion").threshold == 0.123
    assert calibrate.model_for(known, "both", "both").threshold == entry["threshold"]
    assert calibrate.model_for({}, "text", "both") is UNCALIBRATED


def test_domain_is_the_nearness_of_five_neighbours() -> None:
    bank = np.eye(8, dtype=np.float16)
    query = np.array([1, 0, 0, 0, 0, 0, 0, 0], np.float32)
    assert calibrate.domain_score(query, bank) == pytest.approx(1 / 5)
    assert calibrate.domain_score(query, bank[:1]) == pytest.approx(1)
    assert math.isnan(calibrate.domain_score(query, bank[:0]))


def test_the_best_of_many_draws_is_no_news() -> None:
    rng = np.random.default_rng(0)
    for rows in (100, 10_000):
        best = [calibrate.excess(rng.standard_normal(rows).max(), rows) for _ in range(100)]
        assert -0.8 < np.mean(best) < 0


def test_auc_counts_ties_half() -> None:
    scores = np.array([1.0, 1.0, 0.0, 2.0])
    assert calibrate.auc(scores, np.array([True, False, False, True])) == 7 / 8


def test_off_topic_sentences_can_be_asked() -> None:
    from lavimo.search.query import sentence

    texts = calibrate.off_topic()
    assert len(texts) >= 150
    assert len(set(texts)) == len(texts)
    assert all(sentence(text) for text in texts)
