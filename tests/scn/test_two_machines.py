"""Two torchrun agents, as on two machines, train together what one process trains alone."""

import os
import signal
import socket
import subprocess
import sys
import time
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
    checkpoint_every_s=1e-6,
)
_Agent = subprocess.Popen[bytes]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def _agent(port: int, job: Path) -> _Agent:
    """The command of README."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1"]
    torchrun.append("--max-restarts=3")
    meeting = ["--rdzv-backend=c10d", f"--rdzv-endpoint=localhost:{port}"]
    return subprocess.Popen(
        [*torchrun, *meeting, "-m", "scn.job", str(job)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1", "OMP_NUM_THREADS": "1"},
    )


def _jobs(folder: Path) -> tuple[Path, Path]:
    """The same job twice, each in a folder of its own."""
    reader_of(folder / "store", true_emotions(90))
    source = FacesSource(store=str(folder / "store"), dataset="faces")
    one, two = (Job(faces=source, train=_CONFIG, folder=folder / name) for name in ("one", "two"))
    for job in (one, two):
        job.folder.mkdir()
        (job.folder / "job.json").write_text(job.model_dump_json())
    run(one)
    return one.folder, two.folder


def _both_end_well(agents: list[_Agent]) -> str:
    said = [agent.communicate(timeout=300)[0].decode() for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0], said
    return "".join(said)


def _same(one: Path, two: Path) -> None:
    """The same label events, and weights to 1e-9."""
    alone, together = (load(path) for folder in (one, two) if (path := newest(folder)))
    assert len(alone.events) > 0
    assert alone.events.drop_columns("time").equals(together.events.drop_columns("time"))
    for name, tensor in alone.model.items():
        torch.testing.assert_close(together.model[name], tensor, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_two_agents_train_what_one_process_trains(tmp_path: Path) -> None:
    """The same label events, and weights to 1e-9."""
    one, two = _jobs(tmp_path)
    port = _free_port()
    _both_end_well([_agent(port, two / "job.json") for _ in range(2)])
    _same(one, two)


def _worker(agent: _Agent) -> int:
    """The process that trains for an agent."""
    lists = Path(f"/proc/{agent.pid}/task").glob("*/children")
    children = [int(number) for each in lists for number in each.read_text().split()]
    words = {number: Path(f"/proc/{number}/cmdline").read_bytes() for number in children}
    (found,) = (number for number, said in words.items() if b"scn.job" in said)
    return found


@pytest.mark.slow
def test_a_process_killed_on_one_machine_restarts_both_from_the_last_checkpoint(
    tmp_path: Path,
) -> None:
    """SIGKILL in mid-run, and the run ends as one process does that nobody disturbed."""
    one, two = _jobs(tmp_path)
    port = _free_port()
    agents = [_agent(port, two / "job.json") for _ in range(2)]
    end_s = time.monotonic() + 120
    while newest(two) is None:
        assert time.monotonic() < end_s, "there is no checkpoint"
        time.sleep(0.01)
    killed = _worker(agents[1])
    os.kill(killed, signal.SIGKILL)
    said = _both_end_well(agents)
    assert f"pid: {killed}) of binary" in said
    _same(one, two)
