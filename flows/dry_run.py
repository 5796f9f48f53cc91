"""What `--dry-run` shows: everything read once, a step of each training, hours and disk."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from flows.finetune import Task
from scn.config import TrainConfig
from scn.faces import Faces
from scn.rehearsal import READ_AT_A_TIME, Rehearsal, read_all, rehearse
from storage.reader import FaceReader

_COLUMNS: Final = ("trainings", "faces", "steps", "s a step", "hours", "disk, GB", "")


@dataclass(frozen=True, slots=True)
class Cost:
    """What stands for a way to train: its cost, or why there is none.

    Attributes:
        name: of the way.
        times: how many trainings of it are to do.
        of_each: what one costs; none if there is nothing to do.
        note: why there is nothing to do, or what the estimate leaves out.
        missing: the command that brings what it needs.
    """

    name: str
    times: int = 0
    of_each: Rehearsal | None = None
    note: str = ""
    missing: str = ""

    @property
    def hours(self) -> float:
        """Of all of them, one after another."""
        return self.times * self.of_each.hours if self.of_each else 0.0

    @property
    def disk_bytes(self) -> int:
        """Of all of them."""
        return self.times * self.of_each.disk_bytes if self.of_each else 0


class Rehearsals:
    """Tries trainings, and reads each state of a dataset once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._read: set[tuple[str, int]] = set()

    def finetuning(self, todo: Task, times: int = 1) -> list[Cost]:
        """The cost of each way to train of a fine-tuning; reads what it tests on, too."""
        faces, trainings = todo.folds[0], len(todo.trainings)
        folds = f"{len(todo.folds)} folds" if len(todo.folds) > 1 else ""
        note = f"{folds}, and one of all for other datasets" if todo.whole else folds
        for other in todo.others:
            reader = other.reader(todo.arms[0].config)
            self._read_once(other.dataset.name, other.version, [reader])
        return [
            self.training(arm.name, arm.config, faces, arm.initial, trainings * times, note)
            for arm in todo.arms
        ]

    def training(
        self,
        name: str,
        config: TrainConfig,
        faces: Faces,
        initial: Path | None,
        times: int,
        note: str = "",
    ) -> Cost:
        """The cost of one way to train.

        Raises:
            ScnError, StoreError: it cannot be trained so.
        """
        parts = [faces.train, faces.validation, faces.test]
        self._read_once(faces.source.dataset, faces.train.version, parts)
        with self._console.status(f"a step of {name}"):
            return Cost(name, times, rehearse(config, faces, initial), note)

    def _read_once(self, dataset: str, version: int, parts: Sequence[FaceReader]) -> None:
        if (dataset, version) in self._read:
            return
        self._read.add((dataset, version))
        total = sum(map(len, parts))
        what = f"reading {dataset}, {total:,} images"
        batches = sum(-(-len(part) // READ_AT_A_TIME) for part in parts)
        for _ in track(read_all(parts), what, total=batches, console=self._console):
            pass


def show_costs(costs: Sequence[Cost], runs: Path, console: Console) -> None:
    """Print what is to do, and whether the disk holds it."""
    table = Table(Column(overflow="fold", min_width=20), *_COLUMNS)
    for cost in costs:
        note = "something is missing" if cost.missing else cost.note
        table.add_row(cost.name, *_cells(cost), note)
    console.print(table)
    for command in dict.fromkeys(cost.missing for cost in costs if cost.missing):
        console.print(f"to bring what is missing: {command}", soft_wrap=True)
    hours, needed = sum(c.hours for c in costs), sum(c.disk_bytes for c in costs)
    free = shutil.disk_usage(_existing(runs)).free
    console.print(
        f"all of it on this machine, one after another: {hours:,.1f} hours,"
        f" {needed / 1e9:,.1f} GB of {free / 1e9:,.1f} GB that are free"
    )
    if needed > free:
        console.print("[red]the disk is too small[/red]")


def _cells(cost: Cost) -> list[str]:
    each = cost.of_each
    if each is None:
        return [""] * 6
    steps = f"{each.epochs * each.steps:,}"
    hours, disk = f"{cost.hours:,.2f}", f"{cost.disk_bytes / 1e9:,.2f}"
    return [str(cost.times), f"{each.faces:,}", steps, f"{each.step_s:.3f}", hours, disk]


def _existing(folder: Path) -> Path:
    absolute = folder.absolute()
    return next(path for path in (absolute, *absolute.parents) if path.exists())
