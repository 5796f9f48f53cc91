"""ResNet-18 and ResNet-50 up to the last pooling layer.

Source: torchvision, after "Deep Residual Learning" (https://arxiv.org/abs/1512.03385). The names
of the tensors are torchvision's, as in most of the field's weight files.
"""

from collections.abc import Sequence
from typing import Final

from torch import Tensor, nn
from torchvision.models import resnet18, resnet50

from scn.backbones.backbone import Backbone

_MAKERS: Final = {"resnet18": resnet18, "resnet50": resnet50}


class ResNet(Backbone):
    """torchvision's layers without the classifier."""

    def __init__(self, name: str) -> None:
        super().__init__()
        network = _MAKERS[name](weights=None)
        self.features = network.fc.in_features
        self.conv1, self.bn1, self.relu = network.conv1, network.bn1, network.relu
        self.maxpool = network.maxpool
        self.layer1, self.layer2 = network.layer1, network.layer2
        self.layer3, self.layer4 = network.layer3, network.layer4

    def maps(self, images: Tensor) -> Tensor:
        """[B, 3, S, S] → [B, 512 or 2048, S/32, S/32]."""
        x: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return x

    def stages(self) -> Sequence[nn.Module]:
        """The stem, then the four layers."""
        stem = nn.ModuleList([self.conv1, self.bn1])
        return [stem, self.layer1, self.layer2, self.layer3, self.layer4]
