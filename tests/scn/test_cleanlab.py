"""The relabeling rule beside cleanlab, an independent finder of wrong labels, on one prediction."""

import numpy as np
import pytest
import torch
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_normalized_margin_for_each_label
from hypothesis import assume, given
from hypothesis import strategies as st

from scn.relabeling import propose

_seed, _size, _classes = st.integers(0, 10_000), st.integers(10, 80), st.integers(2, 8)


def _predictions(
    seed: int, size: int, classes: int
) -> tuple[np.typing.NDArray[np.int64], np.typing.NDArray[np.float64]]:
    """Labels of which every class has some, and probabilities that lean towards them."""
    rng = np.random.default_rng(seed)
    labels = np.arange(size) % classes
    logits = rng.normal(0, 1.5, (size, classes))
    logits[np.arange(size), labels] += 1
    powers = np.exp(logits)
    return labels, powers / powers.sum(axis=1, keepdims=True)


@given(seed=_seed, size=_size, classes=_classes, margin=st.floats(0, 0.9))
def test_a_lead_beyond_the_margin_is_a_small_normalised_margin_of_cleanlab(
    seed: int, size: int, classes: int, margin: float
) -> None:
    """P_max − P_given > δ2 names the faces that cleanlab scores below (1 − δ2) / 2."""
    labels, probabilities = _predictions(seed, size, classes)
    scores = get_normalized_margin_for_each_label(labels, probabilities)
    assume(np.abs(scores - (1 - margin) / 2).min() > 1e-9)
    found = propose(
        torch.from_numpy(probabilities),
        torch.from_numpy(labels),
        torch.ones(size, dtype=torch.bool),
        margin,
    )
    assert ((found.new.numpy() != labels) == (scores < (1 - margin) / 2)).all()


@pytest.mark.parametrize("seed", range(5))
def test_without_a_margin_the_rule_is_cleanlabs_predicted_neq_given(seed: int) -> None:
    """The same faces, and the corrections are its arg max."""
    labels, probabilities = _predictions(seed, 200, 5)
    flagged = find_label_issues(labels, probabilities, filter_by="predicted_neq_given", n_jobs=1)
    everyone = torch.ones(200, dtype=torch.bool)
    found = propose(torch.from_numpy(probabilities), torch.from_numpy(labels), everyone, 0.0)
    changed = found.new.numpy() != labels
    assert changed.any()
    assert (changed == flagged).all()
    assert (found.new.numpy()[changed] == probabilities.argmax(axis=1)[changed]).all()
