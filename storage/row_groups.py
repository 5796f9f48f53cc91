"""The row groups of a table's shards: a light index of all rows, and the images of one group."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from storage.errors import StoreError, VersionGone
from storage.images import UInt8Array
from storage.schema import FACES
from storage.table import Table

INDEX_COLUMNS: Final = (
    "face_id",
    "split",
    "emotion",
    "subject",
    "video_id",
    "clip_id",
    "votes",
)
_REPEATED: Final = ("split", "emotion", "subject", "video_id", "clip_id")
_OPENERS: Final = 8
_FOOTERS_KEPT: Final = 512

Filter = tuple[str, str, Any]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A row group of a shard."""

    path: str
    number: int


@dataclass(frozen=True, slots=True)
class Images:
    """Encoded images of a row group, without a copy.

    Attributes:
        data: uint8, one image after the other.
        offsets: where each begins, and where the last ends.
    """

    data: UInt8Array
    offsets: npt.NDArray[np.int32]

    def __getitem__(self, row: int) -> UInt8Array:
        return self.data[self.offsets[row] : self.offsets[row + 1]]


@dataclass(frozen=True, slots=True)
class Index:
    """The chosen rows of all row groups, group by group.

    Attributes:
        groups: the row groups, ordered by their first face.
        offsets: int64 [G + 1]; rows `offsets[g]` to `offsets[g + 1]` − 1 are of group g.
        rows: int32 [N], each row's place in its group.
        columns: `INDEX_COLUMNS`, N rows.
    """

    groups: tuple[RowGroup, ...]
    offsets: Int64Array
    rows: npt.NDArray[np.int32]
    columns: pa.Table

    def groups_of(self, samples: Int64Array) -> Int64Array:
        """The place in `groups` of each sample's row group."""
        return np.searchsorted(self.offsets, samples, side="right") - 1

    def repeat(self, counts: Int64Array) -> "Index":
        """Each row so many times as `counts` (int64 [N]) says; 0 leaves it out."""
        begins = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.repeat(np.arange(len(counts)), counts)
        columns = self.columns.take(pa.array(places))
        return Index(self.groups, begins[self.offsets], self.rows[places], columns)

    def labelled(self, emotions: Sequence[str]) -> "Index":
        """The same rows with other emotions; votes say nothing for another than a row's own."""
        names, votes = pa.array(list(emotions), pa.string()), self.columns["votes"]
        same = pc.equal(self.columns["emotion"].cast(pa.string()), names)
        kept = pc.if_else(same, votes, pa.scalar(None, votes.type))
        columns = self.columns
        for name, values in (("emotion", names.dictionary_encode()), ("votes", kept)):
            columns = columns.set_column(columns.schema.get_field_index(name), name, values)
        return Index(self.groups, self.offsets, self.rows, columns)


class RowGroupFiles:
    """The shards of a version of `faces`; footers are read once, images on demand."""

    def __init__(self, table: Table, version: int) -> None:
        self._table, self._version = table, version
        self._metadata = lru_cache(_FOOTERS_KEPT)(self._read_metadata)

    def index(self, filters: Sequence[Filter]) -> Index:
        """Read the light columns of the rows that all filters let through.

        Filters are pushed down to Parquet: a row group whose statistics rule it out is not read.

        Raises:
            ValueError: a filter's column or comparison is none.
            VersionGone: a shard of the version is no longer there.
        """
        keep = _expression(filters)
        wanted = list(dict.fromkeys([*INDEX_COLUMNS, *(name for name, _, _ in filters)]))
        fragments = self._fragments()
        with ThreadPoolExecutor(_OPENERS) as pool:
            parts = [
                part
                for found in pool.map(lambda f: self._light(f, wanted, keep), fragments)
                for part in found
            ]
        parts.sort(key=lambda part: part[0])
        return _joined([(group, rows) for _, group, rows in parts])

    def images(self, group: RowGroup) -> Images:
        """Read the images of a row group.

        Raises:
            VersionGone: the shard is no longer there.
        """
        try:
            with self._table.location.files.open_input_file(group.path) as file:
                shard = pq.ParquetFile(file, metadata=self._metadata(group.path))
                column = shard.read_row_group(group.number, columns=["image"], use_threads=False)
        except OSError as error:
            raise self._unreadable(error) from error
        return _images(column["image"].combine_chunks())

    def _fragments(self) -> list[Any]:
        fragments = self._table.fragments(self._version).get_fragments()
        return sorted(fragments, key=lambda fragment: str(fragment.path))

    def _light(
        self, fragment: Any, columns: list[str], keep: ds.Expression | None
    ) -> list[tuple[str, RowGroup, pa.Table]]:
        """First face, row group and light rows of each row group of a shard that may match."""
        try:
            return [
                _light_group(group, columns, keep)
                for group in fragment.split_by_row_group(filter=keep, schema=FACES)
            ]
        except OSError as error:
            raise self._unreadable(error) from error

    def _read_metadata(self, path: str) -> Any:
        with self._table.location.files.open_input_file(path) as file:
            return pq.read_metadata(file)

    def _unreadable(self, error: OSError) -> StoreError:
        if isinstance(error, FileNotFoundError):
            return VersionGone(
                f"{self._table.location.uri}: version {self._version} is no longer whole: a shard"
                " of it was removed (vacuum, forget)"
            )
        return self._table.location.failure(error, "read")


def _expression(filters: Sequence[Filter]) -> ds.Expression | None:
    for name, _, _ in filters:
        if name not in FACES.names or name == "image":
            raise ValueError(f"filter: {name!r} is no column, must be one of {FACES.names}")
    return pq.filters_to_expression(list(filters)) if filters else None


def _light_group(
    group: Any, columns: list[str], keep: ds.Expression | None
) -> tuple[str, RowGroup, pa.Table]:
    rows = group.to_table(schema=FACES, columns=columns, use_threads=False)
    first = str(rows["face_id"][0])
    place = pa.array(np.arange(rows.num_rows, dtype=np.int32))
    rows = rows.append_column("row", place)
    if keep is not None:
        rows = rows.filter(keep)
    return first, RowGroup(group.path, group.row_groups[0].id), rows


def _joined(parts: Sequence[tuple[RowGroup, pa.Table]]) -> Index:
    filled = [(group, rows) for group, rows in parts if rows.num_rows]
    empty = pa.schema([FACES.field(n) for n in INDEX_COLUMNS] + [pa.field("row", pa.int32())])
    rows = pa.concat_tables(
        [empty.empty_table(), *(rows.select(empty.names).cast(empty) for _, rows in filled)]
    )
    sizes = [rows.num_rows for _, rows in filled]
    columns = rows.select(list(INDEX_COLUMNS))
    for name in _REPEATED:
        place = columns.schema.get_field_index(name)
        columns = columns.set_column(place, name, columns[name].dictionary_encode())
    return Index(
        groups=tuple(group for group, _ in filled),
        offsets=np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
        rows=rows["row"].to_numpy().astype(np.int32),
        columns=columns,
    )


def _images(column: Any) -> Images:
    array = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = array.buffers()
    begin, count = array.offset, len(array)
    return Images(
        np.frombuffer(data, np.uint8),
        np.frombuffer(offsets, np.int32)[begin : begin + count + 1],
    )
