"""A deployment run from the terminal: started as a user would, followed with a progress bar."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
from rich.progress import Progress, TaskID

from demo.services import ServiceFailed, run

_POLL_S: Final = 1.0
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNFINISHED: Final = {"SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"}


def start_deployment(name: str, parameters: Mapping[str, Any], env: dict[str, str]) -> str:
    """Start a run of a deployment, as a user does, and return its id.

    Raises:
        ServiceFailed: the parameters were refused.
    """
    command = ["prefect", "deployment", "run", name, "--params", json.dumps(parameters)]
    found = _UUID.search(run(command, env))
    if found is None:
        raise ServiceFailed(f"{name}: no run was started")
    return found.group()


def run_deployment(
    name: str, parameters: Mapping[str, Any], env: dict[str, str], progress: Progress
) -> str:
    """Run a deployment to its end, and return the run's id.

    Raises:
        ServiceFailed: the run did not start or did not complete.
    """
    run_id = start_deployment(name, parameters, env)
    bars: dict[str, TaskID] = {}
    start = progress.add_task(name, total=None)
    with httpx.Client(base_url=env["PREFECT_API_URL"], timeout=30, trust_env=False) as client:
        while (state := _state(client, run_id))["type"] in _UNFINISHED:
            _draw(client, run_id, progress, bars, name)
            if bars and start in progress.task_ids:
                progress.remove_task(start)
            time.sleep(_POLL_S)
        _draw(client, run_id, progress, bars, name)
    if start in progress.task_ids:
        progress.update(start, total=1, completed=1)
    if state["type"] != "COMPLETED":
        raise ServiceFailed(f"{name} ended {state['name']}: {state.get('message')}")
    return run_id


def _state(client: httpx.Client, run_id: str) -> dict[str, Any]:
    answer = client.get(f"/flow_runs/{run_id}").raise_for_status().json()
    return dict(answer["state"] or {"type": "SCHEDULED"})


def _draw(
    client: httpx.Client, run_id: str, progress: Progress, bars: dict[str, TaskID], name: str
) -> None:
    """One bar for each progress artifact of the run."""
    wanted = {"flow_run_id": {"any_": [run_id]}, "type": {"any_": ["progress"]}}
    answer = client.post("/artifacts/filter", json={"artifacts": wanted, "sort": "ID_DESC"})
    for artifact in sorted(answer.raise_for_status().json(), key=lambda a: str(a["created"])):
        if artifact["id"] not in bars:
            bars[artifact["id"]] = progress.add_task(name, total=100)
        label = f"{name}: {artifact['description']}"
        progress.update(bars[artifact["id"]], completed=float(artifact["data"]), description=label)
