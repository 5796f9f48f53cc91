"""A process that gave up network, files and memory."""

import subprocess
import sys

import pytest

_GIVE_UP = """
import os, socket, subprocess, sys, tempfile
from sandbox.confinement import limit_resources, refuse_system_calls
file = tempfile.TemporaryFile()
limit_resources(memory_bytes=1 << 29, cpu_s=2)
print(refuse_system_calls(), flush=True)
try:
    {attempt}
except (OSError, MemoryError) as error:
    print(type(error).__name__)
else:
    print("done")
"""


def _run(attempt: str) -> tuple[int, list[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", _GIVE_UP.format(attempt=attempt)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hostname')",
        "open('/tmp/written', 'w')",
        "socket.socket()",
        "socket.socketpair()",
        "subprocess.run(['true'])",
        "os.execv(sys.executable, ['python'])",
        "os.unlink('/tmp/there-is-none')",
        "os.rename('/tmp/there-is-none', '/tmp/elsewhere')",
        "os.mkdir('/tmp/made-by-a-confined-process')",
        "os.chmod('/tmp', 0o777)",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_files_network_and_programs_are_out_of_reach(attempt: str) -> None:
    """Opening, connecting and starting are refused by the system."""
    assert _run(attempt) == (0, ["True", "PermissionError"])


def test_memory_ends_at_its_limit() -> None:
    """What asks for more gets an error, not the machine's memory."""
    assert _run("bytearray(1 << 30)")[1][-1] == "MemoryError"
    assert _run("bytearray(1 << 20)")[1][-1] == "done"


def test_an_open_file_cannot_grow() -> None:
    """Nothing is written even to a file that was open before."""
    assert _run("file.write(b'x'); file.flush()")[1][-1] == "OSError"


def test_processor_time_ends_at_its_limit() -> None:
    """An endless loop is killed by the system."""
    status, words = _run("\n    while True: pass")
    assert status < 0
    assert "done" not in words
