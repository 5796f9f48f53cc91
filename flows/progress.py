"""Progress of a run as a Prefect artifact: a bar in the UI, and for whoever asks the server."""

from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact


class Progress:
    """A bar from 0 to `total`, at most one update a percent."""

    def __init__(self, key: str, what: str, total: int) -> None:
        self._what, self._total = what, max(total, 1)
        self._percent = 0
        artifact = create_progress_artifact(0.0, key=key, description=self._text(0))
        self._artifact = cast(UUID, artifact)

    def update(self, done: int) -> None:
        """Say that `done` of the total are done."""
        percent = min(100 * done // self._total, 100)
        if percent != self._percent:
            self._percent = percent
            update_progress_artifact(self._artifact, float(percent), description=self._text(done))

    def _text(self, done: int) -> str:
        return f"{done} of {self._total} {self._what}"
