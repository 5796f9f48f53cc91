"""Upkeep of a dataset: forgetting finished, small shards joined, files of old versions removed."""

from dataclasses import dataclass

from deltalake.exceptions import DeltaError

from storage.compaction import compact
from storage.forgetting import finish_forgetting
from storage.store import Dataset
from storage.table import Table


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done to one table."""

    table: str
    rows_forgotten: int
    shards_joined: int
    shards_written: int
    files_deleted: int


def maintain(dataset: Dataset) -> list[Upkeep]:
    """Do all upkeep; appends and training may go on meanwhile.

    Files stay for a week after the last version that needs them, so that a training that reads an
    older version can end.

    Raises:
        DamagedStore: a shard cannot be read; `webemotion fsck` says which.
        CommitConflict: other writers won every try.
    """
    forgotten = finish_forgetting(dataset)
    return [_upkeep(table, forgotten.get(table.name, 0)) for table in dataset.tables()]


def _upkeep(table: Table, rows_forgotten: int) -> Upkeep:
    done = compact(table)
    deleted = vacuum(table)
    return Upkeep(table.name, rows_forgotten, done.shards_joined, done.shards_written, len(deleted))


def vacuum(table: Table) -> list[str]:
    """Delete files that no version of the last week needs, and those of no version at all."""
    try:
        return list(table.delta().vacuum(dry_run=False, full=True))
    except (DeltaError, OSError) as error:
        raise table.location.failure(error, "written") from error
