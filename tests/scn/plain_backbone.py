"""A backbone of any layers, so that a test knows what the heads are given."""

from collections.abc import Sequence

from torch import Tensor, nn

from scn.backbones import Backbone


class PlainBackbone(Backbone):
    """Layers from images to features [B, 512], without maps."""

    features = 512

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        """What the layers make of the images."""
        features: Tensor = self.layers(images)
        return features

    def stages(self) -> Sequence[nn.Module]:
        """One."""
        return [self.layers]
