"""Sections on what was tested: confusion matrices, reliability, slices; a part for each way."""

from typing import Final

from flows.reports.charts import reliability_diagram, slice_accuracies
from flows.reports.finished_run import FloatArray, Way
from flows.reports.page import Part, matrix, picture
from flows.reports.score_tables import recall_rows, slice_rows, slices_of
from scn.scoring.calibration import reliability
from scn.scoring.slices import FEWEST_FACES

_NO_PREDICTIONS: Final = "The predictions of this way are no longer in the run's folder."


def confusion_part(way: Way) -> Part:
    """The confusion matrix of the best weights, and the recall of each class."""
    if "best" not in way.said:
        return Part(way.name, _NO_PREDICTIONS)
    counts, classes = way.row["scores"]["best"]["confusion"], way.said["best"].classes
    shown = matrix(counts, classes, ("truth", "prediction"))
    return Part(way.name, matrix=shown, rows=recall_rows(way))


def reliability_part(way: Way) -> Part:
    """Reliability diagrams of the best weights, before and after the temperature."""
    if "best" not in way.said:
        return Part(way.name, _NO_PREDICTIONS)
    said, scores = way.said["best"], way.row["scores"]["best"]
    states: dict[str, float | FloatArray] = {
        f"before: ECE {scores['calibration_error']['value']:.3f}": 1.0,
        f"after, temperature {scores['temperature']:.2f}: ECE"
        f" {scores['calibrated_error']['value']:.3f}": way.temperatures,
    }
    text = ""
    if way.row.get("selection") == "test":
        states = dict(list(states.items())[:1])
        text = "No temperature: with selection on the test split there are no faces to choose it."
    pictures = [
        picture(
            reliability_diagram(reliability(said, by), title),
            f"Reliability diagram of {way.name}, {title}",
        )
        for title, by in states.items()
    ]
    return Part(way.name, text, pictures)


def slice_part(way: Way) -> Part:
    """Accuracy of the best weights by what is known of the faces."""
    found = slices_of(way)
    if not found:
        return Part(way.name, "The store knows no size, blur, pose, age, gender or race of them.")
    small = sum(part.too_small for part in found)
    text = (
        f"{small} of {len(found)} slices, drawn in grey, have fewer than {FEWEST_FACES} faces: too"
        " few to tell them apart from the others."
        if small
        else ""
    )
    chart = slice_accuracies(found, way.row["accuracy"])
    shown = picture(chart, f"Accuracy by slice of {way.name}")
    return Part(way.name, text, [shown], rows=list(slice_rows(found)), fold="The same as a table")
