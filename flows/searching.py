"""The searches of a collection, one task a query."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prefect import get_run_logger, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.tasks import Task

from flows.progress import Progress
from webemotion.errors import CollectionError, LocalFault
from webemotion.lexicon import Query
from webemotion.search import SearchHit, search
from webemotion.web_config import SearchConfig

Hits = list[tuple[Query, SearchHit]]
# So many queries that fail in a row are no fault of theirs.
_MOST_IN_A_ROW: Final = 3
# A commit costs less than a query, but each makes a small file.
_KEPT_TOGETHER: Final = 20


def _query_text() -> str:
    return f"search {task_run.parameters['query'].text}"


def _worth_retrying(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, CollectionError) and error.decision == "retry"


@task(
    name="search",
    task_run_name=_query_text,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=_worth_retrying,
    persist_result=False,
)
def search_one(query: Query, config: SearchConfig) -> list[SearchHit]:
    """Send one query."""
    return search(query, config)


def search_all(
    queries: Sequence[Query], config: SearchConfig, keep: Callable[[Hits], None]
) -> Counter[str]:
    """Send the queries one after another, and hand over what they return as it comes.

    A query that fails is counted and left for the next run.

    Args:
        queries: the plan.
        config: how to search.
        keep: told the results of some queries at a time, before the next are sent.

    Returns:
        How many queries failed, by reason.

    Raises:
        CollectionError: with decision "pause": every further query would fail alike, as the site
            said or as several in a row showed. What was found before is kept.
    """
    failures = Failures(min(_MOST_IN_A_ROW, len(queries)))
    progress = Progress("searches", "queries", len(queries))
    for begin in range(0, len(queries), _KEPT_TOGETHER):
        hits: Hits = []
        try:
            for number, query in enumerate(queries[begin : begin + _KEPT_TOGETHER], begin + 1):
                hits += _hits(query, config, failures)
                progress.update(number)
        finally:
            keep(hits)
    return failures.by_reason


@dataclass(slots=True)
class Failures:
    """Queries that failed: by reason, and how many in a row until now, of how many that may."""

    most_in_a_row: int
    by_reason: Counter[str] = field(default_factory=Counter)
    in_a_row: int = 0

    def add(self, query: Query, error: CollectionError) -> None:
        """Count a failure; raises `LocalFault` where too many have come in a row."""
        get_run_logger().warning("query %r failed: %s", query.text, error)
        self.by_reason[error.reason] += 1
        self.in_a_row += 1
        if self.in_a_row == _MOST_IN_A_ROW:
            raise LocalFault(
                f"{self.in_a_row} queries in a row failed, the last: {error}"
            ) from error


def _hits(query: Query, config: SearchConfig, failures: Failures) -> Hits:
    try:
        found = search_one(query, config)
    except CollectionError as error:
        if error.decision == "pause":
            raise
        failures.add(query, error)
        return []
    failures.in_a_row = 0
    return [(query, hit) for hit in found]
