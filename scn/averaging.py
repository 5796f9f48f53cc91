"""A moving average of the weights, which is often better than the last weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """An exponential moving average of a network's parameters and running statistics.

    Attributes:
        tensors: name → average, as in the network's state.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._network, self._decay = network, decay
        self.tensors = {name: t.detach().clone() for name, t in network.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        """Move the average a step towards the network."""
        for name, tensor in self._network.state_dict().items():
            if tensor.is_floating_point():
                self.tensors[name].lerp_(tensor, 1 - self._decay)
            else:
                self.tensors[name].copy_(tensor)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the network have the average's weights for a while."""
        kept = {name: t.detach().clone() for name, t in self._network.state_dict().items()}
        self._network.load_state_dict(self.tensors)
        try:
            yield
        finally:
            self._network.load_state_dict(kept)

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up averages from a checkpoint."""
        for name, tensor in tensors.items():
            self.tensors[name].copy_(tensor)
