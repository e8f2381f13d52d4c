"""Eight pictures of a film to a vector and tokens, as the paper does it (METHOD.md B5)."""

from typing import Any

import torch
from torch import Tensor, nn

from lavimo.data.batch import Sequences
from lavimo.models.film import line
from lavimo.models.layers import Attention
from lavimo.runtime.config import FramesVideo, Tower
from lavimo.shapes import Float

EPS = 1e-12


class FramesEncoder(nn.Module):
    """Learned frame positions, pre-norm blocks, the input added back, mean over the frames.

    Pictures come as features of the image model (frozen), or as pixels where it is trained with
    the rest: then `backbone` is part of the model. Source: B5, after Text4Vis and ActionCLIP.
    """

    def __init__(self, frames: FramesVideo) -> None:
        super().__init__()
        self.config = frames
        if frames.train_backbone:
            from lavimo.models.backbone import ClipImages

            self.backbone: Any = ClipImages(frames.backbone, train=True)
        tower = frames.tower
        self.project = line(frames.width, tower.dim)
        self.positions = nn.Parameter(torch.randn(frames.positions, tower.dim) * 0.02)
        self.blocks = nn.ModuleList(Block(tower) for _ in range(tower.layers))

    def forward(self, films: Sequences) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vector, frame tokens and their mask."""
        values = films.values
        if self.config.train_backbone:
            values = self.backbone(values)
        start = self.project(values)
        x = start + self.positions[: start.shape[1]]
        for block in self.blocks:
            x = block(x, films.mask)
        tokens = x + start
        counts = films.mask.sum(dim=1, keepdim=True).clamp(min=1)
        return (tokens * films.mask[..., None]).sum(dim=1) / counts, tokens, films.mask


class Block(nn.Module):
    """Pre-norm attention and a QuickGELU feed-forward part, each with its residual."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.attention = Attention(tower.dim, tower.heads, 0.0)
        self.linear1 = nn.Linear(tower.dim, tower.ff)
        self.linear2 = nn.Linear(tower.ff, tower.dim)
        self.norm1 = nn.LayerNorm(tower.dim, eps=EPS)
        self.norm2 = nn.LayerNorm(tower.dim, eps=EPS)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif "norm" not in name:
                nn.init.normal_(parameter, std=0.02)

    def forward(
        self, x: Float[Tensor, "batch frames dim"], seen: Tensor
    ) -> Float[Tensor, "batch frames dim"]:
        """The block's output for every frame."""
        normed = self.norm1(x)
        x = x + self.attention(normed, normed, seen)
        inner = self.linear1(self.norm2(x))
        return x + self.linear2(inner * torch.sigmoid(1.702 * inner))
