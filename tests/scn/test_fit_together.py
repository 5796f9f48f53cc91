"""Processes that train together outlive the loss of one, and end with whoever started them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from scn.checkpoint import Checkpoint, load, newest
from scn.config import TrainConfig
from scn.errors import ProcessLost, RunBusy
from scn.faces import FacesSource
from scn.fit_together import LOG, fit_together
from scn.folder_lock import locked
from scn.job import Job
from tests.scn.faces import SIZE_PX, reader_of, true_emotions

_CONFIG = TrainConfig(
    preset="reference",
    image_size_px=SIZE_PX,
    batch_size=16,
    epochs=3,
    relabel_from_epoch=1,
    relabel_margin=0.05,
    checkpoint_every_s=1e-6,
    holdout_share=0.3,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> FacesSource:
    """A store of 90 faces, some of them held out."""
    folder = tmp_path_factory.mktemp("store")
    reader_of(folder, true_emotions(90))
    return FacesSource(store=str(folder), dataset="faces")


def _job(source: FacesSource, folder: Path, **options: Any) -> Job:
    config = TrainConfig.model_validate({**_CONFIG.model_dump(), **options})
    return Job(faces=source, train=config, folder=folder)


@pytest.fixture(scope="module")
def undisturbed(source: FacesSource, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """What two processes learn whom nobody disturbs."""
    told: list[dict[str, Any]] = []
    result = fit_together(_job(source, tmp_path_factory.mktemp("run")), 2, told.append)
    assert [row["epoch"] for row in told] == [1, 2, 3]
    return load(result.last)


def _same(one: Checkpoint, other: Checkpoint) -> None:
    assert all(torch.equal(tensor, other.model[name]) for name, tensor in one.model.items())
    assert one.events.drop_columns("time").equals(other.events.drop_columns("time"))
    assert one.samples.equals(other.samples)


def _processes(folder: Path, module: str) -> list[int]:
    """Processes of this module that work on this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        if f"{folder}/job.json" in words and f"-m {module}" in " ".join(words):
            found.append(int(entry.name))
    return found


def _workers(folder: Path) -> list[int]:
    agents = set(_processes(folder, "scn.launch"))
    return [number for number in _processes(folder, "scn.job") if number not in agents]


def _wait_for_checkpoint(folder: Path) -> None:
    end_s = time.monotonic() + 120
    while newest(folder) is None:
        assert time.monotonic() < end_s, (folder / LOG).read_text()
        time.sleep(0.01)


def test_a_lost_process_is_replaced_and_the_run_ends_alike(
    source: FacesSource, undisturbed: Checkpoint, tmp_path: Path
) -> None:
    """SIGKILL for one of two in mid-run: torchrun restarts both from the last checkpoint."""

    def kill_one() -> None:
        _wait_for_checkpoint(tmp_path)
        os.kill(_workers(tmp_path)[1], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = fit_together(_job(source, tmp_path), 2)
    killer.join()
    assert "SIGKILL" in (tmp_path / LOG).read_text() or "-9" in (tmp_path / LOG).read_text()
    _same(undisturbed, load(result.last))


_STARTER = """
import sys
from pathlib import Path
from scn.fit_together import fit_together
from scn.job import Job
fit_together(Job.model_validate_json(sys.argv[1]), 2)
"""


@pytest.mark.slow
def test_processes_end_with_their_starter_and_the_run_goes_on(
    source: FacesSource, undisturbed: Checkpoint, tmp_path: Path
) -> None:
    """The starter is killed without a word; nobody trains on unseen."""
    job = _job(source, tmp_path)
    starter = subprocess.Popen([sys.executable, "-c", _STARTER, job.model_dump_json()])
    _wait_for_checkpoint(tmp_path)
    starter.kill()
    starter.wait()
    end_s = time.monotonic() + 60
    while _processes(tmp_path, "scn.job"):
        assert time.monotonic() < end_s, "processes train on without their starter"
        time.sleep(0.1)
    _same(undisturbed, load(fit_together(job, 2).last))


@pytest.mark.slow
def test_what_cannot_be_trained_is_said_in_one_sentence(
    source: FacesSource, tmp_path: Path
) -> None:
    """A process's own error comes through, not only torchrun's summary."""
    job = _job(source, tmp_path, backbone_weights=tmp_path / "none.safetensors")
    with pytest.raises(ProcessLost, match=r"2 processes ended .*none\.safetensors"):
        fit_together(job, 2)
    said = (tmp_path / LOG).read_text()
    assert said.count("error: ") <= 2, "it was tried again"


def test_two_runs_in_one_folder_are_refused(tmp_path: Path) -> None:
    """Whoever comes second is told so, and the first is left alone."""
    with locked(tmp_path), pytest.raises(RunBusy, match="another process"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass
