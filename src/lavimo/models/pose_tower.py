"""Pose rows of motions and of films to vectors of one space; a tower of ours."""

from torch import Tensor, nn

from lavimo.data.batch import Sequences
from lavimo.models.layers import TokenTower
from lavimo.models.motion_encoder import patched
from lavimo.runtime.config import PoseVideo
from lavimo.runtime.pose import ROW, SIDES


class PoseTower(nn.Module):
    """A projection a side ("motion", "film"), one tower for both, a head to the pose space.

    Both sides read the same nine limb directions, so what the tower learns of one it knows of the
    other; their turns and paths are measured differently, hence the two projections. Rows come
    scaled (`runtime.pose.scaled`).
    """

    def __init__(self, pose: PoseVideo) -> None:
        super().__init__()
        self.patch = pose.patch
        self.project = nn.ModuleDict(
            {side: nn.Linear(ROW * pose.patch, pose.tower.dim) for side in SIDES}
        )
        self.tower = TokenTower(pose.tower)
        self.head = nn.Linear(pose.tower.dim, pose.dim)

    def forward(self, rows: Sequences, side: str) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vector, tokens (the learned one first) and their mask."""
        patches, seen = patched(rows.values, rows.mask, self.patch)
        pooled: tuple[Tensor, Tensor, Tensor] = self.tower(self.project[side](patches), seen)
        return pooled
