"""Many people out of two portraits."""

from itertools import combinations

import numpy as np
import pytest

from demo.expressions import warp
from demo.identities import Identity, dress, identities
from demo.portraits import Portrait


def test_the_same_seed_draws_the_same_people() -> None:
    """A list of people depends on seed and group alone, and a longer one begins alike."""
    assert identities(9, seed=4, group="videos")[:5] == identities(5, seed=4, group="videos")
    assert identities(5, seed=4, group="videos") != identities(5, seed=5, group="videos")


def test_benchmarks_show_nobody_from_the_videos() -> None:
    """The two groups share no person."""
    videos = set(identities(60, seed=0, group="videos"))
    assert not videos & set(identities(60, seed=0, group="benchmarks"))


def test_twenty_people_look_different(portraits: dict[str, Portrait]) -> None:
    """Any two of 20 people differ by over 4 grey levels on the mean of head and shoulders."""
    people = [_seen(portraits, one) for one in identities(20, seed=0, group="videos")]
    for first, second in combinations(people, 2):
        assert np.abs(first - second).mean() > 4


def test_dressing_is_repeatable(portraits: dict[str, Portrait]) -> None:
    """The same person looks the same each time, texture of the skin included."""
    person = identities(1, seed=3, group="videos")[0]
    np.testing.assert_array_equal(_seen(portraits, person), _seen(portraits, person))


def test_a_person_needs_the_right_portrait(portraits: dict[str, Portrait]) -> None:
    """Dressing another portrait than the identity's raises ValueError."""
    person = identities(1, seed=3, group="videos")[0]
    other = next(name for name in portraits if name != person.portrait)
    with pytest.raises(ValueError, match="portrait"):
        dress(portraits[other], person)


def _seen(
    portraits: dict[str, Portrait], one: Identity
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    image_rgba = warp(dress(portraits[one.portrait], one), "neutral", 0.0)
    return image_rgba[20:400, 100:460, :3].astype(np.float64)
