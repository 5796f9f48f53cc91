"""Two torchrun agents, as on two machines, train together what one process trains alone."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from scn.checkpoint import load, newest
from scn.config import TrainConfig
from scn.faces import FacesSource
from scn.job import Job, run
from tests.scn.faces import SIZE_PX, reader_of, true_emotions

_CONFIG = TrainConfig(
    image_size_px=SIZE_PX,
    batch_size=16,
    epochs=2,
    relabel_from_epoch=1,
    relabel_margin=0.01,
    holdout_share=0.3,
    batch_norm="frozen",
    precision="float64",
    learning_rate=0.01,
)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def _agent(port: int, job: Path) -> "subprocess.Popen[bytes]":
    """The command of README."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1"]
    meeting = ["--rdzv-backend=c10d", f"--rdzv-endpoint=localhost:{port}"]
    return subprocess.Popen(
        [*torchrun, *meeting, "-m", "scn.job", str(job)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1", "OMP_NUM_THREADS": "1"},
    )


@pytest.mark.slow
def test_two_agents_train_what_one_process_trains(tmp_path: Path) -> None:
    """The same label events, and weights to 1e-9."""
    reader_of(tmp_path / "store", true_emotions(90))
    source = FacesSource(store=str(tmp_path / "store"), dataset="faces")
    jobs = [Job(faces=source, train=_CONFIG, folder=tmp_path / name) for name in ("one", "two")]
    for job in jobs:
        job.folder.mkdir()
        (job.folder / "job.json").write_text(job.model_dump_json())
    run(jobs[0])
    port = _free_port()
    agents = [_agent(port, jobs[1].folder / "job.json") for _ in range(2)]
    said = [agent.communicate(timeout=300)[0].decode() for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0], said
    alone, together = (load(path) for job in jobs if (path := newest(job.folder)))
    assert len(alone.events) > 0
    assert alone.events.drop_columns("time").equals(together.events.drop_columns("time"))
    for name, tensor in alone.model.items():
        torch.testing.assert_close(together.model[name], tensor, rtol=1e-9, atol=1e-9)
