"""One Delta table: its log, and the Parquet files beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from storage.errors import DamagedStore, StoreError, VersionGone
from storage.location import Location
from storage.schema import SCHEMA_VERSION, TABLES

VERSION_KEY: Final = "webemotion.schemaVersion"
_SCANS: Final = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a dataset by name."""

    name: str
    location: Location

    @property
    def schema(self) -> pa.Schema:
        """The columns of the table."""
        return TABLES[self.name]

    def delta(self, version: int | None = None) -> DeltaTable:
        """Its log, at the latest or at a given version.

        Raises:
            TableNotFoundError: it is not there.
            VersionGone: there is no such version, or no longer.
            DamagedStore: the log cannot be read.
            StoreUnreachable: the server does not answer.
        """
        options = self.location.delta_options
        try:
            return DeltaTable(self.location.uri, version=version, storage_options=options)
        except TableNotFoundError:
            raise
        except (DeltaError, OSError) as error:
            raise self._unreadable(error, version) from error

    def _unreadable(self, error: Exception, version: int | None) -> StoreError:
        if version is not None:
            return VersionGone(f"{self.location.uri}: has no version {version} (any longer)")
        if self.location.is_s3:
            return self.location.failure(error, "read")
        return DamagedStore(f"{self.location.uri}: cannot be read: {error}")

    def create(self) -> None:
        """Make it, empty, where it is not there yet."""
        try:
            DeltaTable.create(
                self.location.uri,
                schema=self.schema,
                mode="ignore",
                configuration={VERSION_KEY: str(SCHEMA_VERSION)},
                raise_if_key_not_exists=False,
                storage_options=self.location.delta_options,
            )
        except (OSError, DeltaError) as error:
            raise self.location.failure(error, "written") from error

    def fragments(self, version: int | None = None) -> ds.Dataset:
        """Its Parquet files at a version, as Arrow reads them."""
        return self.delta(version).to_pyarrow_dataset(filesystem=self.location.files)

    def scan(
        self,
        columns: list[str] | None = None,
        filter: ds.Expression | None = None,
        version: int | None = None,
    ) -> pa.Table:
        """Rows of a version, with column choice and filter pushed down to Parquet.

        Raises:
            VersionGone: files of the version were removed.
            DamagedStore: a shard is missing or cannot be read.
            StoreUnreachable: the server does not answer.
        """
        missing = ""
        # The newest version may be replaced, and its files removed, while it is read.
        for _ in range(_SCANS if version is None else 1):
            try:
                return self.fragments(version).to_table(columns=columns, filter=filter)
            except FileNotFoundError as error:
                missing = str(error)
            except (OSError, pa.ArrowException) as error:
                raise self._unreadable(error, None) from error
        if version is not None:
            raise VersionGone(
                f"{self.location.uri}: version {version} is no longer whole: {missing}"
            )
        raise DamagedStore(f"{self.location.uri}: a shard is missing: {missing}")

    def paths(self) -> list[str]:
        """All Parquet files in its folder: of this version, of older ones, of none."""
        return sorted(info.path.lstrip("/") for info in self.files())

    def files(self) -> list[fs.FileInfo]:
        """The Parquet files in its folder, with their sizes."""
        found = self.location.files.get_file_info(fs.FileSelector("", allow_not_found=True))
        return [i for i in found if i.type == fs.FileType.File and i.path.endswith(".parquet")]

    def log_after(self, version: int) -> list[str]:
        """The log's entries that came after a version."""
        entries = (f"_delta_log/{number:020d}.json" for number in count(version + 1))
        return list(takewhile(self.holds, entries))

    def put(self, path: str, data: pa.Buffer) -> None:
        """Write a file and make it durable.

        Raises:
            StoreError: it cannot be written.
        """
        try:
            with self.location.files.open_output_stream(path) as out:
                out.write(data)
            if not self.location.is_s3:
                self.location.sync(path)
        except FileNotFoundError:
            # A vacuum took it for an orphan: whoever commits it looks, and puts it again.
            return
        except OSError as error:
            raise self.location.failure(error, "written") from error

    def holds(self, path: str) -> bool:
        """Whether the file is there."""
        (info,) = self.location.files.get_file_info([path])
        return bool(info.type == fs.FileType.File)

    def remove(self, paths: Sequence[str]) -> None:
        """Delete files; one that is gone already is no error."""
        files = self.location.files
        for path in paths:
            try:
                files.delete_file(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                if self.holds(path):
                    raise self.location.failure(error, "written") from error
