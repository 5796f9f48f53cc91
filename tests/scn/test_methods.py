"""Each method's losses and new labels are those of the formulas, written a second time."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from scn.config import TrainConfig
from scn.methods import METHODS, Step
from scn.methods.baseline import Baseline
from scn.methods.scn import Scn
from scn.network import Network, Outputs
from tests.scn import numpy_scn

_options = st.fixed_dictionaries(
    {
        "importance_weighting": st.booleans(),
        "rank_loss_weight": st.floats(0, 1),
        "loss_sum": st.sampled_from(["weighted", "plain"]),
        "high_ratio": st.floats(0.05, 0.95),
        "rank_margin": st.floats(0, 1),
        "relabel_margin": st.floats(0, 1),
        "relabel_from_epoch": st.integers(1, 20),
        "relabel_group": st.sampled_from(["low", "all"]),
        "relabel_by": st.sampled_from(["plain", "weighted"]),
        "bias_weighted": st.booleans(),
    }
)


def _step(epoch: int) -> Step:
    return Step(epoch, np.random.default_rng(0))


_size, _classes, _seed = st.integers(1, 48), st.integers(2, 9), st.integers(0, 10_000)


class _Batch:
    """What a network could say of a batch, as arrays and as tensors."""

    def __init__(self, seed: int, size: int, classes: int) -> None:
        rng = np.random.default_rng(seed)
        self.scores = rng.normal(0, 3, (size, classes))
        self.bias = rng.normal(0, 1, classes)
        self.alpha = rng.random(size)
        self.labels = rng.integers(0, classes, size)
        parts = (torch.from_numpy(part) for part in (self.scores, self.bias, self.alpha))
        self.outputs = Outputs(*parts)
        self.label_tensor = torch.from_numpy(self.labels)

    def weighted(self, options: dict[str, Any]) -> numpy_scn.Array:
        if not options["importance_weighting"]:
            return self.scores + self.bias
        return numpy_scn.weighted_logits(
            self.scores, self.bias, self.alpha, bias_weighted=options["bias_weighted"]
        )


@given(seed=_seed, size=_size, classes=_classes, options=_options)
def test_the_losses_of_scn_are_the_formulas(
    seed: int, size: int, classes: int, options: dict[str, Any]
) -> None:
    """Total, cross-entropy and rank loss, for every option and every size from one face on."""
    batch = _Batch(seed, size, classes)
    losses = Scn(TrainConfig(**options)).losses(
        Network(), {}, batch.outputs, batch.label_tensor, _step(1)
    )
    entropy = numpy_scn.cross_entropy(batch.weighted(options), batch.labels)
    rank = numpy_scn.rank_regularisation(batch.alpha, options["high_ratio"], options["rank_margin"])
    plain = options["loss_sum"] == "plain"
    wanted = numpy_scn.total(rank, entropy, options["rank_loss_weight"], plain=plain)
    found = {name: value.item() for name, value in losses.items()}
    assert found == pytest.approx(
        {"loss": wanted, "cross_entropy": entropy, "rank_loss": rank}, abs=1e-9
    )


@given(seed=_seed, size=_size, processes=st.integers(1, 5), ratio=st.floats(0.05, 0.95))
def test_groups_of_each_process_are_those_of_the_rows_that_it_was_dealt(
    seed: int, size: int, processes: int, ratio: float
) -> None:
    """The rank loss is the mean of the processes' own; their low groups together may change."""
    batch = _Batch(seed, size, 4)
    config = TrainConfig(
        rank_over="process", high_ratio=ratio, relabel_margin=0.0, relabel_from_epoch=1
    )
    step = Step(1, np.random.default_rng(0), processes)
    method = Scn(config)
    losses = method.losses(Network(), {}, batch.outputs, batch.label_tensor, step)
    dealt = [np.arange(size)[process::processes] for process in range(min(processes, size))]
    ranks = [numpy_scn.rank_regularisation(batch.alpha[rows], ratio, 0.15) for rows in dealt]
    assert losses["rank_loss"].item() == pytest.approx(np.mean(ranks), abs=1e-9)
    low = [int(rows[n]) for rows in dealt for n in numpy_scn.groups(batch.alpha[rows], ratio)[1]]
    p = numpy_scn.softmax(batch.scores + batch.bias)
    proposals = method.relabel(batch.outputs, batch.label_tensor, step)
    assert proposals is not None
    assert proposals.new.tolist() == numpy_scn.relabel(p, batch.labels, low, 0.0)


