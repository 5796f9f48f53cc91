"""The gradient of a joint loss is the same however the batch is cut up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from scn.joint_step import JointStep
from scn.losses import rank_regularisation
from scn.processes import Processes

Gradients = dict[str, Tensor]


def _network(*, norm: bool) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers: list[nn.Module] = [nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(64, 5)]
        if norm:
            layers.insert(1, nn.BatchNorm2d(4))
        return nn.Sequential(*layers).double()


def _loss(joined: dict[str, Tensor]) -> Tensor:
    """Something that no row knows alone: the ranking of all, and the spread of all."""
    features = joined["features"]
    importance = torch.sigmoid(features[:, 0])
    return rank_regularisation(importance, high_ratio=0.7, margin=1.0) + features.std()


def _encoder(network: nn.Module) -> Callable[[Tensor], dict[str, Tensor]]:
    return lambda images: {"features": network(images)}


def _gradients(network: nn.Module) -> Gradients:
    found = {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
    network.zero_grad()
    return found


def _plain(network: nn.Module, images: Tensor) -> Gradients:
    torch.autograd.backward(_loss({"features": network(images)}))
    return _gradients(network)


def _jointly(network: nn.Module, images: Tensor, micro_batch: int | None) -> Gradients:
    joint = JointStep(
        network, _encoder(network), images,
        rows=len(images), micro_batch=micro_batch, processes=Processes(), seed=1,
    )  # fmt: skip
    joint.backward(_loss(joint.joined))
    return _gradients(network)


def _same(one: Gradients, other: Gradients) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=1e-10, atol=1e-12)


@given(rows=st.integers(2, 17), micro_batch=st.none() | st.integers(2, 20), seed=st.integers(0, 99))
def test_parts_of_a_batch_learn_what_the_whole_does(
    rows: int, micro_batch: int | None, seed: int
) -> None:
    """With a loss over all rows, in parts of any size, to ten digits."""
    images = torch.randn(
        rows, 3, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )
    network = _network(norm=False)
    _same(_jointly(network, images, micro_batch), _plain(network, images))


@pytest.mark.parametrize("micro_batch", [None, 4])
def test_running_statistics_see_each_image_once(micro_batch: int | None) -> None:
    """A batch in parts is looked at twice, but counts once."""
    images = torch.randn(8, 3, 6, 6, dtype=torch.float64)
    network, plain = _network(norm=True), _network(norm=True)
    _jointly(network, images, micro_batch)
    for part in torch.split(images, micro_batch or 8):
        plain(part)
    for name in ("1.running_mean", "1.running_var"):
        torch.testing.assert_close(network.state_dict()[name], plain.state_dict()[name])


@given(rows=st.integers(2, 40), micro_batch=st.integers(2, 12))
def test_no_part_holds_a_single_image_or_many_more_than_asked(rows: int, micro_batch: int) -> None:
    """Batch normalisation refuses one image; a single one more than asked makes up for it."""
    seen: list[int] = []

    def encode(images: Tensor) -> dict[str, Tensor]:
        seen.append(len(images))
        return {"features": images}

    images = torch.arange(rows, dtype=torch.float64).view(rows, 1)
    joint = JointStep(
        nn.Identity(), encode, images,
        rows=rows, micro_batch=micro_batch, processes=Processes(), seed=1,
    )  # fmt: skip
    assert torch.equal(joint.joined["features"], images)
    assert min(seen) >= 2
    assert max(seen) <= micro_batch + (micro_batch == 2)
    assert max(seen) - min(seen) <= 1


@contextmanager
def _global_generator_untouched() -> Iterator[None]:
    before = torch.random.get_rng_state()
    yield
    assert torch.equal(before, torch.random.get_rng_state())


def test_dropout_is_the_same_at_both_looks_and_for_the_same_seed() -> None:
    """Otherwise the gradient would be of another loss than the one that was computed."""
    images = torch.randn(8, 3, 6, 6, dtype=torch.float64)
    network = nn.Sequential(nn.Dropout(0.5), *_network(norm=False))
    with _global_generator_untouched():
        first, second = (_jointly(network, images, 3) for _ in range(2))
    _same(first, second)
