"""Servers and workers the demo starts, and stops whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
import psutil

ROOT: Final = Path(__file__).resolve().parent.parent
_START_TIMEOUT_S: Final = 120.0
_STOP_TIMEOUT_S: Final = 15.0
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Requests to end."""


class ServiceFailed(Exception):
    """A server or worker did not start, or a command failed."""


def environment(folder: Path, port: int) -> dict[str, str]:
    """The environment of everything the demo starts: a Prefect of its own, no outside call.

    Nothing of the caller's Prefect is in it: its settings could name a real server or database.
    """
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    settings = {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    return {**outer, **settings}


def free_port() -> int:
    """A TCP port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(
    name: str, command: Sequence[str], env: dict[str, str], logs: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, its output in a log; stop it at the end."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: politely, then by force.

    A worker's runs are sessions of their own, so its process group does not hold them.
    """
    with _undisturbed():
        _stop(process, family_of(process))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore requests to end: stopping takes seconds, which a second Ctrl-C must not cut short."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes], family: list[psutil.Process]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.terminate()
    _, alive = psutil.wait_procs(family, timeout=_STOP_TIMEOUT_S)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(alive, timeout=_STOP_TIMEOUT_S)
    process.wait()


def family_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The process and all its descendants."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def wait_for_port(port: int) -> None:
    """Wait until something listens on a port of loopback."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise ServiceFailed(f"nothing listens on port {port}")


@contextmanager
def prefect_server(env: dict[str, str], logs: Path) -> Iterator[None]:
    """A Prefect server on loopback, answering."""
    command = ["prefect", "server", "start"]
    with service("prefect-server", command, env, logs) as process:
        url = f"{env['PREFECT_API_URL']}/health"
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServiceFailed(f"the Prefect server did not start; see {logs}")
            time.sleep(0.3)
        yield


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def run(command: Sequence[str], env: dict[str, str]) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        ServiceFailed: it failed; the message holds the end of its output.
    """
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise ServiceFailed(
            f"{' '.join(command[:4])} failed: {(done.stdout + done.stderr)[-2000:]}"
        )
    return done.stdout
