"""Motion features to a vector and tokens (METHOD.md B1; patches are ours)."""

import torch
from torch import Tensor, nn

from lavimo.models.layers import TokenTower
from lavimo.runtime.config import MotionInput, Tower
from lavimo.runtime.motion import columns
from lavimo.shapes import Bool, Float


class MotionEncoder(nn.Module):
    """Linear projection of each patch of frames, then the tower."""

    def __init__(self, motion: MotionInput, tower: Tower) -> None:
        super().__init__()
        self.motion = motion
        self.width = len(columns(motion.columns))
        self.project = nn.Linear(self.width * motion.patch, tower.dim)
        self.tower = TokenTower(tower)

    def forward(
        self, features: Float[Tensor, "batch frames width"], mask: Bool[Tensor, "batch frames"]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vector, tokens and their mask, from normalised features zero-padded at the end."""
        patches, seen = patched(features, mask, self.motion.patch)
        pooled: tuple[Tensor, Tensor, Tensor] = self.tower(self.project(patches), seen)
        return pooled


def patched(
    features: Float[Tensor, "batch frames width"], mask: Bool[Tensor, "batch frames"], patch: int
) -> tuple[Float[Tensor, "batch patches wide"], Bool[Tensor, "batch patches"]]:
    """Frames in groups of `patch`; a group counts when its first frame does."""
    batch, frames, width = features.shape
    missing = -frames % patch
    if missing:
        features = torch.cat([features, features.new_zeros(batch, missing, width)], dim=1)
        mask = torch.cat([mask, mask.new_zeros(batch, missing)], dim=1)
    features = features * mask[..., None]
    return features.reshape(batch, -1, patch * width), mask[:, ::patch]
