"""Networks from an image to features, by name."""

from scn.backbones.backbone import Backbone
from scn.backbones.ir50 import IR50
from scn.backbones.resnet import ResNet
from scn.backbones.timm_model import TimmModel

__all__ = ["Backbone", "make_backbone"]


def make_backbone(name: str) -> Backbone:
    """A backbone, randomly set: resnet18, resnet50, ir50 or timm:NAME.

    Raises:
        ValueError: there is none of this name, or timm is not installed.
    """
    if name.startswith("timm:"):
        return TimmModel(name.removeprefix("timm:"))
    if name == "ir50":
        return IR50()
    if name in ("resnet18", "resnet50"):
        return ResNet(name)
    raise ValueError(f"backbone: is {name}, must be resnet18, resnet50, ir50 or timm:NAME")
