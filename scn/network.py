"""What the trainer asks of a network: an encoding of each image, and a decision on encodings.

The two parts are apart because only the first is heavy. Processes, and the parts of a batch that
is too large to be looked at whole, encode their images each for itself; the encodings are joined,
and the decision and the loss are those of the whole batch.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from scn.backbones import Backbone

Encoded = Mapping[str, Tensor]
"""Tensors by name, each of which has a row for each image."""


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

    def detached(self) -> "Outputs":
        """The same without a way back to the network."""
        return Outputs(self.scores.detach(), self.bias.detach(), self.importance.detach())


class Network(nn.Module):
    """A backbone with heads.

    Attributes:
        backbone: from images to features.
        classifier: the last layer, with an output for each class.
        rank_margin: δ1 where it is learned (paper section 3.3).
    """

    backbone: Backbone
    classifier: nn.Linear
    rank_margin: nn.Parameter | None

    def __init__(self) -> None:
        super().__init__()
        self.register_parameter("rank_margin", None)

    def encode(self, images: Tensor) -> Encoded:
        """Images [B, 3, S, S], normalised, to encodings."""
        raise NotImplementedError

    def decide(self, encoded: Encoded) -> Outputs:
        """Encodings to outputs, in full precision."""
        raise NotImplementedError

    def deciding(self) -> list[nn.Parameter]:
        """The parameters that work on encodings, in `decide` or in a loss."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Outputs:
        """Images [B, 3, S, S], normalised, to outputs."""
        encoded = self.encode(images)
        # bfloat16 has steps of 0.004 near 1: too coarse to rank importance by.
        with torch.autocast(images.device.type, enabled=False):
            return self.decide({name: full(tensor) for name, tensor in encoded.items()})


def full(tensor: Tensor) -> Tensor:
    """A tensor of half precision in single precision; others as they are."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
