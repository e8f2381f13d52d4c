"""A killed run that goes on has the losses of one that was never stopped."""

from pathlib import Path
from typing import Any

import pytest
import torch

from lavimo.errors import ConfigError, DataError
from lavimo.models import build
from lavimo.presets import resolve
from lavimo.progress import Silent
from lavimo.training import judge, loop
from lavimo.training.run import Run


class Killed(Exception):
    pass


class KillAfter(Silent):
    """Raises in the middle of an epoch, as a kill would."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def task(self, name: str, total: int, unit: str = "clips") -> Any:
        outer = self

        class Context:
            def __enter__(self) -> "Context":
                return self

            def __exit__(self, *error: object) -> None:
                return None

            def advance(self, count: int = 1, note: str = "") -> None:
                if note:
                    outer.left -= 1
                    if outer.left == 0:
                        raise Killed

        return Context()


def trained(folder: Path, tiny: Any, preset: Any, progress: Any) -> list[dict[str, Any]]:
    corpus, validation = tiny
    torch.manual_seed(preset.train.seed)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    run = Run(folder, preset)
    setting = loop.Setting(0, 1, torch.device("cpu"))
    loop.train(system, corpus, validation, preset, run, setting, ("CC0-1.0",), progress)
    return run.metrics()


def test_resume_repeats_the_losses(tmp_path: Path, tiny_corpus: Any, tiny_preset: Any) -> None:
    whole = trained(tmp_path / "whole", tiny_corpus, tiny_preset, Silent())
    with pytest.raises(Killed):
        trained(tmp_path / "cut", tiny_corpus, tiny_preset, KillAfter(4))
    resumed = trained(tmp_path / "cut", tiny_corpus, tiny_preset, Silent())
    assert [row["step"] for row in resumed] == [row["step"] for row in whole]
    for one, other in zip(resumed, whole, strict=True):
        assert one == other
    best = (tmp_path / "whole" / "best" / "config.json").read_text()
    assert best == (tmp_path / "cut" / "best" / "config.json").read_text()


def test_another_config_is_not_mixed_into_a_run(tmp_path: Path, tiny_preset: Any) -> None:
    Run(tmp_path, tiny_preset)
    with pytest.raises(ConfigError, match="another config"):
        Run(tmp_path, resolve("lavimo_paper_2modal", []))


def test_what_chooses_cannot_see_a_test_clip(tiny_corpus: Any) -> None:
    import dataclasses

    _, validation = tiny_corpus
    for split in ("test", "train"):
        foreign = dataclasses.replace(validation.clips[0], split=split)
        with pytest.raises(DataError, match=split):
            judge.Validation((*validation.clips, foreign))
