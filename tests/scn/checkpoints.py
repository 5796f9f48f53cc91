"""Checkpoints for the tests, of networks that were never trained."""

from pathlib import Path

import pyarrow as pa

from scn.checkpoint import Checkpoint, save
from scn.config import TrainConfig
from scn.model import SelfCureNetwork
from scn.relabeling import EVENTS


def write_checkpoint(folder: Path, config: TrainConfig, classes: tuple[str, ...]) -> Path:
    """Save an untrained network's checkpoint of epoch 1 under `folder`."""
    checkpoint = Checkpoint(
        config=config,
        classes=classes,
        epoch=1,
        store_version=0,
        model=SelfCureNetwork(len(classes)).state_dict(),
        optimiser={},
        samples=pa.table({"face_id": pa.array([], pa.string())}),
        events=EVENTS.empty_table(),
        log=[],
    )
    return save(folder, checkpoint)
