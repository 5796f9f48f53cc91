"""What a person sees of a run in the Prefect UI: tables, contact sheets and curves."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from flows.datasheet import datasheet
from flows.pictures import confusion, contact_sheet, curves, data_url, faces_per_emotion
from scn.protocol import Selection, marked
from storage.ledger import Ledger
from storage.store import Dataset
from storage.yields import YIELD_COLUMNS, outcomes, stage_counts, yield_by_emotion


def show_collection(dataset: Dataset, failures: Mapping[str, int]) -> None:
    """Yield per emotion, drop reasons, counts of stages, failed queries, datasheet, contact sheet.

    Args:
        dataset: what was collected.
        failures: reason → number of queries that failed.
    """
    ledger = Ledger(dataset)
    create_table_artifact(
        yield_by_emotion(ledger.each(*YIELD_COLUMNS)), "yield", "Yield per emotion"
    )
    drops = [
        {"state": state, "reason": reason, "videos": videos}
        for (state, reason), videos in outcomes(ledger.each()).items()
    ]
    create_table_artifact(drops, "drops", "Videos by state and reason")
    counted = stage_counts(ledger.each("counts"))
    stages = [{"stage": name, "count": count} for name, count in counted.items()]
    create_table_artifact(
        stages, "stages", "Detections, tracks, clips, faces and what was left out"
    )
    if failures:
        failed = [{"reason": reason, "queries": n} for reason, n in failures.items()]
        create_table_artifact(
            failed, "failed-queries", "Queries that failed; the next run repeats them"
        )
    create_markdown_artifact(datasheet(dataset), "datasheet", f"Datasheet of {dataset.name}")
    sheet = contact_sheet(faces_per_emotion(dataset))
    create_image_artifact(data_url(sheet), "contact-sheet", "Aligned faces per emotion")


def show_curves(
    rows: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    key: str,
    what: str = "Training curves",
) -> None:
    """Curves of a training log."""
    create_image_artifact(data_url(curves(rows, names)), key, what)


def show_results(rows: Sequence[Mapping[str, Any]], key: str, what: str) -> None:
    """A table of results, one row each."""
    create_table_artifact([dict(row) for row in rows], key, what)


def show_slices(slices: Sequence[Mapping[str, Any]], key: str, what: str) -> None:
    """A table of parts of the tested faces, as `flows.testing` gives them."""
    rows = [
        {
            "by": part["by"],
            "part": part["which"],
            "faces": part["faces"],
            "accuracy": "{value:.3f} ({low:.3f} to {high:.3f})".format(**part["accuracy"]),
            "warning": part["warning"],
        }
        for part in slices
    ]
    create_table_artifact(rows, key, what)


def show_confusion(
    matrix: Sequence[Sequence[int]],
    classes: Sequence[str],
    key: str,
    selection: Selection = "validation",
) -> None:
    """A confusion matrix of a test, which says in the picture, too, if the test split selected."""
    predicted = "predicted" if selection == "validation" else "predicted (chosen on test)"
    picture = confusion(matrix, classes, ("true", predicted))
    create_image_artifact(data_url(picture), key, marked("Confusion matrix", selection))
