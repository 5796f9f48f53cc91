"""Opening a store and appending to it: the guarantees.

The guarantee: each batch of rows is appended under a key (for collected videos, the video's id).
However often it is offered, by however many writers, after whatever crash, a key is committed at
most once, and once `append_faces` has returned its rows are there. One Delta commit carries both
the rows and one application transaction per key, so neither can exist without the other
(https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers).
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from storage.errors import (
    CommitConflict,
    RowsRejected,
    SchemaVersion,
    StoreMissing,
    StoreUnwritable,
)
from storage.schema import SCHEMA_VERSION, TABLES

_VERSION_KEY: Final = "webemotion.schemaVersion"
_MAX_TRIES: Final = 10
SHARD_BYTES: Final = 256 << 20
# Images are compressed already; statistics of image bytes would bloat the log.
WRITER_PROPERTIES: Final = WriterProperties(
    compression="UNCOMPRESSED",
    max_row_group_size=512,
    column_properties={
        "image": ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
    },
)


@dataclass(frozen=True, slots=True)
class Store:
    """A folder (or `s3://` prefix) that holds datasets by name."""

    uri: str

    def dataset(self, name: str, *, create: bool = False) -> "Dataset":
        """Open the dataset `name`, made empty if `create` and not there.

        Raises:
            StoreMissing: it is not there and `create` is false.
            SchemaVersion: it was written with another version of the schema.
            StoreUnwritable: it cannot be created here.
        """
        dataset = Dataset(name, f"{self.uri.rstrip('/')}/{name}")
        if create:
            dataset.create_missing_tables()
        dataset.check_version()
        return dataset

    def names(self) -> list[str]:
        """The datasets of the store, sorted."""
        root = Path(self.uri)
        return sorted(p.parent.parent.name for p in root.glob("*/faces/_delta_log"))


@dataclass(frozen=True, slots=True)
class Dataset:
    """Four Delta tables: faces, videos, labels and tombstones."""

    name: str
    uri: str

    def table(self, table: str, version: int | None = None) -> DeltaTable:
        """The Delta table `table`, at its latest or at a given version."""
        return DeltaTable(f"{self.uri}/{table}", version=version)

    def scan(
        self,
        table: str,
        columns: list[str] | None = None,
        filter: ds.Expression | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Read rows of `table`, with column choice and filter pushed down to Parquet."""
        dataset = self.table(table, version).to_pyarrow_dataset()
        return dataset.to_table(columns=columns, filter=filter)

    def version(self) -> int:
        """The version of `faces`, which a training run records."""
        return self.table("faces").version()

    def append_faces(self, batches: Mapping[str, pa.Table]) -> frozenset[str]:
        """Append rows under their keys, each key at most once for ever.

        Args:
            batches: key to rows in the schema `FACES`.

        Returns:
            The keys that this call committed; the others had been committed before.

        Raises:
            RowsRejected: rows do not fit the schema; nothing was written.
            CommitConflict: other writers won every try; nothing was written.
        """
        return self._append_once("faces", batches)

    def append_labels(self, key: str, events: pa.Table) -> bool:
        """Append label events (schema `LABELS`) under a key; false if they were there already."""
        return bool(self._append_once("labels", {key: events}))

    def append_videos(self, key: str, events: pa.Table) -> bool:
        """Append ledger events (schema `VIDEOS`) under a key; false if they were there already."""
        return bool(self._append_once("videos", {key: events}))

    def create_missing_tables(self) -> None:
        """Create the dataset's tables where they are missing."""
        for table, schema in TABLES.items():
            try:
                DeltaTable.create(
                    f"{self.uri}/{table}",
                    schema=schema,
                    mode="ignore",
                    configuration={_VERSION_KEY: str(SCHEMA_VERSION)},
                    raise_if_key_not_exists=False,
                )
            except (OSError, DeltaError) as error:
                raise StoreUnwritable(f"store {self.uri}: cannot be written: {error}") from error

    def check_version(self) -> None:
        """Refuse a dataset of another schema version, or none at all."""
        try:
            found = self.table("faces").metadata().configuration.get(_VERSION_KEY)
        except TableNotFoundError as error:
            raise StoreMissing(
                f"store: there is no dataset {self.name!r} at {self.uri}; collect or ingest first"
            ) from error
        if found != str(SCHEMA_VERSION):
            raise SchemaVersion(
                f"store {self.uri}: schema version is {found}, this program reads {SCHEMA_VERSION}"
            )

    def _append_once(self, table: str, batches: Mapping[str, pa.Table]) -> frozenset[str]:
        rows = {key: _fitted(table, key, batch) for key, batch in batches.items()}
        for attempt in range(_MAX_TRIES):
            delta = self.table(table)
            new = {key: r for key, r in rows.items() if delta.transaction_version(key) is None}
            if not new:
                return frozenset()
            try:
                _commit(delta, new)
            except CommitFailedError:
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            else:
                return frozenset(new)
        raise CommitConflict(f"{self.uri}/{table}: lost {_MAX_TRIES} commits to other writers")


def open_store(uri: str, *, create: bool = False) -> Store:
    """Open the store at `uri`.

    Raises:
        StoreMissing: nothing is there and `create` is false.
        StoreUnwritable: it cannot be created or written.
    """
    if "://" in uri:
        return Store(uri)
    folder = Path(uri).absolute()
    if create:
        _probe_writable(folder)
    elif not folder.is_dir():
        raise StoreMissing(f"store: {folder} is not there; collect or ingest first")
    return Store(str(folder))


def _probe_writable(folder: Path) -> None:
    probe = folder / f".probe-{random.getrandbits(64):x}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreUnwritable(f"store: {folder} cannot be written: {error.strerror}") from error


def _fitted(table: str, key: str, rows: pa.Table) -> pa.Table:
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


def _commit(delta: DeltaTable, batches: Mapping[str, pa.Table]) -> None:
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
