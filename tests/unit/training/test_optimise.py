"""Schedules of METHOD.md F5, and the averaged weights."""

import pytest
import torch

from lavimo.errors import ConfigError
from lavimo.presets import LAVIMO_PAPER_2MODAL as PAPER
from lavimo.presets import resolve
from lavimo.training.optimise import Averaged, learning_rate, optimiser, set_rate


def test_the_papers_schedule() -> None:
    rates = [learning_rate(PAPER.train, e, 0.0) * 1e5 for e in (0, 99, 100, 101, 250, 398, 399)]
    assert rates == pytest.approx([10, 10, 10, 9.9699, 5.48495, 1.0301, 1.0], abs=1e-4)


def test_the_cosine_schedule_warms_up_and_ends_at_the_final_rate() -> None:
    train = resolve("lavimo_small_2modal", ["train.warmup=0.1"]).train
    assert learning_rate(train, 0, 0.05) == pytest.approx(train.lr / 2)
    assert learning_rate(train, 0, 0.1) == pytest.approx(train.lr)
    assert learning_rate(train, 0, 1.0) == pytest.approx(train.final_lr)


def test_biases_norms_tokens_and_temperature_do_not_decay() -> None:
    class Small(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.line = torch.nn.Linear(2, 3)
            self.norm1 = torch.nn.LayerNorm(3)
            self.token = torch.nn.Parameter(torch.zeros(1))
            self.logit_scale = torch.nn.Parameter(torch.zeros(()))

    groups = optimiser(Small(), PAPER.train).param_groups
    assert [len(g["params"]) for g in groups] == [1, 5]
    assert [g["weight_decay"] for g in groups] == [PAPER.train.weight_decay, 0.0]


def test_a_pretrained_backbone_is_held_then_moves_at_a_tenth() -> None:
    model = torch.nn.ModuleDict({"backbone": torch.nn.Linear(2, 2), "line": torch.nn.Linear(2, 2)})
    changes = ["train.backbone_hold=3", "train.backbone_mult=0.1"]
    train = resolve("lavimo_small_2modal", changes).train
    optimise = optimiser(model, train)
    for epoch, expected in ((0, 0.0), (2, 0.0), (3, 0.002)):
        set_rate(optimise, train, epoch, 0.02)
        rates = {g["backbone"]: g["lr"] for g in optimise.param_groups}
        assert rates == {False: 0.02, True: pytest.approx(expected)}


def test_the_average_swaps_in_and_out() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 0.0)
    averaged = Averaged(model, 0.5)
    torch.nn.init.constant_(model.weight, 1.0)
    averaged.update(model)
    kept = averaged.values["weight"].item()
    assert 0 < kept <= 1
    averaged.swap(model)
    assert model.weight.item() == pytest.approx(kept)
    averaged.swap(model)
    assert model.weight.item() == 1.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("train.lrr=1", "lr"),
        ("train.lr=fast", "float"),
        ("nothing", "="),
        ("tain.lr=1", "tain"),
    ],
)
def test_a_wrong_change_is_answered_with_what_is_known(change: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        resolve("lavimo_small_2modal", [change])


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="lavimo_small_2modal"):
        resolve("lavimo_smal", [])
