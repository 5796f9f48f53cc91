"""Bars in a terminal, seen through a pseudo-terminal by a program of its own."""

import os
import pty
import re
import subprocess
import sys
from typing import Final

from demo.services import ROOT

_PROGRAM: Final = """
import time
from prefect import flow, get_run_logger
from flows.progress import Progress

@flow
def counted():
    outer = Progress("outer", "trainings", 1)
    inner = Progress("inner", "images", 40)
    for done in range(1, 41):
        time.sleep(0.02)
        inner.update(done)
        if done == 20:
            get_run_logger().info("halfway there")
    outer.update(1)

counted()
print("the end")
"""


def _seen(env: dict[str, str]) -> str:
    """What a person sees of the program, with the terminal's control codes taken out."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, env=env, cwd=ROOT, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65_536):
                seen += part
        except OSError:
            pass  # Linux says so when the other end is closed.
    os.close(ours)
    assert program.returncode == 0, seen.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())


def test_bars_stand_below_the_lines_of_the_log_and_go_away(deployed: dict[str, str]) -> None:
    """With how many are done, how many a second and the time left; the log's lines stay whole."""
    seen = _seen({**deployed, "TERM": "xterm", "COLUMNS": "120"})
    assert re.search(r"images +[━╸╺ ]+\d+/40 +[\d.]+/s \d:\d\d:\d\d", seen)
    assert re.search(r"trainings +[━╸╺ ]+0/1", seen)
    assert re.search(r"INFO .*halfway there *\r\n", seen)
    assert "━" not in seen.rpartition("the end")[2]


def test_without_a_terminal_there_are_no_bars(deployed: dict[str, str]) -> None:
    """A worker's log holds lines alone."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=deployed, cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "halfway there" in done.stdout + done.stderr
    assert "━" not in done.stdout + done.stderr
