"""What a person sees of a run in the Prefect UI: tables, contact sheets and curves."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import (
    create_image_artifact,
    create_table_artifact,
)

from flows.pictures import confusion, curves, data_url
from scn.protocol import Selection, marked


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
    """A table of parts of the tested faces, as `flows.training.testing` gives them."""
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
