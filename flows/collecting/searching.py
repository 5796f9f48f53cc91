"""The searches of a collection, one task a query."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from prefect import get_run_logger, task
from prefect.runtime import task_run

from flows.collecting.calls import CALL_TAG
from flows.collecting.gate import MOST_IN_A_ROW, Walled, call, patiently
from flows.collecting.wall import meet
from flows.progress import Progress
from webemotion.errors import CollectionError, LocalFault
from webemotion.planning.lexicon import Query
from webemotion.site.manners import Manners
from webemotion.site.search import SearchHit, search
from webemotion.site.web_config import SearchConfig

Hits = list[tuple[Query, SearchHit]]
# A commit costs less than a query, but each makes a small file.
_KEPT_TOGETHER: Final = 20


def _query_text() -> str:
    return f"search {task_run.parameters['query'].text}"


@task(name="search", task_run_name=_query_text, tags=[CALL_TAG], persist_result=False)
def search_one(query: Query, config: SearchConfig) -> list[SearchHit]:
    """Send one query."""
    return search(query, config)


def search_all(
    queries: Sequence[Query],
    config: SearchConfig,
    manners: Manners,
    keep: Callable[[Hits], None],
    failures: Counter[str],
) -> None:
    """Send the queries one after another, and hand over what they return as it comes.

    A query that fails is counted and left for the next run; several in a row, or what the site
    says, are a wall, which costs no query its turn.

    Args:
        queries: the plan.
        config: how to search.
        manners: limits and pauses.
        keep: told the results of some queries at a time, before the next are sent.
        failures: counts by reason, added to.

    Raises:
        Walled: a wall stands, and `manners.wait` is false. What was found before is kept.
    """
    most_in_a_row = min(MOST_IN_A_ROW, len(queries))
    searches = Searches(config, manners, keep, failures, most_in_a_row, deque(queries))
    progress = Progress("searches", "queries", len(queries))
    while searches.pending or searches.hits:
        patiently(searches.some, manners)
        progress.update(len(queries) - len(searches.pending))
    searches.settle()


@dataclass(slots=True)
class Searches:
    """Queries to send, and what was found and is not kept yet."""

    config: SearchConfig
    manners: Manners
    keep: Callable[[Hits], None]
    failures: Counter[str]
    most_in_a_row: int
    pending: deque[Query]
    hits: Hits = field(default_factory=list)
    failed_in_a_row: list[tuple[Query, CollectionError]] = field(default_factory=list)

    def some(self, trial: bool) -> None:
        """Send some queries and keep what they find; what a wall interrupts stays pending."""
        try:
            for number in range(min(len(self.pending), _KEPT_TOGETHER)):
                self._send(self.pending[0], trial=trial and not number)
                self.pending.popleft()
        finally:
            if self.hits:
                self.keep(self.hits)
                self.hits = []

    def _send(self, query: Query, *, trial: bool) -> None:
        try:
            with call(self.manners, trial=trial):
                found = search_one(query, self.config)
        except CollectionError as error:
            get_run_logger().warning("query %r failed: %s", query.text, error)
            self._failed(query, error, most=1 if trial else self.most_in_a_row)
        else:
            self.hits += [(query, hit) for hit in found]
            self.settle()

    def _failed(self, query: Query, error: CollectionError, most: int) -> None:
        self.failed_in_a_row.append((query, error))
        if len(self.failed_in_a_row) < most:
            return
        fault = LocalFault(
            f"{len(self.failed_in_a_row)} queries in a row failed, the last: {error}"
        )
        # The last one is still pending.
        self.pending.extendleft(query for query, _ in reversed(self.failed_in_a_row[:-1]))
        self.failed_in_a_row.clear()
        raise Walled(meet(fault, self.manners)) from error

    def settle(self) -> None:
        """The queries that failed before one that did not have failed for good."""
        self.failures.update(error.reason for _, error in self.failed_in_a_row)
        self.failed_in_a_row.clear()
