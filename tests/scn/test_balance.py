"""Balanced epochs show every class equally often."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scn.balance import balanced_counts

_labels = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@given(labels=_labels, seed=st.integers(0, 100), epoch=st.integers(1, 50))
def test_classes_are_equal_and_faces_of_a_class_nearly(
    labels: list[int], seed: int, epoch: int
) -> None:
    """An epoch is as long as the data, but for what does not divide."""
    array = np.array(labels)
    counts = balanced_counts(array, seed, epoch)
    shown = [int(counts[array == label].sum()) for label in np.unique(array)]
    assert len(set(shown)) == 1
    assert len(labels) - len(shown) < sum(shown) <= len(labels)
    for label in np.unique(array):
        members = counts[array == label]
        assert members.max() - members.min() <= 1
    assert (counts == balanced_counts(array, seed, epoch)).all()


def test_who_comes_once_more_changes_with_the_epoch() -> None:
    labels = np.array([0] * 30 + [1] * 7)
    first, second = (balanced_counts(labels, 0, epoch) for epoch in (1, 2))
    assert (first != second).any()
