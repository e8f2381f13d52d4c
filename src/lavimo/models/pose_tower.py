"""Pose rows of motions and of films to vectors of one space; a tower of ours."""

import torch
from torch import Tensor, nn

from lavimo.data.batch import Sequences
from lavimo.features import signature
from lavimo.models.layers import TokenTower
from lavimo.models.motion_encoder import patched
from lavimo.runtime.config import PoseVideo
from lavimo.runtime.pose import ROW, SIDES
from lavimo.shapes import Float


class PoseTower(nn.Module):
    """A projection a side ("motion", "film"), one tower for both, a head to the pose space.

    Both sides read the same nine limb directions, so what the tower learns of one it knows of the
    other; their turns and paths are measured differently, hence the two projections. Rows come
    scaled (`runtime.pose.scaled`). The signature of the rows joins the pooled vector by a linear
    map: what the training-free search knows need not be learned again.
    """

    def __init__(self, pose: PoseVideo) -> None:
        super().__init__()
        self.patch = pose.patch
        self.project = nn.ModuleDict(
            {side: nn.Linear(ROW * pose.patch, pose.tower.dim) for side in SIDES}
        )
        self.tower = TokenTower(pose.tower)
        self.slow = nn.Linear(signature.DIM, pose.tower.dim)
        self.cosines: Tensor
        self.register_buffer("cosines", torch.from_numpy(signature.COSINES), persistent=False)
        self.head = nn.Linear(pose.tower.dim, pose.dim)

    def forward(self, rows: Sequences, side: str) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vector, tokens (the learned one first) and their mask."""
        patches, seen = patched(rows.values, rows.mask, self.patch)
        pooled, tokens, kept = self.tower(self.project[side](patches), seen)
        with torch.autocast(pooled.device.type, enabled=False):
            slow = self.slow(slow_part(rows, self.cosines))
        return pooled.float() + slow, tokens, kept


def slow_part(
    rows: Sequences, cosines: Float[Tensor, "moments orders"]
) -> Float[Tensor, "batch 224"]:
    """Signatures of whole sequences of scaled pose rows, as `features.signature` makes them."""
    values = rows.values[..., : ROW - 3].float()
    last = (rows.mask.sum(dim=1, keepdim=True) - 1).clamp(min=0)
    moment = torch.arange(len(cosines), device=values.device) + 0.5
    at = (moment / len(cosines) * (last + 1) - 0.5).clamp(min=0).minimum(last)
    before = at.floor().long()
    after = (before + 1).minimum(last)

    def picked(place: Tensor) -> Tensor:
        return values.gather(1, place[..., None].expand(-1, -1, values.shape[2]))

    weight = (at - before)[..., None]
    moments = picked(before) * (1 - weight) + picked(after) * weight
    return torch.einsum("bmw,mk->bwk", moments, cosines).flatten(1)
