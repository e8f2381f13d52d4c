"""Attention, feed-forward and the tower that text and motion share.

Weight names are those that `lavimo.runtime.transformer` reads.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lavimo.runtime.config import Tower
from lavimo.runtime.transformer import sinusoidal_positions
from lavimo.shapes import Bool, Float


class Attention(nn.Module):
    """Multi-head attention with one packed projection, in the layout of torch's own."""

    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim))
        self.out_proj = nn.Linear(dim, dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Float[Tensor, "batch queries dim"],
        memory: Float[Tensor, "batch keys dim"],
        seen: Bool[Tensor, "batch keys"] | None,
    ) -> Float[Tensor, "batch queries dim"]:
        """Queries look at those rows of `memory` that `seen` marks."""
        weights, values = self.looked(query, memory, seen)
        weights = F.dropout(weights, self.dropout, self.training)
        return self.out_proj((weights.to(values.dtype) @ values).transpose(1, 2).flatten(-2))

    def looked(
        self,
        query: Float[Tensor, "batch queries dim"],
        memory: Float[Tensor, "batch keys dim"],
        seen: Bool[Tensor, "batch keys"] | None,
    ) -> tuple[Float[Tensor, "batch heads queries keys"], Float[Tensor, "batch heads keys part"]]:
        """How much each query looks at each row, a head; and what it finds there."""
        dim = query.shape[-1]
        wq, wkv = self.in_proj_weight.split([dim, 2 * dim])
        bq, bkv = self.in_proj_bias.split([dim, 2 * dim])
        q = F.linear(query, wq, bq).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in F.linear(memory, wkv, bkv).chunk(2, dim=-1)
        )
        # Written out: torch's fused attention backwards took nearly half of a step on a CPU.
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
        if seen is not None:
            scores = scores.masked_fill(~seen[:, None, None, :], -1e9)
        return scores.softmax(dim=-1), v


class Layer(nn.Module):
    """One encoder layer, normalised before ("pre") or after ("post") each part."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.pre = tower.norm == "pre"
        # Dropout inside attention and feed-forward is the paper's; ours drops what a part adds
        # only, since drawing the masks took a quarter of a step's time on a CPU.
        inner = 0.0 if self.pre else tower.dropout
        self.attention = Attention(tower.dim, tower.heads, inner)
        self.linear1 = nn.Linear(tower.dim, tower.ff)
        self.linear2 = nn.Linear(tower.ff, tower.dim)
        self.norm1, self.norm2 = nn.LayerNorm(tower.dim), nn.LayerNorm(tower.dim)
        self.dropout, self.inner = nn.Dropout(tower.dropout), nn.Dropout(inner)

    def forward(
        self, x: Float[Tensor, "batch tokens dim"], seen: Bool[Tensor, "batch tokens"]
    ) -> Float[Tensor, "batch tokens dim"]:
        """The layer's output for every token."""
        if self.pre:
            normed = self.norm1(x)
            x = x + self.dropout(self.attention(normed, normed, seen))
            return x + self.dropout(self._feed_forward(self.norm2(x)))
        x = self.norm1(x + self.dropout(self.attention(x, x, seen)))
        return self.norm2(x + self.dropout(self._feed_forward(x)))

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.inner(F.gelu(self.linear1(x))))


class TokenTower(nn.Module):
    """A learned token, sinusoidal positions and encoder layers; its pooled output and all tokens.

    Source: METHOD.md B1, B3 ("post", pool "cls"); "pre" adds a last normalisation.
    """

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.tower = tower
        self.token = nn.Parameter(
            torch.randn(1, 1, tower.dim) * (0.02 if tower.norm == "pre" else 1)
        )
        self.layers = nn.ModuleList(Layer(tower) for _ in range(tower.layers))
        self.norm = nn.LayerNorm(tower.dim) if tower.norm == "pre" else nn.Identity()
        self.dropout = nn.Dropout(tower.dropout)

    def forward(
        self, tokens: Float[Tensor, "batch tokens dim"], mask: Bool[Tensor, "batch tokens"]
    ) -> tuple[
        Float[Tensor, "batch dim"], Float[Tensor, "batch longer dim"], Bool[Tensor, "batch longer"]
    ]:
        """Pooled vector (B, dim), all output tokens (the learned one first) and their mask."""
        batch = len(tokens)
        x = torch.cat([self.token.expand(batch, -1, -1).to(tokens.dtype), tokens], dim=1)
        x = self.dropout(x + positions(x.shape[1], x.shape[2], x))
        seen = torch.cat([mask.new_ones(batch, 1), mask], dim=1)
        for layer in self.layers:
            x = layer(x, seen)
        x = self.norm(x)
        if self.tower.pool == "cls":
            return x[:, 0], x, seen
        counts = mask.sum(dim=1, keepdim=True).clamp(min=1)
        mean = (x[:, 1:] * mask[..., None]).sum(dim=1) / counts
        return x[:, 0] + mean, x, seen


def positions(length: int, dim: int, like: Tensor) -> Float[Tensor, "length dim"]:
    """Sinusoidal positions on the device and in the type of `like`."""
    return torch.from_numpy(sinusoidal_positions(length, dim)).to(like)
