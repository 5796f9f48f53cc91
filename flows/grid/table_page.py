"""The report of a paper's table: one page, from what a grid of trainings has come to."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flows.environment import environment
from flows.grid.outcome import Result, outcome
from flows.grid.table_chart import beside_paper
from flows.grid.trainings import Grid, Training
from flows.reports.options import changed_options
from flows.reports.page import Picture, picture, render, write_page
from flows.reports.run_report import REPORT

SECTIONS: Final[Mapping[str, str]] = {
    "table": "Table",
    "picture": "Beside the paper",
    "open": "Open cells",
    "trainings": "Trainings",
    "data": "Data",
    "configuration": "Configuration",
    "environment": "Environment",
}
"""What the report is made of: id to heading."""


def write_table_report(grid: Grid, file: Path) -> None:
    """Write the table as it stands, with a link to the report of each finished training."""
    write_page(table_page(grid), file)


def table_page(grid: Grid) -> str:
    """The page."""
    results = outcome(grid)
    benchmarks = list(dict.fromkeys(result.benchmark for result in results))
    return render(
        "table_report.html",
        sections=SECTIONS,
        name=grid.name,
        seeds=grid.seeds,
        benchmarks={name: _metric(results, name) for name in benchmarks},
        rows=_rows(results),
        on_test=any(result.selection == "test" for result in results),
        pictures=[shown for name in benchmarks if (shown := _picture(results, name))],
        missing=_missing(results),
        trainings=_trainings(grid),
        data=[{"dataset": n, "version in the store": str(d.version), "fingerprint": d.fingerprint}
              for n, d in grid.data.items()],
        changed=_changed(grid),
        environment=[{"what": n.replace("_", " "), "value": str(v)}
                     for n, v in environment().items()],
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )  # fmt: skip


def _metric(results: Sequence[Result], benchmark: str) -> str:
    found = next(result.metric for result in results if result.benchmark == benchmark)
    return found.replace("_", " ")


def _rows(results: Sequence[Result]) -> dict[str, dict[str, Result]]:
    """Row → benchmark → cell."""
    rows: dict[str, dict[str, Result]] = {}
    for result in results:
        rows.setdefault(result.row, {})[result.benchmark] = result
    return rows


def _picture(results: Sequence[Result], benchmark: str) -> Picture | None:
    """A chart of a benchmark's column; none before anything of it is trained."""
    column = [result for result in results if result.benchmark == benchmark]
    if not any(result.ours for result in column):
        return None
    return picture(beside_paper(column, benchmark), f"{benchmark}: our figures and the paper's")


def _missing(results: Sequence[Result]) -> list[dict[str, str]]:
    """Which command fills how many cells."""
    cells: dict[str, Counter[str]] = {}
    for result in results:
        if result.missing:
            cells.setdefault(result.missing, Counter())[result.benchmark] += 1
    return [
        {"command": command, "fills": ", ".join(f"{n} of {name}" for name, n in counts.items())}
        for command, counts in cells.items()
    ]


def _trainings(grid: Grid) -> list[dict[str, Any]]:
    """Each training with its state, the rows that show it, and its report if there is one."""
    shown: dict[str, list[str]] = {}
    by_name: dict[str, Training] = {}
    for cell, training in grid.trainings():
        row = f"{cell.benchmark}: {cell.row}"
        begun = training.begins_from
        for each, words in ((begun, "others begin from it"), (training, row)):
            if each is not None:
                by_name[each.run.run_id] = each
                shown.setdefault(each.run.run_id, []).append(words)
    return [
        {
            "name": name,
            "rows": list(dict.fromkeys(shown[name])),
            "state": "done" if each.done else "open",
            "link": f"{name}/{REPORT}" if (each.run.path / REPORT).exists() else "",
        }
        for name, each in by_name.items()
    ]


def _changed(grid: Grid) -> list[dict[str, str]]:
    """Options of SCN and the protocol that differ from the preset's."""
    cell = next(each for each in grid.cells if each.train.method == "scn")
    protocol = cell.protocol.model_copy(update={"noise": None})
    given = {
        "train": json.loads(cell.train.model_dump_json()),
        "protocol": json.loads(protocol.model_dump_json()),
    }
    return [row for row in changed_options(given) if row["option"] != "train.backbone_weights"]
