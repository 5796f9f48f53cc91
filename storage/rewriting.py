"""Shards read whole, to be written anew: every page's checksum is verified on the way.

So damage is never copied into a shard whose own hash would vouch for it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from storage.errors import DamagedStore, StoreUnreachable, VersionGone
from storage.scratch import scratch_folder
from storage.shards import Shard
from storage.table import Table

_FORMAT: Final = ds.ParquetFileFormat(
    default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
)
_BATCH_ROWS: Final = 512


def shards_as_dataset(table: Table, paths: Sequence[str]) -> ds.Dataset:
    """Some files of a table, as Arrow reads them, verified."""
    return ds.dataset(
        list(paths), schema=table.schema, format=_FORMAT, filesystem=table.location.files
    )


def count_rows(table: Table, paths: Sequence[str], rows: ds.Expression | None = None) -> int:
    """How many rows some shards hold, or how many of those that `rows` names.

    Raises:
        DamagedStore: as `rows_of`.
    """
    with _damage_named(table):
        return int(shards_as_dataset(table, paths).count_rows(filter=rows))


def rows_of(
    table: Table, paths: Sequence[str], keep: ds.Expression | None = None
) -> Iterator[pa.Table]:
    """The rows of some shards in small tables, filtered by `keep`.

    Raises:
        DamagedStore: a page does not match its checksum.
        VersionGone: a shard is missing.
    """
    with _damage_named(table):
        scanner = shards_as_dataset(table, paths).scanner(
            filter=keep, batch_size=_BATCH_ROWS, batch_readahead=4, fragment_readahead=1
        )
        for batch in scanner.to_batches():
            yield pa.Table.from_batches([batch])


@contextmanager
def _damage_named(table: Table) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise VersionGone(
            f"{table.location.uri}: a shard is missing, see webemotion fsck: {error}"
        ) from error
    except (OSError, pa.ArrowException) as error:
        failure = table.location.failure(error, "read")
        if isinstance(failure, StoreUnreachable):
            raise failure from error
        raise DamagedStore(
            f"{table.location.uri}: a shard cannot be read, see webemotion fsck: {error}"
        ) from error


@contextmanager
def scratch_shards() -> Iterator[Callable[[Shard], Shard]]:
    """Give a function that moves a shard's bytes from memory into a temporary file."""
    with scratch_folder() as folder:

        def spilled(shard: Shard) -> Shard:
            path = folder / shard.path
            path.write_bytes(shard.data)
            with pa.memory_map(str(path)) as file:
                return replace(shard, data=file.read_buffer())

        yield spilled
