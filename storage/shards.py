"""Rows as shards: Parquet files that carry a checksum per page and their own hash in their name.

A shard is named ``<16 random hexadecimal digits>-<SHA-256 of the file>.parquet``: whoever holds the
file, here or in a copy, can tell whether a single bit of it has changed. Row groups hold 512 rows;
images are not compressed again.
"""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from storage.errors import RowsRejected
from storage.schema import TABLES

SHARD_BYTES: Final = 256 << 20
# So small that compaction takes it up, and with it shuffles its rows.
APPENDED_SHARD_BYTES: Final = 64 << 20
ROW_GROUP_ROWS: Final = 512
_NAME: Final = re.compile(r"[0-9a-f]{16}-([0-9a-f]{64})\.parquet")
_UNIQUE: Final = ("face_id", "image")


@dataclass(frozen=True, slots=True)
class Shard:
    """A file to be: its name, its bytes, and its number of rows."""

    path: str
    data: pa.Buffer
    rows: int

    def added(self) -> AddAction:
        """The shard as an entry of a Delta log; no value of a row gets into the log."""
        return AddAction(
            path=self.path,
            size=self.data.size,
            partition_values={},
            modification_time=int(time.time() * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": self.rows}),
        )


def shards_of(table: str, rows: pa.Table, shard_bytes: int = SHARD_BYTES) -> Iterator[Shard]:
    """Rows as one shard, or as several where they are more than `shard_bytes`."""
    if not rows.num_rows:
        return
    count = max(1, -(-rows.nbytes // shard_bytes))
    step = -(-rows.num_rows // count)
    for begin in range(0, rows.num_rows, step):
        yield _shard(table, rows.slice(begin, step))


def _shard(table: str, rows: pa.Table) -> Shard:
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows.select(TABLES[table].names).cast(TABLES[table]),
        sink,
        row_group_size=ROW_GROUP_ROWS if table == "faces" else 64 * ROW_GROUP_ROWS,
        compression="NONE" if table == "faces" else "ZSTD",
        use_dictionary=[name for name in rows.column_names if name not in _UNIQUE],
        write_statistics=[name for name in rows.column_names if name != "image"],
        write_page_checksum=True,
    )
    data = sink.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Shard(f"{secrets.token_hex(8)}-{digest}.parquet", data, rows.num_rows)


def hash_in(path: str) -> str | None:
    """The SHA-256 that a shard's name promises; none for a name of another kind."""
    match = _NAME.fullmatch(path)
    return match.group(1) if match else None


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
