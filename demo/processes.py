"""Worker processes for what the demo makes: gone at once when the demo is interrupted."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import Pool
from typing import Any, Final

_PROCESSES: Final = 2


@contextmanager
def worker_processes(start: Callable[..., None], *arguments: Any) -> Iterator[Pool]:
    """A pool that is ended with its work when the block is left, whatever is still to do.

    Args:
        start: called in each process at its start.
        arguments: for `start`.
    """
    # Forking a process that runs torch's threads can hang it.
    context = multiprocessing.get_context("spawn")
    with context.Pool(_PROCESSES, _start, (start, arguments)) as pool:
        yield pool


def _start(start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # A terminal sends Ctrl-C to every process; only the demo itself answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start(*arguments)
