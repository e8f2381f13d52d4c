"""Motion-as-query attention fusion (LAVIMO eq. 7, METHOD.md B16)."""

from torch import Tensor, nn

from lavimo.models.layers import Attention
from lavimo.shapes import Bool, Float

Source = tuple[Float[Tensor, "batch keys dim"], Bool[Tensor, "batch keys"] | None]


class Fusion(nn.Module):
    """Sum of attentions from the motion vector to each modality; absent ones drop out.

    "token": keys are the token sequences. "vector": keys are the single embeddings, which makes
    each term a linear map (a softmax over one key is 1); the paper's literal reading.
    """

    def __init__(self, modalities: tuple[str, ...], dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attentions = nn.ModuleDict({m: Attention(dim, heads, dropout) for m in modalities})

    def forward(
        self, motion: Float[Tensor, "batch dim"], sources: dict[str, Source]
    ) -> Float[Tensor, "batch dim"]:
        """The fused motion vector."""
        query = motion[:, None]
        terms = [self.attentions[m](query, keys, seen)[:, 0] for m, (keys, seen) in sources.items()]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total
