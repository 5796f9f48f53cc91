"""Whether a store still holds what was put in: every bit of every shard, every row once.

A shard's name holds the hash of its bytes; where they differ, the checksums of its pages tell which
rows are damaged.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage.commits import names
from storage.errors import StoreError, StoreUnreachable
from storage.shards import hash_in
from storage.store import Dataset
from storage.table import Table
from storage.tombstones import forgotten

_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows `begin` to `end` − 1 of a shard, counted from 0."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written.

    Attributes:
        table: its table.
        path: its file in the table's folder; empty where the table itself is concerned.
        problem: what is wrong, in words.
        lost: the rows that cannot be trusted any more.
        rows_readable: whether the other rows of the file can be read.
    """

    table: str
    path: str
    problem: str
    lost: tuple[RowRange, ...] = ()
    rows_readable: bool = False


def check(dataset: Dataset, report: Callable[[int], None] = lambda size: None) -> Iterator[Damage]:
    """Read every byte of the current version of every table, and yield what is damaged.

    Args:
        dataset: what to check.
        report: told the size of each shard once it is checked, in bytes.

    Raises:
        StoreUnreachable: the server does not answer.
    """
    sound = True
    for table in dataset.tables():
        for damage in _check_table(table, report):
            sound = False
            yield damage
    # Damaged rows would count as anything.
    if sound:
        yield from _check_rows(dataset)


def _check_table(table: Table, report: Callable[[int], None]) -> Iterator[Damage]:
    try:
        actions = table.delta().get_add_actions()
    except StoreUnreachable:
        raise
    except StoreError as error:
        yield Damage(table.name, "", str(error))
        return
    names_of = ("path", "num_records", "size_bytes")
    columns = (actions.column(name).to_pylist() for name in names_of)
    for path, rows, size in zip(*columns, strict=True):
        damage = _check_shard(table, path, rows)
        report(size)
        # One that was replaced meanwhile, and removed, is not damaged.
        if damage and path in names(table.delta()):
            yield damage


def _check_shard(table: Table, path: str, rows: int) -> Damage | None:
    everything = (RowRange(0, rows),)
    try:
        found = _digest(table, path)
    except FileNotFoundError:
        return Damage(table.name, path, "the file is missing", everything)
    except OSError as error:
        raise table.location.failure(error, "read") from error
    promised = hash_in(path)
    if found == promised:
        return None
    if promised is None:
        return Damage(table.name, path, "its name holds no hash: not written by this program")
    return _located(table, path, rows)


def _digest(table: Table, path: str) -> str:
    digest = hashlib.sha256()
    with table.location.files.open_input_stream(path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _located(table: Table, path: str, rows: int) -> Damage:
    """Which rows of a shard with a wrong hash are damaged."""
    problem = "its bytes are not those that were written"
    everything = (RowRange(0, rows),)
    try:
        ranges = row_groups(table, path)
    except (OSError, pa.ArrowException):
        return Damage(table.name, path, f"{problem}, and it has no readable end", everything)
    if sum(r.end - r.begin for r in ranges) != rows:
        return Damage(table.name, path, f"{problem}; its row count differs", everything)
    lost = tuple(r for number, r in enumerate(ranges) if not _is_whole(table, path, number))
    return Damage(table.name, path, problem, lost, rows_readable=True)


def row_groups(table: Table, path: str) -> list[RowRange]:
    """The rows of each row group of a shard."""
    with table.location.files.open_input_file(path) as file:
        metadata = pq.read_metadata(file)
    ranges, begin = [], 0
    for number in range(metadata.num_row_groups):
        end = begin + metadata.row_group(number).num_rows
        ranges.append(RowRange(begin, end))
        begin = end
    return ranges


def read_row_group(table: Table, path: str, number: int) -> pa.Table:
    """One row group, every page verified."""
    with table.location.files.open_input_file(path) as file:
        shard = pq.ParquetFile(file, page_checksum_verification=True)
        return shard.read_row_group(number).cast(table.schema)


def _is_whole(table: Table, path: str, number: int) -> bool:
    try:
        read_row_group(table, path, number).validate(full=True)
    except (OSError, ValueError, pa.ArrowException):
        return False
    return True


def _check_rows(dataset: Dataset) -> Iterator[Damage]:
    """Rows that are there twice, or that should have been forgotten."""
    ids = dataset.scan("faces", ["face_id"])["face_id"]
    gone = forgotten(dataset).rows_in("faces")
    left = dataset.scan("faces", ["face_id"], gone).num_rows if gone is not None else 0
    if twice := _repeated(ids):
        yield Damage("faces", "", f"{len(twice)} face ids occur twice, first {twice[0]}")
    if left:
        yield Damage("faces", "", f"{left} rows should have been forgotten: run maintenance")


def _repeated(ids: pa.ChunkedArray) -> Sequence[str]:
    counts = pc.value_counts(ids)
    return [str(i) for i in counts.filter(pc.greater(counts.field("counts"), 1)).field("values")]
