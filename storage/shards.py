"""How rows become shards: what fits a table, and one commit of it."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)

from storage.errors import RowsRejected
from storage.schema import TABLES

SHARD_BYTES: Final = 256 << 20
# Images are compressed already; statistics of image bytes would bloat the log.
WRITER_PROPERTIES: Final = WriterProperties(
    compression="UNCOMPRESSED",
    max_row_group_size=512,
    column_properties={
        "image": ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
    },
)


def fitted(table: str, key: str, rows: pa.Table) -> pa.Table:
    """Rows with the columns and types of `table`, in its order.

    Raises:
        RowsRejected: they have others, or there are none.
    """
    schema = TABLES[table]
    if rows.num_rows == 0:
        raise RowsRejected(f"{table}: batch {key!r} has no rows")
    if set(rows.column_names) != set(schema.names):
        odd = sorted(set(rows.column_names) ^ set(schema.names))
        raise RowsRejected(f"{table}: batch {key!r} has missing or unknown columns: {odd}")
    try:
        return rows.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise RowsRejected(f"{table}: batch {key!r} does not fit the schema: {error}") from error


def commit(delta: DeltaTable, batches: Mapping[str, pa.Table]) -> None:
    """Append rows and one application transaction per key in a single commit."""
    write_deltalake(
        delta,
        pa.concat_tables(batches.values()),
        mode="append",
        target_file_size=SHARD_BYTES,
        writer_properties=WRITER_PROPERTIES,
        commit_properties=CommitProperties(
            app_transactions=[Transaction(key, 1) for key in batches]
        ),
    )
