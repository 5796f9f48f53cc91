"""A run ends the same however often it was killed, and only as itself."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from scn.checkpoint import Checkpoint, load, newest
from scn.config import Augmentation, TrainConfig
from scn.errors import CheckpointError, ClassMismatch
from scn.fitting import Report, fit
from scn.run_log import STEPS
from storage.reader import FaceReader
from storage.store import open_store
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

_MILD = Augmentation(noise=0, erase=0)


def _config(**options: Any) -> TrainConfig:
    base: dict[str, Any] = {
        "preset": "reference",
        "image_size_px": SIZE_PX,
        "batch_size": 16,
        "epochs": 3,
        "relabel_from_epoch": 1,
        "relabel_margin": 0.05,
        "augmentation": _MILD,
        "ema_decay": 0.5,
    }
    return TrainConfig.model_validate({**base, **options})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 61 faces: the last batch of 16 is smaller."""
    folder = tmp_path_factory.mktemp("store")
    reader_of(folder, true_emotions(61))
    return folder


def _reader(folder: Path) -> FaceReader:
    dataset = open_store(str(folder)).dataset("faces")
    return FaceReader(dataset, image_size_px=SIZE_PX)


@pytest.fixture(scope="module")
def straight(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("straight")
    fit(_config(), _reader(store), _reader(store), CLASSES, folder)
    return folder


class _Killed(BaseException):
    """The end of a process, as far as `fit` can tell."""


def _same(one: Checkpoint, other: Checkpoint) -> None:
    """Two checkpoints are equal but for times."""
    for tensors, others in ((one.model, other.model), (one.optimiser, other.optimiser)):
        assert tensors.keys() == others.keys()
        assert all(torch.equal(tensors[name], others[name]) for name in tensors)
    assert one.samples.equals(other.samples)
    assert one.average.keys() == other.average.keys()
    assert all(torch.equal(one.average[name], other.average[name]) for name in one.average)
    assert one.events.drop_columns("time").equals(other.events.drop_columns("time"))
    for row, other_row in zip(one.log, other.log, strict=True):
        assert {**row, "seconds": 0} == {**other_row, "seconds": 0}


def _newest(folder: Path) -> Checkpoint:
    path = newest(folder)
    assert path is not None
    return load(path)


@pytest.mark.parametrize("stop_after", [1, 2])
def test_a_resumed_run_ends_bit_for_bit_like_a_straight_one(
    store: Path, straight: Path, tmp_path: Path, stop_after: int
) -> None:
    """Weights, optimiser, label events and log are equal, whatever global generators did."""

    def stop(row: dict[str, Any]) -> None:
        if row["epoch"] == stop_after:
            raise _Killed

    reader = _reader(store)
    with pytest.raises(_Killed):
        fit(_config(), reader, reader, CLASSES, tmp_path, report=Report(epoch=stop))
    torch.rand(7)
    fit(_config(), _reader(store), reader, CLASSES, tmp_path)
    assert _newest(straight).events.num_rows > 0
    _same(_newest(straight), _newest(tmp_path))


_CHILD = """
import sys
from pathlib import Path
from scn.config import TrainConfig
from scn.fitting import Report, fit
from tests.scn.test_fitting import CLASSES, _reader
reader = _reader(Path(sys.argv[1]))
config = TrainConfig.model_validate_json(sys.argv[3])
fit(config, reader, reader, CLASSES, Path(sys.argv[2]))
"""


def _begun(
    store: Path, folder: Path, wanted: str = "", **options: Any
) -> "subprocess.Popen[bytes]":
    """A run in a process of its own that has written a checkpoint, or the one of this name."""
    arguments = [str(store), str(folder), _config(**options).model_dump_json()]
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    before = newest(folder)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, *arguments], env={**os.environ, **threads}
    )
    while not _written(folder, before, wanted) and child.poll() is None:
        time.sleep(0.02)
    assert newest(folder) != before, "the child ended before its first checkpoint"
    return child


def _written(folder: Path, before: Path | None, wanted: str) -> bool:
    return (folder / wanted).exists() if wanted else newest(folder) != before


def test_a_killed_process_leaves_a_run_that_ends_alike(
    store: Path, straight: Path, tmp_path: Path
) -> None:
    """SIGKILL at random moments, with a checkpoint after every step: nothing is different."""
    places = set()
    for _ in range(3):
        child = _begun(store, tmp_path, checkpoint_every_s=1e-6)
        time.sleep(random.random() * 0.3)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        path = newest(tmp_path)
        assert path is not None
        places.add(path.name)
    fit(_config(), _reader(store), _reader(store), CLASSES, tmp_path)
    assert any(name.startswith("step-") for name in places)
    _same(_newest(straight), _newest(tmp_path))
    steps = [json.loads(line) for line in (tmp_path / STEPS).read_text().splitlines()]
    undisturbed = [json.loads(line) for line in (straight / STEPS).read_text().splitlines()]
    assert [_timeless(row) for row in steps] == [_timeless(row) for row in undisturbed]


