"""Fine-tuning on a benchmark, tested on its test split."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from prefect import flow, get_run_logger, task

from flows.artifacts import show_confusion, show_results
from flows.parameters import DatasetName, ProcessCount
from flows.runs import Run, latest, run_of, start_run
from flows.training import Arm, check_arm, check_processes, faces_of, summary_of, train_arm
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.errors import CheckpointError, TooFewFaces
from scn.evaluation import Evaluation, evaluate
from scn.faces import Faces
from scn.trained import load_network
from storage.store import Dataset, open_store


@flow(name="finetune", persist_result=False)
def finetune(
    benchmark: BenchmarkName,
    store: str = "data/store",
    runs: Path = Path("data/runs"),
    start: str = "latest",
    train: TrainConfig = TrainConfig(),
    compare: bool = False,
    run: str | None = None,
    processes: ProcessCount = 1,
    dataset: DatasetName | None = None,
) -> None:
    """Fine-tune on a benchmark that was ingested, and test on its test split.

    Args:
        benchmark: Which benchmark.
        store: Folder of the store, or s3://bucket/prefix.
        runs: Folder of training runs.
        start: "latest" finished pretraining, "random" weights, or the path of a checkpoint.
        train: How to train.
        compare: Also train from random weights, and with plain cross-entropy from both.
        run: Name of the run's folder; an existing run goes on. Empty makes a new one.
        processes: Processes of this machine that train together; with GPUs, one for each.
        dataset: Name of the dataset in the store; empty for the benchmark's own.
    """
    opened, faces, arms = check_finetune(
        benchmark, store, runs, start, train, compare, run, processes, dataset
    )
    parameters = {
        "benchmark": benchmark,
        "dataset": opened.name,
        "start": start,
        "train": train.model_dump(mode="json"),
        "store_version": faces.train.version,
    }
    started = start_run(runs, "finetune", parameters, run)
    rows = [tested(arm, opened, faces, started, processes) for arm in arms]
    started.finish({"benchmark": benchmark, "classes": list(faces.classes), "rows": rows})
    shown = [{k: v for k, v in row.items() if k in _SHOWN} for row in rows]
    show_results(shown, f"results-{benchmark}", f"{benchmark}: test split")
    for row in rows:
        key = f"confusion-{benchmark}-{row['method']}-{row['start']}"
        show_confusion(row["confusion"], faces.classes, key)


_SHOWN = ("method", "start", "best_epoch", "accuracy", "mean_class_accuracy", "macro_f1")


def check_finetune(
    benchmark: BenchmarkName,
    store: str,
    runs: Path,
    start: str,
    train: TrainConfig,
    compare: bool,
    run: str | None,
    processes: int = 1,
    dataset: str | None = None,
) -> tuple[Dataset, Faces, list[Arm]]:
    """Check that the run can start, before anything is written.

    Raises:
        StoreError, ScnError, ValueError: the store, the faces, the weights, the start, the folder
            of runs or an existing run do not fit.
    """
    check_processes(processes)
    opened = open_store(store, write=True).dataset(dataset or BENCHMARKS[benchmark].source)
    begun = run_of(runs, "finetune", run)
    faces = faces_of(opened, train, begun)
    arms = arms_of(train, start_of(start, runs), compare)
    if not len(faces.test):
        raise TooFewFaces(f"dataset {opened.name}: has no faces in its test split")
    for arm in arms:
        check_arm(arm, faces, begun.path / arm.name)
    return opened, faces, arms


def start_of(start: str, runs: Path) -> Path | None:
    """The checkpoint to start from; none for random weights.

    Raises:
        CheckpointError: there is none.
    """
    if start == "random":
        return None
    if start != "latest":
        load(Path(start))
        return Path(start)
    found = latest(runs, "pretrain")
    if found is None:
        raise CheckpointError(
            f"start: no finished pretraining in {runs}; pretrain first, or set start=random"
        )
    return Path(found.read()["result"]["best"])


def arms_of(train: TrainConfig, initial: Path | None, compare: bool) -> list[Arm]:
    """The ways to train that are asked for."""
    start = "pretrained" if initial else "random"
    arms = [Arm(f"{train.method}-{start}", train, initial)]
    if compare:
        plain = train.model_copy(update={"method": "baseline"})
        arms += [Arm(f"{train.method}-random", train)] if initial else []
        arms += [Arm(f"baseline-{start}", plain, initial)]
        arms += [Arm("baseline-random", plain)] if initial else []
    return arms


@task(name="fine-tune and test", task_run_name="{arm.name}", persist_result=False)
def tested(arm: Arm, dataset: Dataset, faces: Faces, run: Run, processes: int) -> dict[str, Any]:
    """Train one arm and score its best and last checkpoint on the test split."""
    name = f"{run.run_id}-{arm.name}"
    result = train_arm(arm, dataset, faces, name, run.path / arm.name, processes)
    method, start = arm.name.rsplit("-", 1)
    best, last = _scored(result.best, faces), _scored(result.last, faces)
    get_run_logger().info(
        "%s: test accuracy %.3f, mean class accuracy %.3f; of the last epoch %.3f",
        arm.name,
        best.accuracy,
        best.mean_class_accuracy,
        last.accuracy,
    )
    return {
        "method": method,
        "start": start,
        **summary_of(result),
        **asdict(best),
        "last_accuracy": last.accuracy,
    }


def _scored(path: Path, faces: Faces) -> Evaluation:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, checkpoint = load_network(path)
    return evaluate(model.to(device), faces.test, checkpoint.classes, device)
