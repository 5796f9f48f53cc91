"""The wall: a notice that all workers share, that every further call of the site would fail.

It is one Prefect variable, read before each call, so that workers on all machines stop within
seconds. When its time is over, one call is tried; it lowers the wall or makes it stand longer.
"""

import socket
from datetime import UTC, datetime
from typing import Final

from prefect.artifacts import create_markdown_artifact
from prefect.variables import Variable
from pydantic import BaseModel

from webemotion.errors import BotCheck, CollectionError, RateLimited
from webemotion.site.manners import Manners

_VARIABLE: Final = "webemotion_wall"
_MESSAGE_LIMIT: Final = 500


class Wall(BaseModel):
    """What stands in the way, since when, and until when nobody tries."""

    reason: str
    message: str
    host: str
    since: datetime
    until: datetime
    failed: int

    def stands(self) -> bool:
        """Whether it is too early for a trial."""
        return datetime.now(UTC) < self.until


def current() -> Wall | None:
    """The wall that was met last and not lowered since."""
    value = Variable.get(_VARIABLE)
    return None if value is None else Wall.model_validate(value)


def meet(error: CollectionError, manners: Manners) -> Wall:
    """Put up the wall, or make it stand longer, and show a notice."""
    before, now = current(), datetime.now(UTC)
    if before is not None and before.stands():
        # A call that was under way when it went up is no failed trial.
        return before
    failed = before.failed + 1 if before else 1
    wall = Wall(
        reason=error.reason,
        message=str(error)[:_MESSAGE_LIMIT],
        host=socket.gethostname(),
        since=before.since if before else now,
        until=now + manners.pause(error.reason, failed),
        failed=failed,
    )
    Variable.set(_VARIABLE, wall.model_dump(mode="json"), overwrite=True)
    create_markdown_artifact(_notice(wall), "collection-paused", "Why collection pauses")
    return wall


def lower() -> None:
    """Take the wall down after a call that succeeded."""
    if Variable.unset(_VARIABLE):
        create_markdown_artifact(
            "Collection goes on: a trial succeeded.", "collection-paused", "Why collection paused"
        )


def _notice(wall: Wall) -> str:
    advice = {
        BotCheck.reason: "The site asks whether this is a robot. Nothing here evades that: lower"
        " the limits (`manners`), and wait.",
        RateLimited.reason: "The site says that there were too many requests. Lower `manners`.",
    }.get(wall.reason, "A machine is at fault: free its disk, mend its network or its store.")
    return (
        f"# Collection pauses: {wall.reason}\n\n"
        f"**What happened** (on {wall.host}): {wall.message}\n\n"
        f"**What to do**: {advice}\n\n"
        f"**When it tries again**: {wall.until:%Y-%m-%d %H:%M} UTC, with one video; after"
        f" {wall.failed} failed tries since {wall.since:%Y-%m-%d %H:%M} UTC. To try at once:"
        f" `prefect variable unset {_VARIABLE}`\n"
    )
