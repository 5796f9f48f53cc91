"""A machine that is taken away: SIGTERM is heard between two batches, so that nothing is lost.

A process of torchrun's whose starter is gone takes that for the same request.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody asked the process to end."""

    def __init__(self) -> None:
        self._heard = False
        self._starter = os.getppid() if "TORCHELASTIC_RUN_ID" in os.environ else None

    def hear(self, number: int, frame: FrameType | None) -> None:
        """The signal has come."""
        del number, frame
        self._heard = True

    @property
    def asked(self) -> bool:
        """Whether it is time to end."""
        alone = self._starter is not None and os.getppid() != self._starter
        return self._heard or alone


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Hear SIGTERM for a while; only a main thread can, others never hear of one."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.signal(signal.SIGTERM, request.hear)
    try:
        yield request
    finally:
        signal.signal(signal.SIGTERM, before)
