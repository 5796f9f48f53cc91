"""Small shards joined into large ones, their rows shuffled across all of them.

Rows come in the order in which videos were collected: a shard holds a few people. Training reads
whole row groups in random order; that is a good shuffle only if the rows of a group are unlike
each other. So each row goes to a random shard and a random place in it, once, here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable

from storage.commits import Change, change_table
from storage.errors import DamagedStore
from storage.rewriting import rows_of, scratch_shards
from storage.scratch import scratch_folder
from storage.shards import SHARD_BYTES, Shard, shards_of
from storage.table import Table

# Shards of one commit; their bytes wait in temporary files, twice.
_MAX_SHARDS: Final = 64


@dataclass(frozen=True, slots=True)
class Compacted:
    """Shards that were replaced, and by how many."""

    shards_joined: int = 0
    shards_written: int = 0


def compact(table: Table, *, shard_bytes: int = SHARD_BYTES) -> Compacted:
    """Join the shards of less than half of `shard_bytes` until there is at most one.

    Appends and `forget` may go on meanwhile; each commit replaces shards by others with the same
    rows, or does nothing.

    Raises:
        DamagedStore: a shard cannot be read; it stays as it is.
        CommitConflict: other writers won every try.
    """
    joined = written = 0
    with scratch_shards() as spilled:
        while True:
            change = change_table(table, lambda delta: _plan(table, delta, shard_bytes, spilled))
            if change.is_empty:
                return Compacted(joined, written)
            joined += len(change.removed)
            written += len(change.added)


def _plan(
    table: Table, delta: DeltaTable, shard_bytes: int, spilled: Callable[[Shard], Shard]
) -> Change:
    actions = delta.get_add_actions()
    entries = zip(
        *(actions.column(name).to_pylist() for name in ("path", "size_bytes", "num_records")),
        strict=True,
    )
    small = sorted(
        ((size, path, rows) for path, size, rows in entries if size < shard_bytes / 2),
    )[: _MAX_SHARDS * 8]
    if len(small) < 2:
        return Change()
    paths = [path for _, path, _ in small]
    count = max(1, round(sum(size for size, _, _ in small) / shard_bytes))
    added = [
        spilled(shard)
        for rows in _shuffled(table, paths, count)
        for shard in shards_of(table.name, rows)
    ]
    if sum(shard.rows for shard in added) != sum(rows for _, _, rows in small):
        raise DamagedStore(f"{table.location.uri}: shards hold fewer rows than the log says")
    return Change(added=added, removed=paths)


def _shuffled(table: Table, paths: Sequence[str], count: int) -> Iterator[pa.Table]:
    """The rows of some shards in `count` tables of about the same size, at random."""
    rng = np.random.default_rng()
    with scratch_folder() as folder:
        buckets = [folder / f"{number}.arrow" for number in range(count)]
        _deal(table, paths, buckets, rng)
        for bucket in buckets:
            with pa.memory_map(str(bucket)) as file:
                rows = pa.ipc.open_file(file).read_all()
                yield rows.take(rng.permutation(rows.num_rows))


def _deal(
    table: Table, paths: Sequence[str], buckets: Sequence[Path], rng: np.random.Generator
) -> None:
    """Deal rows out to files at random."""
    with ExitStack() as stack:
        writers = [
            stack.enter_context(pa.ipc.new_file(str(bucket), table.schema)) for bucket in buckets
        ]
        for rows in rows_of(table, paths):
            bucket_of = rng.integers(len(buckets), size=rows.num_rows)
            for number, writer in enumerate(writers):
                writer.write_table(rows.filter(pa.array(bucket_of == number)))
