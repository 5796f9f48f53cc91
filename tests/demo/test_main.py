"""The demo as a process: it leaves nothing running, and touches no folder that is not its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.services import family_of, stop


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    # Whoever runs the tests under nohup has set SIGHUP to be ignored.
    command = ["env", "--default-signal", sys.executable, "-m", "demo", str(folder)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def _running(folder: Path) -> list[str]:
    """Processes that were started for the folder, by command line or by environment."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.status() != psutil.STATUS_ZOMBIE and any(str(folder) in w for w in words):
            found.append(str(process))
    return found


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended; one that only waits to be reaped has."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _left(family: list[psutil.Process]) -> list[psutil.Process]:
    """Members that still run when the last of them has had time to see that the others ended."""
    deadline = time.monotonic() + 5
    while True:
        left = [process for process in family if _runs(process)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_interrupted_early_ends_cleanly(tmp_path: Path, number: int) -> None:
    """While the world is built; twice, as an impatient person does."""
    folder = tmp_path / "demo"
    with _start(folder) as process:
        _wait_for(folder / "world", process)
        process.send_signal(number)
        time.sleep(0.2)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "everything that was started is stopped" in output.decode()
    assert _running(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_interrupted_between_videos_makes_no_more_of_them(
    tmp_path: Path, number: int
) -> None:
    """A terminal sends Ctrl-C to the whole group, a supervisor its request to one process."""
    folder = tmp_path / "demo"
    with _start(folder) as process:
        # One file is no video, and is there from the start.
        while len(list((folder / "world").glob("*.mp4"))) < 3:
            assert process.poll() is None, "the demo ended early"
            time.sleep(0.1)
        family = family_of(process)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        try:
            process.communicate(timeout=60)
        finally:
            stop(process)
    assert process.returncode == 130
    assert len(family) >= 3
    assert _left(family) == []
    assert _running(folder) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_demo_that_is_interrupted_with_everything_running_stops_everything(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "demo"
    with _start(folder) as process:
        _wait_for(folder / "logs" / "worker-gpu.log", process)
        time.sleep(5)
        family = family_of(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    assert process.returncode == 130
    assert len(family) > 4
    assert _running(folder) == []


def test_a_folder_of_somebody_elses_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with _start(tmp_path) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is not empty" in output.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    while not path.exists():
        assert process.poll() is None, "the demo ended early"
        time.sleep(0.1)
