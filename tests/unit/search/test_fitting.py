"""Calibrating a model on a few clips whose captions are known."""

import numpy as np
import pytest

from lavimo.data.captions import Caption
from lavimo.data.sample import Sample
from lavimo.errors import DataError, LavimoError
from lavimo.motion.clip import Motion
from lavimo.search import fitting
from lavimo.search.calibrate import SIGNALS, Signals, model_for

ACTIONS = ("walks", "runs", "jumps", "kicks", "waves", "sits", "turns", "crawls")


class Words:
    """The word encoder of conftest with motions that know their first caption."""

    model_id = "words"
    dim = 384
    modalities: tuple[str, ...] = ("text", "motion")

    def __init__(self, words: object, order: list[str]) -> None:
        self.calibration: dict[str, object] = {}
        self.words, self.order = words, order

    def encode_text(self, texts: list[str]) -> np.ndarray:
        return self.words.encode_text(texts)  # type: ignore[attr-defined]

    def encode_sentences(self, texts: list[str]) -> np.ndarray:
        return self.words.encode_text(texts)  # type: ignore[attr-defined]

    def encode_motion(self, motions: list[Motion]) -> np.ndarray:
        return self.encode_text(self.order[: len(motions)])


def samples(split: str = "val") -> list[Sample]:
    body = np.random.default_rng(0).normal(size=(30, 22, 3)).astype(np.float32)
    return [
        Sample(
            id=f"{action}/{number}",
            positions=body,
            captions=(
                Caption(f"somebody {action} number {number}"),
                Caption(f"somebody {action} again"),
            ),
            split=split,
            duration=1.5,
        )
        for action in ACTIONS
        for number in range(2)
    ]


def test_a_calibrated_model_tells_answers_from_none(
    encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = ["quarterly revenue", "boil the pasta", "a treaty of 1648", "null pointer", "mango"]
    monkeypatch.setattr(fitting, "off_topic", lambda: foreign)
    clips = samples()
    model = Words(encoder, [one.texts[0] for one in clips])
    found = fitting.calibration(model, clips, clips)
    entry = found["confidence"]["text"]
    assert entry["positives"] == len(clips)
    assert entry["negatives"] == len(clips) + len(foreign)
    assert entry["auc"] > 0.95
    assert set(found["typical"]) == {"motion", "example", "captions"}
    fitted = model_for(found, "text", "both")
    strong = Signals(*(m + 2 * s for m, s in zip(fitted.mean, fitted.std, strict=True)))
    weak = Signals(*(m - 2 * s for m, s in zip(fitted.mean, fitted.std, strict=True)))
    assert fitted.confidence(strong) > fitted.threshold > fitted.confidence(weak)
    assert len(entry["coef"]) == len(SIGNALS)


def test_a_test_clip_is_never_calibrated_on(encoder: object) -> None:
    clips = samples("test")
    with pytest.raises(LavimoError, match="test"):
        fitting.calibration(Words(encoder, []), clips, clips)


def test_there_must_be_questions(encoder: object) -> None:
    with pytest.raises(DataError, match="two captions"):
        fitting.calibration(Words(encoder, []), samples(), [])
