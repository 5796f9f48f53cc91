"""The searches of a collection, one task a query."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect import get_run_logger, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.tasks import Task

from flows.progress import Progress
from webemotion.errors import CollectionError
from webemotion.lexicon import Query
from webemotion.search import SearchHit, search
from webemotion.web_config import SearchConfig


@dataclass(slots=True)
class Searches:
    """What the searches returned, and how many queries failed for which reason."""

    hits: list[tuple[Query, SearchHit]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)


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


def search_all(queries: Sequence[Query], config: SearchConfig) -> Searches:
    """Send the queries one after another.

    A query that fails is counted and left for the next run.

    Raises:
        CollectionError: with decision "pause": every further query would fail alike.
    """
    searches = Searches()
    progress = Progress("searches", "queries", len(queries))
    for done, query in enumerate(queries, start=1):
        try:
            searches.hits += [(query, hit) for hit in search_one(query, config)]
        except CollectionError as error:
            if error.decision == "pause":
                raise
            searches.failures[error.reason] += 1
            get_run_logger().warning("query %r failed: %s", query.text, error)
        progress.update(done)
    return searches
