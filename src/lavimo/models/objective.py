"""The terms that a system minimises, over the batch of all processes."""

import torch
from torch import Tensor

from lavimo.data.batch import Targets
from lavimo.models.configs import Align
from lavimo.models.film import Vectors
from lavimo.models.gather import gathered, gathered_constant
from lavimo.models.losses import alignment_loss, kl_rows, thresholded
from lavimo.runtime.config import SentenceSpace, SideSpace
from lavimo.shapes import Bool, Float


def similarity_of(targets: Targets, align: Align) -> Float[Tensor, "everyone everyone"]:
    """S_target of all captions, with the side rule where asked; one for all pairs (B14)."""
    captions = gathered_constant(targets.captions)
    sides = gathered_constant(targets.sides)
    compatible = (sides[:, None] == sides[None]).all(-1) if align.side_rule else None
    return thresholded(captions @ captions.T, align.epsilon, compatible)


def aligned(
    first: Float[Tensor, "batch dim"],
    second: Float[Tensor, "batch dim"],
    similarity: Float[Tensor, "everyone everyone"],
    logit_scale: Float[Tensor, ""],
    align: Align,
    there: Bool[Tensor, " batch"] | None = None,
) -> Float[Tensor, ""]:
    """L^xy of two modalities; `there` keeps the items that have both (B26: two at least)."""
    first, second = gathered(first).float(), gathered(second).float()
    if there is not None:
        kept = gathered_constant(there)
        first, second = first[kept], second[kept]
        similarity = similarity[kept][:, kept]
    if len(first) < 2:
        return (first.sum() + second.sum()) * 0
    scale = logit_scale.exp().clamp(max=100)
    return alignment_loss(first, second, similarity, scale, kind=align.kind, scale=align.scale)


def pulled(vectors: Float[Tensor, "*rows"], share: float) -> Float[Tensor, "*rows"]:
    """The same values, whose gradient is only that share of it."""
    if share == 1:
        return vectors
    return vectors.detach() + share * (vectors - vectors.detach())


def paired(
    motions: Float[Tensor, "pairs dim"],
    films: Float[Tensor, "pairs dim"],
    there: Bool[Tensor, " pairs"],
    logit_scale: Float[Tensor, ""],
) -> Float[Tensor, ""]:
    """InfoNCE in both directions: each film has one motion, its own."""
    kept = gathered_constant(there)
    first, second = gathered(motions).float()[kept], gathered(films).float()[kept]
    if len(first) < 2:
        return (first.sum() + second.sum()) * 0
    scale = logit_scale.exp().clamp(max=100)
    own = torch.eye(len(first), device=first.device)
    return alignment_loss(first, second, own, scale, kind="identity", scale=1.0)


def described(
    vectors: Vectors,
    targets: Targets,
    bank: Float[Tensor, "captions sentence"],
    epsilon: float,
    spaces: tuple[SentenceSpace, SideSpace],
    there: Bool[Tensor, " batch"] | None = None,
) -> dict[str, Tensor]:
    """Terms `sentence` and `sides`: what the vectors say of the captions, weighted.

    Sentences are told apart among thousands of training captions, not only those of the batch.
    """
    rows = slice(None) if there is None else there
    terms: dict[str, Tensor] = {}
    if there is not None and not there.any():
        return terms
    sentences, signs = targets.sentences[rows], targets.signs[rows]
    if vectors.sentence is not None:
        everyone = torch.cat([bank, gathered_constant(targets.sentences)])
        cosines = sentences @ everyone.T
        target = torch.where(cosines >= epsilon, cosines, torch.zeros_like(cosines)) ** 4
        target = target / target.sum(dim=1, keepdim=True).clamp(min=1e-6)
        logits = vectors.sentence[rows] @ everyone.T / spaces[0].temperature
        # Rows are independent, so the mean over processes is the mean over the whole batch.
        terms["sentence"] = spaces[0].weight * kl_rows(target, logits)
    if vectors.signs is not None:
        # A caption that names no direction says little of the motion's, but not nothing.
        weight = torch.where(signs == 0, 0.2, 1.0)
        error = (weight * (vectors.signs[rows] - signs).square()).mean()
        terms["sides"] = spaces[1].weight * error
    return terms


def side_vector(signs: Float[Tensor, "batch axes"], side: str) -> Float[Tensor, "batch six"]:
    """Signs as unit rows; what is left of the length goes where the other side does not look."""
    length = signs.norm(dim=1, keepdim=True)
    kept = signs / length.clamp(min=1)
    left = (1 - length.square()).clamp(min=0).sqrt()
    nothing = torch.zeros_like(left)
    return torch.cat([kept, *((nothing, left) if side == "text" else (left, nothing))], dim=1)
