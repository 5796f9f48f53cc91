"""Damaged shards taken out of a table: what is whole of them stays, the file is kept aside.

A quarantined file lies in ``<dataset>/quarantine/<table>/``, with a record of the same name that
says what was lost.
"""

import json
from dataclasses import asdict

import pyarrow as pa
import pyarrow.fs as fs
from deltalake import DeltaTable

from storage.commits import Change, change_table, names
from storage.integrity import Damage, RowRange, read_row_group, row_groups
from storage.location import Location
from storage.shards import shards_of
from storage.store import Dataset
from storage.table import Table


def quarantined(dataset: Dataset, table: str) -> Table:
    """The place of a table's quarantined files; it has no log."""
    return Table(table, Location(dataset.uri).below("quarantine", table))


def quarantine(dataset: Dataset, damage: Damage) -> int:
    """Take a damaged shard out of its table, put back its whole row groups, keep the file.

    Returns:
        The number of rows that were saved.

    Raises:
        CommitConflict: other writers won every try.
    """
    table = dataset.table(damage.table)
    _keep(table, quarantined(dataset, damage.table), damage)
    saved = 0

    def plan(delta: DeltaTable) -> Change:
        nonlocal saved
        saved = 0
        if damage.path not in names(delta):
            return Change()
        whole = _whole_rows(table, damage)
        saved = whole.num_rows
        return Change(added=list(shards_of(table.name, whole)), removed=[damage.path])

    change_table(table, plan)
    table.remove([damage.path])
    return saved


def _whole_rows(table: Table, damage: Damage) -> pa.Table:
    """The rows outside the damaged ranges; none where the file's own directory is damaged."""
    parts = [table.schema.empty_table()]
    if damage.rows_readable:
        for number, rows in enumerate(row_groups(table, damage.path)):
            if not any(_overlap(rows, lost) for lost in damage.lost):
                parts.append(read_row_group(table, damage.path, number))
    return pa.concat_tables(parts)


def _overlap(first: RowRange, second: RowRange) -> bool:
    return first.begin < second.end and second.begin < first.end


def _keep(table: Table, place: Table, damage: Damage) -> None:
    """Copy the file and write the record, before anything is taken out."""
    record = json.dumps(asdict(damage), indent=1).encode()
    place.location.make()
    place.put(damage.path.removesuffix(".parquet") + ".json", pa.py_buffer(record))
    if table.holds(damage.path):
        fs.copy_files(
            damage.path,
            damage.path,
            source_filesystem=table.location.files,
            destination_filesystem=place.location.files,
        )
