"""Processes that are struck at a chosen call boundary inside the store's code.

A boundary is the moment before or after any call that code of `storage/` makes or is called by:
between writing a shard and committing it, between the commit and its acknowledgement, and so on.
"""

import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, Final

import storage
from tests.faults.actions import ACTIONS

_ROOM: Final = str(Path(storage.__file__).parent)
_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.actions"])
_DEADLINE_S: Final = 60


@dataclass(slots=True)
class Struck:
    """A process at work: what it has acknowledged so far, and how to wait for it."""

    process: BaseProcess
    connection: Connection
    acknowledged: list[str] = field(default_factory=list)

    def drain(self) -> None:
        """Take in what was acknowledged."""
        try:
            while self.connection.poll():
                self.acknowledged.append(self.connection.recv())
        except EOFError:
            return

    def end(self) -> int:
        """Wait for the end and return the exit code; negative for a signal."""
        self.process.join(_DEADLINE_S)
        assert self.process.exitcode is not None, "the process hangs"
        self.drain()
        self.connection.close()
        return self.process.exitcode

    def wait_stopped(self) -> bool:
        """Wait until the process is stopped; false if it ended first."""
        state = Path(f"/proc/{self.process.pid}/stat")
        while self.process.is_alive():
            if state.read_text().rpartition(")")[2].split()[0] == "T":
                return True
        return False

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()

    def go_on(self) -> None:
        """Let it go on after a stop."""
        os.kill(self.process.pid or 0, signal.SIGCONT)


def begin(action: str, uri: str, *, at: int | None = None, strike: int = signal.SIGKILL) -> Struck:
    """Run an action in a process of its own, struck by a signal at its `at`-th boundary."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    arguments = (action, uri, at, strike, theirs, dict(os.environ))
    process = _CONTEXT.Process(target=_act, args=arguments)
    process.start()
    theirs.close()
    return Struck(process, ours)


def boundaries(action: str, uri: str) -> int:
    """How many boundaries an undisturbed run passes."""
    run = begin(action, uri, at=-1)
    assert run.end() == 0
    return int(run.acknowledged[-1].removeprefix("boundaries:"))


def _act(
    action: str, uri: str, at: int | None, strike: int, connection: Connection, env: dict[str, str]
) -> None:
    os.environ.update(env)
    passed = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal passed
        if frame.f_code.co_filename.startswith(_ROOM):
            passed += 1
            if passed == at:
                os.kill(os.getpid(), strike)

    if at is not None:
        sys.setprofile(profile)
    try:
        ACTIONS[action](uri, connection.send)
    finally:
        sys.setprofile(None)
    if at == -1:
        connection.send(f"boundaries:{passed}")
