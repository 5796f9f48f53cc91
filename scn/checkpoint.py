"""Checkpoints: safetensors, Parquet and JSON in a folder that appears whole or not at all.

::

    epoch-0012/                 after epoch 12; step-0013-000120/ in mid-epoch 13
        model.safetensors       the network
        average.safetensors     the moving average of its weights; empty without one
        optimiser.safetensors   momentum and the like
        samples.parquet         each training face: given and current label, importance
        events.parquet          every change of a label so far
        pending.parquet         changes that the open epoch has proposed
        state.json              configuration, classes, normalisation, template, premises, log
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from scn.batches import MEAN_RGB, STD_RGB
from scn.config import TrainConfig
from scn.errors import CheckpointError, ClassMismatch
from scn.premises import Premises
from scn.progress import Progress
from storage.alignment_template import TEMPLATE_XY

_EPOCH: Final = "epoch-"
_STEP: Final = "step-"
# What an image must be like for these weights; JSON has lists for tuples.
_IMAGES: Final = {
    "normalisation": {"mean_rgb": list(MEAN_RGB), "std_rgb": list(STD_RGB)},
    "template_xy": [list(point) for point in TEMPLATE_XY],
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that a run needs to go on, and a user to deploy."""

    config: TrainConfig
    classes: tuple[str, ...]
    store_version: int
    premises: Premises
    progress: Progress
    model: dict[str, Tensor]
    average: dict[str, Tensor]
    optimiser: dict[str, Tensor]
    samples: pa.Table
    events: pa.Table
    pending: pa.Table

    @property
    def log(self) -> list[dict[str, Any]]:
        """A mapping for each closed epoch."""
        return self.progress.log


def save(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint under `folder`, synced to disk before it gets its name."""
    path = folder / _name(checkpoint.progress)
    unfinished = folder / f".{path.name}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name in ("model", "average", "optimiser"):
        save_file(getattr(checkpoint, name), unfinished / f"{name}.safetensors")
    for name in ("samples", "events", "pending"):
        pq.write_table(getattr(checkpoint, name), unfinished / f"{name}.parquet")
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
        _check_images(state)
        model, average, optimiser = (
            load_file(path / f"{name}.safetensors") for name in ("model", "average", "optimiser")
        )
        samples, events, pending = (
            pq.read_table(path / f"{name}.parquet") for name in ("samples", "events", "pending")
        )
        return Checkpoint(
            TrainConfig.model_validate(state["config"]),
            tuple(state["classes"]),
            int(state["store_version"]),
            Premises(**state["premises"]),
            Progress(**state["progress"]),
            model,
            average,
            optimiser,
            samples,
            events,
            pending,
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
    """The checkpoint that got farthest, if there is one."""
    return max(_checkpoints(folder), key=_place, default=None)


def of_epoch(folder: Path, epoch: int) -> Path:
    """The path of an epoch's checkpoint."""
    return folder / f"{_EPOCH}{epoch:04d}"


def keep_only(folder: Path, *, last: int, epochs: Sequence[int]) -> None:
    """Remove all but the newest, the last ones of closed epochs, and those of `epochs`."""
    found = sorted(_checkpoints(folder), key=_place)
    closed = [path for path in found if path.name.startswith(_EPOCH)]
    kept = {*closed[-last:], *found[-1:], *(of_epoch(folder, epoch) for epoch in epochs)}
    for path in found:
        if path not in kept:
            shutil.rmtree(path)


def check_classes(path: Path, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a checkpoint of other classes, or of another order of them."""
    if tuple(found) != tuple(wanted):
        raise ClassMismatch(
            f"checkpoint {path}: has the classes {', '.join(found)}; wanted {', '.join(wanted)}"
        )


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*-*") if _parts(path.name) is not None]


def _place(path: Path) -> tuple[int, int]:
    """Closed epochs, and batches of the next one."""
    parts = _parts(path.name)
    assert parts is not None
    return parts


def _parts(name: str) -> tuple[int, int] | None:
    kind, _, rest = name.partition("-")
    numbers = rest.split("-")
    if not all(number.isdecimal() for number in numbers):
        return None
    if f"{kind}-" == _EPOCH and len(numbers) == 1:
        return int(numbers[0]), 0
    if f"{kind}-" == _STEP and len(numbers) == 2:
        return int(numbers[0]) - 1, int(numbers[1])
    return None


def _name(progress: Progress) -> str:
    if progress.batches:
        return f"{_STEP}{progress.epoch:04d}-{progress.batches:06d}"
    return f"{_EPOCH}{progress.epoch - 1:04d}"


def _check_images(state: dict[str, Any]) -> None:
    for name, now in _IMAGES.items():
        if state[name] != now:
            raise ValueError(f"{name} is {now}, was {state[name]}")


def _state(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "config": checkpoint.config.model_dump(mode="json"),
        "classes": list(checkpoint.classes),
        "store_version": checkpoint.store_version,
        "premises": asdict(checkpoint.premises),
        **_IMAGES,
        "progress": checkpoint.progress.state(),
    }


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
