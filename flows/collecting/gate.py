"""The gate that every call of the site passes: no wall stands, and rate and budgets allow it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Running

from flows.collecting.calls import await_turn
from flows.collecting.wall import Wall, current, lower, meet
from storage.errors import StoreUnreachable, StoreUnwritable
from webemotion.errors import CollectionError, LocalFault
from webemotion.site.manners import Manners

MOST_IN_A_ROW: Final = 3
"""So many calls in a row without an answer are no fault of what they asked for."""
_LOOK_EVERY_S: Final = 2.0
T = TypeVar("T")


class Walled(Exception):
    """A wall stands; whoever put it up has said why."""

    def __init__(self, wall: Wall) -> None:
        super().__init__(f"{wall.reason}: {wall.message}; next try {wall.until:%Y-%m-%d %H:%M} UTC")
        self.wall = wall


@dataclass(slots=True)
class Call:
    """A call under way; whoever makes it says if it got no answer, but met no wall either."""

    answered: bool = True


@contextmanager
def call(manners: Manners, *, trial: bool = False) -> Iterator[Call]:
    """A call of the site: wait for its turn, put up a wall if it meets one.

    Args:
        manners: the limits.
        trial: whether this call tries a wall whose time is over; its answer lowers the wall.

    Raises:
        Walled: there is a wall, or the call met one.
    """
    wall = current()
    if wall is not None and (wall.stands() or not trial):
        raise Walled(wall)
    await_turn(manners)
    made = Call()
    try:
        yield made
    except CollectionError as error:
        if error.decision == "pause":
            raise Walled(meet(error, manners)) from error
        raise
    if wall is not None and made.answered:
        lower()


def patiently(work: Callable[[bool], T], manners: Manners) -> T:
    """Do `work` as often as it takes to get past walls and lost stores.

    Args:
        work: told whether it is a trial; what it did before it failed it must not do again.
        manners: the pauses, and whether to wait at all.

    Raises:
        Walled: a wall stands and `manners.wait` is false.
    """
    while True:
        wall = current()
        try:
            if wall is not None:
                _await(wall, manners)
            return work(wall is not None)
        except Walled:
            if not manners.wait:
                raise
        except (StoreUnreachable, StoreUnwritable) as error:
            wall = meet(LocalFault(str(error)), manners)
            if not manners.wait:
                raise Walled(wall) from error


def _await(wall: Wall, manners: Manners) -> None:
    """Wait until a wall may be tried, or somebody else lowered it."""
    if not wall.stands():
        return
    if not manners.wait:
        raise Walled(wall)
    get_run_logger().warning("waiting at a wall: %s", Walled(wall))
    _show(Running(name="Waiting", message=str(Walled(wall))))
    while wall.stands() and current() is not None:
        left_s = (wall.until - datetime.now(UTC)).total_seconds()
        time.sleep(max(0.0, min(left_s, _LOOK_EVERY_S)))
    _show(Running())


def _show(state: State) -> None:
    """Let the run's page say what the run is doing."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(flow_run.id), state, force=True)
