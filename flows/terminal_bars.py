"""Bars in a terminal, below the lines of the log; nothing where no terminal is."""

import atexit
import logging
from threading import Lock
from typing import Final

from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console
from rich.default_styles import DEFAULT_STYLES
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from rich.theme import Theme


class TerminalBars:
    """Bars that share the log's console, so that lines of the log scroll by above them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shown: Progress | None = None

    def add(self, what: str, total: int) -> TaskID | None:
        """Begin a bar in the place of an unfinished one of the same; none where no terminal is."""
        console = _log_console()
        if console is None:
            return None
        with self._lock:
            if self._shown is None:
                self._shown = _begun(console)
            for task in self._shown.tasks:
                if task.description == what:
                    self._shown.remove_task(task.id)
            return self._shown.add_task(what, total=total)

    def update(self, bar: TaskID | None, done: int, total: int) -> None:
        """Move a bar; one that is full goes away, and with the last one the space for them."""
        with self._lock:
            if self._shown is None or bar not in self._shown.task_ids:
                return
            self._shown.update(bar, completed=done)
            if done >= total:
                self._shown.remove_task(bar)
            if not self._shown.task_ids:
                self._shown.stop()
                self._shown = None

    def stop(self) -> None:
        """Give the terminal back, whatever is left to do."""
        with self._lock:
            if self._shown is not None:
                self._shown.stop()
                self._shown = None


BARS: Final = TerminalBars()
"""Of this process."""
atexit.register(BARS.stop)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Nothing before it is known."""
        return Text(f"{task.speed:,.1f}/s" if task.speed else "")


def _begun(console: Console) -> Progress:
    # The log's console knows the styles of log lines alone.
    console.push_theme(Theme(DEFAULT_STYLES))
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    shown.start()
    return shown


def _log_console() -> Console | None:
    """Where Prefect's log lines go, if that is a terminal."""
    handlers = (*logging.getLogger("prefect").handlers, *logging.getLogger().handlers)
    consoles = (h.console for h in handlers if isinstance(h, PrefectConsoleHandler))
    return next((console for console in consoles if console.is_terminal), None)
