"""The losses of the Self-Cure Network (paper sections 3.2 and 3.3)."""

import torch
from torch import Tensor
from torch.nn import functional as F


def high_count(size: int, high_ratio: float) -> int:
    """Size M = βN of the high group of a batch of N; both groups have a member if N ≥ 2."""
    return min(max(int(high_ratio * size), 1), max(size - 1, 1))


def rank_regularisation(importance: Tensor, *, high_ratio: float, margin: float | Tensor) -> Tensor:
    """max(0, δ1 − (mean α of the high group − mean α of the low group)).

    Args:
        importance: [B], α.
        high_ratio: β, the share of the high group.
        margin: δ1, fixed or learned.

    Returns:
        A scalar; 0 for a batch of one, which has no groups to compare.
    """
    if len(importance) < 2:
        return importance.sum() * 0
    ranked = importance.sort(descending=True).values
    split = high_count(len(ranked), high_ratio)
    return torch.relu(margin - (ranked[:split].mean() - ranked[split:].mean()))


def logit_weighted_cross_entropy(weighted_logits: Tensor, labels: Tensor) -> Tensor:
    """−1/N Σ log softmax(α Wᵀx)[y]: cross-entropy of logits that carry the importance weight.

    With soft labels −1/N Σ Σ_c y_c log softmax(α Wᵀx)_c (`scn.soft_labels`).

    Args:
        weighted_logits: [B, C], see `Outputs.weighted_logits`.
        labels: int64 [B], or shares of 1, float [B, C].
    """
    return F.cross_entropy(weighted_logits, labels)
