"""Any model of timm that gives maps (https://github.com/huggingface/pytorch-image-models)."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from scn.backbones.backbone import Backbone


class TimmModel(Backbone):
    """A model of timm without its classifier, randomly set."""

    def __init__(self, name: str) -> None:
        super().__init__()
        if find_spec("timm") is None:
            raise ValueError(f"backbone: is timm:{name}, needs the extra: pip install '.[timm]'")
        import timm

        if name not in timm.list_models():
            raise ValueError(f"backbone: is timm:{name}, must be a name of timm.list_models()")
        model: Any = timm.create_model(name, pretrained=False, num_classes=0)
        self.model, self.features = model, int(model.num_features)

    def maps(self, images: Tensor) -> Tensor:
        """The last maps; tokens of a transformer become maps of one column.

        Tokens that stand for no place (class, registers) count as places, too.
        """
        model: Any = self.model
        found: Tensor = model.forward_features(images)
        if found.ndim == 3:
            return found.transpose(1, 2).unsqueeze(3)
        if found.shape[1] != self.features:
            return found.permute(0, 3, 1, 2)
        return found

    def stages(self) -> Sequence[nn.Module]:
        """The model's parts as timm orders them."""
        return list(self.model.children())
