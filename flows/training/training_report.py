"""What a person sees of a training: a bar, lines of a log, and pictures at its end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from prefect import get_run_logger

from flows.artifacts import show_curves
from flows.progress import Progress
from flows.training.label_audit import show_audit
from flows.training.monitor_report import show_monitors
from scn.checkpoint import Checkpoint
from scn.config import TrainConfig
from scn.fitting import Report
from scn.methods import METHODS
from scn.protocol import Selection, marked, shown_as
from scn.training import StepRow
from scn.weights import Matched
from storage.store import Dataset

AUDIT: Final = "audit"
CURVES: Final = ["loss", "rank_loss", "validation_accuracy", "importance_mean", "relabelled"]


def reporter(name: str, config: TrainConfig, faces: int) -> Report:
    """Whom a run tells of its steps and epochs: the bar and the log of a Prefect task.

    Args:
        name: of the way to train.
        config: its configuration.
        faces: that it trains on.
    """
    progress = Progress(f"train-{name}", f"images, {name}", config.epochs * faces)

    def start(copied: Sequence[Matched]) -> None:
        for matched in copied:
            get_run_logger().info("%s: %s", name, matched)

    def step(row: StepRow) -> None:
        progress.update(round((row.epoch - 1 + (row.step + 1) / row.steps) * faces))

    def epoch(row: Mapping[str, Any]) -> None:
        progress.update(row["epoch"] * faces)
        get_run_logger().info(
            "%s, epoch %d: loss %.3f, %s %.3f, importance %.3f, %d relabelled",
            name,
            row["epoch"],
            row["loss"],
            shown_as("validation_accuracy", selection_of(row)).replace("_", " "),
            row["validation_accuracy"],
            row["importance_mean"],
            row["relabelled"],
        )
        for alarm in row["alarms"]:
            get_run_logger().warning("%s: %s. %s", name, alarm["name"], alarm["message"])

    return Report(start, epoch, step)


def selection_of(row: Mapping[str, Any]) -> Selection:
    """What selected, by an epoch's row of a log; logs that do not say it are of validation."""
    found: Selection = row.get("selection", "validation")
    return found


def show_training(
    name: str, dataset: Dataset, last: Checkpoint, folder: Path, truth: Mapping[str, str]
) -> None:
    """Curves, what the monitors saw, and what became of the labels.

    Args:
        name: of the way to train.
        dataset: that it trained on.
        last: its last checkpoint.
        folder: of the run.
        truth: face_id → true label, where labels were made wrong on purpose.
    """
    selection = selection_of(last.log[-1])
    rows = [{shown_as(n, selection): value for n, value in row.items()} for row in last.log]
    names = [shown_as(n, selection) for n in CURVES]
    show_curves(rows, names, f"curves-{name}", marked("Training curves", selection))
    show_monitors(last.log, name)
    if METHODS[last.config.method].relabels:
        show_audit(dataset, last, folder / AUDIT, name, truth)
