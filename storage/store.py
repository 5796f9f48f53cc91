"""Opening a store and appending to it: the guarantees.

The guarantee: each batch of rows is appended under a key (for collected videos, the video's id).
However often it is offered, by however many writers, after whatever crash, a key is committed at
most once, and once `append_faces` has returned its rows are there. One Delta commit carries both
the rows and one application transaction per key, so neither can exist without the other
(https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers).
"""

import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs
from deltalake import (
    DeltaTable,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from storage.errors import (
    CommitConflict,
    SchemaVersion,
    StoreMissing,
    StoreUnwritable,
)
from storage.schema import SCHEMA_VERSION, TABLES
from storage.shards import commit, fitted

_VERSION_KEY: Final = "webemotion.schemaVersion"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MAX_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Store:
    """A folder that holds datasets by name."""

    uri: str

    def dataset(self, name: str, *, create: bool = False) -> "Dataset":
        """Open the dataset `name`, made empty if `create` and not there.

        Raises:
            ValueError: `name` is not made of small letters, digits and hyphens.
            StoreMissing: it is not there and `create` is false.
            SchemaVersion: it was written with another version of the schema.
            StoreUnwritable: it cannot be created here.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"dataset: is {name!r}, must be small letters, digits and hyphens")
        dataset = Dataset(name, f"{self.uri.rstrip('/')}/{name}")
        missing = dataset.missing_tables()
        if create:
            dataset.create(missing)
        elif missing:
            raise StoreMissing(
                f"store: there is no dataset {name!r} at {dataset.uri}; collect or ingest first"
            )
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
        return self.fragments(table, version).to_table(columns=columns, filter=filter)

    def fragments(self, table: str, version: int | None = None) -> ds.Dataset:
        """The Parquet files of `table` at a version, as Arrow reads them."""
        # Arrow's own files: those of deltalake call Python from threads that outlive it, which
        # ends the process with an abort.
        files = fs.SubTreeFileSystem(f"{self.uri}/{table}", fs.LocalFileSystem())
        return self.table(table, version).to_pyarrow_dataset(filesystem=files)

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

    def missing_tables(self) -> list[str]:
        """The tables that are not there yet.

        Raises:
            SchemaVersion: one that is there was written with another version of the schema.
        """
        missing = []
        for name in TABLES:
            try:
                found = self.table(name).metadata().configuration.get(_VERSION_KEY)
            except TableNotFoundError:
                missing.append(name)
            else:
                self._check_version(found)
        return missing

    def _check_version(self, found: str | None) -> None:
        if found != str(SCHEMA_VERSION):
            raise SchemaVersion(
                f"store {self.uri}: schema version is {found}, this program reads {SCHEMA_VERSION}"
            )

    def create(self, tables: Sequence[str]) -> None:
        """Create tables; one that has come meanwhile stays as it is.

        Raises:
            StoreUnwritable: they cannot be created here.
        """
        for table in tables:
            try:
                DeltaTable.create(
                    f"{self.uri}/{table}",
                    schema=TABLES[table],
                    mode="ignore",
                    configuration={_VERSION_KEY: str(SCHEMA_VERSION)},
                    raise_if_key_not_exists=False,
                )
            except (OSError, DeltaError) as error:
                raise StoreUnwritable(f"store {self.uri}: cannot be written: {error}") from error

    def _append_once(self, table: str, batches: Mapping[str, pa.Table]) -> frozenset[str]:
        rows = {key: fitted(table, key, batch) for key, batch in batches.items()}
        for attempt in range(_MAX_TRIES):
            delta = self.table(table)
            new = {key: r for key, r in rows.items() if delta.transaction_version(key) is None}
            if not new:
                return frozenset()
            try:
                commit(delta, new)
            except CommitFailedError:
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            except (OSError, DeltaError) as error:
                raise StoreUnwritable(f"store {self.uri}: cannot be written: {error}") from error
            else:
                return frozenset(new)
        raise CommitConflict(f"{self.uri}/{table}: lost {_MAX_TRIES} commits to other writers")


def open_store(uri: str, *, create: bool = False, write: bool = False) -> Store:
    """Open the store in the folder `uri`.

    Args:
        uri: its folder.
        create: make it where it is not there.
        write: check that it can be written; `create` implies it.

    Raises:
        ValueError: `uri` is empty or no folder's name.
        StoreMissing: nothing is there and `create` is false.
        StoreUnwritable: it cannot be created or written.
    """
    if not uri or "://" in uri:
        raise ValueError(f"store: is {uri!r}, must be a folder")
    folder = Path(uri).absolute()
    if not create and not folder.is_dir():
        raise StoreMissing(f"store: {folder} is not there; collect or ingest first")
    if create or write:
        _probe_writable(folder)
    return Store(str(folder))


def _probe_writable(folder: Path) -> None:
    probe = folder / f".probe-{random.getrandbits(64):x}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreUnwritable(f"store: {folder} cannot be written: {error.strerror}") from error
