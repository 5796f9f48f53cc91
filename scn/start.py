"""The network that a run starts from: random, with a backbone from a file, or from a checkpoint."""

from dataclasses import dataclass
from pathlib import Path

import torch

from scn.config import TrainConfig
from scn.methods import METHODS
from scn.network import Network
from scn.trained import take_features
from scn.weights import Matched, load_weights


@dataclass(frozen=True, slots=True)
class Start:
    """A network, and what was copied into it from files."""

    network: Network
    copied: tuple[Matched, ...] = ()


def starting_network(config: TrainConfig, classes: int, initial: Path | None = None) -> Start:
    """A network set at random by the seed, then by what is given.

    Args:
        config: its method, backbone and seed, and its file of weights if any.
        classes: number of classes.
        initial: a checkpoint whose backbone and importance head are taken, whatever its classes.

    Raises:
        WeightsError: a file of weights cannot be read, or fits less than 95 % of the network.
        CheckpointError: `initial` cannot be read.
    """
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = METHODS[config.method](config).network(classes)
    copied = []
    if config.backbone_weights:
        copied.append(load_weights(network, config.backbone_weights))
    if initial:
        copied.append(take_features(network, initial))
    return Start(network, tuple(copied))
