"""One training run as a Prefect task: fit, then keep the labels it changed and show its curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import get_run_logger, task

from flows.artifacts import show_curves
from flows.exposure import note_origin
from flows.progress import Progress
from flows.runs import Run, check_writable
from flows.thresholds import Condition
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.emotions import in_common_order
from scn.errors import TooFewFaces
from scn.fitting import FitResult, fit, prepare
from scn.relabeling import events_table
from scn.selection import split_holdout
from scn.training import EpochRow
from storage.labels import append_events
from storage.reader import FaceReader
from storage.store import Dataset

CURVES = ["loss", "rank_loss", "validation_accuracy", "importance_mean", "relabelled"]


@dataclass(frozen=True, slots=True)
class Faces:
    """What a run trains on, chooses its checkpoint by, and is tested on."""

    train: FaceReader
    validation: FaceReader
    test: FaceReader
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to train: a name, a configuration and a checkpoint to start from."""

    name: str
    config: TrainConfig
    initial: Path | None = None


def faces_of(
    dataset: Dataset, config: TrainConfig, run: Run, where: Sequence[Condition] = ()
) -> Faces:
    """The parts of a dataset; validation is its own split, or held out from train.

    A run that goes on sees the dataset as it was at its start. Of faces to train on, only those
    for which all conditions hold count.

    Raises:
        TooFewFaces: the dataset is empty, or nothing fulfils the conditions.
        ValueError: it has labels that are none of the common emotions.
    """
    version = run.read().get("parameters", {}).get("store_version")

    def reader(split: str) -> FaceReader:
        return FaceReader(
            dataset,
            splits=(split,),
            where=where if split == "train" else (),
            image_size_px=config.image_size_px,
            centre_share=config.centre_share,
            version=version,
        )

    train, validation, test = reader("train"), reader("validation"), reader("test")
    if not len(train):
        beyond = " within the thresholds" if where else ""
        raise TooFewFaces(
            f"dataset {dataset.name}: has no faces to train on{beyond}; collect or ingest"
        )
    emotions = {e for part in (train, validation, test) for e in part.index["emotion"].to_pylist()}
    if not len(validation):
        train, validation = split_holdout(train, config.holdout_share, config.seed)
    return Faces(train, validation, test, in_common_order(emotions))


def check_arm(arm: Arm, faces: Faces, folder: Path) -> None:
    """Check that a way to train can begin, or go on in `folder`, before anything is written.

    Raises:
        ScnError: faces, weights, checkpoint and configuration do not fit.
        ValueError: the folder cannot be written.
    """
    check_writable(folder)
    prepare(arm.config, faces.train, faces.validation, faces.classes, folder, initial=arm.initial)


@task(name="train", task_run_name="train {arm.name}", persist_result=False)
def train_arm(arm: Arm, dataset: Dataset, faces: Faces, run_id: str, folder: Path) -> FitResult:
    """Fit in `folder`, going on where an earlier attempt stopped; keep the label events."""
    if arm.initial:
        note_origin(folder, arm.initial)
    progress = Progress(f"train-{arm.name}", f"epochs, {arm.name}", arm.config.epochs)

    def report(row: EpochRow) -> None:
        progress.update(row.epoch)
        get_run_logger().info(
            "%s, epoch %d: loss %.3f, validation accuracy %.3f, importance %.3f, %d relabelled",
            arm.name,
            row.epoch,
            row.loss,
            row.validation_accuracy,
            row.importance_mean,
            row.relabelled,
        )

    result = fit(
        arm.config,
        faces.train,
        faces.validation,
        faces.classes,
        folder,
        initial=arm.initial,
        report=report,
    )
    keep_events(dataset, result, run_id)
    show_curves(result.log, CURVES, f"curves-{arm.name}")
    return result


def keep_events(dataset: Dataset, result: FitResult, run_id: str) -> None:
    """Append a finished run's label events to the store, once however often it is called."""
    last = load(result.last)
    face_ids = last.samples["face_id"].to_pylist()
    events = events_table(last.events.to_pylist(), run_id, face_ids, last.classes)
    if events.num_rows:
        append_events(dataset, run_id, events, once="training")


def summary_of(result: FitResult) -> dict[str, Any]:
    """A finished fit as plain values for the run's record."""
    best = max(result.log, key=lambda row: (row["validation_accuracy"], -row["epoch"]))
    return {
        "best": str(result.best),
        "last": str(result.last),
        "best_epoch": best["epoch"],
        "validation_accuracy": best["validation_accuracy"],
        "label_changes": sum(row["relabelled"] for row in result.log),
    }
