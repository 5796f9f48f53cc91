"""Checkpoints: safetensors, Parquet and JSON in a folder that appears whole or not at all.

::

    epoch-0012/
        model.safetensors       the network
        optimiser.safetensors   momentum and the like
        samples.parquet         each training face: given and current label, importance
        events.parquet          every change of a label so far
        state.json              configuration, classes, normalisation, epoch, log
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from scn.batches import MEAN_RGB, STD_RGB
from scn.config import TrainConfig
from scn.errors import CheckpointError, ClassMismatch
from scn.model import SelfCureNetwork
from scn.weights import Matched, copy_tensors

_PREFIX: Final = "epoch-"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that a run needs to go on, and a user to deploy."""

    config: TrainConfig
    classes: tuple[str, ...]
    epoch: int
    store_version: int
    model: dict[str, Tensor]
    optimiser: dict[str, Tensor]
    samples: pa.Table
    events: pa.Table
    log: list[dict[str, Any]]


def save(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint under `folder`, synced to disk before it gets its name."""
    path = folder / f"{_PREFIX}{checkpoint.epoch:04d}"
    unfinished = folder / f".{path.name}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    save_file(checkpoint.model, unfinished / "model.safetensors")
    save_file(checkpoint.optimiser, unfinished / "optimiser.safetensors")
    pq.write_table(checkpoint.samples, unfinished / "samples.parquet")
    pq.write_table(checkpoint.events, unfinished / "events.parquet")
    (unfinished / "state.json").write_text(json.dumps(_state(checkpoint), indent=1))
    for file in [*unfinished.iterdir(), unfinished]:
        _sync(file)
    shutil.rmtree(path, ignore_errors=True)
    unfinished.rename(path)
    _sync(folder)
    return path


def load(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: it is missing or damaged.
    """
    try:
        state = json.loads((path / "state.json").read_text())
        return Checkpoint(
            config=TrainConfig.model_validate(state["config"]),
            classes=tuple(state["classes"]),
            epoch=int(state["epoch"]),
            store_version=int(state["store_version"]),
            model=load_file(path / "model.safetensors"),
            optimiser=load_file(path / "optimiser.safetensors"),
            samples=pq.read_table(path / "samples.parquet"),
            events=pq.read_table(path / "events.parquet"),
            log=list(state["log"]),
        )
    except (
        OSError,
        KeyError,
        ValueError,
        TypeError,
        SafetensorError,
        pa.ArrowException,
    ) as e:
        raise CheckpointError(f"checkpoint {path}: cannot be read: {e}") from e


def newest(folder: Path) -> Path | None:
    """The checkpoint of the highest epoch, if there is one."""
    return max(_checkpoints(folder), key=_epoch_of, default=None)


def of_epoch(folder: Path, epoch: int) -> Path:
    """The path of an epoch's checkpoint."""
    return folder / f"{_PREFIX}{epoch:04d}"


def keep_only(folder: Path, epochs: Sequence[int]) -> None:
    """Remove the checkpoints of all other epochs."""
    kept = {of_epoch(folder, epoch) for epoch in epochs}
    for path in _checkpoints(folder):
        if path not in kept:
            shutil.rmtree(path)


def check_classes(path: Path, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a checkpoint of other classes, or of another order of them."""
    if tuple(found) != tuple(wanted):
        raise ClassMismatch(
            f"checkpoint {path}: has the classes {', '.join(found)}; wanted {', '.join(wanted)}"
        )


def load_network(path: Path) -> tuple[SelfCureNetwork, Checkpoint]:
    """The trained network of a checkpoint, ready to predict, and the checkpoint."""
    checkpoint = load(path)
    model = SelfCureNetwork(len(checkpoint.classes))
    model.load_state_dict(checkpoint.model)
    return model.eval(), checkpoint


def take_features(model: SelfCureNetwork, path: Path) -> Matched:
    """Copy backbone and importance head of a checkpoint; the classifier stays as it is.

    Returns:
        How many tensors matched, of those that were to be copied.

    Raises:
        CheckpointError: it cannot be read.
        WeightsError: less than 95 % fit.
    """
    tensors = load(path).model
    features = torch.nn.ModuleDict(
        {"backbone": model.backbone, "importance_head": model.importance_head}
    )
    return copy_tensors(features, tensors, str(path))


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name[len(_PREFIX) :].isdecimal()]


def _epoch_of(path: Path) -> int:
    return int(path.name[len(_PREFIX) :])


def _state(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "config": checkpoint.config.model_dump(mode="json"),
        "classes": list(checkpoint.classes),
        "epoch": checkpoint.epoch,
        "store_version": checkpoint.store_version,
        "normalisation": {"mean_rgb": MEAN_RGB, "std_rgb": STD_RGB},
        "log": checkpoint.log,
    }


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
