"""One training run as a Prefect task: fit, keep the labels it changed, and show what it did."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from prefect import task

from flows.runs import Run, check_writable
from flows.training.arms import Arm
from flows.training.exposure import note_origin
from flows.training.thresholds import Condition
from flows.training.training_report import reporter, show_training
from scn.checkpoint import Checkpoint, load
from scn.config import TrainConfig
from scn.faces import Faces, FacesSource, open_faces
from scn.fit_together import fit_together
from scn.fitting import FitResult, best_epoch, fit, prepare
from scn.job import Job
from scn.label_book import events_table
from scn.processes import Processes
from scn.protocol import Protocol
from scn.wrong_labels import noise_events
from storage.labels import append_events
from storage.store import Dataset


def faces_of(
    dataset: Dataset,
    config: TrainConfig,
    run: Run,
    where: Sequence[Condition] = (),
    protocol: Protocol = Protocol(),
    fold: int | None = None,
) -> Faces:
    """The parts of a dataset, with conditions on the faces to train on.

    A run that goes on sees the dataset as it was at its start.

    Raises:
        TooFewFaces: the dataset is empty, or nothing fulfils the conditions.
    """
    source = FacesSource(
        store=dataset.uri.removesuffix(f"/{dataset.name}"),
        dataset=dataset.name,
        version=run.read().get("parameters", {}).get("store_version"),
        where=tuple(where),
        protocol=protocol,
        fold=fold,
    )
    return open_faces(source, config)


def check_processes(processes: int) -> None:
    """Check that there is a GPU for each process, if there are GPUs.

    Raises:
        ValueError: there are fewer.
    """
    gpus = torch.cuda.device_count()
    if gpus and processes > gpus:
        raise ValueError(f"processes: is {processes}, must be at most {gpus}, the number of GPUs")


def check_arm(arm: Arm, faces: Faces, folder: Path, processes: int = 1) -> None:
    """Check that a way to train can begin, or go on in `folder`, before anything is written.

    Raises:
        ScnError: faces, weights, checkpoint and configuration do not fit.
        ValueError: the folder cannot be written.
    """
    check_writable(folder)
    prepare(
        arm.config,
        faces.train,
        faces.validation,
        faces.classes,
        folder,
        initial=arm.initial,
        processes=Processes(size=processes),
    )


@task(name="train", task_run_name="train {arm.name}", persist_result=False)
def train_arm(
    arm: Arm, dataset: Dataset, faces: Faces, run_id: str, folder: Path, processes: int = 1
) -> FitResult:
    """Fit in `folder`, going on where an earlier attempt stopped; keep the label events."""
    if arm.initial:
        note_origin(folder, arm.initial)
    if faces.wrong:
        append_events(dataset, run_id, noise_events(faces.truth, faces.wrong), once="noise")
    result = _fitted(arm, faces, folder, processes)
    last = load(result.last)
    keep_events(dataset, last, run_id)
    show_training(arm.name, dataset, last, folder, faces.truth)
    return result


def _fitted(arm: Arm, faces: Faces, folder: Path, processes: int) -> FitResult:
    report = reporter(arm.name, arm.config, len(faces.train))
    if processes > 1:
        job = Job(faces=faces.source, train=arm.config, folder=folder, initial=arm.initial)
        return fit_together(job, processes, report.epoch)
    return fit(
        arm.config,
        faces.train,
        faces.validation,
        faces.classes,
        folder,
        initial=arm.initial,
        report=report,
        selection=faces.source.protocol.selection,
    )


def keep_events(dataset: Dataset, last: Checkpoint, run_id: str) -> None:
    """Append a finished run's label events to the store, once however often it is called."""
    face_ids = last.samples["face_id"].to_pylist()
    events = events_table(last.events.to_pylist(), run_id, face_ids, last.classes)
    if events.num_rows:
        append_events(dataset, run_id, events, once="training")


def summary_of(result: FitResult) -> dict[str, Any]:
    """A finished fit as plain values for the run's record."""
    number = best_epoch(result.log)
    return {
        "best": str(result.best),
        "last": str(result.last),
        "best_epoch": number,
        "validation_accuracy": result.log[number - 1]["validation_accuracy"],
        "label_changes": sum(row["relabelled"] for row in result.log),
    }
