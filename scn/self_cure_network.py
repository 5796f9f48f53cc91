"""The Self-Cure Network: features, an importance weight, and class scores (paper section 3.2)."""

import torch
from torch import Tensor, nn

from scn.backbones import make_backbone
from scn.network import Encoded, Network, Outputs


class SelfCureNetwork(Network):
    """A backbone with an importance head and a classifier."""

    def __init__(
        self, classes: int, backbone: str = "resnet18", *, learned_margin: float | None = None
    ) -> None:
        """Make a network at random.

        Args:
            classes: number of classes.
            backbone: its name, see `scn.backbones`.
            learned_margin: δ1 at the start, if it is learned.
        """
        super().__init__()
        self.backbone = make_backbone(backbone)
        self.importance_head = nn.Linear(self.backbone.features, 1)
        self.classifier = nn.Linear(self.backbone.features, classes)
        if learned_margin is not None:
            self.rank_margin = nn.Parameter(torch.tensor(learned_margin))

    def encode(self, images: Tensor) -> Encoded:
        """Images [B, 3, S, S], normalised, to "features" [B, F]."""
        return {"features": self.backbone(images)}

    def decide(self, encoded: Encoded) -> Outputs:
        """Features to scores and importance."""
        features = encoded["features"]
        importance = torch.sigmoid(self.importance_head(features)).view(-1)
        scores = nn.functional.linear(features, self.classifier.weight)
        return Outputs(scores, self.classifier.bias, importance)

    def deciding(self) -> list[nn.Parameter]:
        """Both heads, and the margin."""
        margin = [] if self.rank_margin is None else [self.rank_margin]
        return [*self.importance_head.parameters(), *self.classifier.parameters(), *margin]
