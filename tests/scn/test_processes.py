"""One process or many: the same losses, the same ranking, the same labels."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from scn.checkpoint import Checkpoint, load, newest
from scn.config import TrainConfig
from scn.fitting import Report, fit
from scn.training import StepRow
from storage.reader import FaceReader
from storage.store import open_store
from tests.scn import numpy_scn
from tests.scn.faces import CLASSES, SIZE_PX, Votes, reader_of, true_emotions

_CHILD = """
import sys
from pathlib import Path
from scn.config import TrainConfig
from scn.fitting import fit
from storage.reader import FaceReader
from storage.store import open_store
config = TrainConfig.model_validate_json(sys.argv[3])
dataset = open_store(sys.argv[1]).dataset("faces")
reader = FaceReader(dataset, image_size_px=config.image_size_px)
fit(config, reader, reader, sys.argv[4].split(","), Path(sys.argv[2]))
"""
_BASE: dict[str, Any] = {
    "image_size_px": SIZE_PX,
    "batch_size": 16,
    "epochs": 2,
    "relabel_from_epoch": 1,
    "relabel_margin": 0.01,
    "learning_rate": 0.01,
    "batch_norm": "frozen",
    "precision": "float64",
    "ema_decay": 0.9,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 61 faces: the last batch of 16 has 13, which 2 and 4 do not divide."""
    folder = tmp_path_factory.mktemp("store")
    labels = true_emotions(61)
    labels[::4] = [CLASSES[(CLASSES.index(label) + 1) % 3] for label in labels[::4]]
    votes: list[Votes] = [{label: 0.6, "happy": 0.4} for label in labels]
    reader_of(folder, labels, votes=[None, *votes[1:]])
    return folder


def _run(store: Path, folder: Path, processes: int, **options: Any) -> Checkpoint:
    script = folder / "child.py"
    folder.mkdir(exist_ok=True)
    script.write_text(_CHILD)
    config = TrainConfig.model_validate({**_BASE, **options}).model_dump_json()
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    launch += [f"--nproc-per-node={processes}"] if processes > 1 else []
    command = launch if processes > 1 else [sys.executable]
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}
    arguments = [str(script), str(store), str(folder / "run"), config, ",".join(CLASSES)]
    subprocess.run([*command, *arguments], env=env, check=True, timeout=250)
    path = newest(folder / "run")
    assert path is not None
    return load(path)


def _agree(one: Checkpoint, other: Checkpoint) -> None:
    """To seven digits: only the order of additions differs, and Adam enlarges that."""
    for name, tensor in one.model.items():
        torch.testing.assert_close(tensor, other.model[name], rtol=1e-7, atol=1e-9)
    columns = ["epoch", "index", "old", "new"]
    assert one.events.select(columns).equals(other.events.select(columns))
    ranked = [c.samples.sort_by("importance")["face_id"].to_pylist() for c in (one, other)]
    assert ranked[0] == ranked[1]
    for row, other_row in zip(one.log, other.log, strict=True):
        for name in ("loss", "rank_loss", "validation_accuracy", "average_accuracy"):
            assert row[name] == pytest.approx(other_row[name], rel=1e-9)


@pytest.fixture(scope="module")
def alone(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """What one process learns."""
    return _run(store, tmp_path_factory.mktemp("alone") / "one", 1)


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_that_share_a_batch_learn_what_one_does(
    store: Path, alone: Checkpoint, tmp_path: Path, processes: int
) -> None:
    """Losses, weights, ranking and label events, over the last, uneven batch as well."""
    assert alone.events.num_rows > 5
    _agree(alone, _run(store, tmp_path / "more", processes))


def test_a_ranking_of_each_process_is_the_formula_on_the_rows_that_it_was_dealt(
    store: Path, tmp_path: Path
) -> None:
    """One step over all faces, of two processes: the mean of their rank losses, as published."""
    options = {"rank_over": "process", "epochs": 1, "batch_size": 62, "relabel": False}
    found = _run(store, tmp_path / "two", 2, **options)
    reader = FaceReader(open_store(str(store)).dataset("faces"), image_size_px=SIZE_PX)
    (batch,) = reader.batches(batch_size=62, epoch=1, lanes=8)
    importance = np.array(found.samples["importance"].to_pylist())[batch.indexes]
    dealt = (importance[::2], importance[1::2])
    wanted = np.mean([numpy_scn.rank_regularisation(part, 0.7, 0.15) for part in dealt])
    together = numpy_scn.rank_regularisation(importance, 0.7, 0.15)
    assert found.log[0]["rank_loss"] == pytest.approx(wanted, abs=1e-7)
    assert abs(wanted - together) > 1e-6


@pytest.mark.slow
def test_processes_learn_soft_labels_as_one_does(store: Path, tmp_path: Path) -> None:
    """Each knows the votes of the whole batch."""
    one, two = (_run(store, tmp_path / str(n), n, labels="soft") for n in (1, 2))
    assert one.events.num_rows > 5
    _agree(one, two)


@pytest.mark.slow
def test_a_run_that_one_process_began_ends_alike_on_two(
    store: Path, alone: Checkpoint, tmp_path: Path
) -> None:
    """From the midst of an epoch, with frozen batch normalisation; each face comes once."""

    def stop(row: StepRow) -> None:
        if row.step == 2:
            raise KeyboardInterrupt

    config = TrainConfig.model_validate({**_BASE, "checkpoint_every_s": 1e-6})
    reader = FaceReader(open_store(str(store)).dataset("faces"), image_size_px=SIZE_PX)
    with pytest.raises(KeyboardInterrupt):
        fit(config, reader, reader, CLASSES, tmp_path / "run", report=Report(step=stop))
    assert newest(tmp_path / "run") == tmp_path / "run" / "step-0001-000002"
    _agree(alone, _run(store, tmp_path, 2))


@pytest.mark.slow
def test_other_methods_share_a_batch_too(store: Path, tmp_path: Path) -> None:
    """eac, whose loss needs attention maps, in parts and on two processes."""
    alone = _run(store, tmp_path / "one", 1, preset="eac", micro_batch=5)
    _agree(alone, _run(store, tmp_path / "two", 2, preset="eac"))
