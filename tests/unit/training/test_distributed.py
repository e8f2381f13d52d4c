"""Two processes see the loss and the gradients of one."""

import os
from pathlib import Path
from typing import Any

import torch
import torch.multiprocessing as mp

from lavimo.models import build
from lavimo.training.corpus import batches


def losses_and_step(corpus: Any, preset: Any, rank: int, world: int) -> tuple[float, torch.Tensor]:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    wrapped = torch.nn.parallel.DistributedDataParallel(system) if world > 1 else system
    batch = next(batches(corpus, preset, 0, 0, rank=rank, world=world))
    losses = wrapped(batch)
    losses.total.backward()
    gradient = torch.cat([p.grad.flatten() for p in system.parameters() if p.grad is not None])
    return losses.total.item(), gradient


def work(rank: int, corpus: Any, preset: Any, folder: str) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
    store = torch.distributed.FileStore(f"{folder}/store", 2)
    torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=2)
    loss, gradient = losses_and_step(corpus, preset, rank, 2)
    torch.save({"loss": loss, "gradient": gradient}, f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()


def test_two_processes_equal_one(tmp_path: Path, tiny_corpus: Any, tiny_preset: Any) -> None:
    import msgspec

    corpus, _ = tiny_corpus
    still = msgspec.structs.replace
    tower = still(tiny_preset.model.motion_tower, dropout=0.0)
    model = still(tiny_preset.model, motion_tower=tower, text_tower=tower)
    recon = still(tiny_preset.loss.reconstruction, dropout=0.0)
    preset = still(tiny_preset, model=model, loss=still(tiny_preset.loss, reconstruction=recon))
    loss, gradient = losses_and_step(corpus, preset, 0, 1)
    mp.spawn(work, args=(corpus, preset, str(tmp_path)), nprocs=2)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(2)]
    assert abs((found[0]["loss"] + found[1]["loss"]) / 2 - loss) < 1e-4
    torch.testing.assert_close(found[0]["gradient"], gradient, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(found[0]["gradient"], found[1]["gradient"])
