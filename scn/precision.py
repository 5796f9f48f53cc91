"""In which numbers a network computes."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from scn.config import TrainConfig
from scn.network import Encoded, Network


@dataclass(frozen=True, slots=True)
class Precision:
    """Numbers of the weights and images, and of the convolutions.

    Attributes:
        dtype: of weights and images.
        autocast: whether convolutions compute in bfloat16.
        device: where.
    """

    dtype: torch.dtype
    autocast: bool
    device: torch.device

    def prepared(self, network: Network) -> Network:
        """The network where it computes, in its numbers, its images' channels last in memory."""
        moved = network.to(self.device, self.dtype)
        for parameter in moved.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return moved

    def encoding(self, encode: Callable[[Tensor], Encoded]) -> Callable[[Tensor], Encoded]:
        """`encode` under these numbers."""

        def encoded(images: Tensor) -> Encoded:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
                return encode(images)

        return encoded


def precision_of(config: TrainConfig, device: torch.device) -> Precision:
    """What the configuration asks for."""
    half = config.precision == "bfloat16"
    if config.precision == "auto":
        half = device.type == "cuda" and torch.cuda.is_bf16_supported()
    dtype = torch.float64 if config.precision == "float64" else torch.float32
    return Precision(dtype, half, device)
