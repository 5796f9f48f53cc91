"""What every backbone offers to heads and to the trainer."""

from collections.abc import Sequence

from torch import Tensor, nn


class Backbone(nn.Module):
    """From images [B, 3, S, S] to maps [B, F, h, w] and features [B, F].

    Attributes:
        features: F.
    """

    features: int

    def maps(self, images: Tensor) -> Tensor:
        """The last feature maps, [B, F, h, w]."""
        raise NotImplementedError

    def stages(self) -> Sequence[nn.Module]:
        """The parts in their order from the image on, for freezing."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Tensor:
        """The features: the maps' means over their places, [B, F]."""
        return self.maps(images).mean(dim=(2, 3))
