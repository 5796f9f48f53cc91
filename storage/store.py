"""Opening a store and appending to it: the guarantees.

**Exactly once.** Rows are appended in batches, each under a key (for collected videos, the video's
id). However often a key is offered, by however many writers on however many machines, after
whatever crash, lost connection or race: its rows are committed at most once, all or none; and once
a call that offered it has returned, they are there, once, until they are forgotten on purpose.
Compaction and `forget` may run meanwhile. On local disk a call returns when rows and log have been
synced, so an acknowledged row outlasts a loss of power.

It rests on three rules. One Delta commit carries the rows and their keys, so neither exists without
the other. The log takes one commit per version, and refuses one whose key, or whose shard to be
replaced, another commit got first. Who is refused reads again and decides anew, a bounded number
of times, then gives up with `CommitConflict` and nothing written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs
from deltalake.exceptions import TableNotFoundError

from storage.commits import append_once
from storage.errors import SchemaVersion, StoreMissing, StoreUnwritable
from storage.location import Location
from storage.schema import SCHEMA_VERSION, TABLES
from storage.table import VERSION_KEY, Table

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Store:
    """A folder, or a prefix in an S3 bucket, that holds datasets by name."""

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
        dataset = Dataset(name, f"{self.uri}/{name}")
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
        location = Location(self.uri)
        files = location.files
        try:
            found = files.get_file_info(fs.FileSelector("", allow_not_found=True))
            folders = [i.base_name for i in found if i.type == fs.FileType.Directory]
            logs = files.get_file_info([f"{name}/faces/_delta_log" for name in folders])
        except OSError as error:
            raise location.failure(error, "read") from error
        return sorted(
            name
            for name, log in zip(folders, logs, strict=True)
            if log.type != fs.FileType.NotFound
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """Four Delta tables: faces, videos, labels and tombstones."""

    name: str
    uri: str

    def table(self, name: str) -> Table:
        """One of its tables."""
        return Table(name, Location(self.uri).below(name))

    def tables(self) -> list[Table]:
        """All of its tables."""
        return [self.table(name) for name in TABLES]

    def scan(
        self,
        table: str,
        columns: list[str] | None = None,
        filter: ds.Expression | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Read rows of `table`, with column choice and filter pushed down to Parquet."""
        return self.table(table).scan(columns, filter, version)

    def fragments(self, table: str, version: int | None = None) -> ds.Dataset:
        """The Parquet files of `table` at a version, as Arrow reads them."""
        return self.table(table).fragments(version)

    def version(self) -> int:
        """The version of `faces`, which a training run records."""
        return self.table("faces").delta().version()

    def append_faces(self, batches: Mapping[str, pa.Table]) -> frozenset[str]:
        """Append rows under their keys, each key at most once for ever.

        Args:
            batches: key to rows in the schema `FACES`.

        Returns:
            The keys that this call committed; the others had been committed before.

        Raises:
            RowsRejected: rows do not fit the schema; nothing was written.
            CommitConflict: other writers won every try; nothing was written.
            StoreError: the store cannot be written or reached.
        """
        return append_once(self.table("faces"), batches)

    def append_videos(self, key: str, events: pa.Table) -> bool:
        """Append ledger events (schema `VIDEOS`) under a key; false if they were there already."""
        return bool(append_once(self.table("videos"), {key: events}))

    def append_tombstones(self, batches: Mapping[str, pa.Table]) -> frozenset[str]:
        """Append tombstones (schema `TOMBSTONES`) under their keys, each once for ever."""
        return append_once(self.table("tombstones"), batches)

    def missing_tables(self) -> list[str]:
        """The tables that are not there yet.

        Raises:
            SchemaVersion: one that is there was written with another version of the schema.
        """
        missing = []
        for table in self.tables():
            try:
                found = table.delta().metadata().configuration.get(VERSION_KEY)
            except TableNotFoundError:
                missing.append(table.name)
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
        for name in tables:
            self.table(name).create()


def open_store(uri: str, *, create: bool = False, write: bool = False) -> Store:
    """Open the store in a folder or at ``s3://bucket/prefix``.

    Args:
        uri: where it is.
        create: make it where it is not there; a bucket must be there.
        write: check that it can be written; `create` implies it.

    Raises:
        ValueError: `uri` is no such name.
        StoreMissing: nothing is there and `create` is false.
        StoreUnwritable: it cannot be created or written.
        StoreUnreachable: the server does not answer.
    """
    location = Location.of(uri)
    if not create and not _is_there(location):
        raise StoreMissing(f"store: {location.uri} is not there; collect or ingest first")
    if create or write:
        _probe_writable(location)
    return Store(location.uri)


def _is_there(location: Location) -> bool:
    try:
        (found,) = location.files.get_file_info([""])
    except OSError as error:
        raise location.failure(error, "read") from error
    return bool(found.type == fs.FileType.Directory)


def _probe_writable(location: Location) -> None:
    """Write a file and delete it; on S3 a prefix is there once a file is."""
    probe = f".probe-{token_hex(8)}"
    try:
        location.make()
        with location.files.open_output_stream(probe) as out:
            out.write(b"")
        location.files.delete_file(probe)
    except OSError as error:
        failure = location.failure(error, "written")
        raise (failure if location.is_s3 else StoreUnwritable(str(failure))) from error
