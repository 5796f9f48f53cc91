"""A finished fine-tuning as its folder holds it: record, predictions, last state of each fold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flows.runs import Run
from flows.training.testing import kept_predictions
from scn.checkpoint import Checkpoint, load, newest
from scn.scoring.checkpoint_predictions import Which
from scn.scoring.predictions import Predictions

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to train of a run.

    Attributes:
        name: as its folder is called, method and start.
        row: of the run's result.
        said: what its weights said of what is tested on.
        temperatures: of the best weights: one, or [N] where each fold has its own.
        folds: the last checkpoint of each fold, without tensors; those that are still there.
    """

    name: str
    row: Mapping[str, Any]
    said: Mapping[Which, Predictions]
    temperatures: float | FloatArray
    folds: tuple[Checkpoint, ...]

    @property
    def method(self) -> str:
        """How it was trained."""
        return str(self.row["method"])


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run with its ways to train.

    Attributes:
        run_id: its name.
        record: kind, times, environment and all else of `run.json`.
        ways: as its result lists them.
    """

    run_id: str
    record: Mapping[str, Any]
    ways: tuple[Way, ...]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What was set."""
        return dict(self.record["parameters"])

    @property
    def result(self) -> Mapping[str, Any]:
        """What came of it."""
        return dict(self.record["result"])


def finished_run(run: Run) -> FinishedRun:
    """Read the folder of a run.

    Raises:
        ValueError: it is no finished fine-tuning, or its predictions are damaged.
        CheckpointError: a checkpoint is damaged.
    """
    record = run.read()
    rows = record.get("result", {}).get("rows", [])
    if not rows or not all("scores" in row for row in rows):
        raise ValueError(f"run: {run.run_id!r} in {run.path.parent} is no finished fine-tuning")
    return FinishedRun(run.run_id, record, tuple(_way(run, row) for row in rows))


def _way(run: Run, row: Mapping[str, Any]) -> Way:
    name = f"{row['method']}-{row['start']}"
    folder = run.path / name
    said = kept_predictions(folder)
    return Way(name, row, said, _temperatures(folder, row), tuple(_lasts(folder, row)))


def _temperatures(folder: Path, row: Mapping[str, Any]) -> float | FloatArray:
    """Those that the scores were made with; of folds, as their faces follow each other."""
    listed = row["temperatures"]["best"]
    if len(listed) == 1:
        return float(listed[0])
    kept = [kept_predictions(path).get("best", ()) for path in _folds(folder)]
    return np.repeat(np.array(listed, np.float64), [len(part) for part in kept])


def _lasts(folder: Path, row: Mapping[str, Any]) -> list[Checkpoint]:
    folders = _folds(folder) if "folds" in row else [folder]
    paths = [path for path in map(newest, folders) if path]
    # A page needs no weights, and those of ten folds would not fit into memory.
    return [replace(load(path), model={}, average={}, optimiser={}) for path in paths]


def _folds(folder: Path) -> list[Path]:
    """By number: there may be more than a hundred."""
    return sorted(folder.glob("fold-*"), key=lambda path: int(path.name.rpartition("-")[2]))
