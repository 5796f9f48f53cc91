"""What of a network learns, and whose statistics its batch normalisation takes."""

from collections.abc import Callable

import torch
from torch import nn

from scn.config import TrainConfig
from scn.network import Network


def with_shared_statistics(
    network: Network, config: TrainConfig, device: torch.device, processes: int
) -> Network:
    """The network whose batch normalisation takes all processes' faces, if that is asked for.

    Raises:
        ValueError: several processes would have to do so without GPUs.
    """
    if config.batch_norm != "synchronised" or processes == 1:
        return network
    if device.type != "cuda":
        raise ValueError(
            "batch_norm: is synchronised, which needs GPUs; must be batch or frozen without"
        )
    convert: Callable[[Network], Network] = nn.SyncBatchNorm.convert_sync_batchnorm
    return convert(network)


def least_rows(config: TrainConfig, processes: int) -> int:
    """The faces that a batch must have at least.

    Batch normalisation cannot learn from one image, and where it is synchronised waits for ever for
    a process that has none.
    """
    return 2 if config.batch_norm == "frozen" else 2 * processes


def let_learn(network: Network, config: TrainConfig) -> None:
    """Put a network in training, but for what the configuration freezes."""
    network.train()
    if config.batch_norm == "frozen":
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
    for stage in network.backbone.stages()[: config.frozen_stages]:
        stage.eval().requires_grad_(False)
