"""Batches as runs of their own on workers: at most so many at a time, crashed ones again."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.states import Crashed

_POLL_S: Final = 2.0
_MAX_CRASHES: Final = 2


@dataclass(slots=True)
class _Batch:
    """A batch on its way: what to run, the run it is in, and how often that crashed."""

    parameters: dict[str, Any]
    size: int
    run: FlowRun | None = None
    started_s: float = 0.0
    crashes: int = field(default=0)


def run_on_workers(
    deployment: str,
    batches: Sequence[tuple[int, dict[str, Any]]],
    *,
    at_a_time: int,
    timeout_s: float,
    report: Callable[[int], None],
    goes_on: Callable[[State], bool],
) -> list[State]:
    """Run each batch as a run of `deployment` and wait for all of them.

    A run that crashed (its machine died) or outlasted `timeout_s` is sent again, twice at most.

    Args:
        deployment: name of the deployment, "flow/deployment".
        batches: size and parameters of each.
        at_a_time: most runs in flight.
        timeout_s: longest time a run may take from its start, in seconds.
        report: told the number of finished items now and then.
        goes_on: given a final state, whether further batches may start.

    Returns:
        The final states, in the order they were reached.
    """
    waiting = deque(_Batch(parameters, size) for size, parameters in batches)
    flying: list[_Batch] = []
    states: list[State] = []
    done = 0
    with get_client(sync_client=True) as client:
        while waiting or flying:
            while waiting and len(flying) < at_a_time:
                flying.append(_sent(deployment, waiting.popleft()))
            time.sleep(_POLL_S)
            for batch in list(flying):
                state = _final_state(client, batch, timeout_s)
                if state is None:
                    continue
                flying.remove(batch)
                if state.is_crashed() and batch.crashes < _MAX_CRASHES:
                    batch.crashes += 1
                    waiting.appendleft(batch)
                    continue
                done += batch.size
                states.append(state)
                if not goes_on(state):
                    waiting.clear()
            report(done + sum(_finished_tasks(client, batch) for batch in flying))
    return states


def _sent(deployment: str, batch: _Batch) -> _Batch:
    run = run_deployment(deployment, parameters=batch.parameters, timeout=0)  # type: ignore[misc]
    batch.run, batch.started_s = run, time.monotonic()  # type: ignore[assignment]
    return batch


def _final_state(client: SyncPrefectClient, batch: _Batch, timeout_s: float) -> State | None:
    if batch.run is None:
        return None
    state = client.read_flow_run(batch.run.id).state
    if state is not None and state.is_final():
        return state
    if time.monotonic() - batch.started_s > timeout_s:
        late: State = Crashed(message=f"not finished after {timeout_s:.0f} s")
        client.set_flow_run_state(batch.run.id, late, force=True)
        return late
    return None


def _finished_tasks(client: SyncPrefectClient, batch: _Batch) -> int:
    if batch.run is None:
        return 0
    answer = client.request(
        "POST",
        "/task_runs/count",
        json={
            "flow_runs": {"id": {"any_": [str(batch.run.id)]}},
            "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        },
    )
    return int(answer.json())
