"""Networks from an image to features."""

from typing import Final

from torch import nn
from torchvision.models import resnet18

FEATURES: Final = 512


def resnet18_features() -> nn.Module:
    """ResNet-18 up to its last pooling layer, randomly set: [B, 3, S, S] → [B, 512].

    Source: torchvision, after "Deep Residual Learning" (https://arxiv.org/abs/1512.03385).
    """
    network: nn.Module = resnet18(weights=None)
    network.fc = nn.Identity()
    return network
