"""What the training loop and the contract tests know of a system."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor

from lavimo.data.batch import Batch
from lavimo.runtime.config import ModelConfig


@dataclass(frozen=True)
class Losses:
    """The number to minimise and its named parts (detached)."""

    total: Tensor
    terms: dict[str, float]


@runtime_checkable
class System(Protocol):
    """A torch module that embeds each modality and knows its loss."""

    config: ModelConfig

    def encode_motion(self, batch: Batch) -> Tensor:
        """Unit rows (B, dim) for the motions of the batch."""
        ...

    def encode_text(self, batch: Batch) -> Tensor:
        """Unit rows (B, dim) for the sentences of the batch."""
        ...

    def encode_video(self, batch: Batch) -> Tensor:
        """Unit rows (B, dim) for the films of the batch."""
        ...

    def loss(self, batch: Batch) -> Losses:
        """The training loss of one batch."""
        ...
