"""A whole run: epochs, checkpoints, the choice of the best, and going on after a crash."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from scn.checkpoint import keep_only, of_epoch, save
from scn.config import TrainConfig
from scn.errors import Interrupted, TooFewFaces
from scn.folder_lock import locked
from scn.freezing import least_rows
from scn.methods import METHODS
from scn.premises import premises_of
from scn.processes import Processes, own_device
from scn.protocol import Selection
from scn.resuming import resumable
from scn.run_log import RunLog
from scn.run_state import checkpoint_of, go_on
from scn.start import Start, starting_network
from scn.stopping import StopRequest, stop_request
from scn.training import StepRow, Trainer
from scn.weights import Matched
from storage.reader import FaceReader

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FitResult:
    """Where a finished run left its checkpoints, and its log, one mapping an epoch."""

    last: Path
    best: Path
    log: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Whom to tell of weights that were copied, of each epoch and each step."""

    start: Callable[[Sequence[Matched]], None] = lambda copied: None
    epoch: Callable[[Row], None] = lambda row: None
    step: Callable[[StepRow], None] = lambda row: None


def fit(
    config: TrainConfig,
    train: FaceReader,
    validation: FaceReader,
    classes: Sequence[str],
    folder: Path,
    *,
    initial: Path | None = None,
    report: Report = Report(),
    selection: Selection = "validation",
) -> FitResult:
    """Train to the last epoch, going on from the newest checkpoint in `folder` if there is one.

    The best checkpoint is the one with the highest accuracy on `validation`, the earliest of equal
    ones. Of the others the last few are kept (`config.checkpoints`); see `scn.run_log` for the log.
    Under torchrun all processes call this, and the first alone writes.

    Args:
        config: how to train.
        train: the faces to train on.
        validation: the faces that choose the checkpoint; the test split only if `selection` says
            so.
        classes: names in the order of the network's outputs.
        folder: the run's own folder.
        initial: a checkpoint whose backbone and importance head are the start; a run that goes on
            needs its name alone.
        report: called after each step and epoch, in the first process.
        selection: what `validation` is; each epoch's row of the log says it, and with the log each
            checkpoint.

    Raises:
        ValueError: the processes cannot share a batch.
        TooFewFaces: there is nothing to train on, or nothing to choose by.
        ClassMismatch: faces or the checkpoint in `folder` have other classes.
        CheckpointError: the checkpoint in `folder` is of another configuration or start, of other
            faces, or of a number of processes that would have learned something else.
        WeightsError: initial weights fit less than 95 % of the network.
        NotFinite: the loss or its gradient became infinite or undefined; the batch is in `folder`.
        RunBusy: another process is training in `folder`.
        Interrupted: SIGTERM came; a checkpoint of that moment was written.
    """
    trainer = prepare(config, train, validation, classes, folder, initial=initial)
    trainer.processes.wait()
    first = not trainer.processes.rank
    told = report if first else Report()
    told.start(trainer.copied)
    run = _Run(trainer, folder, told, selection)
    with locked(folder) if first else nullcontext(), stop_request() as request:
        run.to_its_end(request)
    trainer.processes.wait()
    return result_of(folder, trainer.progress.log)


def result_of(folder: Path, log: Sequence[Row]) -> FitResult:
    """What a finished run left in its folder."""
    last = of_epoch(folder, log[-1]["epoch"])
    return FitResult(last, of_epoch(folder, best_epoch(log)), tuple(log))


def prepare(
    config: TrainConfig,
    train: FaceReader,
    validation: FaceReader,
    classes: Sequence[str],
    folder: Path,
    *,
    initial: Path | None = None,
    processes: Processes | None = None,
) -> Trainer:
    """Take up the run in `folder` at its newest checkpoint, or at its start; writes nothing.

    Arguments and errors as for `fit`; `processes` are those that will share the run, if they are
    not the ones that torchrun started.
    """
    _check_enough(train, validation)
    device = own_device()
    processes = processes or Processes.joined(device)
    _check_shares(config, processes.size)
    premises = premises_of(validation, initial, processes.size)
    found = resumable(folder, config, classes, train, premises)
    # A run that goes on needs no file that it once started from.
    start = (
        Start(METHODS[config.method](config).network(len(classes)))
        if found
        else starting_network(config, len(classes), initial)
    )
    premises = found.premises if found else premises
    trainer = Trainer(
        config, train, validation, classes, start, device, processes, premises, folder
    )
    if found:
        go_on(trainer, found)
    return trainer


