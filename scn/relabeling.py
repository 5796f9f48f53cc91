"""Relabeling: whose label should change, and to which (paper section 3.4)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scn.losses import high_count


@dataclass(frozen=True, slots=True)
class Proposals:
    """New labels for a batch: `new` equals the given label where nothing changes; all [B]."""

    new: Tensor
    p_max: Tensor
    p_given: Tensor


def low_group(importance: Tensor, high_ratio: float) -> Tensor:
    """The samples outside the high-importance group, bool [B]; none in a batch of one."""
    low = torch.zeros_like(importance, dtype=torch.bool)
    if len(importance) > 1:
        order = importance.sort(descending=True).indices
        low[order[high_count(len(order), high_ratio) :]] = True
    return low


def propose(probabilities: Tensor, labels: Tensor, eligible: Tensor, margin: float) -> Proposals:
    """Propose the most probable class where P_max − P_given > δ2, else the given label.

    Args:
        probabilities: [B, C].
        labels: int64 [B], the given labels.
        eligible: bool [B], who may change.
        margin: δ2.
    """
    p_max, best = probabilities.max(dim=1)
    p_given = probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)
    changes = eligible & (p_max - p_given > margin)
    return Proposals(torch.where(changes, best, labels), p_max, p_given)
