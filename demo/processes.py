"""Worker processes for what the demo makes, which begin nothing more once it is interrupted."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

_PROCESSES: Final = 2


@contextmanager
def worker_processes(start: Callable[..., None], *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """A pool whose waiting work is dropped when the block is left.

    Args:
        start: called in each process at its start.
        arguments: for `start`.
    """
    # Forking a process that runs torch's threads can hang it.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, context, _start, (start, arguments)) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _start(start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # A terminal sends Ctrl-C to every process; only the demo itself answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start(*arguments)
