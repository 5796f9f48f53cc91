"""The Self-Cure Network's training signal (paper section 3)."""

import torch
from torch import Tensor

from scn.config import TrainConfig
from scn.losses import logit_weighted_cross_entropy, rank_regularisation
from scn.model import Outputs
from scn.relabeling import Proposals, low_group, propose


class Scn:
    """Importance weighting, rank regularisation and relabeling."""

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def losses(self, outputs: Outputs, labels: Tensor) -> dict[str, Tensor]:
        """γ L_RR + (1 − γ) L_WCE (paper), or their plain sum (reference)."""
        config = self._config
        weighted = outputs.weighted_logits(bias_weighted=config.bias_weighted)
        cross_entropy = logit_weighted_cross_entropy(weighted, labels)
        rank = rank_regularisation(
            outputs.importance, high_ratio=config.high_ratio, margin=config.rank_margin
        )
        gamma = config.rank_loss_weight
        loss = gamma * rank + (1 - gamma) * cross_entropy
        if config.loss_sum == "plain":
            loss = rank + cross_entropy
        return {"loss": loss, "cross_entropy": cross_entropy, "rank_loss": rank}

    def relabel(self, outputs: Outputs, labels: Tensor, epoch: int) -> Proposals | None:
        """The rule on the low group (paper) or on all (reference), from the set epoch on."""
        config = self._config
        if epoch < config.relabel_from_epoch:
            return None
        logits = outputs.logits
        if config.relabel_by == "weighted":
            logits = outputs.weighted_logits(bias_weighted=config.bias_weighted)
        eligible = torch.ones_like(labels, dtype=torch.bool)
        if config.relabel_group == "low":
            eligible = low_group(outputs.importance, config.high_ratio)
        return propose(logits.float().softmax(dim=1), labels, eligible, config.relabel_margin)
