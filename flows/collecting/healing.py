"""Automations that let a Prefect server heal after machines died: no run stays stuck.

A run whose machine dies stays Running for ever, and one that a worker claimed and did not start
stays Pending, unless the server is told what to expect when. Workers must send heartbeats: start
them with ``PREFECT_FLOWS_HEARTBEAT_FREQUENCY=30``
(https://docs.prefect.io/v3/advanced/detect-zombie-flows).
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, cast

from prefect.automations import Automation
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

_PREFIX: Final = "webemotion: "
_EVENT: Final = "prefect.flow-run."
_ENDS: Final = {f"{_EVENT}{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
_HEARTBEAT: Final = f"{_EVENT}heartbeat"
# Nobody waits for these flows and sends them again.
_ALONE: Final = ("collect", "recheck", "import-ids")
# A batch is sent again by its collection; the others are started by a person or a schedule.
_OTHERS: Final = ("collect-batch", "maintain", "ingest", "pretrain", "finetune")
# Two heartbeats of 30 s may be late or lost before the third says that nobody is there.
SILENT_S: Final = 90.0
UNCLAIMED_S: Final = 180.0
_LOST: Final = "its machine was lost"
_AGAIN: Final = ChangeFlowRunState(
    state=StateType.SCHEDULED, name="AwaitingRetry", message=_LOST, force=True
)
_CRASHED: Final = ChangeFlowRunState(state=StateType.CRASHED, message=_LOST, force=True)
_RUNS: Final = ResourceSpecification({"prefect.resource.id": [f"{_EVENT}*"]})


def automations(
    silent_s: float = SILENT_S, unclaimed_s: float = UNCLAIMED_S
) -> Iterator[Automation]:
    """What the server is to do, with the times after which it does it, in seconds."""
    started = {f"{_EVENT}Running", f"{_EVENT}Waiting", *_ENDS}
    for flows, state in ((_ALONE, _AGAIN), (_OTHERS, _CRASHED)):
        yield _lost("silent", flows, {_HEARTBEAT}, {_HEARTBEAT, *_ENDS}, silent_s, state)
        yield _lost("never started", flows, {f"{_EVENT}Pending"}, started, unclaimed_s, state)
    # A worker that outlives its run marks it itself.
    yield Automation(
        name=f"{_PREFIX}crashed: again",
        trigger=EventTrigger(
            match=_RUNS,
            match_related=_of(_ALONE),
            expect={f"{_EVENT}Crashed"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[_AGAIN],
    )


def _lost(
    what: str,
    flows: Sequence[str],
    after: set[str],
    expect: set[str],
    within_s: float,
    action: ChangeFlowRunState,
) -> Automation:
    """Runs that show none of the events expected get another state."""
    return Automation(
        name=f"{_PREFIX}{what}: {action.state.value.lower()}",
        trigger=EventTrigger(
            match=_RUNS,
            match_related=_of(flows),
            after=after,
            expect=expect,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=within_s),
        ),
        actions=[action],
    )


def _of(flows: Sequence[str]) -> ResourceSpecification:
    return ResourceSpecification(
        {"prefect.resource.role": ["flow"], "prefect.resource.name": list(flows)}
    )


def register(silent_s: float = SILENT_S, unclaimed_s: float = UNCLAIMED_S) -> list[str]:
    """Tell the server, in place of what it was told before; returns the automations' names."""
    wanted = list(automations(silent_s, unclaimed_s))
    with get_client(sync_client=True) as client:
        for automation in wanted:
            for known in client.read_automations_by_name(automation.name):
                client.delete_automation(known.id)
    return [cast(Automation, automation.create()).name for automation in wanted]
