"""The alignment loss with caption-similarity targets (LAVIMO eq. 1-6, METHOD.md B10-B12)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lavimo.shapes import Bool, Float


def target_distribution(
    similarity: Float[Tensor, "rows columns"], kind: str, scale: float
) -> Float[Tensor, "rows columns"]:
    """Rows of thresholded caption similarities as distributions (METHOD.md B11).

    "l1" divides by the row's sum, "softmax" takes softmax(scale * S), "identity" the diagonal.
    """
    if kind == "l1":
        return similarity / similarity.sum(dim=1, keepdim=True).clamp(min=1e-12)
    if kind == "softmax":
        return torch.softmax(scale * similarity, dim=1)
    return torch.eye(*similarity.shape, device=similarity.device, dtype=similarity.dtype)


def thresholded(
    cosines: Float[Tensor, "rows columns"],
    epsilon: float,
    compatible: Bool[Tensor, "rows columns"] | None = None,
) -> Float[Tensor, "rows columns"]:
    """S_target: cosines at or over epsilon, else 0 (eq. 6); the diagonal always stays.

    `compatible` is the side rule: captions whose direction words differ are never positives,
    since sentence encoders put "left hand" and "right hand" at cosine 0.98.
    """
    keep = cosines >= epsilon
    if compatible is not None:
        keep = keep & compatible
    keep = keep | torch.eye(*keep.shape, device=keep.device, dtype=torch.bool)
    return torch.where(keep, cosines, torch.zeros_like(cosines))


def kl_rows(
    target: Float[Tensor, "rows columns"], logits: Float[Tensor, "rows columns"]
) -> Float[Tensor, ""]:
    """Mean over rows of KL(target || softmax(logits)); zero targets cost nothing (B10)."""
    log_predicted = F.log_softmax(logits, dim=1)
    entropy = torch.xlogy(target, target)
    return (entropy - target * log_predicted).sum(dim=1).mean()


def alignment_loss(
    first: Float[Tensor, "batch dim"],
    second: Float[Tensor, "batch dim"],
    similarity: Float[Tensor, "batch batch"],
    logit_scale: Float[Tensor, ""],
    *,
    kind: str,
    scale: float,
) -> Float[Tensor, ""]:
    """KL of both directions, summed (eq. 2). Rows of `first` and `second` have unit length."""
    logits = logit_scale * first @ second.T
    forward = kl_rows(target_distribution(similarity, kind, scale), logits)
    backward = kl_rows(target_distribution(similarity.T, kind, scale), logits.T)
    return forward + backward
