"""Sections on the training itself: curves, alarms, importance, and what became of the labels."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from flows.reports.charts import curve, importance_by_class, label_flow
from flows.reports.finished_run import Way
from flows.reports.page import Part, Picture, matrix, picture
from flows.training.training_report import CURVES
from scn.label_changes import confusion_of
from scn.methods import METHODS
from scn.protocol import Selection, shown_as

_GONE: Final = "The checkpoints of this way are no longer in the run's folder."


def curve_pictures(ways: Sequence[Way]) -> Iterator[Picture]:
    """A picture for each figure of the log that some way has."""
    for column in CURVES:
        lines = {
            way.name: [
                [(row["epoch"], row[column]) for row in fold.log if column in row]
                for fold in way.folds
            ]
            for way in ways
            if way.folds and _has(way, column)
        }
        if any(points for folds in lines.values() for points in folds):
            words = shown_as(column, _selection(ways)).replace("_", " ")
            yield picture(curve(lines, words, legend=len(ways) > 1), f"{words} by epoch")


def alarm_rows(ways: Sequence[Way]) -> list[dict[str, Any]]:
    """What the monitors warned of, each alarm of a way once, in the words of its last epoch."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for way in ways:
        for row in sorted((row for fold in way.folds for row in fold.log), key=_epoch):
            for alarm in row["alarms"]:
                begun = found.setdefault(
                    (way.name, alarm["name"]),
                    {"way": way.name, "alarm": alarm["name"], "first in epoch": row["epoch"]},
                )
                begun["what it means"] = alarm["message"]
    return list(found.values())


def importance_part(way: Way) -> Part:
    """How importance is spread over the training faces of each class."""
    if why := _no_importance(way):
        return Part(way.name, why)
    samples = pa.concat_tables([fold.samples.select(["given", "importance"]) for fold in way.folds])
    seen = samples.filter(samples["importance"].is_valid())
    given, importance = np.array(seen["given"]), seen["importance"].to_numpy()
    values = {name: importance[given == name] for name in way.folds[0].classes}
    chart = importance_by_class(values)
    return Part(way.name, pictures=[picture(chart, f"Importance by class of {way.name}")])


def label_part(way: Way) -> Part:
    """From which class to which training changed labels."""
    if why := _no_changes(way):
        return Part(way.name, why)
    classes = way.folds[0].classes
    changes = np.sum([confusion_of(fold) for fold in way.folds], axis=0)
    faces = sum(fold.samples.num_rows for fold in way.folds)
    moved = sum(
        given != current
        for fold in way.folds
        for given, current in zip(
            *(fold.samples[c].to_pylist() for c in ("given", "current")), strict=True
        )
    )
    text = (
        f"{changes.sum():,} changes; {moved:,} of {faces:,} training faces"
        f"{' (of all folds)' if len(way.folds) > 1 else ''} end with another label than given."
    )
    shown = picture(label_flow(changes, classes), f"Changed labels of {way.name}, old to new")
    return Part(way.name, text, [shown], matrix(changes, classes, ("old", "new")))


def _no_importance(way: Way) -> str:
    """Why there is nothing to show; empty if there is."""
    if not _has(way, "importance_mean"):
        return f"The method {way.method} has no importance: all faces count the same."
    if not way.folds:
        return _GONE
    config = way.folds[0].config
    if way.method == "scn" and not config.importance_weighting and not config.rank_loss_weight:
        return "Importance was not trained: importance_weighting is off and rank_loss_weight is 0."
    return ""


def _no_changes(way: Way) -> str:
    """Why no label changed; empty if some did."""
    if not _has(way, "relabelled"):
        return f"The method {way.method} leaves labels as they are."
    if not way.folds:
        return _GONE
    config, epochs = way.folds[0].config, max(len(fold.log) for fold in way.folds)
    if any(fold.events.num_rows for fold in way.folds):
        return ""
    if not config.relabel:
        return "No label was changed: relabel is off."
    if config.relabel_from_epoch > epochs:
        return (
            f"No label was changed: relabeling begins in epoch {config.relabel_from_epoch}, and"
            f" training ended with epoch {epochs}."
        )
    return "No label was changed: no face led by relabel_margin."


def _has(way: Way, column: str) -> bool:
    """Whether a figure of the log says anything of a way: not if its method has no such thing."""
    if column in ("relabelled", "importance_mean"):
        method = METHODS[way.method]
        return method.relabels if column == "relabelled" else method.weighs
    rows = [row for fold in way.folds for row in fold.log]
    return column != "rank_loss" or any(row.get(column) for row in rows)


def _selection(ways: Sequence[Way]) -> Selection:
    """What chose the checkpoints, the same for all ways of a run."""
    return "test" if any(way.row.get("selection") == "test" for way in ways) else "validation"


def _epoch(row: dict[str, Any]) -> int:
    return int(row["epoch"])
