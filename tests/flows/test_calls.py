"""Calls of the site are held to one rate and two budgets, whoever makes them."""

import threading
import time
from collections.abc import Iterator
from contextvars import copy_context

import pytest
from prefect import flow, task
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.collecting.calls import CALL_TAG, await_turn, over_budget, set_limit
from flows.collecting.gate import Walled, call
from flows.collecting.wall import Wall, current, lower, meet
from webemotion.errors import LocalFault
from webemotion.site.manners import Manners


@pytest.fixture
def server(deployed: dict[str, str]) -> Iterator[None]:
    """This process talks to the server on loopback."""
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        yield


@task(tags=[CALL_TAG])
def ask() -> None:
    """A call that asks nobody."""


@flow
def ask_often(count: int) -> None:
    """Some calls."""
    for _ in range(count):
        ask()


def test_callers_share_one_rate(server: None) -> None:
    """Three callers together begin no more calls than one might, give or take the first."""
    manners = Manners(calls_per_minute=60, calls_per_hour=10**6, calls_per_day=10**6)
    set_limit(manners)
    begun_s: list[float] = []
    ends_s = time.monotonic() + 12

    def caller() -> None:
        while time.monotonic() < ends_s:
            await_turn(manners)
            begun_s.append(time.monotonic())

    callers = [threading.Thread(target=copy_context().run, args=(caller,)) for _ in range(3)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join()
    took_s = max(begun_s) - min(begun_s)
    # Five slots may be free at the start; each further one takes a second to become free.
    assert 5 <= len(begun_s) <= 5 + took_s + 1


def test_budgets_count_the_calls_of_all_runs(server: None) -> None:
    """The hour's budget is spent after as many calls, and the sentence names the budget."""
    before = _calls_of_the_last_hour()
    manners = Manners(calls_per_hour=before + 3, calls_per_day=10**6)
    ask_often(2)
    assert over_budget(manners) is None
    ask_often(1)
    expected = f"{before + 3} calls in the last hour, {before + 3} are allowed"
    deadline_s = time.monotonic() + 30
    while over_budget(manners) != expected:
        assert time.monotonic() < deadline_s, over_budget(manners)
        time.sleep(0.5)


@flow
def try_a_wall() -> list[Wall | None]:
    """The walls after an early call, a call without an answer, a failed trial and a success."""
    manners = Manners(calls_per_minute=6000, calls_per_hour=10**6, local_pause_s=1.0)
    set_limit(manners)
    lower()
    walls: list[Wall | None] = [meet(LocalFault("no disk"), manners)]
    with pytest.raises(Walled, match="no disk"), call(manners, trial=True):
        pass
    walls.append(meet(LocalFault("late"), manners))
    time.sleep(1.1)
    with pytest.raises(Walled), call(manners):
        pass
    with call(manners, trial=True) as made:
        made.answered = False
    walls.append(current())
    with pytest.raises(Walled, match="still none"), call(manners, trial=True):
        raise LocalFault("still none")
    walls.append(current())
    time.sleep(2.1)
    with call(manners, trial=True):
        pass
    return [*walls, current()]


def test_only_an_answer_lowers_a_wall(server: None) -> None:
    """While it stands nobody calls, afterwards only a trial does, and a 5xx proves nothing."""
    first, late, unanswered, failed, answered = try_a_wall()
    assert first is not None
    assert failed is not None
    assert first == late == unanswered
    assert (failed.failed, failed.since) == (2, first.since)
    assert (failed.until - first.until).total_seconds() >= 2
    assert answered is None


def _calls_of_the_last_hour() -> int:
    """What the server knows, once it knows of all calls."""
    time.sleep(3)
    sentence = over_budget(Manners(calls_per_hour=1, calls_per_day=10**6))
    return int(sentence.split()[0]) if sentence else 0
