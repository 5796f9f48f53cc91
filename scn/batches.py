"""Images from the store as normalised tensors, with reproducible augmentation."""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from scn.config import Augmentation

# ImageNet's statistics: what torchvision's and most face weights were trained with.
MEAN_RGB: Final = (0.485, 0.456, 0.406)
STD_RGB: Final = (0.229, 0.224, 0.225)

_ERASED_SIDE: Final = (0.15, 0.5)


def to_tensor(images_rgb: npt.NDArray[np.uint8], device: torch.device) -> Tensor:
    """Images uint8 [N, S, S, 3] to float [N, 3, S, S], 0 to 1, channels last in memory."""
    images = torch.from_numpy(images_rgb).to(device, non_blocking=True)
    return images.permute(0, 3, 1, 2).float().div_(255)


def normalised(images: Tensor) -> Tensor:
    """Images 0 to 1 to zero mean and unit variance per channel."""
    mean = torch.tensor(MEAN_RGB, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(STD_RGB, device=images.device).view(1, 3, 1, 1)
    return (images - mean) / std


def augmented(images: Tensor, config: Augmentation, *seed: int) -> Tensor:
    """Images [N, 3, S, S] of 0 to 1 changed at random, the same for the same seed.

    Args:
        images: the batch.
        config: what to change and how much.
        seed: numbers that name the batch, such as seed, epoch and step; no global state is used.
    """
    rng = np.random.default_rng(seed)
    images = _tinted(_moved(images, config, rng), config.colour, rng)
    if config.noise:
        noise = rng.normal(0, config.noise_std, (len(images), 1, *images.shape[2:]))
        noise[rng.random(len(images)) >= config.noise] = 0
        images = (images + torch.as_tensor(noise, dtype=images.dtype, device=images.device)).clamp(
            0, 1
        )
    return _erased(images, config.erase, rng)


def _moved(images: Tensor, config: Augmentation, rng: np.random.Generator) -> Tensor:
    """Each image mirrored or not, and shifted; what comes in at the border is the border."""
    count = len(images)
    matrices = np.zeros((count, 2, 3), np.float32)
    matrices[:, 0, 0] = np.where(rng.random(count) < config.flip, -1, 1)
    matrices[:, 1, 1] = 1
    matrices[:, :, 2] = rng.uniform(-2 * config.shift, 2 * config.shift, (count, 2))
    theta = torch.from_numpy(matrices).to(images.device)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _tinted(images: Tensor, strength: float, rng: np.random.Generator) -> Tensor:
    """Each channel of each image stretched and moved a little."""
    if not strength:
        return images
    shape = (len(images), 3, 1, 1)
    gain = torch.from_numpy(rng.uniform(1 - strength, 1 + strength, shape)).to(images)
    offset = torch.from_numpy(rng.uniform(-strength, strength, shape) * 0.4).to(images)
    return (images * gain + offset).clamp(0, 1)


def _erased(images: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """A grey rectangle in a share of the images (random erasing, arXiv 1708.04896)."""
    size = images.shape[-1]
    count = len(images)
    sides = (rng.uniform(*_ERASED_SIDE, (count, 2)) * size).astype(int)
    corners = (rng.random((count, 2)) * (size - sides)).astype(int)
    chosen = rng.random(count) < share
    images = images.clone()
    for row in np.flatnonzero(chosen):
        (top, left), (height, width) = corners[row], sides[row]
        images[row, :, top : top + height, left : left + width] = 0.5
    return images