class _Run:
    """A trainer and the folder that it fills."""

    def __init__(
        self, trainer: Trainer, folder: Path, report: Report, selection: Selection
    ) -> None:
        self._trainer, self._folder, self._report = trainer, folder, report
        self._selection = selection
        self._saved_s = time.monotonic()

    def to_its_end(self, request: StopRequest) -> None:
        """Do what is left of the run."""
        trainer = self._trainer
        first = trainer.processes.rank == 0
        log = RunLog(self._folder, trainer.progress, trainer.config) if first else None
        try:
            while not _finished(trainer):
                self._epoch(request, log)
        finally:
            if log:
                log.close()

    def _epoch(self, request: StopRequest, log: RunLog | None) -> None:
        for row in self._trainer.steps():
            if log:
                log.step(row)
            self._report.step(row)
            self._between_steps(request, log)
        row_of_epoch = self._closed(request, log)
        row_of_epoch["selection"] = self._selection
        if log:
            log.epoch(self._trainer.progress.log)
        self._save(log)
        self._report.epoch(row_of_epoch)

    def _closed(self, request: StopRequest, log: RunLog | None) -> Row:
        """Close the epoch, unless asked to end while it is validated."""
        try:
            return self._trainer.close_epoch(lambda: self._end_if_asked(request))
        except Interrupted:
            self._save(log)
            raise

    def _between_steps(self, request: StopRequest, log: RunLog | None) -> None:
        trainer = self._trainer
        late = time.monotonic() - self._saved_s > trainer.config.checkpoint_every_s
        stop = trainer.processes.any(request.asked, trainer.device)
        if stop or trainer.processes.any(late, trainer.device):
            self._save(log)
        if stop:
            self._end()

    def _end_if_asked(self, request: StopRequest) -> None:
        if self._trainer.processes.any(request.asked, self._trainer.device):
            self._end()

    def _end(self) -> NoReturn:
        progress = self._trainer.progress
        raise Interrupted(
            f"asked to end in epoch {progress.epoch} after {progress.batches} steps;"
            " the same call goes on from there"
        )

    def _save(self, log: RunLog | None) -> None:
        self._saved_s = time.monotonic()
        if log is None:
            return
        log.flush()
        save(self._folder, checkpoint_of(self._trainer))
        closed = self._trainer.progress.log
        best = [best_epoch(closed)] if closed else []
        keep_only(self._folder, last=self._trainer.config.checkpoints, epochs=best)


def _finished(trainer: Trainer) -> bool:
    """Whether all epochs are done, or none was better for too long."""
    log, patience = trainer.progress.log, trainer.config.patience
    if len(log) >= trainer.config.epochs:
        return True
    return bool(log and patience and len(log) - best_epoch(log) >= patience)


def _check_enough(train: FaceReader, validation: FaceReader) -> None:
    if len(train) < 2:
        raise TooFewFaces(f"faces to train on: {len(train)}, at least 2 are needed")
    if not len(validation):
        raise TooFewFaces("faces to choose a checkpoint by: 0, at least 1 is needed")


def _check_shares(config: TrainConfig, processes: int) -> None:
    least = least_rows(config, processes)
    if config.batch_size % processes or config.batch_size < least:
        raise ValueError(
            f"batch_size: is {config.batch_size}, must be at least {least} and a multiple of"
            f" {processes}, the processes that share a batch"
        )


def best_epoch(log: Sequence[Row]) -> int:
    """The epoch of the highest accuracy on validation, the earliest of equal ones."""
    best = max(log, key=lambda row: (row["validation_accuracy"], -row["epoch"]))
    return int(best["epoch"])
