"""What the demo starts, it stops, and nothing of the caller's Prefect is touched."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.services import ServiceFailed, environment, family_of, run, service, stop

_FAMILY = """
import subprocess, sys, time
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(99)"
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
time.sleep(99)
"""


def _family() -> "tuple[subprocess.Popen[bytes], list[psutil.Process]]":
    """A process, and a child that is a session of its own and ignores polite requests."""
    process = subprocess.Popen([sys.executable, "-c", _FAMILY], start_new_session=True)
    deadline = time.monotonic() + 20
    while len(family_of(process)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    return process, family_of(process)


def _alive(family: list[psutil.Process]) -> list[psutil.Process]:
    """Members that still run; one that only waits to be reaped does not."""
    return [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.slow
def test_a_member_that_ignores_requests_is_ended_by_force() -> None:
    process, family = _family()
    assert len(family) == 2
    time.sleep(1)
    stop(process)
    assert _alive(family) == []


def test_a_service_and_what_it_started_end_with_the_block_also_at_an_error(tmp_path: Path) -> None:
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '98']); time.sleep(99)"
    family: list[psutil.Process] = []

    def fail() -> None:
        with service("s", [sys.executable, "-c", script], {}, tmp_path) as process:
            while len(family) < 2:
                time.sleep(0.05)
                family[:] = family_of(process)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _alive(family) == []


def test_nothing_of_the_callers_prefect_is_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql://theirs")
    monkeypatch.setenv("PREFECT_API_URL", "https://theirs/api")
    monkeypatch.setenv("NO_PROXY", "")
    env = environment(tmp_path, 4321)
    assert "theirs" not in " ".join(env.values())
    assert env["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    assert "127.0.0.1" in env["NO_PROXY"]


def test_a_command_that_fails_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('x' * 5000); raise SystemExit('the reason')"]
    with pytest.raises(ServiceFailed, match="the reason") as failure:
        run(command, environment(tmp_path, 1))
    assert len(str(failure.value)) < 2200