@pytest.mark.parametrize(
    "options",
    [
        # So slow a learner keeps to an opinion.
        {"relabel_confirmations": 2, "relabel_margin": 0.0, "learning_rate": 1e-5},
        pytest.param({"preset": "rul", "micro_batch": 5}, marks=pytest.mark.slow),
    ],
)
def test_what_a_run_remembers_beyond_its_weights_outlives_a_kill(
    store: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    """SIGKILL in the second epoch: confirmations so far, dropout and parts of a batch go on."""
    child = _begun(store, tmp_path / "killed", "epoch-0001", checkpoint_every_s=1e-6, **options)
    time.sleep(random.random() * 0.2)
    child.kill()
    child.wait()
    stopped = _newest(tmp_path / "killed")
    assert stopped.progress.epoch < 4, "the run was over"
    for name in ("killed", "straight"):
        fit(_config(**options), _reader(store), _reader(store), CLASSES, tmp_path / name)
    straight = _newest(tmp_path / "straight")
    assert (straight.events.num_rows > 0) == ("relabel_confirmations" in options)
    _same(straight, _newest(tmp_path / "killed"))


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("epoch", "step", "learning_rate", "values")}


def test_a_machine_that_is_taken_away_loses_no_step(
    store: Path, straight: Path, tmp_path: Path
) -> None:
    """SIGTERM writes a checkpoint of the very step and ends the process with an error."""
    child = _begun(store, tmp_path)
    child.terminate()
    assert child.wait(timeout=60) == 1
    path = newest(tmp_path)
    assert path is not None
    done = load(path).progress
    steps = [json.loads(line) for line in (tmp_path / STEPS).read_text().splitlines()]
    assert (steps[-1]["epoch"], steps[-1]["step"] + 1) == (done.epoch, done.batches)
    fit(_config(), _reader(store), _reader(store), CLASSES, tmp_path)
    _same(_newest(straight), _newest(tmp_path))


def test_half_a_checkpoint_is_never_read(store: Path, straight: Path, tmp_path: Path) -> None:
    """What a killed writer left is no checkpoint, and does not stop the run."""
    unfinished = tmp_path / ".epoch-0002.part"
    unfinished.mkdir()
    (unfinished / "state.json").write_text("{")
    assert newest(tmp_path) is None
    fit(_config(), _reader(store), _reader(store), CLASSES, tmp_path)
    _same(_newest(straight), _newest(tmp_path))


def test_only_the_last_two_and_the_best_checkpoint_stay(straight: Path) -> None:
    """Three folders at most; the best is the earliest of the highest accuracy."""
    log = _newest(straight).log
    accuracies = [row["validation_accuracy"] for row in log]
    best = accuracies.index(max(accuracies)) + 1
    kept = sorted(path.name for path in straight.glob("epoch-*"))
    assert kept == sorted({f"epoch-{best:04d}", "epoch-0002", "epoch-0003"})


def test_other_classes_are_refused_by_name(store: Path, straight: Path) -> None:
    """Going on with classes in another order names both orders."""
    other = tuple(reversed(CLASSES))
    with pytest.raises(ClassMismatch, match=f"{', '.join(CLASSES)}; wanted {', '.join(other)}"):
        fit(_config(), _reader(store), _reader(store), other, straight)


def test_another_configuration_is_refused(store: Path, straight: Path) -> None:
    """A run does not go on under other settings than it began with."""
    with pytest.raises(CheckpointError, match=r"learning_rate is 0\.5, was 0\.001"):
        fit(_config(learning_rate=0.5), _reader(store), _reader(store), CLASSES, straight)


def test_every_log_says_if_the_test_split_selects(store: Path, tmp_path: Path) -> None:
    """The rows and the checkpoint by a word, TensorBoard in the curve's name."""
    reader = _reader(store)
    fit(_config(epochs=1), reader, reader, CLASSES, tmp_path, selection="test")
    (row,) = map(json.loads, (tmp_path / "epochs.jsonl").read_text().splitlines())
    path = newest(tmp_path)
    assert path is not None
    assert row["selection"] == load(path).log[0]["selection"] == "test"
    (events,) = (tmp_path / "tensorboard").iterdir()
    assert b"epoch/accuracy_on_test_which_selects" in events.read_bytes()
    assert b"validation_accuracy" not in events.read_bytes()
