"""Starting a run: data, system, run folder, loop."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch

from lavimo.data.openmotion import CLEAN_LICENCES
from lavimo.models import build
from lavimo.presets import Preset
from lavimo.progress import Progress, Silent
from lavimo.training.assemble import assemble
from lavimo.training.distributed import process_group
from lavimo.training.loop import Setting, train
from lavimo.training.run import Run


def licences(choice: str) -> Collection[str] | None:
    """The licences that `--licences` names: any-use, all (None), or a comma-separated list."""
    if choice == "all":
        return None
    if choice == "any-use":
        return CLEAN_LICENCES
    return tuple(part.strip() for part in choice.split(",") if part.strip())


def start(
    preset: Preset,
    data: Path,
    folder: Path,
    allowed: Collection[str] | None,
    progress: Progress,
    films: Path | None = None,
) -> dict[str, Any] | None:
    """Assemble the data, build the system and train; the best judgement (None on other ranks).

    `films`: a folder made by `lavimo render`, for models that read films as pictures.
    """
    with process_group() as (rank, world, device):
        corpus, validation, used = assemble(
            data, preset, allowed, progress if rank == 0 else Silent(), films
        )
        torch.manual_seed(preset.train.seed)
        system = build(preset.model, preset.loss, corpus.sentence_bank())
        run = Run(folder, preset)
        best = train(
            system,
            corpus,
            validation,
            preset,
            run,
            Setting(rank, world, device),
            used,
            progress if rank == 0 else Silent(),
        )
    return best if rank == 0 else None
