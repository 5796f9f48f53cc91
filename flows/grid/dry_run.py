"""What `webemotion reproduce --dry-run` does: each cell's training tried, one of its seeds."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from flows.dry_run import Cost, Rehearsals, show_costs
from flows.finetune import check_finetune
from flows.grid.cells import Cell
from flows.grid.trainings import Grid, Training
from flows.pretrain import check_pretrain
from flows.training.thresholds import Thresholds
from scn.benchmarks import BenchmarkName

_FROM_RANDOM = "rehearsed from random weights"


def show_dry_run(grid: Grid, store: str, runs: Path, console: Console) -> None:
    """Read everything, try a step of each training that is not done, and print the costs.

    Raises:
        ScnError, StoreError, ValueError: a cell cannot be trained.
    """
    rehearsals = Rehearsals(console)
    costs = [
        cost
        for cell, name, todo in _named(grid)
        for cost in _costs(rehearsals, grid, cell, name, todo, store, runs)
    ]
    show_costs(costs, runs, console)


def _named(grid: Grid) -> Iterator[tuple[Cell | None, str, list[Training]]]:
    """Pretrainings, then cells: each with the trainings of all seeds."""
    pretrainings: dict[str, list[Training]] = {}
    for _, training in grid.trainings():
        if begun := training.begins_from:
            known = pretrainings.setdefault(f"pretraining, {begun.train.method}", [])
            known += [begun] if begun not in known else []
    yield from ((None, name, todo) for name, todo in pretrainings.items())
    for cell in grid.cells:
        seeds = () if grid.missing(cell) else range(grid.seeds)
        todo = [grid.training(cell, seed) for seed in seeds]
        yield cell, f"{cell.benchmark}: {cell.row}", todo


def _costs(
    rehearsals: Rehearsals,
    grid: Grid,
    cell: Cell | None,
    name: str,
    trainings: list[Training],
    store: str,
    runs: Path,
) -> list[Cost]:
    if cell is not None and (command := grid.missing(cell)):
        return [Cost(name, note=f"needs: {command}")]
    todo = [training for training in trainings if not training.done]
    if not todo:
        return [Cost(name, note="done")]
    first = todo[0]
    if first.protocol is None:
        _, faces = check_pretrain(store, first.dataset, runs, first.train, Thresholds(), None)
        return [rehearsals.training(name, first.train, faces, None, len(todo))]
    begun = first.begins_from
    start = begun.run.read()["result"]["best"] if begun and begun.done else "random"
    task = check_finetune(
        BenchmarkName(first.benchmark), store, runs, start, first.train, first.protocol, False, None
    )
    note = _FROM_RANDOM if begun and not begun.done else ""
    return [
        Cost(name, cost.times, cost.of_each, note or cost.note)
        for cost in rehearsals.finetuning(task, times=len(todo))
    ]
