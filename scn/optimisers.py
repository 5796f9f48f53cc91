"""Optimisers, and their state as named tensors for a checkpoint."""

from collections.abc import Mapping

import torch
from torch import Tensor

from scn.config import TrainConfig
from scn.network import Network


def make_optimiser(config: TrainConfig, network: Network) -> torch.optim.Optimizer:
    """The optimiser that the configuration asks for: the backbone in one group, heads in one."""
    known = {id(parameter) for parameter in network.backbone.parameters()}
    groups = [
        {"params": [p for p in network.parameters() if (id(p) in known) == backbone]}
        for backbone in (True, False)
    ]
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=config.momentum, weight_decay=decay)
    kind = torch.optim.Adam if config.optimiser == "adam" else torch.optim.AdamW
    return kind(groups, lr=rate, weight_decay=decay)


def set_rate(optimiser: torch.optim.Optimizer, config: TrainConfig, rate: float) -> None:
    """Set the learning rate, and the heads' by its factor."""
    backbone, heads = optimiser.param_groups
    backbone["lr"], heads["lr"] = rate, rate * config.head_rate


def tensors_of(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's tensors under "<number of the parameter>.<name>"."""
    return {
        f"{number}.{name}": value.detach().cpu().contiguous()
        for number, state in optimiser.state_dict()["state"].items()
        for name, value in state.items()
        if isinstance(value, Tensor)
    }


def restore(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put tensors from `tensors_of` back."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
