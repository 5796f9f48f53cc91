"""Scores of a fine-tuning as rows of tables: a row is a mapping from heading to what stands there.

An interval stays one, so that the page shows its figure and its range.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flows.reports.finished_run import Way
from flows.reports.page import Marked
from scn.scoring.bootstrap import Interval
from scn.scoring.slices import Slice

Row = dict[str, Any]

ON_TEST: Final = "best on TEST"
_FIGURES: Final = {
    "accuracy": "accuracy",
    "mean_class_accuracy": "mean class accuracy",
    "macro_f1": "macro F1",
}
_WEIGHTS: Final = {
    "best": "best on validation",
    "last": "last epoch",
    "average": "moving average",
}


def score_rows(ways: Sequence[Way]) -> list[Row]:
    """Each way's scores of its best, last and average weights; what test chose is marked."""
    return [
        {"way": way.name, "weights": _weights(way, which), **_figures(scores)}
        for way in ways
        for which, scores in way.row["scores"].items()
    ]


def rows_without_repeats(ways: Sequence[Way]) -> list[Row]:
    """Each way's weights on all tested faces, and on those that do not come before."""
    return [
        {"way": way.name, "weights": _weights(way, which), "tested on": what, **_figures(scores)}
        for way in ways
        for which, whole in way.row["scores"].items()
        for what, scores in (
            ("all", whole),
            ("without repeated pictures", way.row["scores_without_repeats"].get(which)),
        )
        if scores
    ]


def rows_elsewhere(ways: Sequence[Way]) -> list[Row]:
    """Each way's weights on other datasets: on all their faces, and on those never seen before."""
    return [
        {
            "dataset": name,
            "way": way.name,
            "weights": _weights(way, which),
            "classes that both have": ", ".join(found["classes"]),
            **({"tested on": what} if found["repeats"] else {}),
            **_figures(scores),
        }
        for way in ways
        for name, found in way.row.get("also_tested", {}).items()
        for which, whole in found["scores"].items()
        for what, scores in (
            ("all", whole),
            ("pictures not trained on", found["scores_without_repeats"].get(which)),
        )
        if scores and (scores is whole or found["repeats"])
    ]


def recall_rows(way: Way) -> list[Row]:
    """How much of each class the best weights name right."""
    best = way.row["scores"]["best"]
    return [
        {"class": name, "faces": sum(counts), "recall": Interval(**best["recalls"][name])}
        for name, counts in zip(way.said["best"].classes, best["confusion"], strict=True)
        if name in best["recalls"]
    ]


def calibration_rows(ways: Sequence[Way]) -> list[Row]:
    """How far each is from as sure as right, before and after the temperature."""
    return [
        {
            "way": way.name,
            "weights": _weights(way, which),
            "ECE before": Interval(**scores["calibration_error"]),
            "temperature": float(scores["temperature"]),
            "ECE after": Interval(**scores["calibrated_error"]),
        }
        for way in ways
        for which, scores in way.row["scores"].items()
    ]


def slices_of(way: Way) -> list[Slice]:
    """The slices of a way's best weights."""
    return [
        Slice(
            part["by"],
            part["which"],
            part["faces"],
            Interval(**part["accuracy"]),
            part["too_small"],
        )
        for part in way.row.get("slices", [])
    ]


def slice_rows(found: Sequence[Slice]) -> Iterator[Row]:
    """Each slice with its accuracy, and a warning where there are too few faces."""
    for part in found:
        yield {
            "by": part.by,
            "slice": part.which,
            "faces": part.faces,
            "accuracy": part.accuracy,
            "warning": Marked("too few faces", grave=False) if part.too_small else None,
        }


def _weights(way: Way, which: str) -> str | Marked:
    if which == "best" and way.row.get("selection") == "test":
        return Marked(ON_TEST)
    epoch = (
        f", epoch {way.row['best_epoch']}" if which == "best" and "best_epoch" in way.row else ""
    )
    return f"{_WEIGHTS.get(which, which)}{epoch}"


def _figures(scores: Mapping[str, Any]) -> Row:
    return {
        "faces": scores["faces"],
        **{words: Interval(**scores[name]) for name, words in _FIGURES.items()},
    }
