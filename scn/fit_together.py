"""`fit` by several processes of this machine, which torchrun starts, watches and restarts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from scn.checkpoint import load, newest
from scn.errors import ProcessLost
from scn.fitting import FitResult, result_of
from scn.job import Job
from scn.run_log import EPOCHS

JOB: Final = "job.json"
LOG: Final = "processes.log"
# Else processes that are restarted find addresses of those before them, and wait for ever:
# https://github.com/pytorch/pytorch/issues/135712
_ENVIRONMENT: Final = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
_RESTARTS: Final = 3
_POLL_S: Final = 0.5
_LONGEST_END_S: Final = 120
_SHOWN: Final = 1500


def fit_together(
    job: Job, processes: int, report: Callable[[dict[str, Any]], None] = lambda row: None
) -> FitResult:
    """Train with so many processes, going on from the newest checkpoint if there is one.

    A process that is lost makes torchrun restart all of them, up to three times, from the last
    checkpoint; one that ends with an error of its own ends all. If the caller ends, they end, too,
    and leave a checkpoint.

    Args:
        job: what to train.
        processes: how many; with GPUs, one for each.
        report: called with each epoch's row.

    Raises:
        ProcessLost: they did not get to the end; the same call goes on.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    (job.folder / JOB).write_text(job.model_dump_json(indent=1))
    with (job.folder / LOG).open("ab") as log:
        begin = log.tell()
        child = _started(job.folder, processes, log)
        try:
            _follow(child, job.folder, report)
        finally:
            _end(child)
    if child.returncode:
        said = (job.folder / LOG).read_bytes()[begin:].decode(errors="replace")
        raise ProcessLost(
            f"training on {processes} processes ended with code {child.returncode}; the same call"
            f" goes on from the last checkpoint in {job.folder}. They said: …{_told(said)}"
        )
    path = newest(job.folder)
    assert path is not None
    return result_of(job.folder, load(path).log)


def _started(folder: Path, processes: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = max((cores or 1) // processes, 1)
    command = [sys.executable, "-m", "scn.launch", "--standalone"]
    command += [f"--nproc-per-node={processes}", f"--max-restarts={_RESTARTS}"]
    return subprocess.Popen(
        [*command, "-m", "scn.job", str(folder / JOB)],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, **_ENVIRONMENT, "OMP_NUM_THREADS": str(threads)},
    )


def _follow(
    child: "subprocess.Popen[bytes]", folder: Path, report: Callable[[dict[str, Any]], None]
) -> None:
    """Tell of each epoch once, until the processes end."""
    told = len(_epochs(folder))
    while True:
        ended = child.poll() is not None
        rows = _epochs(folder)
        for row in rows[told:]:
            report(row)
        # After a restart the log is shorter for a while.
        told = max(told, len(rows))
        if ended:
            return
        time.sleep(_POLL_S)


def _epochs(folder: Path) -> list[dict[str, Any]]:
    path = folder / EPOCHS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Ask the processes to end, if they have not, and see to it that they do."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(_LONGEST_END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _told(said: str) -> str:
    """The last of what the processes said; their own errors before torchrun's summary."""
    errors = [line for line in said.splitlines() if "error:" in line.lower()]
    return " ".join(" ".join(errors[-3:]).split())[-_SHOWN:] or said[-_SHOWN:]
