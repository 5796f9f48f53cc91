"""Batch normalisation takes the statistics that were asked for, or says that it cannot."""

import numpy as np
import pytest
import torch
from torch import nn

from scn.config import TrainConfig
from scn.freezing import least_rows, let_learn
from scn.learning import Learning
from scn.processes import Processes
from scn.self_cure_network import SelfCureNetwork


def test_without_gpus_processes_cannot_share_statistics_and_say_so() -> None:
    """Instead of each taking its own without a word; one process alone has all there are."""
    config = TrainConfig(batch_norm="synchronised")
    given, device = np.zeros(4, np.int64), torch.device("cpu")
    with pytest.raises(ValueError, match="batch_norm: is synchronised, which needs GPUs"):
        Learning(config, given, SelfCureNetwork(2), device, Processes(0, 2))
    Learning(config, given, SelfCureNetwork(2), device, Processes())


def test_synchronised_statistics_of_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="micro_batch: must be empty"):
        TrainConfig(batch_norm="synchronised", micro_batch=8)


@pytest.mark.parametrize("batch_norm", ["batch", "synchronised"])
@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_a_batch_that_is_learned_from_has_two_faces_for_each_process(
    batch_norm: str, processes: int
) -> None:
    """One that is smaller leaves a process with one face, or with none, for whom others wait."""
    least = least_rows(TrainConfig.model_validate({"batch_norm": batch_norm}), processes)

    def fewest(rows: int) -> int:
        return min(Processes(rank, processes).share(rows) for rank in range(processes))

    assert fewest(least) == 2
    assert fewest(least - 1) < 2


def test_frozen_norms_and_stages_do_not_move() -> None:
    """Their statistics and weights stay; the rest learns."""
    network = SelfCureNetwork(2)
    let_learn(network, TrainConfig(batch_norm="frozen", frozen_stages=2))
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    stem, first, second = network.backbone.stages()[:3]
    frozen = [*stem.parameters(), *first.parameters()]
    assert not any(parameter.requires_grad for parameter in frozen)
    assert all(parameter.requires_grad for parameter in second.parameters())
