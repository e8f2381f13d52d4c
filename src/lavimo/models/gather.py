"""Embeddings of all processes, with gradients; outside a process group these do nothing."""

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.nn.functional import all_gather


def world_size() -> int:
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def gathered(rows: Tensor) -> Tensor:
    """Rows of every process, in rank order; gradients flow back to their owners."""
    if world_size() == 1:
        return rows
    return torch.cat(all_gather(rows.contiguous()))


def gathered_constant(rows: Tensor) -> Tensor:
    """Rows of every process, without gradients."""
    if world_size() == 1:
        return rows
    parts = [torch.empty_like(rows) for _ in range(world_size())]
    dist.all_gather(parts, rows.contiguous())
    return torch.cat(parts)
