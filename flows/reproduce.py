"""A table of the paper, trained cell by cell: each a run that goes on, on all workers there are."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from prefect import flow, get_run_logger
from pydantic import FilePath

from flows.dispatch import Batch, Dispatcher
from flows.finetune import finetune
from flows.grid.cells import Settings, TableName, cells_of
from flows.grid.check import check_cells
from flows.grid.command import command_of
from flows.grid.table import show_table
from flows.grid.trainings import Grid, Training, grid_of
from flows.parameters import ParallelRuns, ProcessCount, SeedCount
from flows.pretrain import pretrain
from flows.progress import Progress
from flows.workers import workers_online
from scn.benchmarks import BenchmarkName
from scn.config import TrainConfig
from scn.paper import BENCHMARKS
from scn.protocol import Protocol

_POOL: Final = "gpu"
_LONGEST_S: Final = 30 * 86_400.0


@flow(name="reproduce", persist_result=False)
def reproduce(
    table: TableName,
    store: str = "data/store",
    runs: Path = Path("data/runs"),
    train: TrainConfig = TrainConfig(),
    protocol: Protocol = Protocol(),
    weights: FilePath | None = None,
    benchmarks: tuple[BenchmarkName, ...] = tuple(BenchmarkName(name) for name in BENCHMARKS),
    seeds: SeedCount = 3,
    parallel_runs: ParallelRuns | None = None,
    processes: ProcessCount | None = None,
) -> None:
    """Train what a table of the paper shows, and set our figures beside the paper's.

    Args:
        table: table2 (noise), table3 (WebEmotion), table4 (clean labels), or ablation (modules).
        store: Folder of the store, or s3://bucket/prefix.
        runs: Folder of training runs.
        train: SCN's options; plain cross-entropy takes all but the method.
        protocol: What selects, what is left out; noise is the table's own.
        weights: A backbone that knows faces, for the rows that begin from one.
        benchmarks: Which columns.
        seeds: Trainings of each cell, whose mean and interval are shown.
        parallel_runs: Runs sent to the workers of the pool gpu at a time; 0 trains here. Empty for
            as many as there are workers.
        processes: Processes of a machine that train together; empty for one, or, where this machine
            trains, one for each of its GPUs.
    """
    grid = check_reproduce(table, store, runs, train, protocol, weights, benchmarks, seeds)
    check_cells(grid)
    parallel = workers_online(_POOL) if parallel_runs is None else parallel_runs
    together = processes or (1 if parallel else max(torch.cuda.device_count(), 1))
    where = f"{parallel} at a time on the workers of the pool {_POOL}" if parallel else "here"
    get_run_logger().info("trainings are in %s, and are done %s", grid.folder, where)
    failed = _trained(grid, store, together, parallel)
    show_table(grid)
    if failed:
        raise RuntimeError(
            f"{len(failed)} trainings failed: {'; '.join(failed)}; the same call tries these again"
        )


def check_reproduce(
    table: TableName,
    store: str,
    runs: Path,
    train: TrainConfig,
    protocol: Protocol,
    weights: Path | None,
    benchmarks: Sequence[str],
    seeds: int,
) -> Grid:
    """Check the settings of a grid, before anything is written; for its cells see `check_cells`.

    Raises:
        StoreError, ValueError: there is no store, or the settings contradict each other.
    """
    if protocol.noise is not None:
        raise ValueError("protocol.noise: must be empty, noise is the table's own")
    if train.backbone_weights is not None:
        raise ValueError(
            f"train.backbone_weights: is {train.backbone_weights}, must be empty; name it as"
            " weights"
        )
    if train.method != "scn":
        raise ValueError(f"train.method: is {train.method}, must be scn; the table has the others")
    if not benchmarks:
        raise ValueError("benchmarks: must be at least one")
    names = tuple(map(str, benchmarks))
    command = command_of(table, store, runs, train, protocol, names, seeds)
    file = weights.resolve() if weights else None
    settings = Settings(train, file, protocol, names, command)
    return grid_of(table, cells_of(table, settings), settings, store, seeds, runs)


def grid_asked_for(parameters: Mapping[str, Any]) -> Grid:
    """The grid that checked parameters of the flow ask for; see `check_reproduce`."""
    asked = inspect.signature(check_reproduce).parameters
    return check_reproduce(**{name: parameters[name] for name in asked})


def _trained(grid: Grid, store: str, processes: int, parallel: int) -> list[str]:
    """Train what is not done: first what others begin from. Returns what failed, by name."""
    trainings = [training for _, training in grid.trainings()]
    begun = [each.begins_from for each in trainings if each.begins_from]
    failed = _done(grid, "pretrain/now", pretrain, begun, store, processes, parallel)
    ready = [each for each in trainings if each.begins_from is None or each.begins_from.done]
    return failed + _done(grid, "finetune/any", finetune, ready, store, processes, parallel)


def _done(
    grid: Grid,
    deployment: str,
    here: Callable[..., Any],
    trainings: Sequence[Training],
    store: str,
    processes: int,
    parallel: int,
) -> list[str]:
    """Do those of some trainings that are not done; returns what failed, by name."""
    wanted = {t.run.run_id: t for t in trainings if not t.done}
    for training in wanted.values():
        grid.reserve(training)
    parameters = [training.parameters(store, processes) for training in wanted.values()]
    progress = Progress(f"{here.__name__}s", "trainings", len(wanted))
    if parallel and wanted:
        dispatcher = Dispatcher(
            deployment,
            at_a_time=parallel,
            timeout_s=_LONGEST_S,
            report=progress.update,
            stop_at_failure=False,
        )
        dispatcher.run([Batch(each, 1) for each in parameters])
    else:
        for number, each in enumerate(parameters, start=1):
            here(**each, return_state=True)
            progress.update(number)
    return [name for name, training in wanted.items() if not training.done]
