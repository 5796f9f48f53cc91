"""Places to stand in, made of gradients, clouds and furniture, and the light that falls there."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

_CLOUD_SIZES_PX: Final = (6, 24, 90)
_LIGHT_UNIT: Final = 128


def random_place(rng: np.random.Generator, width_px: int, height_px: int) -> Image:
    """A picture without people: uint8 RGB [height, width, 3]."""
    image = _gradient(rng, width_px, height_px) + _clouds(rng, width_px, height_px)
    for _ in range(rng.integers(3, 8)):
        image = _with_furniture(image, rng)
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def random_light(rng: np.random.Generator, width_px: int, height_px: int) -> Image:
    """Coloured light from one side: uint8 RGB [height, width, 3], where 128 changes nothing."""
    direction = _ramp(rng, width_px, height_px)
    strength = rng.uniform(0.05, 0.45)
    tint = 1 + rng.uniform(-0.08, 0.08, 3)
    light = (1 + strength * (direction - 0.5))[..., None] * tint
    return np.asarray(np.clip(light * _LIGHT_UNIT, 0, 255), np.uint8)


def lit(image_rgb: Image, light: Image, gain: float) -> Image:
    """The picture under this light, made brighter by ``gain``: uint8, same shape."""
    return np.asarray(cv2.multiply(image_rgb, light, scale=gain / _LIGHT_UNIT), np.uint8)


def _ramp(rng: np.random.Generator, width_px: int, height_px: int) -> npt.NDArray[np.float32]:
    """0 to 1 across the picture in a random direction: float32 [height, width]."""
    angle = rng.uniform(0, 2 * np.pi)
    xs = np.linspace(-0.5, 0.5, width_px) * np.cos(angle)
    ys = np.linspace(-0.5, 0.5, height_px) * np.sin(angle)
    ramp = ys[:, None] + xs
    return np.asarray((ramp - ramp.min()) / np.ptp(ramp), np.float32)


def _muted(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A colour near grey: float32 [3], 0 to 255."""
    return np.asarray(rng.uniform(50, 205) + rng.uniform(-35, 35, 3), np.float32)


def _gradient(rng: np.random.Generator, width_px: int, height_px: int) -> npt.NDArray[np.float32]:
    first, second = _muted(rng), _muted(rng)
    ramp = _ramp(rng, width_px, height_px)[..., None]
    return np.asarray(first + (second - first) * ramp, np.float32)


def _clouds(rng: np.random.Generator, width_px: int, height_px: int) -> npt.NDArray[np.float32]:
    total = np.zeros((height_px, width_px, 3), np.float32)
    for size_px in _CLOUD_SIZES_PX:
        cells = (height_px // size_px + 2, width_px // size_px + 2, 3)
        noise = rng.standard_normal(cells, np.float32) * rng.uniform(1, 6)
        total += cv2.resize(noise, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    return total


def _with_furniture(
    image: npt.NDArray[np.float32], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Add one soft box of a single colour."""
    height_px, width_px = image.shape[:2]
    mask = np.zeros((height_px, width_px), np.float32)
    corner = rng.integers((0, 0), (width_px, height_px))
    size = rng.integers((width_px // 12, height_px // 8), (width_px // 3, height_px // 2))
    cv2.rectangle(mask, corner.tolist(), (corner + size).tolist(), 1.0, -1)
    cover = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.8, 5)))[..., None]
    return np.asarray(image + cover * (_muted(rng) - image) * 0.8, np.float32)
