"""What a way to train has to say; a method is one file beside this one."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from torch import Tensor

from scn.config import TrainConfig
from scn.network import Encoded, Network, Outputs
from scn.relabeling import Proposals


@dataclass(frozen=True, slots=True)
class Step:
    """Where training stands.

    Attributes:
        epoch: counted from 1.
        rng: for what is random in a loss; the same in all processes.
        processes: among which the batch was dealt out, row by row in turns.
    """

    epoch: int
    rng: np.random.Generator
    processes: int = 1


class Method(Protocol):
    """What a method has to say about a batch.

    Attributes:
        relabels: whether it may change labels; then `relabel_view` holds for it, and its run ends
            with an audit of the labels.
        weighs: whether the importance that its network gives a face means something.
    """

    relabels: ClassVar[bool]
    weighs: ClassVar[bool]

    def __init__(self, config: TrainConfig) -> None: ...

    def network(self, classes: int) -> Network:
        """The network it trains, randomly set."""

    def encode(self, network: Network, images: Tensor) -> Encoded:
        """What is kept of each training image [B, 3, S, S]."""

    def losses(
        self, network: Network, encoded: Encoded, outputs: Outputs, labels: Tensor, step: Step
    ) -> dict[str, Tensor]:
        """Scalars by name; "loss" is what is minimised, the others are shown beside it.

        Labels are class indexes, int64 [B], or where they are soft shares of 1, float [B, C].
        A "rank_loss" among them is watched: there are alarms for importance that ranks no longer.
        """

    def relabel(self, outputs: Outputs, labels: Tensor, step: Step) -> Proposals | None:
        """New labels, or none if the method leaves labels alone in this epoch."""
