"""Labels made wrong on purpose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scn.label_noise import with_swapped_labels, with_wrong_labels


@given(
    count=st.integers(0, 300),
    share=st.floats(0, 1),
    classes=st.integers(2, 9),
    seed=st.integers(0, 1000),
)
def test_exactly_the_share_is_wrong_and_the_seed_decides_which(
    count: int, share: float, classes: int, seed: int
) -> None:
    """All labels stay classes; the same seed gives the same ones; the truth is left alone."""
    truth = np.random.default_rng(7).integers(0, classes, count)
    kept = truth.copy()
    labels = with_wrong_labels(truth, share, classes, seed)
    assert (labels != truth).sum() == round(share * count)
    assert set(labels.tolist()) <= set(range(classes))
    assert (labels == with_wrong_labels(truth, share, classes, seed)).all()
    assert (truth == kept).all()


def test_wrong_labels_are_spread_evenly_over_the_other_classes() -> None:
    """Of 12,000 wrong labels each of six other classes gets 2,000, within five deviations."""
    labels = with_wrong_labels(np.zeros(12_000, np.int64), 1.0, 7, 0)
    counts = np.bincount(labels, minlength=7)
    assert counts[0] == 0
    assert (np.abs(counts[1:] - 2000) < 5 * np.sqrt(12_000 * 5 / 36)).all()


@pytest.mark.parametrize(("share", "classes"), [(-0.1, 3), (1.1, 3), (0.1, 1)])
def test_what_is_out_of_range_is_refused(share: float, classes: int) -> None:
    """By name and value."""
    with pytest.raises(ValueError, match=r"(share|classes): is"):
        with_wrong_labels(np.zeros(3, np.int64), share, classes, 0)


@given(count=st.integers(0, 300), share=st.floats(0, 1), seed=st.integers(0, 1000))
def test_pair_noise_takes_each_class_for_the_next(count: int, share: float, seed: int) -> None:
    """Exactly the share, and the last class becomes the first."""
    truth = np.random.default_rng(3).integers(0, 5, count)
    labels = with_swapped_labels(truth, share, 5, seed)
    changed = labels != truth
    assert changed.sum() == round(share * count)
    assert ((labels - truth)[changed] % 5 == 1).all()
