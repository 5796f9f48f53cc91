"""What `webemotion stats` shows: the tables of a store in a terminal."""

import csv
from pathlib import Path
from typing import Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from flows.stores.store_tables import Rows, StoreTable, tables_of
from storage.store import open_store

_MOST_ROWS: Final = 20


def show_store(uri: str, console: Console, queries: Path | None = None) -> None:
    """Print the tables of every dataset of a store.

    Args:
        uri: the store.
        console: where to print.
        queries: a CSV file for the yield of all queries; none for the best ones in the terminal.

    Raises:
        StoreError: there is no store, or it has another schema version.
        OSError: the file cannot be written.
    """
    store = open_store(uri)
    if not store.names():
        console.print(f"{store.uri} holds no dataset yet", soft_wrap=True)
    for name in store.names():
        dataset = store.dataset(name)
        tables = list(tables_of(dataset))
        if not dataset.fragments("faces").count_rows():
            console.print(f"{name}: no faces yet", style="bold", soft_wrap=True)
        for table in tables:
            console.print(_shown(table))
            if queries and table.key == "queries":
                _write(queries, [{"dataset": name, **row} for row in table.rows])


def _shown(table: StoreTable) -> Group:
    """A table below its title, which a table of its own would fold to its width."""
    lines = Table(*table.rows[0])
    for row in table.rows[:_MOST_ROWS]:
        lines.add_row(*(_cell(name, value) for name, value in row.items()))
    rest = len(table.rows) - _MOST_ROWS
    more = [Text(f"and {rest} more")] if rest > 0 else []
    return Group(Text(table.title, style="bold"), lines, *more)


def _cell(name: str, value: object) -> str:
    if name.endswith("_bytes") and isinstance(value, int):
        return f"{value / 1e6:.1f} MB"
    return str(value)


def _write(path: Path, rows: Rows) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
