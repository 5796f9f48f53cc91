"""Whether the cells of a grid can be trained: found before the first of them is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from flows.finetune import Task, check_finetune
from flows.grid.trainings import Grid, Training
from flows.pretrain import check_pretrain
from flows.training.thresholds import Thresholds
from scn.benchmarks import BenchmarkName
from scn.errors import ScnError
from scn.faces import Faces

_CHECKED: Final[ContextVar[bool]] = ContextVar("cells_checked", default=False)


def check_cells(grid: Grid) -> None:
    """Check one training of each kind that is to do: benchmark, method, start, with noise or not.

    Raises:
        StoreError, ValueError: one cannot be trained; the message names its cell.
    """
    if _CHECKED.get():
        return
    seen = set()
    for cell, training in grid.trainings():
        train = training.train
        kind = (cell.benchmark, train.method, train.backbone_weights, cell.protocol.noise is None)
        if kind in seen or training.done:
            continue
        seen.add(kind)
        try:
            task_of(training, grid)
            if training.begins_from and not training.begins_from.done:
                faces_before(training.begins_from, grid)
        except (ScnError, ValueError) as error:
            raise ValueError(f"{cell.benchmark}, {cell.row}: {error}") from error


@contextmanager
def checked_already() -> Iterator[None]:
    """Within it the flow does not check what the command has checked."""
    token = _CHECKED.set(True)
    try:
        yield
    finally:
        _CHECKED.reset(token)


def task_of(training: Training, grid: Grid) -> Task:
    """A fine-tuning as it would begin now; from random weights if what it begins from is not done.

    Raises:
        StoreError, ScnError, ValueError: it cannot.
    """
    begun, protocol = training.begins_from, training.protocol
    assert protocol is not None
    start = begun.run.read()["result"]["best"] if begun and begun.done else "random"
    benchmark, runs = BenchmarkName(training.benchmark), grid.folder
    return check_finetune(benchmark, grid.store, runs, start, training.train, protocol, False, None)


def faces_before(training: Training, grid: Grid) -> Faces:
    """What a pretraining would train on now; errors as for `task_of`."""
    _, faces = check_pretrain(
        grid.store, training.dataset, grid.folder, training.train, Thresholds(), None
    )
    return faces
