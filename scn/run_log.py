"""The log of a run: a line of JSON for each step and each epoch, TensorBoard and MLflow beside it.

`steps.jsonl` and `epochs.jsonl` are the truth. After a crash, lines beyond the checkpoint that a
run goes on from are taken back, so that each step stands there once.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from torch.utils.tensorboard import SummaryWriter

from scn.config import TrainConfig
from scn.mlflow_log import MlflowLog
from scn.progress import Progress
from scn.protocol import shown_as
from scn.training import StepRow

STEPS: Final = "steps.jsonl"
EPOCHS: Final = "epochs.jsonl"


class RunLog:
    """Writes a run's log, from where it stands."""

    def __init__(self, folder: Path, progress: Progress, config: TrainConfig) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        kept = [row for row in _read(folder / STEPS) if _before(row, progress)]
        _write(folder / STEPS, kept)
        self.epochs(progress.log)
        self._done = len(kept)
        self._steps = (folder / STEPS).open("a")
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=self._done)
        self._mlflow = MlflowLog.wanted(folder, config)

    def step(self, row: StepRow) -> None:
        """Add a step."""
        self._steps.write(json.dumps(asdict(row)) + "\n")
        for name, value in {**row.values, "learning_rate": row.learning_rate}.items():
            self._board.add_scalar(f"step/{name}", value, self._done)
        self._done += 1

    def epoch(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write all epochs, of which the last is new."""
        listed = list(rows)
        self.epochs(listed)
        numbers = _numbers(listed[-1])
        for name, value in numbers.items():
            self._board.add_scalar(f"epoch/{name}", value, listed[-1]["epoch"])
        if self._mlflow and not self._mlflow.epoch(numbers):
            self._mlflow = None

    def epochs(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write all epochs."""
        _write(self._folder / EPOCHS, rows)

    def flush(self) -> None:
        """Let everything be on its way to the disk, before a checkpoint counts on it."""
        self._steps.flush()
        os.fsync(self._steps.fileno())
        self._board.flush()

    def close(self) -> None:
        """Nothing more will come."""
        self._steps.close()
        self._board.close()


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of an epoch, by names that say if the test split selects."""
    selection = row.get("selection", "validation")
    return {shown_as(n, selection): v for n, v in row.items() if isinstance(v, int | float)}


def _before(row: Mapping[str, Any], progress: Progress) -> bool:
    return (int(row["epoch"]), int(row["step"])) < (progress.epoch, progress.batches)


def _read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, up to one that a crash cut short."""
    rows: list[dict[str, Any]] = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text("".join(json.dumps(row) + "\n" for row in rows))
    unfinished.replace(path)
