"""Images from the store as normalised tensors."""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# ImageNet's statistics: what torchvision's and most face weights were trained with.
MEAN_RGB: Final = (0.485, 0.456, 0.406)
STD_RGB: Final = (0.229, 0.224, 0.225)


def to_tensor(
    images_rgb: npt.NDArray[np.uint8], device: torch.device, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Images uint8 [N, S, S, 3] to float [N, 3, S, S], 0 to 1, channels last in memory."""
    images = torch.from_numpy(images_rgb)
    if device.type == "cuda":
        images = images.pin_memory().to(device, non_blocking=True)
    return images.permute(0, 3, 1, 2).to(dtype).div_(255)


def normalised(images: Tensor) -> Tensor:
    """Images 0 to 1 to zero mean and unit variance per channel."""
    mean = torch.tensor(MEAN_RGB, device=images.device, dtype=images.dtype).view(1, 3, 1, 1)
    std = torch.tensor(STD_RGB, device=images.device, dtype=images.dtype).view(1, 3, 1, 1)
    return (images - mean) / std
