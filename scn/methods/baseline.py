"""Plain cross-entropy: what every other method is measured against."""

from typing import ClassVar

from torch import Tensor
from torch.nn import functional as F

from scn.config import TrainConfig
from scn.methods.method import Step
from scn.network import Encoded, Network, Outputs
from scn.relabeling import Proposals
from scn.self_cure_network import SelfCureNetwork


class Baseline:
    """Cross-entropy of the unweighted logits; labels stay as they are."""

    relabels: ClassVar[bool] = False
    weighs: ClassVar[bool] = False

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def network(self, classes: int) -> Network:
        """The same as SCN's, whose importance head learns nothing."""
        return SelfCureNetwork(classes, self._config.backbone)

    def encode(self, network: Network, images: Tensor) -> Encoded:
        """The features."""
        return network.encode(images)

    def losses(
        self, network: Network, encoded: Encoded, outputs: Outputs, labels: Tensor, step: Step
    ) -> dict[str, Tensor]:
        """The cross-entropy."""
        del network, encoded, step
        return {"loss": F.cross_entropy(outputs.logits, labels)}

    def relabel(self, outputs: Outputs, labels: Tensor, step: Step) -> Proposals | None:
        """Nothing."""
        del outputs, labels, step
        return None
