"""What a run did to its labels: Parquet for programs, pictures and tables for people."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from flows.pictures import confusion, contact_sheet, curves, data_url, images_of
from scn.checkpoint import Checkpoint
from scn.emotions import EMOTIONS, class_order
from scn.label_audit import judge_epochs
from scn.label_changes import confusion_of, events_of, extremes, write_changes
from storage.store import Dataset

CHANGES_PICTURE: Final = "label-changes.png"
IMPORTANCE_PICTURE: Final = "importance.jpg"
JUDGED_PICTURE: Final = "against-the-truth.png"
_EACH: Final = 10
_SCORES: Final = tuple(
    f"{what}_{score}" for what in ("found", "right") for score in ("precision", "recall", "f1")
)


def write_audit(dataset: Dataset, checkpoint: Checkpoint, folder: Path) -> None:
    """Write the tables of `scn.label_changes` and their pictures into `folder`."""
    write_changes(checkpoint, folder)
    matrix, classes = confusion_of(checkpoint), checkpoint.classes
    (folder / CHANGES_PICTURE).write_bytes(confusion(matrix, classes, ("old", "new")))
    chosen = extremes(checkpoint.samples, _EACH)
    sheet = contact_sheet({name: images_of(dataset, ids) for name, ids in chosen.items()})
    (folder / IMPORTANCE_PICTURE).write_bytes(sheet)


def judged(checkpoint: Checkpoint, truth: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    """Each epoch's labels judged by the truth, and the scores as curves in `folder`.

    Args:
        checkpoint: of the run.
        truth: face_id → true label.
        folder: for the picture.
    """
    events, epochs = events_of(checkpoint), len(checkpoint.log)
    rows = [asdict(j) for j in judge_epochs(checkpoint.samples, events, epochs, truth)]
    shown = [{**row, **{n: row[n] or 0.0 for n in _SCORES}} for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JUDGED_PICTURE).write_bytes(curves(shown, _SCORES))
    return rows


def read_truth(path: Path, classes: Sequence[str]) -> dict[str, str]:
    """True labels by face_id, from a CSV file with the columns face_id and emotion.

    Raises:
        ValueError: it is no such file, or names what is neither an emotion nor a class.
    """
    try:
        with path.open(newline="") as file:
            truth = {row["face_id"]: row["emotion"] for row in csv.DictReader(file)}
    except (OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
        raise ValueError(
            f"truth: {path} is no CSV file with the columns face_id and emotion: {error}"
        ) from error
    allowed = class_order([*EMOTIONS, *classes])
    if strangers := sorted(set(truth.values()) - set(allowed)):
        raise ValueError(f"truth: {path} has {strangers}, allowed are {', '.join(allowed)}")
    return truth


def show_audit(
    dataset: Dataset, checkpoint: Checkpoint, folder: Path, key: str, truth: Mapping[str, str]
) -> None:
    """Write the audit, and show it beside the run; judged, if a truth is known."""
    write_audit(dataset, checkpoint, folder)
    if truth:
        judgements = judged(checkpoint, truth, folder)
        create_table_artifact(judgements, f"against-the-truth-{key}", "Labels beside the truth")
    for picture, what in (
        (CHANGES_PICTURE, "Labels changed, from old to new"),
        (IMPORTANCE_PICTURE, "The least and the most important faces of each class"),
    ):
        url = data_url((folder / picture).read_bytes())
        create_image_artifact(url, f"{Path(picture).stem}-{key}", what)
    faces = checkpoint.samples.num_rows
    changed = sum(g != c for g, c in zip(*_labels(checkpoint), strict=True))
    create_markdown_artifact(
        f"{checkpoint.events.num_rows} changes of labels; {changed} of {faces} faces end with"
        f" another label than they had.\n\nTables and pictures are in `{folder}`.",
        f"label-audit-{key}",
        "What training did to the labels",
    )


def _labels(checkpoint: Checkpoint) -> tuple[list[str], list[str]]:
    samples = checkpoint.samples
    return samples["given"].to_pylist(), samples["current"].to_pylist()
