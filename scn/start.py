"""The network that a run starts from: random, with a backbone from a file, or from a checkpoint."""

from pathlib import Path

import torch

from scn.checkpoint import take_features
from scn.config import TrainConfig
from scn.model import SelfCureNetwork
from scn.weights import load_weights


def starting_network(
    config: TrainConfig, classes: int, initial: Path | None = None
) -> SelfCureNetwork:
    """A network set at random by the seed, then by what is given.

    Args:
        config: its seed, and its file of backbone weights if any.
        classes: number of classes.
        initial: a checkpoint whose backbone and importance head are taken, whatever its classes.

    Raises:
        WeightsError: a file of weights cannot be read, or fits less than 95 % of the network.
        CheckpointError: `initial` cannot be read.
    """
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        model = SelfCureNetwork(classes)
    if config.backbone_weights:
        load_weights(model.backbone, config.backbone_weights)
    if initial:
        take_features(model, initial)
    return model
