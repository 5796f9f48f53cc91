"""Places and light."""

import numpy as np

from demo.places import lit, random_light, random_place


def test_a_place_fills_the_frame_and_follows_from_its_seed() -> None:
    """It has the size asked for, some texture, and the same pixels for the same seed."""
    place = random_place(np.random.default_rng(1), 320, 180)
    assert place.shape == (180, 320, 3)
    assert place.dtype == np.uint8
    assert place.std() > 2
    np.testing.assert_array_equal(place, random_place(np.random.default_rng(1), 320, 180))
    assert not np.array_equal(place, random_place(np.random.default_rng(2), 320, 180))


def test_even_light_changes_nothing_and_gain_brightens() -> None:
    """A light of 128 at gain 1 keeps the picture; gain 1.5 makes it 1.5 times as bright."""
    grey = np.full((20, 30, 3), 100, np.uint8)
    even = np.full_like(grey, 128)
    np.testing.assert_array_equal(lit(grey, even, 1.0), grey)
    np.testing.assert_array_equal(lit(grey, even, 1.5), grey + 50)


def test_light_comes_from_one_side() -> None:
    """Opposite corners of a lit wall are not equally bright."""
    light = random_light(np.random.default_rng(0), 64, 36).astype(float).mean(axis=-1)
    corners = light[0, 0], light[0, -1], light[-1, 0], light[-1, -1]
    assert max(corners) - min(corners) > 4
