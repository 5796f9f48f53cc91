"""What `webemotion compare` does: trained networks side by side, and whether gains are luck."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.runs import Run
from flows.testing import kept_predictions
from scn.scoring.bootstrap import Interval
from scn.scoring.checkpoint_predictions import Which
from scn.scoring.paired import Comparison, compare
from scn.scoring.predictions import Predictions

_MARK = "[yellow]chosen on test[/yellow]"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to train of one run: its row in the run's result, and what it said of the test."""

    name: str
    row: dict[str, Any]
    said: Predictions


def contenders(runs: Path, names: Sequence[str], which: Which) -> list[Contender]:
    """All ways to train of the named runs, in their order; RUN/WAY names one way alone.

    Raises:
        ValueError: there is no such run, it is not finished, or has no such way or weights.
    """
    found = [each for name in names for each in _ways(runs, name, which)]
    if len(found) < 2:
        raise ValueError(f"run: {', '.join(names)} is one way to train alone; name another run")
    return found


def show_comparison(found: Sequence[Contender], which: Which, console: Console) -> None:
    """Print the scores of all, and each beside the first.

    Raises:
        ClassMismatch: they were not tested on the same faces and labels.
    """
    compared = [(each.name, compare(found[0].said, each.said)) for each in found[1:]]
    scores = Table("", "accuracy", "mean class accuracy", "macro F1", "faces", "", title=which)
    for each in found:
        own = each.row["scores"][which]
        figures = [str(Interval(**own[name])) for name in _FIGURES]
        mark = _MARK if each.row.get("selection") == "test" else ""
        scores.add_row(each.name, *figures, str(own["faces"]), mark)
    console.print(scores)
    pairs = Table(f"beside {found[0].name}", "gain", "right alone", "p (McNemar)", "in words")
    for name, result in compared:
        pairs.add_row(name, *_cells(result))
    console.print(pairs)


_FIGURES = ("accuracy", "mean_class_accuracy", "macro_f1")


def _cells(found: Comparison) -> list[str]:
    gain = found.gain
    shown = f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    alone = f"{found.only_first} : {found.only_second}"
    p_value = "people repeat" if found.p_value is None else f"{found.p_value:.2g}"
    return [shown, alone, p_value, found.verdict]


def _ways(runs: Path, name: str, which: Which) -> list[Contender]:
    run_name, _, wanted = name.partition("/")
    run = Run(runs / run_name)
    result = run.read().get("result", {})
    if not result.get("rows"):
        raise ValueError(f"run: {run_name!r} in {runs} is no finished fine-tuning")
    rows = {f"{row['method']}-{row['start']}": row for row in result["rows"]}
    if wanted and wanted not in rows:
        raise ValueError(f"run: {name!r}: {run_name} has the ways {', '.join(rows)}")
    return [
        Contender(f"{run_name}/{way}", row, _said(run, way, which))
        for way, row in rows.items()
        if wanted in ("", way)
    ]


def _said(run: Run, way: str, which: Which) -> Predictions:
    kept = kept_predictions(run.path / way)
    if which not in kept:
        raise ValueError(f"weights: is {which!r}, {run.run_id}/{way} has {', '.join(kept)}")
    return kept[which]
