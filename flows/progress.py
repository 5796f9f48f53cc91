"""Progress of a run: a bar in the UI (a Prefect artifact), and in the terminal if there is one."""

import time
from datetime import timedelta
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from flows.terminal_bars import BARS


class Progress:
    """A bar from 0 to `total`, at most one update a percent, with the rate and the time left."""

    def __init__(self, key: str, what: str, total: int) -> None:
        self._what, self._total = what, max(total, 1)
        self._percent = 0
        self._first: tuple[float, int] | None = None
        artifact = create_progress_artifact(0.0, key=key, description=self._text(0))
        self._artifact = cast(UUID, artifact)
        self._bar = BARS.add(what, self._total) if total else None

    def update(self, done: int) -> None:
        """Say that `done` of the total are done."""
        BARS.update(self._bar, done, self._total)
        percent = min(100 * done // self._total, 100)
        if percent != self._percent:
            self._percent = percent
            update_progress_artifact(self._artifact, float(percent), description=self._text(done))

    def _text(self, done: int) -> str:
        """How far it is; the rate is since the first update, since a run may go on midway."""
        text = f"{done} of {self._total} {self._what}"
        now_s = time.monotonic()
        if self._first is None or done <= self._first[1]:
            self._first = (now_s, done)
            return text
        rate_s = (done - self._first[1]) / max(now_s - self._first[0], 1e-9)
        left = timedelta(seconds=round((self._total - done) / rate_s))
        shown = f"{rate_s:,.0f} a second" if rate_s >= 1 else f"{rate_s * 3600:,.0f} an hour"
        return f"{text}, {shown}, {left} left"
