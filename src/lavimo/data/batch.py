"""One batch of samples as tensors; any modality may be missing."""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from lavimo.errors import DataError
from lavimo.shapes import Bool, Float


@dataclass(frozen=True)
class Sequences:
    """Sequences of one modality, zero-padded at the end; `mask` is True on real rows.

    An item without a single real row is missing from the batch.
    """

    values: Float[Tensor, "batch length width"]
    mask: Bool[Tensor, "batch length"]

    @property
    def there(self) -> Bool[Tensor, " batch"]:
        """Which items are there at all."""
        return self.mask.any(dim=1)


@dataclass(frozen=True)
class Pairs:
    """Pose rows of motions and of films of them, item by item; a film may be missing.

    The first items are the clips of the batch itself; the others need no captions.
    """

    motion: Sequences
    film: Sequences


@dataclass(frozen=True)
class Targets:
    """What decides which items count as alike.

    `captions`: unit vectors of the captions by the target encoder; `sentences`: the centred
    sentence vectors that the sentence space regresses; `sides`: the direction words of each
    caption as bits (the side rule); `signs`: the same as a sign on each axis.
    """

    captions: Float[Tensor, "batch width"]
    sentences: Float[Tensor, "batch sentence"]
    sides: Bool[Tensor, "batch words"]
    signs: Float[Tensor, "batch axes"]


@dataclass(frozen=True)
class Batch:
    """Motion features, token states of a frozen language model or raw texts, films, targets."""

    ids: tuple[str, ...]
    motion: Sequences | None = None
    text: Sequences | None = None
    texts: tuple[str, ...] | None = None
    pairs: Pairs | None = None
    frames: Sequences | None = None
    """Image features (batch, frames, width) of films, or pictures flattened, where read so."""
    targets: Targets | None = None
    known: tuple[Float[Tensor, "batch sentence"], Float[Tensor, "batch axes"]] | None = None
    """Sentence vectors and signs that a closed-form line reads off the motions (constants)."""

    def to(self, device: torch.device) -> "Batch":
        """The same batch with its tensors on `device`."""
        return replace(
            self, **{f.name: _moved(getattr(self, f.name), device) for f in fields(self)}
        )


def present(part: Sequences | None, name: str) -> Sequences:
    """The sequences of a modality that a model needs. Raises DataError when they are missing."""
    if part is None:
        raise DataError(f"This batch holds no {name}, which the model needs; add it to the data.")
    return part


def padded(rows: list[Float[Tensor, "_ width"]]) -> Sequences:
    """Ragged rows as one padded block with its mask."""
    lengths = torch.tensor([len(row) for row in rows])
    values = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return Sequences(values, torch.arange(values.shape[1])[None] < lengths[:, None])


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, Sequences):
        return Sequences(value.values.to(device), value.mask.to(device))
    if isinstance(value, Pairs):
        return Pairs(_moved(value.motion, device), _moved(value.film, device))
    if isinstance(value, Targets):
        return Targets(*(getattr(value, f.name).to(device) for f in fields(value)))
    if isinstance(value, tuple):
        return tuple(v.to(device) if isinstance(v, Tensor) else v for v in value)
    return value
