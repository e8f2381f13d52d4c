"""AdamW, the schedules, averaged weights, and their state as plain tensors."""

import math

import torch
from torch import Tensor, nn

from lavimo.errors import ConfigError
from lavimo.presets import Train

NO_DECAY = ("bias", "norm", "token", "positions", "logit_scale")


def optimiser(model: nn.Module, train: Train) -> torch.optim.AdamW:
    """AdamW without decay on biases, norms, tokens, positions and temperatures (METHOD.md B19).

    Groups know whether they hold a pretrained `backbone`, whose rate `set_rate` sets apart.
    """
    parts: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            plain = any(part in name.lower() for part in NO_DECAY)
            parts.setdefault(("backbone." in name, plain), []).append(parameter)
    groups = [
        {
            "params": parts[key],
            "weight_decay": 0.0 if key[1] else train.weight_decay,
            "backbone": key[0],
        }
        for key in sorted(parts)
    ]
    return torch.optim.AdamW(groups, lr=train.lr, betas=(0.9, 0.999), eps=1e-8)


def set_rate(optimise: torch.optim.Optimizer, train: Train, epoch: int, rate: float) -> None:
    """The rate of a step; pretrained backbones stay as they are for `backbone_hold` epochs, then
    move at `backbone_mult` of it (METHOD.md B19, B20).
    """
    for group in optimise.param_groups:
        pretrained = rate * train.backbone_mult if epoch >= train.backbone_hold else 0.0
        group["lr"] = pretrained if group["backbone"] else rate


def learning_rate(train: Train, epoch: int, progress: float) -> float:
    """The rate at an epoch, `progress` (0 to 1) of all steps done.

    "paper": lr until `hold`, then linear to final_lr at the last epoch (METHOD.md B19, F5).
    """
    if train.schedule == "paper":
        if epoch < train.hold:
            return train.lr
        done = (epoch - train.hold) / max(1, train.epochs - 1 - train.hold)
        return train.lr + (train.final_lr - train.lr) * done
    if train.schedule == "cosine":
        if progress < train.warmup:
            return train.lr * progress / train.warmup
        done = (progress - train.warmup) / max(1e-9, 1 - train.warmup)
        return train.final_lr + (train.lr - train.final_lr) * 0.5 * (1 + math.cos(math.pi * done))
    raise ConfigError(f"There is no schedule {train.schedule!r}; known: paper, cosine.")


class Averaged:
    """An exponential moving average of a model's parameters; decay 0 follows them exactly.

    The decay grows with the steps done, so that the start is forgotten quickly.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.values = {n: p.detach().clone() for n, p in model.named_parameters()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take one step of the average."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps)) if self.decay else 0.0
        for name, parameter in model.named_parameters():
            self.values[name].lerp_(parameter.detach(), 1 - decay)

    @torch.no_grad()
    def swap(self, model: nn.Module) -> None:
        """Exchange the model's parameters with the average; call twice to return."""
        for name, parameter in model.named_parameters():
            kept = parameter.detach().clone()
            parameter.copy_(self.values[name])
            self.values[name] = kept


def optimiser_tensors(optimise: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's state as named tensors."""
    found = {}
    for number, entry in optimise.state_dict()["state"].items():
        for key, value in entry.items():
            found[f"optimiser.{number}.{key}"] = torch.as_tensor(value)
    return found


def restore_optimiser(optimise: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put named tensors back into the optimiser."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, number, key = name.split(".")
            state.setdefault(int(number), {})[key] = value
    groups = optimise.state_dict()["param_groups"]
    optimise.load_state_dict({"state": state, "param_groups": groups})
