"""What `webemotion plan` shows: the queries of a plan, and what sending them would cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from storage.errors import StoreMissing
from storage.ledger import Ledger
from storage.statistics import sizes
from storage.store import open_store
from webemotion.planning.forecast import Forecast, Past, forecast, past_of
from webemotion.planning.lexicon import Query


def show_plan(parameters: Mapping[str, Any], console: Console) -> Forecast:
    """Print the plan of a collection; nothing is sent, and nothing is written.

    Args:
        parameters: checked parameters of the flow `collect`.
        console: where to print.

    Raises:
        StoreError: the store cannot be read; one that is not there yet counts as empty.
    """
    queries = parameters["plan"].queries()
    past = _past(parameters["store"], parameters["dataset"], queries)
    expected = forecast(queries, past, parameters["searching"], parameters["manners"])
    _show_queries(queries, console)
    _show_costs(expected, console)
    return expected


def _past(store: str, dataset: str, queries: Sequence[Query]) -> Past:
    """What the dataset has shown so far; nothing where there is none yet."""
    try:
        opened = open_store(store)
    except StoreMissing:
        return Past()
    if dataset not in opened.names():
        return Past()
    found = opened.dataset(dataset)
    face_bytes = sum(size.shard_bytes for size in sizes(found) if size.table == "faces")
    events = Ledger(found).each("attempts", "next_try_at", "counts", "found_by")
    return past_of(events, queries, datetime.now(UTC), face_bytes)


def _show_queries(queries: Sequence[Query], console: Console) -> None:
    for name in ("emotion", "country", "age"):
        counts = Counter(getattr(query, name) for query in queries)
        table = Table(name, "queries")
        for word, count in counts.items():
            table.add_row(word, str(count))
        console.print(table)


def _show_costs(expected: Forecast, console: Console) -> None:
    table = Table("this plan", "")
    rows = {
        "queries": f"{expected.queries:,}",
        "answered before (sent again, finds change)": f"{expected.answered:,}",
        "videos that these found (not fetched again)": f"{expected.known:,}",
        "videos waiting from earlier runs": f"{expected.waiting:,}",
        "videos to try, at most": f"{expected.videos:,}",
        "requests": f"{expected.requests:,}",
        "time at the limits on calls": f"{expected.hours:,.1f} h, {expected.hours / 24:,.1f} days",
        "disk for the faces": f"{expected.store_bytes / 1e9:,.2f} GB",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
