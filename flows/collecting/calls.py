"""Calls of the site, held to the limits that all workers of a Prefect server share.

The rate is a global concurrency limit with slot decay; the budgets are counted from the task runs
that the server has recorded, so that no restart forgets them.
"""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.concurrency.sync import rate_limit

from webemotion.site.manners import Manners

CALL_TAG: Final = "asks-the-site"
_LIMIT: Final = "webemotion-calls"
# Prefect forgets the part of a slot that has decayed at each look; with more slots it loses less.
_SLOTS_PER_MINUTE: Final = 12
_LOOK_EVERY_S: Final = 20.0
# As a share of the time between two calls.
_MOST_JITTER: Final = 0.5


def set_limit(manners: Manners) -> None:
    """Tell the server the rate; what is set last holds for all."""
    slots = max(1, round(manners.calls_per_minute / _SLOTS_PER_MINUTE))
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(
            _LIMIT, slots, slot_decay_per_second=manners.calls_per_minute / 60
        )


def await_turn(manners: Manners) -> None:
    """Wait until one more call is within the rate and the budgets.

    The server learns of a call some seconds after it began, so that a budget may be exceeded by the
    calls of that time.
    """
    rate_limit(_LIMIT, strict=True)
    # No two calls follow each other in a fixed time.
    time.sleep(random.uniform(0, _MOST_JITTER * 60 / manners.calls_per_minute))
    while spent := over_budget(manners):
        get_run_logger().info("waiting: %s", spent)
        time.sleep(_LOOK_EVERY_S)


def over_budget(manners: Manners) -> str | None:
    """Which budget is spent, in words."""
    budgets = (
        ("hour", manners.calls_per_hour, timedelta(hours=1)),
        ("day", manners.calls_per_day, timedelta(days=1)),
    )
    with get_client(sync_client=True) as client:
        for name, budget, window in budgets:
            begun = _begun(client, datetime.now(UTC) - window)
            if begun >= budget:
                return f"{begun} calls in the last {name}, {budget} are allowed"
    return None


def _begun(client: SyncPrefectClient, since: datetime) -> int:
    """Calls begun since then, by all workers."""
    wanted = {
        "task_runs": {"tags": {"all_": [CALL_TAG]}, "start_time": {"after_": since.isoformat()}}
    }
    return int(client.request("POST", "/task_runs/count", json=wanted).json())