@pytest.mark.parametrize("loss_sum", ["weighted", "plain"])
def test_no_weight_of_the_rank_loss_leaves_it_out_of_either_sum(loss_sum: str) -> None:
    """It is still shown, and orders nothing."""
    batch = _Batch(0, 12, 4)
    importance = batch.outputs.importance.requires_grad_()
    config = TrainConfig.model_validate(
        {"loss_sum": loss_sum, "rank_loss_weight": 0, "importance_weighting": False}
    )
    losses = Scn(config).losses(Network(), {}, batch.outputs, batch.label_tensor, _step(1))
    assert losses["loss"].item() == pytest.approx(losses["cross_entropy"].item())
    torch.autograd.backward(losses["loss"])
    assert importance.grad is None or not importance.grad.any()


@given(seed=_seed, size=_size, classes=_classes, options=_options, epoch=st.integers(1, 20))
def test_scn_relabels_whom_the_rule_names_from_the_set_epoch_on(
    seed: int, size: int, classes: int, options: dict[str, Any], epoch: int
) -> None:
    """No proposals before the epoch; after it the low group's or everybody's new labels."""
    batch = _Batch(seed, size, classes)
    proposals = Scn(TrainConfig(**options)).relabel(batch.outputs, batch.label_tensor, _step(epoch))
    if epoch < options["relabel_from_epoch"]:
        assert proposals is None
        return
    weighted = options["relabel_by"] == "weighted"
    logits = batch.weighted(options) if weighted else batch.scores + batch.bias
    p = numpy_scn.softmax(logits)
    lead = p.max(axis=1) - p[np.arange(size), batch.labels]
    # Single precision cannot tell a lead from a margin that equals it.
    assume(np.abs(lead - options["relabel_margin"]).min() > 1e-5)
    everyone = list(range(size))
    low = numpy_scn.groups(batch.alpha, options["high_ratio"])[1]
    eligible = everyone if options["relabel_group"] == "all" else low
    wanted = numpy_scn.relabel(p, batch.labels, eligible, options["relabel_margin"])
    assert proposals is not None
    assert proposals.new.tolist() == wanted
    assert proposals.p_max.tolist() == pytest.approx(p.max(axis=1).tolist(), abs=1e-6)
    given_p = p[np.arange(size), batch.labels]
    assert proposals.p_given.tolist() == pytest.approx(given_p.tolist(), abs=1e-6)


@given(seed=_seed, size=_size, classes=_classes, epoch=st.integers(1, 100))
def test_the_baseline_is_plain_cross_entropy_and_leaves_labels_alone(
    seed: int, size: int, classes: int, epoch: int
) -> None:
    """Importance plays no part in it."""
    batch = _Batch(seed, size, classes)
    method = Baseline(TrainConfig(preset="baseline"))
    losses = method.losses(Network(), {}, batch.outputs, batch.label_tensor, _step(epoch))
    wanted = numpy_scn.cross_entropy(batch.scores + batch.bias, batch.labels)
    assert {name: value.item() for name, value in losses.items()} == pytest.approx(
        {"loss": wanted}, abs=1e-9
    )
    assert method.relabel(batch.outputs, batch.label_tensor, _step(epoch)) is None


@given(seed=_seed, size=_size, classes=_classes, options=_options)
def test_soft_labels_change_the_cross_entropy_alone(
    seed: int, size: int, classes: int, options: dict[str, Any]
) -> None:
    """Of scn and of the baseline: its formula with shares; the ranking is as for hard labels."""
    batch = _Batch(seed, size, classes)
    shares = np.random.default_rng(seed).dirichlet(np.ones(classes), size)
    entropy = numpy_scn.soft_cross_entropy(batch.weighted(options), shares)
    rank = numpy_scn.rank_regularisation(batch.alpha, options["high_ratio"], options["rank_margin"])
    plain = options["loss_sum"] == "plain"
    total = numpy_scn.total(rank, entropy, options["rank_loss_weight"], plain=plain)
    unweighted = numpy_scn.soft_cross_entropy(batch.scores + batch.bias, shares)
    config = TrainConfig(**options, labels="soft")
    for method, wanted in (
        (Scn(config), {"loss": total, "cross_entropy": entropy, "rank_loss": rank}),
        (Baseline(config), {"loss": unweighted}),
    ):
        losses = method.losses(Network(), {}, batch.outputs, torch.from_numpy(shares), _step(1))
        found = {name: value.item() for name, value in losses.items()}
        assert found == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_can_be_chosen_by_its_name(name: str) -> None:
    """The configuration allows exactly the methods that there are."""
    assert TrainConfig.model_validate({"method": name}).method == name
