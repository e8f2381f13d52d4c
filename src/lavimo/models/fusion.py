"""Motion-as-query attention fusion (LAVIMO eq. 7, METHOD.md B16, B26)."""

from dataclasses import dataclass

from torch import Tensor, nn

from lavimo.models.layers import Attention
from lavimo.shapes import Bool, Float


@dataclass(frozen=True)
class Source:
    """What the motion looks at in one modality; `there` tells which items of the batch have it."""

    keys: Float[Tensor, "batch keys dim"]
    seen: Bool[Tensor, "batch keys"] | None = None
    there: Bool[Tensor, " batch"] | None = None


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
        terms = []
        for modality, source in sources.items():
            term = self.attentions[modality](query, source.keys, source.seen)[:, 0]
            terms.append(term if source.there is None else term * source.there[:, None])
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def weights(
        self, motion: Float[Tensor, "batch dim"], sources: dict[str, Source]
    ) -> dict[str, Float[Tensor, "batch keys"]]:
        """What the motion looks at in each modality: weights that sum to 1, mean over heads."""
        query, found = motion[:, None], {}
        for modality, source in sources.items():
            attention = self.attentions[modality]
            assert isinstance(attention, Attention)
            found[modality] = attention.looked(query, source.keys, source.seen)[0].mean(dim=1)[:, 0]
        return found
