"""Alike hashes, beside a comparison of each with each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.near_duplicates import hashes_of, near_pairs


@st.composite
def _families(draw: st.DrawFn) -> set[int]:
    """Hashes of which many are near another."""
    hashes = draw(st.sets(st.integers(0, 2**64 - 1), max_size=20))
    for hash_ in list(hashes):
        flips = draw(st.lists(st.integers(0, 63), max_size=8))
        hashes.add(hash_ ^ sum(1 << bit for bit in set(flips)))
    return hashes


@settings(deadline=None)
@given(hashes=_families(), max_distance=st.integers(0, 8))
def test_near_pairs_are_those_of_a_comparison_of_each_with_each(
    hashes: set[int], max_distance: int
) -> None:
    given_ = sorted(hashes)
    expected = {
        (i, j)
        for i, a in enumerate(given_)
        for j, b in enumerate(given_)
        if i < j and (a ^ b).bit_count() <= max_distance
    }
    first, second = near_pairs(np.array(given_, np.uint64), max_distance)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == sorted(expected)


@given(hashes=st.lists(st.integers(0, 2**64 - 1)))
def test_hashes_are_read_as_they_are_written(hashes: list[int]) -> None:
    texts = np.array([f"{hash_:016x}" for hash_ in hashes], np.str_)
    assert hashes_of(texts).tolist() == hashes


def test_a_distance_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="max_distance must be 0 to 8, not 9"):
        near_pairs(np.zeros(1, np.uint64), 9)
