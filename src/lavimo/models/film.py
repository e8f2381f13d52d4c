"""What a film's encoder says in the spaces that text and motion share."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lavimo.runtime.config import ModelConfig
from lavimo.runtime.directions import AXES
from lavimo.shapes import Bool, Float


@dataclass(frozen=True)
class Vectors:
    """Unit rows of the joint space and, where the config asks for them, of sentences and signs."""

    joint: Float[Tensor, "batch dim"]
    sentence: Float[Tensor, "batch sentence"] | None
    signs: Float[Tensor, "batch axes"] | None


@dataclass(frozen=True)
class Film:
    """One reading of the films of a batch; `there` tells which items have a film.

    `all_pooled` also holds the films of pairs beyond the batch's own clips.
    """

    pooled: Float[Tensor, "batch dim"]
    tokens: Float[Tensor, "batch tokens dim"]
    seen: Bool[Tensor, "batch tokens"]
    there: Bool[Tensor, " batch"]
    vectors: Vectors
    all_pooled: Float[Tensor, "pairs dim"]


class FilmHeads(nn.Module):
    """From a film encoder's pooled output to the spaces of text and motion, and to the fusion."""

    def __init__(self, config: ModelConfig, dim: int, fused: int | None) -> None:
        super().__init__()
        self.joint = line(dim, config.dim)
        self.sentence = nn.Linear(dim, config.sentence.width) if config.sentence.share > 0 else None
        self.sides = nn.Linear(dim, len(AXES)) if config.sides.share > 0 else None
        if fused is not None:
            self.to_fusion = line(dim, fused)

    def forward(self, pooled: Float[Tensor, "batch dim"]) -> Vectors:
        """Vectors of the films."""
        return Vectors(
            unit(self.joint(pooled)),
            None if self.sentence is None else unit(self.sentence(pooled)),
            None if self.sides is None else torch.tanh(self.sides(pooled.float())),
        )


def line(wide: int, narrow: int) -> nn.Module:
    """A linear map, or nothing where the widths agree already."""
    return nn.Linear(wide, narrow) if wide != narrow else nn.Identity()


def unit(rows: Tensor) -> Tensor:
    """Rows of length one, in single precision."""
    return F.normalize(rows.float(), dim=-1)


def mean_of(films: list[Film]) -> Vectors:
    """The vectors of films that several encoders read: means over those that have the film."""
    if len(films) == 1:
        return films[0].vectors

    def mean(parts: list[Tensor]) -> Tensor:
        weights = torch.stack([film.there for film in films])[..., None].float()
        return (torch.stack(parts) * weights).sum(dim=0) / weights.sum(dim=0).clamp(min=1)

    sentences = [s for film in films if (s := film.vectors.sentence) is not None]
    signs = [s for film in films if (s := film.vectors.signs) is not None]
    return Vectors(
        unit(mean([film.vectors.joint for film in films])),
        unit(mean(sentences)) if sentences else None,
        mean(signs) if signs else None,
    )
