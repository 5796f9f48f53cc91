"""Visits to videos that were collected: those that their owners took back are forgotten."""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.runtime import task_run
from prefect.states import Completed, Failed
from pydantic import NonNegativeFloat

from flows.artifacts import show_results
from flows.collect_batch import PAUSED
from flows.collecting.calls import CALL_TAG, set_limit
from flows.collecting.gate import MOST_IN_A_ROW, Walled, call, patiently
from flows.collecting.secret_blocks import load_secrets
from flows.collecting.terms import require_terms
from flows.parameters import DatasetName
from flows.progress import Progress
from storage.forgetting import forget
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset, open_store
from webemotion.errors import CollectionError, LocalFault
from webemotion.site.manners import Manners
from webemotion.site.page import Page, departure, read_page
from webemotion.site.web_config import DownloadConfig

_VISITED_TOGETHER: Final = 20


@flow(name="recheck", persist_result=False)
def recheck(
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    older_than_days: NonNegativeFloat = 30.0,
    downloading: DownloadConfig = DownloadConfig(),
    manners: Manners = Manners(),
) -> State[Any]:
    """Visit the pages of collected videos, and forget those removed, made private or relicensed.

    Args:
        store: Folder of the store, or s3://bucket/prefix.
        dataset: Name of the dataset in the store.
        older_than_days: Only videos whose last visit is longer ago.
        downloading: How to reach the site.
        manners: How often to ask, and how long to wait at a wall.
    """
    require_terms(manners)
    load_secrets()
    opened = open_store(store, write=True).dataset(dataset)
    set_limit(manners)
    since = datetime.now(UTC) - timedelta(days=older_than_days)
    visits = Visits(opened, downloading, manners, deque(Ledger(opened).collected_before(since)))
    progress = Progress("visits", "videos", len(visits.pending))
    total = len(visits.pending)
    try:
        while visits.pending:
            patiently(visits.some, manners)
            progress.update(total - len(visits.pending))
    except Walled as wall:
        return Failed(name=PAUSED, message=f"{wall}; {len(visits.pending)} videos not visited")
    finally:
        rows = [{"outcome": outcome, "videos": n} for outcome, n in visits.outcomes.items()]
        show_results(rows, "recheck", "Collected videos visited again")
    return Completed(message=", ".join(f"{n} {what}" for what, n in visits.outcomes.items()))


def _video_id() -> str:
    return f"visit {task_run.parameters['event'].video_id}"


@task(name="visit", task_run_name=_video_id, tags=[CALL_TAG], persist_result=False)
def visit(event: VideoEvent, config: DownloadConfig) -> Page | CollectionError:
    """Read a page; a failure that says something about this video is an answer."""
    try:
        return read_page(event.video_id, config)
    except CollectionError as error:
        if error.decision == "pause":
            raise
        return error


@dataclass(slots=True)
class Visits:
    """Videos to visit, and what came of the visits."""

    dataset: Dataset
    config: DownloadConfig
    manners: Manners
    pending: deque[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    failed_in_a_row: int = 0

    def some(self, trial: bool) -> None:
        """Visit some videos, and record that they were visited."""
        names = [self.pending[i] for i in range(min(len(self.pending), _VISITED_TOGETHER))]
        known = Ledger(self.dataset).states(names)
        visited: list[VideoEvent] = []
        try:
            for number, name in enumerate(names):
                visited += self._visit(known[name], trial=trial and not number)
                self.pending.popleft()
        finally:
            Ledger(self.dataset).record(visited)

    def _visit(self, event: VideoEvent, *, trial: bool) -> list[VideoEvent]:
        """The event of a visit that found the video as it was; none of one that did not."""
        with call(self.manners, trial=trial) as made:
            found = visit(event, self.config)
            failed = isinstance(found, CollectionError) and found.decision == "retry"
            made.answered = not failed
            self._refuse_lost_network(found if failed else None)
        reason = departure(event, found)
        if reason is not None:
            self._forget(event, reason)
            return []
        if isinstance(found, CollectionError):
            self.outcomes[f"not to be told: {found.reason}"] += 1
            return []
        self.outcomes["unchanged"] += 1
        return [replace(event, licence=found.licence, found_by=(), time=datetime.now(UTC))]

    def _refuse_lost_network(self, failure: Page | CollectionError | None) -> None:
        self.failed_in_a_row = 0 if failure is None else self.failed_in_a_row + 1
        if self.failed_in_a_row >= MOST_IN_A_ROW:
            self.failed_in_a_row = 0
            raise LocalFault(f"{MOST_IN_A_ROW} pages in a row were not to be had: {failure}")

    def _forget(self, event: VideoEvent, reason: str) -> None:
        receipt = forget(self.dataset, "video", event.video_id, f"recheck: {reason}")
        get_run_logger().info("%s %s: %s", event.video_id, reason, receipt)
        self.outcomes[f"forgotten: {reason.partition(',')[0]}"] += 1
