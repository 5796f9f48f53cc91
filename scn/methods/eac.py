"""Erasing attention consistency (Zhang et al., ECCV 2022, https://arxiv.org/abs/2207.10299).

A network that remembers a wrong label looks at other places of an image and of its mirror image.
Their attention maps, mirrored back, are held together, while parts of the images are erased. As
in the published code the cross-entropy is that of the image that is not mirrored, and the maps'
weights, the classifier's, get no gradient through the maps. Both images have the same rectangle
erased, as published for the dataset's own labels; for files of wrong labels the published code
draws a rectangle for each of the two.
"""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from scn.config import TrainConfig
from scn.methods.method import Step
from scn.network import Encoded, Network, Outputs, full
from scn.relabeling import Proposals
from scn.self_cure_network import SelfCureNetwork


class Eac:
    """Cross-entropy, and λ times the mean squared difference of the attention maps."""

    relabels: ClassVar[bool] = False
    weighs: ClassVar[bool] = False

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def network(self, classes: int) -> Network:
        """The same as SCN's, whose importance head learns nothing."""
        return SelfCureNetwork(classes, self._config.backbone)

    def encode(self, network: Network, images: Tensor) -> Encoded:
        """Features [B, F], and how far the maps differ, [B]."""
        assert isinstance(network, SelfCureNetwork)
        both = network.backbone.maps(torch.cat([images, images.flip(3)]))
        maps, mirrored = full(both).chunk(2)
        weights = network.classifier.weight.detach()
        apart = _attention(maps, weights) - _attention(mirrored, weights).flip(3)
        features, difference = maps.mean(dim=(2, 3)), apart.square().mean(dim=(1, 2, 3))
        return {"features": features, "difference": difference}

    def losses(
        self, network: Network, encoded: Encoded, outputs: Outputs, labels: Tensor, step: Step
    ) -> dict[str, Tensor]:
        """CE + λ L_c (sections 3.2 and 3.3)."""
        del network, step
        cross_entropy = F.cross_entropy(outputs.logits, labels)
        consistency = encoded["difference"].mean()
        loss = cross_entropy + self._config.consistency_weight * consistency
        return {"loss": loss, "cross_entropy": cross_entropy, "consistency_loss": consistency}

    def relabel(self, outputs: Outputs, labels: Tensor, step: Step) -> Proposals | None:
        """Nothing."""
        del outputs, labels, step
        return None


def _attention(maps: Tensor, weights: Tensor) -> Tensor:
    """Class activation maps: maps [B, F, h, w] and weights [C, F] to [B, C, h, w]."""
    return torch.einsum("bfhw,cf->bchw", maps, weights.to(maps.dtype))
