"""What a grid came to: our figures beside the paper's and beside plain cross-entropy's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from scipy.stats import t as student

from flows.grid.cells import Cell
from flows.grid.trainings import Grid
from scn.scoring.bootstrap import Interval

Verdict = Literal["above", "within", "below", "open"]

# AffectNet's test split is balanced; the paper reports the mean over its classes.
_METRICS: Final = {"affectnet": "mean_class_accuracy"}


@dataclass(frozen=True, slots=True)
class Result:
    """A cell of the table; figures are per cent.

    Attributes:
        row: of the table, in words.
        benchmark: the column.
        metric: what is shown.
        seeds: how many trainings are done.
        ours: their mean with its 95 % interval; none before the first is done.
        last: the same of the last checkpoint.
        paper: the figure that stands there in the paper.
        verified: whether a readable source has that figure.
        verdict: whether the paper's figure is below our interval (above), in it, or above it
            (below); open without ours or the paper's.
        gain: over plain cross-entropy with the same seeds.
        missing: the command that fills a cell that is open, or lacks seeds.
        selection: what chose the checkpoint.
    """

    row: str
    benchmark: str
    metric: str
    seeds: int
    ours: Interval | None
    last: Interval | None
    paper: float | None
    verified: bool
    verdict: Verdict
    gain: Interval | None
    missing: str
    selection: str


def outcome(grid: Grid) -> tuple[Result, ...]:
    """The table as it stands."""
    return tuple(_result(grid, cell) for cell in grid.cells)


def _result(grid: Grid, cell: Cell) -> Result:
    metric = _METRICS.get(cell.benchmark, "accuracy")
    best, last = (_figures(grid, cell, metric, which) for which in ("best", "last"))
    ours = _mean(list(best.values()))
    return Result(
        row=cell.row,
        benchmark=cell.benchmark,
        metric=metric,
        seeds=len(best),
        ours=ours,
        last=_mean(list(last.values())),
        paper=cell.paper.value if cell.paper else None,
        verified=bool(cell.paper and cell.paper.verified),
        verdict=_verdict(ours, cell.paper.value if cell.paper else None),
        gain=_gain(grid, cell, metric, best),
        missing=grid.missing(cell) or ("" if len(best) == grid.seeds else grid.command),
        selection=cell.protocol.selection,
    )


def _figures(grid: Grid, cell: Cell, metric: str, which: str) -> dict[int, Interval]:
    """Per cent of each finished training, by its seed."""
    found = {}
    for seed in () if grid.missing(cell) else range(grid.seeds):
        training = grid.training(cell, seed)
        if training.done:
            (row,) = training.run.read()["result"]["rows"]
            figure = row["scores"][which][metric]
            found[seed] = Interval(*(100 * figure[name] for name in ("value", "low", "high")))
    return found


def _mean(figures: Sequence[Interval]) -> Interval | None:
    """Mean of seeds with Student's interval; of one seed, the interval of its test faces."""
    if len(figures) < 2:
        return figures[0] if figures else None
    values = np.array([figure.value for figure in figures])
    return _of(values)


def _of(values: "np.ndarray[Any, np.dtype[np.float64]]") -> Interval:
    mean = float(values.mean())
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)


def _gain(grid: Grid, cell: Cell, metric: str, ours: dict[int, Interval]) -> Interval | None:
    """Over the baseline's row, seed by seed."""
    other = next(
        (c for c in grid.cells if (c.row, c.benchmark) == (cell.baseline, cell.benchmark)), None
    )
    if other is None:
        return None
    plain = _figures(grid, other, metric, "best")
    both = sorted(set(ours) & set(plain))
    gains = np.array([ours[seed].value - plain[seed].value for seed in both])
    if len(gains) < 2:
        return Interval(float(gains[0]), np.nan, np.nan) if len(gains) else None
    return _of(gains)


def _verdict(ours: Interval | None, paper: float | None) -> Verdict:
    if ours is None or paper is None:
        return "open"
    if ours.low > paper:
        return "above"
    return "below" if ours.high < paper else "within"
