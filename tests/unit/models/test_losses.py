"""Worked numbers of METHOD.md F4."""

import numpy as np
import pytest
import torch

from lavimo.models.losses import kl_rows, target_distribution, thresholded

C = torch.tensor([[0.6, 0.2, -0.1], [0.3, 0.5, 0.1], [0.0, 0.4, 0.7]])
CAPTIONS = torch.tensor([[1, 0.9, 0.3], [0.9, 1, 0.5], [0.3, 0.5, 1]])


def both_ways(kind: str) -> tuple[float, float]:
    similarity = thresholded(CAPTIONS, 0.8)
    logits = C / 0.1
    forward = kl_rows(target_distribution(similarity, kind, 10.0), logits)
    backward = kl_rows(target_distribution(similarity.T, kind, 10.0), logits.T)
    return forward.item(), backward.item()


@pytest.mark.parametrize(
    ("kind", "forward", "backward"),
    [
        ("identity", 0.070477, 0.134256),
        ("l1", 0.556672, 0.620450),
        ("softmax", 0.219910, 0.283705),
    ],
)
def test_worked_values(kind: str, forward: float, backward: float) -> None:
    assert both_ways(kind) == pytest.approx((forward, backward), abs=2e-6)


def test_targets_are_the_written_rows() -> None:
    l1 = target_distribution(thresholded(CAPTIONS, 0.8), "l1", 10.0)
    np.testing.assert_allclose(l1[0], [0.526316, 0.473684, 0], atol=1e-6)
    soft = target_distribution(thresholded(CAPTIONS, 0.8), "softmax", 10.0)
    np.testing.assert_allclose(soft[0], [0.731034, 0.268932, 0.000033], atol=1e-6)


def test_threshold_is_not_strict_and_keeps_the_diagonal() -> None:
    cosines = torch.tensor([[1.0, 0.8], [0.8, 1.0]])
    assert thresholded(cosines, 0.8)[0, 1] == pytest.approx(0.8)
    apart = torch.eye(2, dtype=torch.bool)
    assert thresholded(cosines, 0.8, apart)[0, 1] == 0
    assert thresholded(torch.full((2, 2), 0.1), 0.8).diagonal().tolist() == pytest.approx(
        [0.1, 0.1]
    )


@pytest.mark.parametrize("kind", ["identity", "l1", "softmax"])
def test_gradients_are_finite(kind: str) -> None:
    logits = torch.tensor([[1e4, -1e4], [0.0, 0.0]], requires_grad=True)
    kl_rows(target_distribution(torch.eye(2), kind, 10.0), logits).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
