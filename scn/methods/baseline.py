"""Plain cross-entropy: what every other method is measured against."""

from torch import Tensor
from torch.nn import functional as F

from scn.config import TrainConfig
from scn.model import Outputs
from scn.relabeling import Proposals


class Baseline:
    """Cross-entropy of the unweighted logits; labels stay as they are."""

    def __init__(self, config: TrainConfig) -> None:
        del config  # it has nothing to set here

    def losses(self, outputs: Outputs, labels: Tensor) -> dict[str, Tensor]:
        """The cross-entropy."""
        return {"loss": F.cross_entropy(outputs.logits, labels)}

    def relabel(self, outputs: Outputs, labels: Tensor, epoch: int) -> Proposals | None:
        """Nothing."""
        del outputs, labels, epoch
        return None
