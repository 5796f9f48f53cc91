"""Pretraining on what has been collected."""

from pathlib import Path
from typing import Final

from prefect import flow

from flows.artifacts import show_results
from flows.parameters import DatasetName, ProcessCount
from flows.runs import run_of, start_run
from flows.training.arms import Arm
from flows.training.thresholds import Thresholds
from flows.training.training_task import check_arm, check_processes, faces_of, summary_of, train_arm
from scn.config import TrainConfig
from scn.faces import Faces
from storage.fingerprint import fingerprint
from storage.store import Dataset, open_store

_CHECKPOINTS: Final = "checkpoints"


@flow(name="pretrain", persist_result=False)
def pretrain(
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    runs: Path = Path("data/runs"),
    train: TrainConfig = TrainConfig(),
    thresholds: Thresholds = Thresholds(),
    run: str | None = None,
    processes: ProcessCount = 1,
) -> None:
    """Train a model on a collected dataset, and keep the labels it changed as events.

    Args:
        store: Folder of the store, or s3://bucket/prefix.
        dataset: Name of the dataset in the store.
        runs: Folder of training runs.
        train: How to train.
        thresholds: Which of the collected faces to train on.
        run: Name of the run's folder; an existing run goes on. Empty makes a new one.
        processes: Processes of this machine that train together; with GPUs, one for each.
    """
    opened, faces = check_pretrain(store, dataset, runs, train, thresholds, run, processes)
    data = fingerprint(opened, faces.train.version)
    parameters = {
        "train": train.model_dump(mode="json"),
        "processes": processes,
        "thresholds": thresholds.model_dump(mode="json"),
        "store_version": faces.train.version,
        "fingerprint": data,
    }
    started = start_run(runs, "pretrain", parameters, run)
    arm = Arm(train.method, train)
    folder = started.path / _CHECKPOINTS
    result = train_arm(arm, opened, faces, started.run_id, folder, processes)
    summary = {
        **summary_of(result),
        "classes": list(faces.classes),
        "faces": len(faces.train),
        "fingerprint": data,
    }
    started.finish(summary)
    show_results([{"field": k, "value": str(v)} for k, v in summary.items()], "pretrain", "Result")


def check_pretrain(
    store: str,
    dataset: str,
    runs: Path,
    train: TrainConfig,
    thresholds: Thresholds,
    run: str | None,
    processes: int = 1,
) -> tuple[Dataset, Faces]:
    """Check that the run can start, before anything is written.

    Raises:
        StoreError, ScnError, ValueError: the store, the faces, the weights, the folder of runs or
            an existing run do not fit.
    """
    check_processes(processes)
    opened = open_store(store, write=True).dataset(dataset)
    begun = run_of(runs, "pretrain", run)
    faces = faces_of(opened, train, begun, thresholds.conditions())
    check_arm(Arm(train.method, train), faces, begun.path / _CHECKPOINTS, processes)
    return opened, faces
