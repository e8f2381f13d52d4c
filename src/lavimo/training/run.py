"""A run folder: resolved config, metrics, resumable state, the best checkpoint.

preset.json       the resolved preset, written before the first step
metrics.jsonl     one line a step group and one a judgement
state.safetensors weights, averaged weights and optimiser after the last finished epoch
state.json        epoch, step, best score (written after the tensors; the pair is atomic by name)
best/             checkpoint folder of the best judgement so far
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, nn

from lavimo import files
from lavimo.errors import ConfigError, ModelError
from lavimo.presets import Preset
from lavimo.training.optimise import Averaged, optimiser_tensors, restore_optimiser


class Run:
    """The folder of one training run; opening it again continues where it stopped."""

    def __init__(self, folder: Path, preset: Preset) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "preset.json"
        if path.exists() and _stored(path) != preset:
            raise ConfigError(
                f"{folder} holds a run with another config; choose another folder or delete it."
            )
        files.write_json(path, msgspec.to_builtins(preset))

    def save_state(
        self,
        model: nn.Module,
        averaged: Averaged,
        optimise: torch.optim.Optimizer,
        position: dict[str, Any],
    ) -> None:
        """Keep everything that the next epoch depends on, atomically."""
        from safetensors.torch import save

        tensors: dict[str, Tensor] = {f"model.{n}": p for n, p in model.named_parameters()}
        tensors |= {f"averaged.{n}": p for n, p in averaged.values.items()}
        tensors |= optimiser_tensors(optimise)
        name = f"state-{position['epoch']:05d}.safetensors"
        kept = {n: t.detach().cpu().contiguous() for n, t in tensors.items()}
        files.write_bytes(self.folder / name, save(kept))
        files.write_json(self.folder / "state.json", position | {"tensors": name})
        for old in self.folder.glob("state-*.safetensors"):
            if old.name != name:
                old.unlink()

    def load_state(
        self, model: nn.Module, averaged: Averaged, optimise: torch.optim.Optimizer
    ) -> dict[str, Any] | None:
        """Put the last state back and return its position; None when there is none."""
        from safetensors.torch import load_file

        path = self.folder / "state.json"
        if not path.exists():
            return None
        position: dict[str, Any] = json.loads(path.read_text())
        tensors = load_file(self.folder / position["tensors"])
        try:
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    parameter.copy_(tensors[f"model.{name}"])
                    averaged.values[name] = tensors[f"averaged.{name}"].to(parameter.device)
        except KeyError as error:
            raise ModelError(
                f"{self.folder} holds the state of another model ({error})."
            ) from error
        averaged.steps = int(position["step"])
        restore_optimiser(optimise, tensors)
        self._forget_after(int(position["step"]))
        return position

    def record(self, row: dict[str, Any]) -> None:
        """Append one line to metrics.jsonl."""
        with (self.folder / "metrics.jsonl").open("a") as stream:
            stream.write(json.dumps(row) + "\n")

    def metrics(self) -> list[dict[str, Any]]:
        """All lines of metrics.jsonl."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]

    def _forget_after(self, step: int) -> None:
        # Steps after the state will be done again and written again.
        kept = [row for row in self.metrics() if row["step"] <= step]
        files.write_text(
            self.folder / "metrics.jsonl", "".join(json.dumps(row) + "\n" for row in kept)
        )


def _stored(path: Path) -> Preset | None:
    """The preset of a run; a field that it does not name yet has its default."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Preset)
    except msgspec.DecodeError:
        return None
