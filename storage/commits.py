"""The two ways a table changes: rows appended once under a key, and shards replaced by others.

Both write their shards first, under names of their own, and then one Delta commit makes all of it
visible at once, or none. The commit names the keys it carries (application transactions,
https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers) and the shards
it takes away. So whoever comes second with a key, or with a shard that is gone, is refused by the
log, reads again, and decides anew; a bounded number of times.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import RemoveAction

from storage.errors import (
    CommitConflict,
    DamagedStore,
    StoreError,
    StoreUnreachable,
    StoreUnwritable,
    VersionGone,
)
from storage.shards import APPENDED_SHARD_BYTES, Shard, fitted, shards_of
from storage.table import Table

_MAX_TRIES: Final = 12
_FIRST_WAIT_S: Final = 0.05
_LONGEST_WAIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit does: shards that come, names of shards that go, keys it carries."""

    added: Sequence[Shard] = ()
    removed: Sequence[str] = ()
    keys: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.added or self.removed or self.keys)


def append_once(table: Table, batches: Mapping[str, pa.Table]) -> frozenset[str]:
    """Append rows under their keys, in one commit; a key that was ever committed is left out.

    Returns:
        The keys that this call committed.

    Raises:
        RowsRejected: rows do not fit the schema; nothing was written.
        CommitConflict: other writers won every try.
        StoreError: the store cannot be written or reached.
    """
    rows = {key: fitted(table.name, key, batch) for key, batch in batches.items()}

    def plan(delta: DeltaTable) -> Change:
        new = [key for key in rows if delta.transaction_version(key) is None]
        if not new:
            return Change()
        joined = pa.concat_tables([rows[key] for key in new])
        return Change(added=list(shards_of(table.name, joined, APPENDED_SHARD_BYTES)), keys=new)

    return frozenset(change_table(table, plan).keys)


def change_table(table: Table, plan: Callable[[DeltaTable], Change]) -> Change:
    """Plan a change from the newest version and commit it; plan anew if another came first.

    Args:
        table: what to change.
        plan: the newest version → the change, or an empty one where there is nothing to do. It is
            called again after a conflict.

    Returns:
        The change that was committed.

    Raises:
        CommitConflict: other writers won every try.
        StoreError: the store cannot be written or reached.
    """
    failure: Exception | None = None
    for attempt in range(_MAX_TRIES):
        if attempt:
            time.sleep(random.uniform(0.2, 1) * min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S))
        try:
            return _try(table, plan)
        except (CommitFailedError, StoreUnreachable, VersionGone) as error:
            failure = error
    if isinstance(failure, StoreError):
        raise failure
    raise CommitConflict(f"{table.location.uri}: lost {_MAX_TRIES} commits to other writers")


def _try(table: Table, plan: Callable[[DeltaTable], Change]) -> Change:
    delta = table.delta()
    change = _planned(table, plan, delta)
    if not change.is_empty:
        with _written(table, change.added):
            _commit(table, delta, change)
        _confirm(table, delta, change)
    return change


def _planned(table: Table, plan: Callable[[DeltaTable], Change], delta: DeltaTable) -> Change:
    """Plan a change; a shard that is missing may have been replaced meanwhile, or is lost."""
    try:
        return plan(delta)
    except VersionGone as error:
        if table.delta().version() == delta.version():
            raise DamagedStore(str(error)) from error
        raise


@contextmanager
def _written(table: Table, shards: Sequence[Shard]) -> Iterator[None]:
    """Put shards in place; take them away again if they are not committed after all."""
    try:
        for shard in shards:
            table.put(shard.path, shard.data)
        yield
    except (CommitFailedError, StoreUnwritable):
        # Not where the server was lost: the commit may still arrive there, and needs its shards.
        _discard(table, shards)
        raise


def _discard(table: Table, shards: Sequence[Shard]) -> None:
    """Remove shards that the newest version does not name."""
    try:
        named = set(names(table.delta()))
        table.remove([shard.path for shard in shards if shard.path not in named])
    except (StoreError, OSError):
        # They stay behind as files of no version; maintenance removes those.
        return


def _commit(table: Table, delta: DeltaTable, change: Change) -> None:
    now_ms = int(time.time() * 1000)
    gone = [
        RemoveAction(path, data_change=True, deletion_timestamp=now_ms) for path in change.removed
    ]
    properties = CommitProperties(app_transactions=[Transaction(key, 1) for key in change.keys])
    try:
        delta.create_write_transaction(
            [*(shard.added() for shard in change.added), *gone],
            "append",
            table.schema,
            commit_properties=properties,
        )
    except CommitFailedError:
        raise
    except (OSError, DeltaError) as error:
        raise table.location.failure(error, "written") from error


def _confirm(table: Table, delta: DeltaTable, change: Change) -> None:
    """Make the commit durable, and make good a shard that a vacuum took for an orphan."""
    for shard in change.added:
        if not table.holds(shard.path):
            table.put(shard.path, shard.data)
    if not table.location.is_s3:
        table.location.sync(*table.log_after(delta.version()))


def names(delta: DeltaTable) -> list[str]:
    """The shards of a version."""
    return [str(path) for path in delta.get_add_actions().column("path").to_pylist()]
