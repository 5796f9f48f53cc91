"""A whole run: epochs, checkpoints, the choice of the best, and going on after a crash."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from scn.checkpoint import (
    Checkpoint,
    check_classes,
    keep_only,
    load,
    newest,
    of_epoch,
    save,
)
from scn.config import TrainConfig
from scn.errors import CheckpointError, TooFewFaces
from scn.model import SelfCureNetwork
from scn.start import starting_network
from scn.training import EpochRow, Trainer
from storage.reader import FaceReader


@dataclass(frozen=True, slots=True)
class FitResult:
    """Where a finished run left its checkpoints, and its log, one mapping an epoch."""

    last: Path
    best: Path
    log: tuple[dict[str, Any], ...]


def fit(
    config: TrainConfig,
    train: FaceReader,
    validation: FaceReader,
    classes: Sequence[str],
    folder: Path,
    *,
    initial: Path | None = None,
    report: Callable[[EpochRow], None] = lambda row: None,
) -> FitResult:
    """Train to the last epoch, going on from the newest checkpoint in `folder` if there is one.

    The best checkpoint is the one with the highest accuracy on `validation`, the earliest of equal
    ones. The checkpoints of all other epochs but the last are removed; `log.jsonl` holds the log.

    Args:
        config: how to train.
        train: the faces to train on.
        validation: the faces that choose the checkpoint; never the test split.
        classes: names in the order of the model's outputs.
        folder: the run's own folder.
        initial: a checkpoint whose backbone and importance head are the start.
        report: called after each epoch.

    Raises:
        TooFewFaces: there is nothing to train on, or nothing to choose by.
        ClassMismatch: faces or the checkpoint in `folder` have other classes.
        CheckpointError: the checkpoint in `folder` is of another configuration.
        WeightsError: initial weights fit less than 95 % of the model.
        NotFinite: the loss became infinite or undefined.
    """
    trainer = prepare(config, train, validation, classes, folder, initial=initial)
    for epoch in range(len(trainer.log) + 1, config.epochs + 1):
        row = trainer.epoch(epoch)
        save(folder, trainer.checkpoint(epoch))
        _write_log(folder, trainer.log)
        keep_only(folder, (epoch, _best_epoch(trainer.log)))
        report(row)
    # Once more, for a run that was killed between its last checkpoint and these two.
    _write_log(folder, trainer.log)
    keep_only(folder, (config.epochs, _best_epoch(trainer.log)))
    last = of_epoch(folder, config.epochs)
    return FitResult(last, of_epoch(folder, _best_epoch(trainer.log)), tuple(trainer.log))


def prepare(
    config: TrainConfig,
    train: FaceReader,
    validation: FaceReader,
    classes: Sequence[str],
    folder: Path,
    *,
    initial: Path | None = None,
) -> Trainer:
    """Take up the run in `folder` at its newest checkpoint, or at its start; writes nothing.

    Arguments and errors as for `fit`.
    """
    _check_enough(train, validation)
    found = resumable(folder, config, classes, train)
    # A run that goes on needs no file that it once started from.
    model = (
        SelfCureNetwork(len(classes)) if found else starting_network(config, len(classes), initial)
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    trainer = Trainer(config, train, validation, classes, model, device)
    if found:
        trainer.go_on(found)
    return trainer


def resumable(
    folder: Path, config: TrainConfig, classes: Sequence[str], train: FaceReader
) -> Checkpoint | None:
    """The newest checkpoint of a run's folder, if there is one and the run may go on from it.

    Raises:
        ClassMismatch: it has other classes.
        CheckpointError: it was made with another configuration, version of the store or faces.
    """
    path = newest(folder)
    if path is None:
        return None
    found = load(path)
    check_classes(path, found.classes, classes)
    before, now = found.config.model_dump(), config.model_dump()
    changed = [
        f"{name} is {now[name]}, was {before[name]}" for name in now if now[name] != before[name]
    ]
    if found.store_version != train.version:
        changed.append(f"store version is {train.version}, was {found.store_version}")
    if not _same_faces(found, train):
        changed.append("the faces or their given labels are others")
    if changed:
        raise CheckpointError(f"checkpoint {path}: cannot go on, since {'; '.join(changed)}")
    return found


def _same_faces(found: Checkpoint, train: FaceReader) -> bool:
    """Whether a checkpoint's samples are the reader's faces with their labels, in order."""
    return all(
        found.samples[before].to_pylist() == train.index[now].to_pylist()
        for before, now in (("face_id", "face_id"), ("given", "emotion"))
    )


def _check_enough(train: FaceReader, validation: FaceReader) -> None:
    if len(train) < 2:
        raise TooFewFaces(f"faces to train on: {len(train)}, at least 2 are needed")
    if not len(validation):
        raise TooFewFaces("faces to choose a checkpoint by: 0, at least 1 is needed")


def _best_epoch(log: Sequence[dict[str, Any]]) -> int:
    best = max(log, key=lambda row: (row["validation_accuracy"], -row["epoch"]))
    return int(best["epoch"])


def _write_log(folder: Path, log: Sequence[dict[str, Any]]) -> None:
    unfinished = folder / ".log.jsonl.part"
    unfinished.write_text("".join(json.dumps(row) + "\n" for row in log))
    unfinished.replace(folder / "log.jsonl")
