"""Ways to train on labels that may be wrong; one file each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from torch import Tensor

from scn.config import TrainConfig
from scn.methods.baseline import Baseline
from scn.methods.scn import Scn
from scn.model import Outputs
from scn.relabeling import Proposals


class Method(Protocol):
    """What a method has to say about a batch."""

    def losses(self, outputs: Outputs, labels: Tensor) -> dict[str, Tensor]:
        """Scalars by name; "loss" is what is minimised, the others are shown beside it."""

    def relabel(self, outputs: Outputs, labels: Tensor, epoch: int) -> Proposals | None:
        """New labels, or none if the method leaves labels alone in this epoch."""


METHODS: Final[Mapping[str, Callable[[TrainConfig], Method]]] = MappingProxyType(
    {"scn": Scn, "baseline": Baseline}
)
