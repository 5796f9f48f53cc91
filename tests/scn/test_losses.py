"""The losses agree with the paper's formulas, written a second time in NumPy."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scn.losses import high_count, logit_weighted_cross_entropy, rank_regularisation
from scn.network import Outputs
from tests.scn import numpy_scn

Float64Array = npt.NDArray[np.float64]


def _batch(
    seed: int, size: int, classes: int
) -> tuple[Float64Array, Float64Array, Float64Array, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, 4, (size, classes)),
        rng.normal(0, 1, classes),
        rng.random(size),
        rng.integers(0, classes, size),
    )


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 40),
    classes=st.integers(2, 9),
    bias_weighted=st.booleans(),
)
def test_weighted_cross_entropy_is_the_formula(
    seed: int, size: int, classes: int, bias_weighted: bool
) -> None:
    """−1/N Σ log softmax(α Wᵀx)[y], the bias inside or outside, for every shape."""
    scores, bias, alpha, labels = _batch(seed, size, classes)
    outputs = Outputs(*(torch.from_numpy(part) for part in (scores, bias, alpha)))
    actual = logit_weighted_cross_entropy(
        outputs.weighted_logits(bias_weighted=bias_weighted), torch.from_numpy(labels)
    )
    weighted = numpy_scn.weighted_logits(scores, bias, alpha, bias_weighted=bias_weighted)
    assert actual.item() == pytest.approx(numpy_scn.cross_entropy(weighted, labels), abs=1e-9)


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 60),
    ratio=st.floats(0.05, 0.95),
    margin=st.floats(0, 1),
)
def test_rank_regularisation_is_the_formula(
    seed: int, size: int, ratio: float, margin: float
) -> None:
    """max(0, δ1 − (α_H − α_L)) over the sorted batch, for every size from one face on."""
    alpha = np.random.default_rng(seed).random(size)
    wanted = numpy_scn.rank_regularisation(alpha, ratio, margin)
    actual = rank_regularisation(torch.from_numpy(alpha), high_ratio=ratio, margin=margin)
    assert actual.item() == pytest.approx(wanted, abs=1e-9)


@given(size=st.integers(2, 2000), ratio=st.floats(0.001, 0.999))
def test_both_groups_have_a_member(size: int, ratio: float) -> None:
    """Neither group of a batch of two or more is empty, whatever the ratio."""
    assert 1 <= high_count(size, ratio) <= size - 1


def test_rank_regularisation_of_one_face_is_zero_with_zero_gradient() -> None:
    """A batch of one has no groups: the loss is 0 and pulls nowhere, where a mean is NaN."""
    alpha = torch.tensor([0.3], requires_grad=True)
    loss = rank_regularisation(alpha, high_ratio=0.7, margin=0.15)
    torch.autograd.backward(loss)
    assert loss.item() == 0
    assert alpha.grad is not None
    assert alpha.grad.tolist() == [0.0]


@pytest.mark.parametrize("bias_weighted", [True, False])
def test_gradients_are_those_of_finite_differences(bias_weighted: bool) -> None:
    """Both losses differentiate by scores, bias and importance as numbers say."""
    scores, bias, alpha, labels = _batch(3, 7, 4)
    inputs = [torch.from_numpy(part).requires_grad_() for part in (scores, bias, alpha)]

    def loss(*parts: torch.Tensor) -> torch.Tensor:
        outputs = Outputs(*parts)
        weighted = outputs.weighted_logits(bias_weighted=bias_weighted)
        rank = rank_regularisation(outputs.importance, high_ratio=0.7, margin=0.9)
        return logit_weighted_cross_entropy(weighted, torch.from_numpy(labels)) + rank

    assert torch.autograd.gradcheck(loss, inputs)
