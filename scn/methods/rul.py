"""Relative uncertainty learning (Zhang et al., NeurIPS 2021), by the published code.

Two branches say of each image what it shows (mu) and how uncertain that is. Each image is mixed
with another one, the more uncertain with the larger weight, and both labels must be found in the
mixture: the loss is smaller if the branch knows which of the two is harder.
"""

from typing import ClassVar, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scn.backbones import make_backbone
from scn.config import TrainConfig
from scn.methods.method import Step
from scn.network import Encoded, Network, Outputs
from scn.relabeling import Proposals

_WIDTH: Final = 64
_DROPOUT: Final = 0.4
_EPS: Final = 2e-5


class RulNetwork(Network):
    """A backbone with two branches and a classifier of what the first says."""

    def __init__(self, classes: int, backbone: str, image_size_px: int) -> None:
        super().__init__()
        self.backbone = make_backbone(backbone)
        with torch.no_grad():
            sample = self.backbone.eval().maps(torch.zeros(1, 3, image_size_px, image_size_px))
        self.backbone.train()
        channels, places = sample.shape[1], sample.shape[2] * sample.shape[3]
        self.mu = _branch(channels, places)
        self.log_variance = _branch(channels, places)
        self.classifier = nn.Linear(_WIDTH, classes)

    def encode(self, images: Tensor) -> Encoded:
        """Images [B, 3, S, S], normalised, to "mu" and "log_variance", each [B, 64]."""
        maps = self.backbone.maps(images)
        return {"mu": self.mu(maps), "log_variance": self.log_variance(maps)}

    def decide(self, encoded: Encoded) -> Outputs:
        """Scores of mu; the importance is 1 / (1 + uncertainty)."""
        importance = 1 / (1 + uncertainty(encoded))
        scores = F.linear(encoded["mu"], self.classifier.weight)
        return Outputs(scores, self.classifier.bias, importance)

    def deciding(self) -> list[nn.Parameter]:
        """The classifier."""
        return list(self.classifier.parameters())


class Rul:
    """Half the cross-entropy of each of the two labels of a mixture."""

    relabels: ClassVar[bool] = False
    weighs: ClassVar[bool] = True

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def network(self, classes: int) -> Network:
        """A network of two branches."""
        return RulNetwork(classes, self._config.backbone, self._config.image_size_px)

    def encode(self, network: Network, images: Tensor) -> Encoded:
        """Both branches."""
        return network.encode(images)

    def losses(
        self, network: Network, encoded: Encoded, outputs: Outputs, labels: Tensor, step: Step
    ) -> dict[str, Tensor]:
        """The add-up loss of the mixtures."""
        assert isinstance(network, RulNetwork)
        del outputs
        other = torch.from_numpy(step.rng.permutation(len(labels))).to(labels.device)
        uncertain = uncertainty(encoded)
        share = (uncertain / (uncertain + uncertain[other])).unsqueeze(1)
        mixed = share * encoded["mu"] + (1 - share) * encoded["mu"][other]
        logits = network.classifier(mixed)
        loss = (F.cross_entropy(logits, labels) + F.cross_entropy(logits, labels[other])) / 2
        return {"loss": loss}

    def relabel(self, outputs: Outputs, labels: Tensor, step: Step) -> Proposals | None:
        """Nothing."""
        del outputs, labels, step
        return None


def uncertainty(encoded: Encoded) -> Tensor:
    """The mean variance over the width, [B]."""
    return encoded["log_variance"].exp().mean(dim=1)


def _branch(channels: int, places: int) -> nn.Sequential:
    return nn.Sequential(
        nn.BatchNorm2d(channels, eps=_EPS, affine=False),
        nn.Dropout(_DROPOUT),
        nn.Flatten(),
        nn.Linear(channels * places, _WIDTH),
        nn.BatchNorm1d(_WIDTH, eps=_EPS),
    )
