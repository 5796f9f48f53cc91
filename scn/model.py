"""The Self-Cure Network: features, an importance weight, and class scores (paper section 3.2)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from scn.backbones import FEATURES, resnet18_features


class Outputs(NamedTuple):
    """What the network says of a batch.

    Attributes:
        scores: [B, C], the classifier's product with the features, without its bias.
        bias: [C], the classifier's bias.
        importance: [B], the importance weight alpha, 0 to 1.
    """

    scores: Tensor
    bias: Tensor
    importance: Tensor

    @property
    def logits(self) -> Tensor:
        """[B, C], the prediction, without the importance weight."""
        return self.scores + self.bias

    def weighted_logits(self, *, bias_weighted: bool) -> Tensor:
        """[B, C], scores times importance; the bias is weighted too or added after."""
        weight = self.importance.unsqueeze(1)
        if bias_weighted:
            return weight * self.logits
        return weight * self.scores + self.bias


class SelfCureNetwork(nn.Module):
    """ResNet-18 with an importance head and a classifier for `classes` classes."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = resnet18_features()
        self.importance_head = nn.Linear(FEATURES, 1)
        self.classifier = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> Outputs:
        """Images [B, 3, S, S], normalised, to outputs."""
        features = self.backbone(images).float()
        # bfloat16 has steps of 0.004 near 1: too coarse to rank importance by.
        with torch.autocast(features.device.type, enabled=False):
            importance = torch.sigmoid(self.importance_head(features)).view(-1)
            scores = nn.functional.linear(features, self.classifier.weight)
        return Outputs(scores, self.classifier.bias, importance)
