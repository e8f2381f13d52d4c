"""The training loop: one, plain, for every system."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from lavimo.models.interface import System
from lavimo.presets import Preset
from lavimo.progress import Progress
from lavimo.runtime import checkpoint
from lavimo.training import judge
from lavimo.training.corpus import Corpus, batches, epoch_order
from lavimo.training.optimise import Averaged, learning_rate, optimiser, set_rate
from lavimo.training.run import Run


@dataclass(frozen=True)
class Setting:
    """Where this process stands: rank, number of processes, device."""

    rank: int
    world: int
    device: torch.device


def train(
    system: nn.Module,
    corpus: Corpus,
    validation: judge.Validation,
    preset: Preset,
    run: Run,
    setting: Setting,
    licences: tuple[str, ...],
    progress: Progress,
) -> dict[str, Any]:
    """Train to the last epoch and return the best judgement; continues a stopped run exactly.

    Batches are a function of seed and epoch, dropout of seed and step, so a resumed run repeats
    the losses of an uninterrupted one.
    """
    system.to(setting.device)
    # A batch without films leaves their encoder without gradients.
    wrapped = (
        DistributedDataParallel(system, find_unused_parameters=bool(preset.model.video))
        if setting.world > 1
        else system
    )
    optimise = optimiser(system, preset.train)
    averaged = Averaged(system, preset.train.ema)
    position = run.load_state(system, averaged, optimise) or {"epoch": 0, "step": 0, "best": {}}
    per_epoch = len(epoch_order(corpus, preset.sampling, np.random.default_rng(0)))
    total = per_epoch * preset.train.epochs
    writer = _board(run) if setting.rank == 0 else None
    with progress.task("Training", total, "steps") as task:
        task.advance(position["step"])
        for epoch in range(position["epoch"], preset.train.epochs):
            for batch in batches(
                corpus, preset, preset.train.seed, epoch, rank=setting.rank, world=setting.world
            ):
                rate = learning_rate(preset.train, epoch, position["step"] / total)
                row = _step(wrapped, batch.to(setting.device), optimise, rate, preset, position)
                averaged.update(system)
                position["step"] += 1
                if setting.rank == 0:
                    run.record({"step": position["step"], "epoch": epoch, **row})
                task.advance(1, f"loss {row['loss']:.3f}")
            position["epoch"] = epoch + 1
            last = epoch + 1 == preset.train.epochs
            if setting.rank == 0:
                if last or (epoch + 1) % preset.train.judge_every == 0:
                    _judge(system, averaged, corpus, validation, preset, run, position, licences)
                    _write(writer, run, position)
                run.save_state(system, averaged, optimise, position)
    best: dict[str, Any] = position["best"]
    return best


def _step(
    wrapped: nn.Module,
    batch: Any,
    optimise: torch.optim.Optimizer,
    rate: float,
    preset: Preset,
    position: dict[str, Any],
) -> dict[str, float]:
    set_rate(optimise, preset.train, position["epoch"], rate)
    wrapped.train()
    torch.manual_seed(preset.train.seed * 1_000_003 + position["step"])
    half = preset.train.precision == "bf16"
    with torch.autocast(batch.motion.values.device.type, torch.bfloat16, enabled=half):
        losses = wrapped(batch)
    optimise.zero_grad(set_to_none=True)
    losses.total.backward()
    norm = nn.utils.clip_grad_norm_(wrapped.parameters(), preset.train.clip_norm)
    optimise.step()
    return {"loss": losses.total.item(), **losses.terms, "grad": float(norm), "lr": rate}


def _judge(
    system: nn.Module,
    averaged: Averaged,
    corpus: Corpus,
    validation: judge.Validation,
    preset: Preset,
    run: Run,
    position: dict[str, Any],
    licences: tuple[str, ...],
) -> None:
    averaged.swap(system)
    scored: System = system  # type: ignore[assignment]
    found = judge.score(scored, corpus, validation)
    run.record({"step": position["step"], "epoch": position["epoch"], "val": found})
    if found["score"] >= position["best"].get("score", -1.0):
        position["best"] = found | {"epoch": position["epoch"]}
        save(system, corpus, preset, run, licences)
    averaged.swap(system)


def save(
    system: nn.Module, corpus: Corpus, preset: Preset, run: Run, licences: tuple[str, ...]
) -> str:
    """Write the system as a checkpoint folder `best/` of the run and return its model id."""
    weights = {
        name: value.detach().float().cpu().numpy() for name, value in system.named_parameters()
    }
    fusion = preset.loss.reconstruction
    # Only a fusion over tokens says what it looks at; none is recorded for the others.
    heads = np.array([fusion.fusion_heads if fusion.fusion == "token" else 0], np.int64)
    return checkpoint.save(
        run.folder / "best",
        preset.model,
        weights,
        corpus.statistics() | {"fusion_heads": heads},
        preset=preset.name,
        licences=licences,
    )


def _board(run: Run) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(run.folder / "tensorboard"))


def _write(writer: Any, run: Run, position: dict[str, Any]) -> None:
    if writer is None:
        return
    for row in run.metrics():
        if row["epoch"] < position["epoch"] - 1:
            continue
        flat = row.get("val") or {k: v for k, v in row.items() if k not in ("step", "epoch")}
        for name, value in flat.items():
            writer.add_scalar(name, value, row["step"])
    writer.flush()
