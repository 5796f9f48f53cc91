"""What `webemotion reproduce --dry-run` does: each cell's training tried, one of its seeds."""

from collections.abc import Iterator

from rich.console import Console

from flows.dry_run import Cost, Rehearsals, show_costs
from flows.grid.cells import Cell
from flows.grid.check import faces_before, task_of
from flows.grid.trainings import Grid, Training

_FROM_RANDOM = "rehearsed from random weights"


def show_dry_run(grid: Grid, console: Console) -> None:
    """Read everything, try a step of each training that is not done, and print the costs.

    Raises:
        ScnError, StoreError, ValueError: a cell cannot be trained.
    """
    rehearsals = Rehearsals(console)
    costs = [
        cost
        for cell, name, todo in _named(grid)
        for cost in _costs(rehearsals, grid, cell, name, todo)
    ]
    show_costs(costs, grid.folder, console)


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
) -> list[Cost]:
    if cell is not None and (command := grid.missing(cell)):
        return [Cost(name, missing=command)]
    todo = [training for training in trainings if not training.done]
    if not todo:
        return [Cost(name, note="done")]
    first = todo[0]
    if first.protocol is None:
        return [rehearsals.training(name, first.train, faces_before(first, grid), None, len(todo))]
    begun = first.begins_from
    note = _FROM_RANDOM if begun and not begun.done else ""
    return [
        Cost(name, cost.times, cost.of_each, note or cost.note)
        for cost in rehearsals.finetuning(task_of(first, grid), times=len(todo))
    ]
