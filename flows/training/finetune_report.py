"""What a person sees of a fine-tuning: lines of the log, tables and confusion matrices."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from prefect import get_run_logger

from flows.artifacts import show_confusion, show_results, show_slices
from scn.protocol import Selection, marked

Row = Mapping[str, Any]

_SHOWN: Final = (
    "method", "start", "selection", "best_epoch", "accuracy", "mean_class_accuracy", "macro_f1",
    "last_accuracy",
)  # fmt: skip


def log_tested(name: str, row: Row) -> None:
    """Say what a way to train came to, and which of its slices are too small to say much."""
    log = get_run_logger()
    said = (
        f"{name}: test accuracy {row['accuracy']:.3f}, mean class accuracy"
        f" {row['mean_class_accuracy']:.3f}; of the last epoch {row['last_accuracy']:.3f}"
    )
    log.info("%s", marked(said, row["selection"]))
    for part in row["slices"]:
        if part["warning"]:
            log.warning("%s: slice %s, %s: %s", name, part["by"], part["which"], part["warning"])


def show_finetuning(
    rows: Sequence[Row], benchmark: str, selection: Selection, classes: Sequence[str]
) -> None:
    """Artifacts: the table of all ways to train, and slices and confusion matrix of each."""
    shown: list[Row] = [{n: row[n] for n in _SHOWN if n in row} for row in rows]
    show_results(shown, f"results-{benchmark}", marked(f"{benchmark}: test split", selection))
    for row in rows:
        key = f"{benchmark}-{row['method']}-{row['start']}"
        show_confusion(row["confusion"], classes, f"confusion-{key}", selection)
        if row["slices"]:
            title = marked("Accuracy by what is known of the tested faces", selection)
            show_slices(row["slices"], f"slices-{key}", title)
