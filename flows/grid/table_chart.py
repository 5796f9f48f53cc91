"""The chart of a column of a table: our means with their intervals, and the paper's figures."""

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from flows.grid.outcome import Result
from flows.reports.charts import COLOURS, as_png, plain

_WIDTH: Final = 6.4


def beside_paper(column: Sequence[Result], title: str) -> bytes:
    """A PNG with a line for each row: our mean and interval, and the paper's figure if it has one.

    Args:
        column: the cells of a benchmark, top to bottom.
        title: its name.
    """
    figure = Figure(figsize=(_WIDTH, 1.1 + 0.3 * len(column)), layout="constrained")
    axes = figure.subplots()
    for place, result in enumerate(column):
        if result.ours:
            axes.plot([result.ours.low, result.ours.high], [place, place], color=COLOURS[0])
    done = [(place, result.ours) for place, result in enumerate(column) if result.ours]
    axes.plot([o.value for _, o in done], [p for p, _ in done], "o", color=COLOURS[0],
              label="ours, 95 %")  # fmt: skip
    for verified, marker, label in ((True, "D", "paper, verified"), (False, "d", "recalled")):
        known = [
            (place, result.paper)
            for place, result in enumerate(column)
            if result.paper is not None and result.verified == verified
        ]
        if known:
            axes.plot([v for _, v in known], [p for p, _ in known], marker, color=COLOURS[1],
                      markerfacecolor=COLOURS[1] if verified else "none", label=label)  # fmt: skip
    axes.set_yticks(range(len(column)), [result.row for result in column])
    axes.set_ylim(len(column) - 0.5, -0.5)
    axes.set_xlabel(f"{column[0].metric.replace('_', ' ')}, per cent", fontsize=9)
    axes.set_title(title, fontsize=10)
    axes.grid(axis="x", color="#e3e6ea")
    plain(axes)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return as_png(figure)
