"""Token states of a language model to a vector and tokens (METHOD.md B3)."""

from torch import Tensor, nn

from lavimo.models.layers import TokenTower
from lavimo.runtime.config import TextInput, Tower
from lavimo.shapes import Bool, Float


class TextEncoder(nn.Module):
    """Linear projection of token states, the tower and, if asked, a line from the sentence vector.

    The sentence vector (mean of the token states) carries what a phrase means whatever its
    wording; token states carry order and sides.
    """

    def __init__(self, text: TextInput, tower: Tower) -> None:
        super().__init__()
        self.project = nn.Linear(text.width, tower.dim)
        self.tower = TokenTower(tower)
        self.sentence = nn.Linear(text.width, tower.dim) if text.add_sentence else None

    def forward(
        self, states: Float[Tensor, "batch tokens width"], mask: Bool[Tensor, "batch tokens"]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vector, tokens and their mask."""
        pooled, tokens, seen = self.tower(self.project(states), mask)
        if self.sentence is not None:
            mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
            pooled = pooled + self.sentence(nn.functional.normalize(mean, dim=-1))
        return pooled, tokens, seen
