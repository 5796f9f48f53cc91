"""Batches as runs of their own on workers: so many at a time, crashed ones again."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.states import Crashed

_POLL_S: Final = 2.0
_MAX_CRASHES: Final = 2


@dataclass(slots=True)
class Batch:
    """What to run, how many items it holds, and the run it is in."""

    parameters: dict[str, Any]
    size: int
    run: FlowRun | None = None
    sent_s: float = 0.0
    crashes: int = 0


class Dispatcher:
    """Sends batches to a deployment and waits for them.

    A run that crashed (its machine died) or outlasted its time is sent again, twice at most.
    That is safe, because the store commits each video once.

    Args:
        deployment: its name, "flow/deployment".
        at_a_time: most runs in flight.
        timeout_s: longest time from sending a run to its end, in seconds.
        report: told the number of finished items now and then.
        stop_at_failure: whether a run that does not complete keeps further ones from starting.
    """

    def __init__(
        self,
        deployment: str,
        *,
        at_a_time: int,
        timeout_s: float,
        report: Callable[[int], None],
        stop_at_failure: bool = True,
    ) -> None:
        self._deployment = deployment
        self._at_a_time = at_a_time
        self._timeout_s = timeout_s
        self._report = report
        self._stop_at_failure = stop_at_failure
        self._waiting: deque[Batch] = deque()
        self._flying: list[Batch] = []
        self._done = 0

    def run(self, batches: Sequence[Batch]) -> list[State]:
        """Run all batches.

        Returns:
            The final states, in the order they were reached.
        """
        self._waiting.extend(batches)
        states: list[State] = []
        with get_client(sync_client=True) as client:
            while self._waiting or self._flying:
                self._send()
                time.sleep(_POLL_S)
                landed = [
                    state for batch in list(self._flying) if (state := self._look(client, batch))
                ]
                if self._stop_at_failure and not all(s.is_completed() for s in landed):
                    self._waiting.clear()
                states += landed
                underway = (min(_finished(client, b), b.size) for b in self._flying)
                self._report(self._done + sum(underway))
        return states

    def _send(self) -> None:
        while self._waiting and len(self._flying) < self._at_a_time:
            batch = self._waiting.popleft()
            run = run_deployment(self._deployment, parameters=batch.parameters, timeout=0)
            batch.run, batch.sent_s = cast(FlowRun, run), time.monotonic()
            self._flying.append(batch)

    def _look(self, client: SyncPrefectClient, batch: Batch) -> State | None:
        """The state in which the batch ended for good, or none."""
        state = self._final_state(client, batch)
        if state is None:
            return None
        self._flying.remove(batch)
        if state.is_crashed() and batch.crashes < _MAX_CRASHES:
            batch.crashes += 1
            self._waiting.appendleft(batch)
            return None
        self._done += batch.size
        return state

    def _final_state(self, client: SyncPrefectClient, batch: Batch) -> State | None:
        run_id = cast(FlowRun, batch.run).id
        state = client.read_flow_run(run_id).state
        if state is not None and state.is_final():
            return state
        if time.monotonic() - batch.sent_s <= self._timeout_s:
            return None
        late: State = Crashed(message=f"not finished after {self._timeout_s:.0f} s")
        client.set_flow_run_state(run_id, late, force=True)
        return late


def _finished(client: SyncPrefectClient, batch: Batch) -> int:
    """How many tasks of a batch's run are done."""
    wanted = {
        "flow_runs": {"id": {"any_": [str(cast(FlowRun, batch.run).id)]}},
        "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }
    return int(client.request("POST", "/task_runs/count", json=wanted).json())
