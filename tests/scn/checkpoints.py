"""Checkpoints for the tests, of networks that were never trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from scn.checkpoint import Checkpoint, save
from scn.config import TrainConfig
from scn.model import SelfCureNetwork
from scn.relabeling import EVENTS


def write_checkpoint(
    folder: Path,
    config: TrainConfig,
    classes: tuple[str, ...],
    samples: pa.Table | None = None,
    log: Sequence[dict[str, Any]] = (),
) -> Path:
    """Save an untrained network's checkpoint of epoch 1 under `folder`."""
    checkpoint = Checkpoint(
        config=config,
        classes=classes,
        epoch=1,
        store_version=0,
        model=SelfCureNetwork(len(classes)).state_dict(),
        optimiser={},
        samples=samples or pa.table({"face_id": pa.array([], pa.string())}),
        events=EVENTS.empty_table(),
        log=list(log),
    )
    return save(folder, checkpoint)
