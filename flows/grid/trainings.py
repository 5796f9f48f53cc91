"""A grid's trainings: each a run whose name says of what, so that what is done stays done."""

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flows.grid.cells import Cell, Settings
from flows.grid.command import stored_at
from flows.runs import Run
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.config import TrainConfig
from scn.protocol import Protocol
from storage.fingerprint import fingerprint
from storage.store import Dataset, open_store

WEBEMOTION: Final = "webemotion"
FOLDER: Final = "reproduce"
"""In the folder of runs."""


@dataclass(frozen=True, slots=True)
class Data:
    """A dataset as the grid sees it: a version of its table, and what that holds."""

    version: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Training:
    """One training of a cell, or what it begins from.

    Attributes:
        run: its folder. Tables share a training that both show.
        dataset: that it reads.
        train: how, with its seed.
        protocol: how the dataset is used; none for pretraining.
        benchmark: that it is tested on; empty for pretraining.
        begins_from: a pretraining of the same seed.
    """

    run: Run
    dataset: str
    train: TrainConfig
    protocol: Protocol | None = None
    benchmark: str = ""
    begins_from: "Training | None" = None

    @property
    def done(self) -> bool:
        """Whether it is finished."""
        return "result" in self.run.read()

    def parameters(self, store: str, processes: int) -> dict[str, Any]:
        """Of the flow `finetune`, or `pretrain`, as JSON."""
        common = {
            "store": store,
            "runs": str(self.run.path.parent),
            "run": self.run.run_id,
            "train": self.train.model_dump(mode="json"),
            # A run goes on with as many as it began with, where that matters.
            "processes": self.run.read().get("parameters", {}).get("processes", processes),
        }
        if self.protocol is None:
            return common
        before = self.begins_from
        return {
            **common,
            "benchmark": self.benchmark,
            "start": before.run.read()["result"]["best"] if before else "random",
            "protocol": self.protocol.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class Grid:
    """What is to be trained.

    Attributes:
        name: of the table.
        title: name and settings, for files.
        cells: row by row.
        data: dataset → its state; one that the store does not hold is left out.
        seeds: how many trainings of each cell.
        folder: of its runs and tables.
        store: where the data is.
        command: that asks for the grid again.
        weights: digest of the file of weights; empty without one.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    data: Mapping[str, Data]
    seeds: int
    folder: Path
    store: str
    command: str
    weights: str

    def training(self, cell: Cell, seed: int) -> Training:
        """A cell's training, of a cell that nothing is missing for."""
        train, protocol = _seeded(cell.train, seed), _protocol_of(cell, seed)
        dataset, begun = dataset_of(cell), self.pretraining(cell, seed)
        said = (
            self._said(train), protocol.model_dump(mode="json", exclude_defaults=True),
            self.data[dataset].fingerprint, begun.run.run_id if begun else "",
        )  # fmt: skip
        run = self._run(f"{cell.benchmark}-{train.method}", said, seed)
        return Training(run, dataset, train, protocol, cell.benchmark, begun)

    def pretraining(self, cell: Cell, seed: int) -> Training | None:
        """What a cell's training begins from; none if from none."""
        if cell.pretraining == "none":
            return None
        train = _seeded(cell.train, seed).model_copy(update={"method": cell.pretraining})
        said = (self._said(train), self.data[WEBEMOTION].fingerprint)
        return Training(self._run(f"pretrain-{train.method}", said, seed), WEBEMOTION, train)

    def missing(self, cell: Cell) -> str:
        """The command that a cell waits for; empty if it can be trained."""
        where = stored_at(self.store)
        if cell.missing:
            return cell.missing
        if dataset_of(cell) not in self.data:
            return shlex.join(["webemotion", "ingest", cell.benchmark, "PATH", *where])
        if cell.pretraining != "none" and WEBEMOTION not in self.data:
            return shlex.join(["webemotion", "collect", *where])
        return ""

    def trainings(self) -> Iterator[tuple[Cell, Training]]:
        """Those that nothing is missing for, seed by seed: a table is soon there as a whole."""
        for seed in range(self.seeds):
            for cell in self.cells:
                if not self.missing(cell):
                    yield cell, self.training(cell, seed)

    def reserve(self, training: Training) -> None:
        """Give a training its folder and the state of the data that it sees, before it begins."""
        if "train" not in training.run.read().get("parameters", {}):
            kind = "finetune" if training.benchmark else "pretrain"
            training.run.start(kind, {"store_version": self.data[training.dataset].version})

    def _said(self, train: TrainConfig) -> dict[str, Any]:
        """A file of weights is what it holds, wherever it lies."""
        said = _said(train)
        return said | {"backbone_weights": self.weights} if "backbone_weights" in said else said

    def _run(self, name: str, said: Sequence[Any], seed: int) -> Run:
        return Run(self.folder / f"{name}-{_digest(said)}-seed{seed}")


def grid_of(
    name: str, cells: Sequence[Cell], settings: Settings, store: str, seeds: int, runs: Path
) -> Grid:
    """A grid on the datasets as they are now.

    Raises:
        StoreError: the store is not there, or cannot be written.
    """
    opened = open_store(store, write=True)
    held = set(opened.names())
    wanted = {dataset_of(cell) for cell in cells}
    if any(cell.pretraining != "none" for cell in cells):
        wanted.add(WEBEMOTION)
    data = {name: _data(opened.dataset(name)) for name in sorted(wanted & held)}
    said = (_said(settings.train), settings.protocol.model_dump(mode="json", exclude_defaults=True))
    title = f"{name}-{_digest(said)}"
    command = settings.command
    if settings.weights:
        command += f" --weights {shlex.quote(str(settings.weights))}"
    weights = _content(settings.weights) if settings.weights else ""
    folder = runs / FOLDER
    return Grid(name, title, tuple(cells), data, seeds, folder, store, command, weights)


def dataset_of(cell: Cell) -> str:
    """The name of a cell's dataset in the store."""
    return BENCHMARKS[BenchmarkName(cell.benchmark)].source


def _data(dataset: Dataset) -> Data:
    version = dataset.version()
    return Data(version, fingerprint(dataset, version))


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seeded(train: TrainConfig, seed: int) -> TrainConfig:
    return train.model_copy(update={"seed": seed})


def _protocol_of(cell: Cell, seed: int) -> Protocol:
    """A cell's protocol; another seed makes other labels wrong."""
    noise = cell.protocol.noise
    if noise is None:
        return cell.protocol
    again = noise.model_copy(update={"seed": seed})
    return cell.protocol.model_copy(update={"noise": again})


def _said(train: TrainConfig) -> dict[str, Any]:
    """Only what differs from the defaults: a new option changes no name."""
    return train.model_dump(mode="json", exclude_defaults=True)


def _digest(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8]
