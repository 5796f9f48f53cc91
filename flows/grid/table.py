"""A grid's table for people and programs: artifact, terminal, JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from prefect.artifacts import create_markdown_artifact
from rich.console import Console
from rich.table import Table

from flows.artifacts import show_results
from flows.grid.outcome import Result, outcome
from flows.grid.table_page import write_table_report
from flows.grid.trainings import Grid
from scn.protocol import CHOSEN_ON_TEST
from scn.scoring.bootstrap import Interval


def show_table(grid: Grid) -> Path:
    """Keep the table beside its trainings, and show it as artifacts; returns the page."""
    results = outcome(grid)
    grid.folder.mkdir(parents=True, exist_ok=True)
    path = page_of(grid).with_suffix(".json")
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(_for_programs(grid, results), indent=1))
    unfinished.replace(path)
    write_table_report(grid, page_of(grid))
    show_results([_shown(result) for result in results], f"{grid.name}-table", grid.name)
    text = f"The table is `{page_of(grid).absolute()}`: open it in a browser."
    create_markdown_artifact(text, f"{grid.name}-page", "Report")
    return page_of(grid)


def page_of(grid: Grid) -> Path:
    """The file of a table's report."""
    return grid.folder / f"{grid.title}.html"


def print_table(grid: Grid, console: Console) -> None:
    """Print the table as it stands."""
    results = outcome(grid)
    rows = [_shown(result) for result in results]
    table = Table(*rows[0], title=f"{grid.name}, per cent")
    for row in rows:
        table.add_row(*map(str, row.values()))
    console.print(table)
    for line in _notes(grid, results):
        console.print(line, soft_wrap=True)
    if page_of(grid).exists():
        console.print(f"page: {page_of(grid)}", soft_wrap=True)


def _notes(grid: Grid, results: Sequence[Result]) -> list[str]:
    notes = [
        "ours: mean of seeds ± 95 %, of the checkpoint that validation chose; of one seed, the"
        " interval of its tested faces. The paper reports the best epoch on the test split;"
        " recalled figures are from memory, not from a source that could be read."
    ]
    if any(result.selection == "test" for result in results):
        notes.append(CHOSEN_ON_TEST)
    commands = sorted({result.missing for result in results if result.missing})
    return [*notes, *(f"to fill open cells: {command}" for command in commands)]


def _for_programs(grid: Grid, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "table": grid.name,
        "command": grid.command,
        "seeds": grid.seeds,
        "fingerprints": {name: data.fingerprint for name, data in grid.data.items()},
        "cells": [_plain(result) for result in results],
    }


def _plain(result: Result) -> dict[str, Any]:
    """For JSON, which knows no NaN: a gain of one seed has no interval."""
    values = asdict(result)
    if result.gain and np.isnan(result.gain.low):
        values["gain"] = {"value": result.gain.value, "low": None, "high": None}
    return values


def _shown(result: Result) -> dict[str, Any]:
    """A row for people."""
    paper = "" if result.paper is None else f"{result.paper:.2f}"
    source = ("verified" if result.verified else "recalled") if paper else ""
    shown = {
        "row": result.row,
        "benchmark": result.benchmark,
        "ours": _text(result.ours) or ("open" if result.missing else ""),
        "of the last epoch": _text(result.last),
        "paper": f"{paper} ({source})" if paper else "",
        "verdict": result.verdict,
        "over plain": _text(result.gain, "+"),
        "seeds": result.seeds,
    }
    return {**shown, "chosen on": "TEST"} if result.selection == "test" else shown


def _text(figure: Interval | None, sign: str = "") -> str:
    if figure is None:
        return ""
    value = f"{figure.value:{sign}.2f}"
    return value if np.isnan(figure.low) else f"{value} ± {(figure.high - figure.low) / 2:.2f}"
