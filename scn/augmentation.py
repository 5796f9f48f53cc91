"""Random changes of training images, decided for a whole batch and done on tensors.

What happens to a row of a batch depends on the seed, the batch and the row alone: not on how many
processes share the batch, nor on any global state.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from scn.config import Augmentation

FloatArray = npt.NDArray[np.float32]

# Smallest and largest side of an erased rectangle, as a share of the image's.
_ERASED_SIDE: Final = (0.15, 0.5)
_GREY: Final = 0.5
# The noise of a batch is one field, larger than an image; each image gets another part of it.
_NOISE_MARGIN_PX: Final = 64


@dataclass(frozen=True, slots=True)
class Draws:
    """What was drawn for each row of a batch of N images.

    Attributes:
        transforms: [N, 2, 3], from places of the new image to places of the old one.
        gain, offset: [N, 3], of the colour channels.
        noise_at: [N, 3], row and column of the noise field, and its strength: 0 for no noise.
        erased_xyxy: [N, 4], relative; empty where nothing is erased.
        noise_seed: of the noise field.
    """

    transforms: FloatArray
    gain: FloatArray
    offset: FloatArray
    noise_at: FloatArray
    erased_xyxy: FloatArray
    noise_seed: int

    def rows(self, begin: int, step: int) -> "Draws":
        """Those of every `step`-th row, from `begin` on."""
        arrays = {f.name: getattr(self, f.name)[begin::step] for f in fields(self)[:-1]}
        return replace(self, **arrays)


def draw(config: Augmentation, count: int, *seed: int) -> Draws:
    """Draw for a batch of `count` images.

    Args:
        config: what to change and how much.
        count: rows of the whole batch.
        seed: numbers that name the batch, such as seed, epoch and step.
    """
    rng = np.random.default_rng(seed)
    gain = rng.uniform(1 - config.colour, 1 + config.colour, (count, 3))
    offset = rng.uniform(-config.colour, config.colour, (count, 3)) * 0.4
    noise = rng.random((count, 3))
    noise[:, :2] = np.floor(noise[:, :2] * _NOISE_MARGIN_PX)
    noise[:, 2] = np.where(noise[:, 2] < config.noise, config.noise_std, 0)
    return Draws(
        transforms=_transforms(config, count, rng),
        gain=gain.astype(np.float32),
        offset=offset.astype(np.float32),
        noise_at=noise.astype(np.float32),
        erased_xyxy=_rectangles(config.erase, count, rng),
        noise_seed=int(rng.integers(2**31)),
    )


def _transforms(config: Augmentation, count: int, rng: np.random.Generator) -> FloatArray:
    """Mirrored or not, enlarged about a random place, and shifted."""
    side = rng.uniform(1 - config.zoom, 1, count)
    mirror = np.where(rng.random(count) < config.flip, -1, 1)
    free = (1 - side)[:, None] * rng.uniform(-1, 1, (count, 2))
    shift = rng.uniform(-2 * config.shift, 2 * config.shift, (count, 2))
    matrices = np.zeros((count, 2, 3), np.float32)
    matrices[:, 0, 0], matrices[:, 1, 1] = side * mirror, side
    matrices[:, :, 2] = free + shift
    return matrices


def _rectangles(share: float, count: int, rng: np.random.Generator) -> FloatArray:
    """A rectangle in a share of the images (random erasing, arXiv 1708.04896)."""
    sides = rng.uniform(*_ERASED_SIDE, (count, 2))
    corners = rng.random((count, 2)) * (1 - sides)
    boxes = np.concatenate([corners, corners + sides], axis=1)
    boxes[rng.random(count) >= share] = 0
    return boxes.astype(np.float32)


def augmented(images: Tensor, draws: Draws) -> Tensor:
    """Images [N, 3, S, S] of 0 to 1 changed as drawn."""
    if not len(images):
        return images

    def tensor(array: FloatArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(images)

    images = _moved(images, tensor(draws.transforms))
    if (draws.gain != 1).any() or draws.offset.any():
        gain, offset = tensor(draws.gain)[..., None, None], tensor(draws.offset)[..., None, None]
        images = (images * gain + offset).clamp(0, 1)
    if draws.noise_at[:, 2].any():
        images = (images + _noise(images, draws)).clamp(0, 1)
    return _erased(images, tensor(draws.erased_xyxy))


def _moved(images: Tensor, transforms: Tensor) -> Tensor:
    """What comes in at the border is the border."""
    still = torch.eye(2, 3).to(transforms)
    if (transforms == still).all():
        return images
    grid = F.affine_grid(transforms, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _noise(images: Tensor, draws: Draws) -> Tensor:
    """[N, 1, S, S], the same in all channels."""
    size = images.shape[-1]
    side = size + _NOISE_MARGIN_PX
    generator = torch.Generator().manual_seed(draws.noise_seed)
    field = torch.randn((side, side), generator=generator).to(images)
    windows = field.unfold(0, size, 1).unfold(1, size, 1)
    at = torch.from_numpy(draws.noise_at[:, :2].astype(np.int64)).to(images.device)
    strength = torch.from_numpy(np.ascontiguousarray(draws.noise_at[:, 2])).to(images)
    return (windows[at[:, 0], at[:, 1]] * strength.view(-1, 1, 1)).unsqueeze(1)


def _erased(images: Tensor, boxes_xyxy: Tensor) -> Tensor:
    """Grey where a pixel's centre lies in its image's rectangle."""
    size = images.shape[-1]
    centres = ((torch.arange(size, device=images.device) + 0.5) / size).to(images)
    x0, y0, x1, y1 = boxes_xyxy.unsqueeze(2).unbind(1)
    columns, rows = (centres >= x0) & (centres < x1), (centres >= y0) & (centres < y1)
    return images.masked_fill((rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1), _GREY)
