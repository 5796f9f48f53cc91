"""Images become tensors as documented; augmentation is reproducible and keeps its bounds."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scn.augmentation import augmented, draw
from scn.batches import MEAN_RGB, STD_RGB, normalised, to_tensor
from scn.config import Augmentation

CPU = torch.device("cpu")
_OFF = Augmentation(flip=0, shift=0, noise=0, erase=0)


def _images(count: int, size: int) -> torch.Tensor:
    rng = np.random.default_rng(count)
    return to_tensor(rng.integers(0, 256, (count, size, size, 3), np.uint8), CPU)


def test_normalising_is_the_formula_on_the_right_channels() -> None:
    """(x / 255 − mean) / std of red, green and blue, at the same place, channels last."""
    raw = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), np.uint8)
    wanted = (raw / 255 - np.array(MEAN_RGB)) / np.array(STD_RGB)
    actual = normalised(to_tensor(raw, CPU))
    assert actual.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_allclose(actual.permute(0, 2, 3, 1).numpy(), wanted, atol=1e-5)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 9),
    shift=st.floats(0, 0.5),
    noise=st.floats(0, 1),
    erase=st.floats(0, 1),
)
def test_the_same_seed_draws_the_same_images_within_bounds(
    seed: int, count: int, shift: float, noise: float, erase: float
) -> None:
    """Two draws agree bit for bit whatever happened to global generators, within 0 to 1."""
    config = Augmentation(shift=shift, noise=noise, erase=erase)
    images = _images(count, 16)
    first = augmented(images, draw(config, count, seed, 1, 2))
    torch.rand(3)
    assert torch.equal(first, augmented(images, draw(config, count, seed, 1, 2)))
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-5


def test_other_epochs_draw_other_images() -> None:
    """The epoch is part of the seed."""
    images = _images(8, 16)
    draws = [augmented(images, draw(Augmentation(), 8, 0, epoch, 0)) for epoch in (1, 2)]
    assert not torch.equal(*draws)


def test_augmentation_that_is_off_changes_nothing() -> None:
    """With all switches off images stay, but for the rounding of a resampling in place."""
    images = _images(4, 33)
    torch.testing.assert_close(augmented(images, draw(_OFF, 4, 0)), images, atol=1e-4, rtol=0)


def test_a_flip_mirrors_left_and_right() -> None:
    """With flips alone each image is itself or its mirror image, and both occur."""
    images = _images(32, 16)
    flipped = augmented(images, draw(_OFF.model_copy(update={"flip": 0.5}), 32, 0))
    same = torch.isclose(flipped, images, atol=1e-4).all(dim=(1, 2, 3))
    mirrored = torch.isclose(flipped, images.flip(3), atol=1e-4).all(dim=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert same.any()
    assert mirrored.any()
