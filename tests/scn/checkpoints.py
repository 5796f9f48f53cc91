"""Checkpoints for the tests, of networks that were never trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from scn.checkpoint import Checkpoint, save
from scn.config import TrainConfig
from scn.label_book import EVENTS
from scn.methods import METHODS
from scn.premises import Premises
from scn.progress import Progress


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
        store_version=0,
        premises=Premises(initial=None, validation="", processes=1, lanes=8),
        progress=Progress(epoch=2, log=list(log)),
        model=METHODS[config.method](config).network(len(classes)).state_dict(),
        average={},
        optimiser={},
        samples=samples or pa.table({"face_id": pa.array([], pa.string())}),
        events=EVENTS.empty_table(),
        pending=EVENTS.empty_table(),
    )
    return save(folder, checkpoint)
