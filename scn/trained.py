"""A trained network out of a checkpoint: whole, to predict with, or its features alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from scn.checkpoint import Checkpoint, load
from scn.methods import METHODS
from scn.network import Network
from scn.weights import Matched, copy_tensors

Weights = Literal["last", "average"]


def load_network(path: Path, weights: Weights = "last") -> tuple[Network, Checkpoint]:
    """The trained network of a checkpoint, ready to predict, and the checkpoint.

    Args:
        path: of the checkpoint.
        weights: the last ones, or their moving average.

    Raises:
        CheckpointError: it cannot be read.
    """
    checkpoint = load(path)
    network = METHODS[checkpoint.config.method](checkpoint.config).network(len(checkpoint.classes))
    network.load_state_dict(checkpoint.average if weights == "average" else checkpoint.model)
    return network.float().eval(), checkpoint


def take_features(network: Network, path: Path) -> Matched:
    """Copy backbone and importance head of a checkpoint; the classifier stays as it is.

    Returns:
        How many tensors matched, of those that were to be copied.

    Raises:
        CheckpointError: it cannot be read.
        WeightsError: less than 95 % fit.
    """
    tensors = load(path).model
    return copy_tensors(_features(network, tensors), tensors, str(path))


def _features(network: Network, tensors: Mapping[str, Tensor]) -> torch.nn.ModuleDict:
    """The parts that do not depend on the classes and that the checkpoint has, too."""
    names = {name.partition(".")[0] for name in tensors}
    parts = {name: part for name, part in network.named_children() if name in names}
    del parts["classifier"]
    return torch.nn.ModuleDict(parts)
