"""What a step learns and decides on, looked at from outside."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from scn.batches import normalised, to_tensor
from scn.config import Augmentation, preset
from scn.freezing import let_learn
from scn.learning import Learning, Place
from scn.methods import METHODS
from scn.processes import Processes
from storage.reader import FaceBatch

_FACES, _CLASSES, _SIZE_PX = 12, 3, 32
_CPU = torch.device("cpu")
_WILD = Augmentation(flip=1, shift=0.3, noise=1, noise_std=0.3, erase=1)


def _learning(**options: Any) -> Learning:
    """At the start, with faces whose labels take turns."""
    config = preset(
        "paper", image_size_px=_SIZE_PX, batch_size=_FACES, precision="float64", **options
    )
    torch.manual_seed(0)
    network = METHODS["scn"](config).network(_CLASSES)
    learning = Learning(config, np.arange(_FACES) % _CLASSES, network, _CPU, Processes())
    let_learn(learning.network, config)
    return learning


def _images() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (_FACES, _SIZE_PX, _SIZE_PX, 3), np.uint8)


def _stepped(learning: Learning) -> dict[str, float]:
    everyone = np.arange(_FACES)
    return learning.step(FaceBatch(_images(), everyone), everyone, Place(1, 0, _FACES))


def test_a_learned_margin_gets_the_gradient_of_the_rank_loss_and_moves() -> None:
    """The loss's derivative by δ1 is γ while the rank loss is above 0; the optimiser heeds it."""
    learning = _learning(
        rank_margin=0.9, rank_margin_learned=True, rank_loss_weight=0.4, weight_decay=0.0
    )
    values = _stepped(learning)
    margin = learning.network.rank_margin
    assert margin is not None
    assert margin.grad is not None
    assert values["rank_loss"] > 0
    assert values["rank_margin"] == pytest.approx(0.9)
    assert margin.grad.item() == pytest.approx(0.4)
    moved = margin.item()
    assert moved == pytest.approx(0.9 - learning.optimiser.param_groups[0]["lr"] * 0.4)
    assert _stepped(learning)["rank_margin"] == pytest.approx(moved)


def test_a_fixed_margin_is_no_parameter() -> None:
    learning = _learning()
    assert learning.network.rank_margin is None
    assert "rank_margin" not in _stepped(learning)


def _said(learning: Learning) -> dict[int, float]:
    """The greatest probability of each face that a first step would relabel."""
    _stepped(learning)
    learning.book.close_epoch(1)
    return {event["index"]: event["p_max"] for event in learning.book.events}


def _clean(learning: Learning) -> Tensor:
    """Probabilities of the images as they are, as the network predicts."""
    network = learning.network.eval()
    with torch.no_grad():
        images = normalised(to_tensor(_images(), _CPU, torch.float64))
        probabilities: Tensor = network(images).logits.softmax(dim=1)
    let_learn(network, learning.config)
    return probabilities


@pytest.mark.parametrize("view", ["clean", "augmented"])
def test_a_clean_view_decides_on_the_images_without_random_changes(view: str) -> None:
    """Who changes and how sure that is, is the prediction on the images themselves, and only so."""
    learning = _learning(
        augmentation=_WILD, relabel_view=view, relabel_group="all", relabel_margin=0.0,
        relabel_from_epoch=1, batch_norm="frozen",
    )  # fmt: skip
    p_max, best = _clean(learning).max(dim=1)
    wanted = {n: p_max[n].item() for n in range(_FACES) if best[n] != n % _CLASSES}
    assert wanted
    found = _said(learning)
    agree = found.keys() == wanted.keys() and found == pytest.approx(wanted, abs=1e-6)
    assert agree == (view == "clean")
