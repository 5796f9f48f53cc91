"""Fine-tuning on a benchmark, tested on its test split, or fold by fold where it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prefect import flow, get_run_logger, task

from flows.arms import Arm, arms_of, start_of
from flows.artifacts import show_confusion, show_results
from flows.known_repeats import repeats_of
from flows.parameters import DatasetName, ProcessCount
from flows.runs import Run, run_of, start_run
from flows.testing import Trained, reader_elsewhere, shared_classes, test_results
from flows.training import check_arm, check_processes, faces_of, summary_of, train_arm
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.config import TrainConfig
from scn.faces import DEFAULT_FOLDS, Faces
from scn.protocol import Protocol
from storage.fingerprint import fingerprint
from storage.store import Dataset, open_store

_SHOWN: Final = (
    "method", "start", "selection", "best_epoch", "accuracy", "mean_class_accuracy", "macro_f1",
    "last_accuracy",
)  # fmt: skip
CHOSEN_ON_TEST: Final = "CHOSEN ON THE TEST SPLIT: better than it is, to compare with papers only"


@dataclass(frozen=True, slots=True)
class Task:
    """What a fine-tuning has to do, found to be possible.

    Attributes:
        dataset: that is trained on.
        others: that are tested on as well.
        folds: the parts of the dataset; one if it has a test split.
        arms: the ways to train.
        fingerprint: of the dataset.
    """

    dataset: Dataset
    others: tuple[Dataset, ...]
    folds: tuple[Faces, ...]
    arms: tuple[Arm, ...]
    fingerprint: str

    def folder(self, run: Run, arm: Arm, fold: int) -> Path:
        """Of the training of a fold."""
        return run.path / arm.name / (f"fold-{fold:02d}" if len(self.folds) > 1 else "")


@flow(name="finetune", persist_result=False)
def finetune(
    benchmark: BenchmarkName,
    store: str = "data/store",
    runs: Path = Path("data/runs"),
    start: str = "latest",
    train: TrainConfig = TrainConfig(),
    protocol: Protocol = Protocol(),
    compare: bool = False,
    run: str | None = None,
    processes: ProcessCount = 1,
    dataset: DatasetName | None = None,
    also_test: tuple[DatasetName, ...] = (),
) -> None:
    """Fine-tune on a benchmark that was ingested, and test on its test split.

    Args:
        benchmark: Which benchmark.
        store: Folder of the store, or s3://bucket/prefix.
        runs: Folder of training runs.
        start: "latest" finished pretraining, "random" weights, or the path of a checkpoint.
        train: How to train.
        protocol: What is trained on, what selects, what is tested on.
        compare: Also train from random weights, and with plain cross-entropy from both.
        run: Name of the run's folder; an existing run goes on. Empty makes a new one.
        processes: Processes of this machine that train together; with GPUs, one for each.
        dataset: Name of the dataset in the store; empty for the benchmark's own.
        also_test: Other datasets to test on, over the classes that both have.
    """
    todo = check_finetune(
        benchmark, store, runs, start, train, protocol, compare, run, processes, dataset, also_test
    )
    parameters = {
        "benchmark": benchmark,
        "dataset": todo.dataset.name,
        "start": start,
        # An arm from a checkpoint is always the first.
        "initial": str(todo.arms[0].initial) if todo.arms[0].initial else None,
        "train": train.model_dump(mode="json"),
        "protocol": protocol.model_dump(mode="json"),
        "store_version": todo.folds[0].train.version,
        "fingerprint": todo.fingerprint,
    }
    started = start_run(runs, "finetune", parameters, run)
    rows = [tested(arm, todo, started, processes) for arm in todo.arms]
    classes = todo.folds[0].classes
    result = {
        "benchmark": benchmark,
        "selection": protocol.selection,
        "classes": list(classes),
        "fingerprint": todo.fingerprint,
        "folds": len(todo.folds),
    }
    started.finish({**result, "rows": rows})
    _show(rows, benchmark, protocol, classes)


def check_finetune(
    benchmark: BenchmarkName,
    store: str,
    runs: Path,
    start: str,
    train: TrainConfig,
    protocol: Protocol,
    compare: bool,
    run: str | None,
    processes: int = 1,
    dataset: str | None = None,
    also_test: Sequence[str] = (),
) -> Task:
    """Check that the run can start, before anything is written.

    Raises:
        StoreError, ScnError, ValueError: the store, the faces, the weights, the start, the folder
            of runs or an existing run do not fit.
    """
    check_processes(processes)
    opened = open_store(store, write=True)
    own = opened.dataset(dataset or BENCHMARKS[benchmark].source)
    begun = run_of(runs, "finetune", run)
    _check_protocol(begun, protocol)
    initial = start_of(start, runs, begun)
    folds = _folds(own, train, begun, protocol)
    others = tuple(opened.dataset(name) for name in also_test)
    if others and len(folds) > 1:
        raise ValueError(f"also_test: must be empty for {own.name}, which is tested fold by fold")
    for other in others:
        shared_classes(folds[0].classes, other)
        reader_elsewhere(train, other)
    arms = tuple(arms_of(train, initial, compare))
    todo = Task(own, others, folds, arms, fingerprint(own, folds[0].train.version))
    for arm in todo.arms:
        for number, faces in enumerate(folds):
            check_arm(arm, faces, todo.folder(begun, arm, number), processes)
    return todo


def _check_protocol(begun: Run, protocol: Protocol) -> None:
    """A run that goes on does so under its own protocol."""
    before = begun.read().get("parameters", {}).get("protocol")
    if before is not None and Protocol.model_validate(before) != protocol:
        now = protocol.model_dump(mode="json")
        changed = [f"{n} is {now[n]}, was {before[n]}" for n in now if now[n] != before[n]]
        raise ValueError(f"protocol: run {begun.run_id} cannot go on, since {'; '.join(changed)}")


def _folds(dataset: Dataset, train: TrainConfig, run: Run, protocol: Protocol) -> tuple[Faces, ...]:
    """The dataset as it is split, or in folds if nothing of it is for testing."""
    whole = faces_of(dataset, train, run, protocol=protocol)
    if len(whole.test) and protocol.folds is None:
        return (whole,)
    folds = range(protocol.folds or DEFAULT_FOLDS)
    return tuple(faces_of(dataset, train, run, protocol=protocol, fold=n) for n in folds)


@task(name="fine-tune and test", task_run_name="{arm.name}", persist_result=False)
def tested(arm: Arm, todo: Task, run: Run, processes: int) -> dict[str, Any]:
    """Train one arm on each fold, and score its best and last checkpoint on what is tested on."""
    trained = []
    for number, faces in enumerate(todo.folds):
        folder = todo.folder(run, arm, number)
        name = "-".join([run.run_id, *folder.relative_to(run.path).parts])
        result = train_arm(arm, todo.dataset, faces, name, folder, processes)
        trained.append(Trained(faces, arm.config, folder, result))
    summaries = [summary_of(each.result) for each in trained]
    method, start = arm.name.rsplit("-", 1)
    version = todo.folds[0].train.version
    repeated = repeats_of(todo.dataset, version, todo.fingerprint, run.path.parent)
    selection = todo.folds[0].source.protocol.selection
    row = {
        "method": method,
        "start": start,
        "selection": selection,
        **(summaries[0] if len(summaries) == 1 else {"folds": summaries}),
        **test_results(trained, todo.dataset, todo.others, repeated, run.path / arm.name),
    }
    get_run_logger().info(
        "%s: test accuracy %.3f, mean class accuracy %.3f; of the last epoch %.3f%s",
        arm.name,
        row["accuracy"],
        row["mean_class_accuracy"],
        row["last_accuracy"],
        f" ({CHOSEN_ON_TEST})" if selection == "test" else "",
    )
    return row


def _show(
    rows: Sequence[dict[str, Any]],
    benchmark: BenchmarkName,
    protocol: Protocol,
    classes: Sequence[str],
) -> None:
    """Artifacts: the table and the confusion matrices."""
    shown: list[dict[str, Any]] = [{n: row[n] for n in _SHOWN if n in row} for row in rows]
    mark = f" ({CHOSEN_ON_TEST})" if protocol.selection == "test" else ""
    show_results(shown, f"results-{benchmark}", f"{benchmark}: test split{mark}")
    for row in rows:
        key = f"confusion-{benchmark}-{row['method']}-{row['start']}"
        show_confusion(row["confusion"], classes, key)
