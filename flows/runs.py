"""Folders of training runs: parameters, log, checkpoints and result of each, found by name."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect.logging import get_logger
from prefect.runtime import flow_run

from flows.environment import environment

_RECORD = "run.json"


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of one run."""

    path: Path

    @property
    def run_id(self) -> str:
        """The run's name, by which label events refer to it."""
        return self.path.name

    def start(self, kind: str, parameters: dict[str, Any]) -> None:
        """Write what the run is and how it was set; a run that goes on keeps its start."""
        self.path.mkdir(parents=True, exist_ok=True)
        before = self.read()
        begun = {
            "started": before.get("started", _now()),
            "environment": before.get("environment") or environment(),
        }
        self._write({"kind": kind, **begun, "parameters": parameters})

    def finish(self, result: dict[str, Any]) -> None:
        """Add the result, and the environment if it is another than at the start."""
        record, now = self.read(), environment()
        moved = {} if now == record.get("environment") else {"environment_at_end": now}
        self._write({**record, **moved, "finished": _now(), "result": result})

    def read(self) -> dict[str, Any]:
        """The record; empty before the start."""
        path = self.path / _RECORD
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _write(self, record: dict[str, Any]) -> None:
        unfinished = self.path / f".{_RECORD}.part"
        unfinished.write_text(json.dumps(record, indent=2))
        unfinished.replace(self.path / _RECORD)


def run_of(runs: Path, kind: str, name: str | None = None) -> Run:
    """The run called `name` in the folder `runs`, which goes on, or this flow run's own.

    A flow run that is retried finds its folder again.

    Raises:
        ValueError: there is no run of that name.
    """
    run = _run(runs, kind, name)
    if name and run.path.parent != runs:
        raise ValueError(f"run: is {name!r}, must be the name of a folder in {runs}")
    if name and not run.read():
        raise ValueError(f"run: there is no run {name!r} in {runs}; leave it out to begin one")
    return run


def start_run(runs: Path, kind: str, parameters: dict[str, Any], name: str | None = None) -> Run:
    """Begin a run in the folder `runs`, or go on with the one called `name`."""
    run = _run(runs, kind, name)
    run.start(kind, parameters)
    get_logger("runs").info("the run's folder is %s", run.path)
    return run


def _run(runs: Path, kind: str, name: str | None) -> Run:
    return Run(runs / (name or f"{kind}-{str(flow_run.id)[:8]}"))


def check_writable(folder: Path) -> None:
    """Check that a folder that may not be there yet could be made and written.

    Raises:
        ValueError: it could not.
    """
    absolute = folder.absolute()
    existing = next(path for path in (absolute, *absolute.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(f"folder {folder}: cannot be written, because of {existing}")


def latest(runs: Path, kind: str) -> Run | None:
    """The run of `kind` that finished last, if there is one."""
    finished = [
        (record["finished"], run)
        for run in (Run(path.parent) for path in runs.glob(f"*/{_RECORD}"))
        if (record := run.read()).get("kind") == kind and "finished" in record
    ]
    return max(finished, key=lambda item: str(item[0]))[1] if finished else None


def _now() -> str:
    return datetime.now(UTC).isoformat()
