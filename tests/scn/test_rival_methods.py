"""RUL and EAC are their papers' formulas, written a second time in NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scn.config import preset
from scn.methods import METHODS, Step
from scn.methods.rul import RulNetwork
from scn.self_cure_network import SelfCureNetwork
from tests.scn import numpy_scn

_CLASSES = 4


def _rul() -> RulNetwork:
    torch.manual_seed(0)
    return RulNetwork(_CLASSES, "resnet18", 32)


@given(seed=st.integers(0, 1000), size=st.integers(2, 24))
def test_rul_mixes_by_relative_uncertainty_and_adds_both_losses(seed: int, size: int) -> None:
    """The more uncertain face has the larger weight; both labels are asked for."""
    network, rng = _RUL, np.random.default_rng(seed)
    mu, log_variance = rng.normal(0, 1, (2, size, 64))
    labels = rng.integers(0, _CLASSES, size)
    encoded = {
        name: torch.from_numpy(value).float()
        for name, value in {"mu": mu, "log_variance": log_variance}.items()
    }
    method = METHODS["rul"](preset("rul"))
    step = Step(1, np.random.default_rng(seed))
    losses = method.losses(
        network, encoded, network.decide(encoded), torch.from_numpy(labels), step
    )
    other = np.random.default_rng(seed).permutation(size)
    uncertain = np.exp(log_variance).mean(axis=1)
    share = (uncertain / (uncertain + uncertain[other]))[:, None]
    mixed = share * mu + (1 - share) * mu[other]
    weight = network.classifier.weight.detach().double().numpy()
    logits = mixed @ weight.T + network.classifier.bias.detach().double().numpy()
    wanted = (
        numpy_scn.cross_entropy(logits, labels) + numpy_scn.cross_entropy(logits, labels[other])
    ) / 2
    assert losses["loss"].item() == pytest.approx(wanted, rel=1e-4)


_RUL = _rul()


def test_rul_has_two_branches_of_the_published_shape() -> None:
    """Norm without weights, dropout of 0.4, a layer of 64, norm; the first alone decides."""
    for branch in (_RUL.mu, _RUL.log_variance):
        norm, dropout, _, linear, last = branch
        assert [norm.eps, norm.affine, dropout.p] == [2e-5, False, 0.4]
        assert [linear.in_features, linear.out_features, last.num_features] == [512, 64, 64]
    encoded = {"mu": torch.randn(3, 64), "log_variance": torch.randn(3, 64)}
    decided = _RUL.decide(encoded)
    assert torch.allclose(decided.logits, _RUL.classifier(encoded["mu"]))
    surer = _RUL.decide({**encoded, "log_variance": encoded["log_variance"] - 1})
    assert (surer.importance > decided.importance).all()


def test_eac_holds_the_attention_of_an_image_and_its_mirror_image_together() -> None:
    """λ times the mean squared difference of the maps, one of them mirrored back."""
    torch.manual_seed(0)
    network = SelfCureNetwork(_CLASSES).eval()
    images, labels = torch.randn(3, 3, 96, 96), torch.tensor([0, 3, 1])
    method = METHODS["eac"](preset("eac"))
    with torch.no_grad():
        encoded = method.encode(network, images)
        maps = network.backbone.maps(images).double().numpy()
        mirrored = network.backbone.maps(images.flip(3)).double().numpy()
    weight = network.classifier.weight.detach().double().numpy()
    one, other = (np.einsum("bfhw,cf->bchw", m, weight) for m in (maps, mirrored))
    wanted = ((one - other[..., ::-1]) ** 2).mean()
    outputs = network.decide(encoded)
    losses = method.losses(network, encoded, outputs, labels, Step(1, np.random.default_rng(0)))
    entropy = numpy_scn.cross_entropy(outputs.logits.detach().double().numpy(), labels.numpy())
    assert losses["consistency_loss"].item() == pytest.approx(wanted, rel=1e-4)
    assert losses["loss"].item() == pytest.approx(entropy + 5 * wanted, rel=1e-4)


def test_to_eac_an_image_and_its_mirror_image_are_as_far_apart_either_way() -> None:
    """Which of the two is the mirror image does not matter."""
    torch.manual_seed(0)
    network = SelfCureNetwork(_CLASSES).eval()
    images = torch.randn(2, 3, 96, 96)
    method = METHODS["eac"](preset("eac"))
    with torch.no_grad():
        one = method.encode(network, images)["difference"]
        other = method.encode(network, images.flip(3))["difference"]
    torch.testing.assert_close(one, other, rtol=1e-4, atol=0)


def test_no_gradient_of_the_attention_reaches_the_classifier() -> None:
    """The classifier learns from the cross-entropy alone, the backbone from both."""
    torch.manual_seed(0)
    network = SelfCureNetwork(_CLASSES).train()
    method = METHODS["eac"](preset("eac"))
    difference = method.encode(network, torch.randn(4, 3, 64, 64))["difference"].mean()
    torch.autograd.backward(difference)
    assert network.classifier.weight.grad is None
    first = next(network.backbone.parameters()).grad
    assert first is not None
    assert first.abs().sum() > 0
