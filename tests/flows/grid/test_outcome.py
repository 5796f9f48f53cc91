"""What a grid comes to, from runs as fine-tuning leaves them."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from flows.grid.outcome import Result, outcome
from flows.grid.table import print_table
from flows.grid.trainings import Grid
from tests.flows.grid.grids import fill, grid


@pytest.fixture
def table(tmp_path: Path) -> Grid:
    """Table 4 of RAF-DB alone with three seeds, nothing trained yet."""
    store = fill(tmp_path / "store", ["raf-db"])
    return grid(store, tmp_path / "runs", benchmarks=("rafdb",), seeds=3)


def _finish(found: Grid, accuracies: dict[str, list[float]]) -> None:
    """Finish trainings with these accuracies, seed by seed, by the row's last word."""
    for cell in found.cells:
        if found.missing(cell):
            continue
        for seed, accuracy in enumerate(accuracies[cell.row.rpartition(", ")[2]]):
            figure = {"value": accuracy, "low": accuracy - 0.1, "high": accuracy + 0.1}
            scores = {which: {"accuracy": figure} for which in ("best", "last")}
            run = found.training(cell, seed).run
            run.start("finetune", {"train": {}})
            run.finish({"rows": [{"scores": scores}]})


def _of(found: Grid, row: str) -> Result:
    return next(result for result in outcome(found) if result.row == row)


def test_ours_is_the_mean_of_the_seeds_with_students_interval(table: Grid) -> None:
    scn = [0.70, 0.74, 0.75]
    _finish(table, {"plain": [0.5, 0.5, 0.5], "SCN": scn})
    ours = _of(table, "random weights, SCN").ours
    per_cent = 100 * np.array(scn)
    low, high = stats.t.interval(0.95, 2, per_cent.mean(), stats.sem(per_cent))
    assert ours is not None
    assert (ours.value, ours.low, ours.high) == pytest.approx((per_cent.mean(), low, high))


def test_the_gain_is_over_plain_cross_entropy_with_the_same_seed(table: Grid) -> None:
    """Seeds that are hard for both do not widen its interval."""
    _finish(table, {"plain": [0.4, 0.6, 0.8], "SCN": [0.45, 0.65, 0.85]})
    gain = _of(table, "random weights, SCN").gain
    assert gain is not None
    assert (gain.value, gain.low, gain.high) == pytest.approx((5, 5, 5))
    assert _of(table, "random weights, plain").gain is None


@pytest.mark.parametrize(
    ("accuracy", "verdict"), [(0.90, "above"), (0.7831, "within"), (0.60, "below")]
)
def test_a_verdict_is_of_the_papers_figure_and_our_interval(
    table: Grid, accuracy: float, verdict: str
) -> None:
    """RAF-DB, random weights, SCN: 78.31 in the paper."""
    seeds = [accuracy - 0.001, accuracy, accuracy + 0.001]
    _finish(table, {"plain": seeds, "SCN": seeds})
    assert _of(table, "random weights, SCN").verdict == verdict


def test_one_seed_has_the_interval_of_its_test_faces(table: Grid) -> None:
    """And its gain over plain cross-entropy has none."""
    _finish(table, {"plain": [0.5], "SCN": [0.6]})
    result = _of(table, "random weights, SCN")
    assert result.ours is not None
    assert result.gain is not None
    assert (result.ours.low, result.ours.high) == pytest.approx((50, 70))
    assert np.isnan(result.gain.low)
    assert result.seeds == 1
    assert result.missing == table.command


def test_an_open_cell_names_the_command_that_fills_it(table: Grid) -> None:
    """On paper as in the terminal; nothing is shown as a figure of ours."""
    results = outcome(table)
    assert {result.verdict for result in results} == {"open"}
    assert {result.ours for result in results} == {None}
    console = Console(width=250, record=True)
    print_table(table, console)
    text = console.export_text()
    assert f"to fill open cells: {table.command}" in text
    assert f"to fill open cells: {table.command} --weights FILE" in text
    assert "78.31 (verified)" in text
    assert "72.00 (recalled)" in text
