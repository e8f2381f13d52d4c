"""From the fused vector and a length back to motion features (METHOD.md B17)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lavimo.models.layers import Attention, positions
from lavimo.shapes import Bool, Float


class DecoderLayer(nn.Module):
    """Post-norm decoder layer with one memory token."""

    def __init__(self, dim: int, heads: int, ff: int, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(dim, heads, dropout)
        self.cross = Attention(dim, heads, dropout)
        self.linear1, self.linear2 = nn.Linear(dim, ff), nn.Linear(ff, dim)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(dim) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, seen: Tensor) -> Tensor:
        """The layer's output for every query."""
        x = self.norm1(x + self.dropout(self.attention(x, x, seen)))
        x = self.norm2(x + self.dropout(self.cross(x, memory, None)))
        inner = self.linear2(self.dropout(F.gelu(self.linear1(x))))
        return self.norm3(x + self.dropout(inner))


class Decoder(nn.Module):
    """Queries are sinusoidal positions, memory the fused vector; one output row a patch."""

    def __init__(
        self, width: int, layers: int, dim: int, heads: int, ff: int, dropout: float
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(dim, heads, ff, dropout) for _ in range(layers))
        self.head = nn.Linear(dim, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, fused: Float[Tensor, "batch dim"], seen: Bool[Tensor, "batch patches"]
    ) -> Float[Tensor, "batch patches width"]:
        """Reconstructed patches; padded ones are zero."""
        batch, length = seen.shape
        queries = positions(length, fused.shape[-1], fused).expand(batch, -1, -1)
        x = self.dropout(queries)
        for layer in self.layers:
            x = layer(x, fused[:, None], seen)
        return self.head(x) * seen[..., None]


def reconstruction_loss(
    made: Float[Tensor, "batch patches wide"],
    real: Float[Tensor, "batch patches wide"],
    frames: Bool[Tensor, "batch frames"],
    patch: int,
) -> tuple[Tensor, Tensor]:
    """Summed squared error over valid frames, and the count to divide by (METHOD.md B18)."""
    batch, patches, wide = made.shape
    padded = torch.zeros(batch, patches * patch, dtype=torch.bool, device=frames.device)
    padded[:, : frames.shape[1]] = frames
    error = (made - real).square().reshape(batch, patches * patch, wide // patch)
    return (error * padded[..., None]).sum(), padded.sum() * (wide // patch)
