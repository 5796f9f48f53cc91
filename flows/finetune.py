"""Fine-tuning on a benchmark, tested on its test split, or fold by fold where it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prefect import flow, task

from flows.parameters import DatasetName, ProcessCount
from flows.reports.run_report import show_report
from flows.runs import Run, run_of, start_run
from flows.training.arms import Arm, arms_of, start_of
from flows.training.elsewhere import PINNED, Other, others_of, pinned, scores_elsewhere
from flows.training.finetune_report import log_tested, show_finetuning
from flows.training.known_repeats import repeats_of, shared_of
from flows.training.testing import Trained, test_results
from flows.training.training_task import check_arm, check_processes, faces_of, summary_of, train_arm
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.config import TrainConfig
from scn.faces import DEFAULT_FOLDS, Faces
from scn.protocol import Protocol
from storage.fingerprint import fingerprint
from storage.shared_pictures import Side
from storage.store import Dataset, open_store

_WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True)
class Task:
    """What a fine-tuning has to do, found to be possible.

    Attributes:
        dataset: that is trained on.
        others: that are tested on as well.
        folds: the parts of the dataset; one if it has a test split.
        whole: all of it but what selects, for the network that is tested on the others, where the
            dataset itself is tested fold by fold; none if there are no others.
        arms: the ways to train.
        fingerprint: of the dataset.
    """

    dataset: Dataset
    others: tuple[Other, ...]
    folds: tuple[Faces, ...]
    whole: Faces | None
    arms: tuple[Arm, ...]
    fingerprint: str

    @property
    def trainings(self) -> dict[str, Faces]:
        """What each training of an arm is given, by the name of its folder under the arm's."""
        if len(self.folds) == 1:
            return {"": self.folds[0]}
        folds = {f"fold-{number:02d}": faces for number, faces in enumerate(self.folds)}
        return folds | ({_WHOLE: self.whole} if self.whole else {})


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
        "store": todo.folds[0].source.store,
        "start": start,
        # An arm from a checkpoint is always the first.
        "initial": str(todo.arms[0].initial) if todo.arms[0].initial else None,
        "train": train.model_dump(mode="json"),
        "processes": processes,
        "protocol": protocol.model_dump(mode="json"),
        "store_version": todo.folds[0].train.version,
        "fingerprint": todo.fingerprint,
        PINNED: pinned(run_of(runs, "finetune", run), todo.others),
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
    show_finetuning(rows, benchmark, protocol.selection, classes)
    show_report(started)


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
    others = others_of(opened, also_test, begun, folds[0], train)
    whole = _whole(own, train, begun, protocol) if others and len(folds) > 1 else None
    arms = tuple(arms_of(train, initial, compare))
    todo = Task(own, others, folds, whole, arms, fingerprint(own, folds[0].train.version))
    for arm in todo.arms:
        for name, faces in todo.trainings.items():
            check_arm(arm, faces, begun.path / arm.name / name, processes)
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


def _whole(dataset: Dataset, train: TrainConfig, run: Run, protocol: Protocol) -> Faces:
    """All of a dataset without a test split; a part of it selects, since nothing else can."""
    selected = protocol.model_copy(update={"selection": "validation"})
    return faces_of(dataset, train, run, protocol=selected)


@task(name="fine-tune and test", task_run_name="{arm.name}", persist_result=False)
def tested(arm: Arm, todo: Task, run: Run, processes: int) -> dict[str, Any]:
    """Train one arm on each fold, and score its best and last checkpoint on what is tested on."""
    trained = {name: _trained(arm, todo, run, name, processes) for name in todo.trainings}
    whole = trained.pop(_WHOLE, None)
    folds = list(trained.values())
    summaries = [summary_of(each.result) for each in folds]
    method, start = arm.name.rsplit("-", 1)
    version = todo.folds[0].train.version
    repeated = repeats_of(todo.dataset, version, todo.fingerprint, run.path.parent)
    selection = todo.folds[0].source.protocol.selection
    row = {
        "method": method,
        "start": start,
        "selection": selection,
        **(summaries[0] if len(summaries) == 1 else {"folds": summaries}),
        **({"whole": summary_of(whole.result)} if whole else {}),
        **test_results(folds, todo.dataset, repeated, run.path / arm.name),
        "also_tested": {
            other.dataset.name: _elsewhere(whole or folds[0], todo, other, run)
            for other in todo.others
        },
    }
    log_tested(arm.name, row)
    return row


def _trained(arm: Arm, todo: Task, run: Run, name: str, processes: int) -> Trained:
    """Do one training of an arm."""
    folder, faces = run.path / arm.name / name, todo.trainings[name]
    run_id = "-".join([run.run_id, *folder.relative_to(run.path).parts])
    result = train_arm(arm, todo.dataset, faces, run_id, folder, processes)
    return Trained(faces, arm.config, folder, result)


def _elsewhere(trained: Trained, todo: Task, other: Other, run: Run) -> dict[str, Any]:
    """The test of a training on another dataset."""
    sides = (Side(other.dataset, other.version), Side(todo.dataset, trained.faces.train.version))
    fingerprints = (other.fingerprint, todo.fingerprint)
    return scores_elsewhere(trained, other, shared_of(*sides, fingerprints, run.path.parent))
