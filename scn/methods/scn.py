"""The Self-Cure Network's training signal (paper section 3)."""

from typing import ClassVar

import torch
from torch import Tensor

from scn.config import TrainConfig
from scn.losses import logit_weighted_cross_entropy, rank_regularisation
from scn.methods.method import Step
from scn.network import Encoded, Network, Outputs
from scn.relabeling import Proposals, low_group, propose
from scn.self_cure_network import SelfCureNetwork


class Scn:
    """Importance weighting, rank regularisation and relabeling."""

    relabels: ClassVar[bool] = True
    weighs: ClassVar[bool] = True

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def network(self, classes: int) -> Network:
        """The Self-Cure Network, with a margin of its own if that is learned."""
        config = self._config
        learned = config.rank_margin if config.rank_margin_learned else None
        return SelfCureNetwork(classes, config.backbone, learned_margin=learned)

    def encode(self, network: Network, images: Tensor) -> Encoded:
        """The features."""
        return network.encode(images)

    def losses(
        self, network: Network, encoded: Encoded, outputs: Outputs, labels: Tensor, step: Step
    ) -> dict[str, Tensor]:
        """γ L_RR + (1 − γ) L_WCE (paper), or their plain sum (reference)."""
        del encoded
        config = self._config
        cross_entropy = logit_weighted_cross_entropy(self._weighted(outputs), labels)
        margin = network.rank_margin
        rank = self._rank_loss(
            outputs.importance, config.rank_margin if margin is None else margin, step
        )
        gamma = config.rank_loss_weight
        loss = gamma * rank + (1 - gamma) * cross_entropy
        if config.loss_sum == "plain":
            loss = cross_entropy + rank * (gamma > 0)
        shown = {"loss": loss, "cross_entropy": cross_entropy, "rank_loss": rank}
        return shown if margin is None else {**shown, "rank_margin": margin}

    def _weighted(self, outputs: Outputs) -> Tensor:
        if not self._config.importance_weighting:
            return outputs.logits
        return outputs.weighted_logits(bias_weighted=self._config.bias_weighted)

    def _rank_loss(self, importance: Tensor, margin: float | Tensor, step: Step) -> Tensor:
        parts = _parts(importance, step) if self._config.rank_over == "process" else [importance]
        ratio = self._config.high_ratio
        losses = [rank_regularisation(part, high_ratio=ratio, margin=margin) for part in parts]
        return torch.stack(losses).mean()

    def relabel(self, outputs: Outputs, labels: Tensor, step: Step) -> Proposals | None:
        """The rule on the low group (paper) or on all (reference), from the set epoch on."""
        config = self._config
        if not config.relabel or step.epoch < config.relabel_from_epoch:
            return None
        logits = self._weighted(outputs) if config.relabel_by == "weighted" else outputs.logits
        eligible = torch.ones_like(labels, dtype=torch.bool)
        if config.relabel_group == "low":
            eligible = self._low(outputs.importance, step)
        return propose(logits.softmax(dim=1), labels, eligible, config.relabel_margin)

    def _low(self, importance: Tensor, step: Step) -> Tensor:
        ratio = self._config.high_ratio
        if self._config.rank_over == "global":
            return low_group(importance, ratio)
        low = torch.zeros_like(importance, dtype=torch.bool)
        for process in range(step.processes):
            low[process :: step.processes] = low_group(importance[process :: step.processes], ratio)
        return low


def _parts(importance: Tensor, step: Step) -> list[Tensor]:
    """Each process's part of the batch; a process without faces has none."""
    parts = [importance[process :: step.processes] for process in range(step.processes)]
    return [part for part in parts if len(part)]
