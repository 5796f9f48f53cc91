"""Automations that let a Prefect server heal after machines died: no run stays stuck.

A run whose machine dies stays Running for ever, and one that a worker claimed and did not start
stays Pending, unless the server is told what to expect when. Workers must send heartbeats: start
them with ``PREFECT_FLOWS_HEARTBEAT_FREQUENCY=30``
(https://docs.prefect.io/v3/advanced/detect-zombie-flows).
"""

from collections.abc import Iterator
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
# Nobody waits for these flows and sends them again; a batch is sent again by its collection.
_SENT_AGAIN: Final = ("collect", "recheck", "import-ids")
# Two heartbeats of 30 s may be late or lost before the third says that nobody is there.
SILENT_S: Final = 90.0
UNCLAIMED_S: Final = 180.0
_RUNS: Final = ResourceSpecification({"prefect.resource.id": [f"{_EVENT}*"]})


def automations(
    silent_s: float = SILENT_S, unclaimed_s: float = UNCLAIMED_S
) -> Iterator[Automation]:
    """What the server is to do, with the times after which it does it, in seconds."""
    yield _crashes("silent runs", {_HEARTBEAT}, {_HEARTBEAT, *_ENDS}, silent_s)
    started = {f"{_EVENT}Running", f"{_EVENT}Waiting", *_ENDS}
    yield _crashes("runs nobody started", {f"{_EVENT}Pending"}, started, unclaimed_s)
    yield Automation(
        name=f"{_PREFIX}crashed collections again",
        trigger=EventTrigger(
            match=_RUNS,
            match_related=ResourceSpecification(
                {"prefect.resource.role": ["flow"], "prefect.resource.name": list(_SENT_AGAIN)}
            ),
            expect={f"{_EVENT}Crashed"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED, name="AwaitingRetry", message="its machine was lost"
            )
        ],
    )


def _crashes(what: str, after: set[str], expect: set[str], within_s: float) -> Automation:
    """Runs that show none of the events expected are marked as crashed."""
    return Automation(
        name=f"{_PREFIX}{what} crashed",
        trigger=EventTrigger(
            match=_RUNS,
            after=after,
            expect=expect,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=within_s),
        ),
        actions=[
            ChangeFlowRunState(state=StateType.CRASHED, message=f"{what}: none of {within_s:.0f} s")
        ],
    )


def register(silent_s: float = SILENT_S, unclaimed_s: float = UNCLAIMED_S) -> list[str]:
    """Tell the server, in place of what it was told before; returns the automations' names."""
    wanted = list(automations(silent_s, unclaimed_s))
    with get_client(sync_client=True) as client:
        for automation in wanted:
            for known in client.read_automations_by_name(automation.name):
                client.delete_automation(known.id)
    return [cast(Automation, automation.create()).name for automation in wanted]
