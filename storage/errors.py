"""What can go wrong with a store.

StoreError
├── StoreMissing      nothing there; nothing was created
├── StoreUnwritable   it cannot be written: no permission, a full disk
├── StoreUnreachable  the server of an S3 store does not answer; transient, try again
├── SchemaVersion     the store was written by another version of the schema
├── VersionGone       files of an older version were removed (vacuum, forget)
├── RowsRejected      rows that do not fit the schema; nothing was written
├── CommitConflict    other writers won every one of our tries; transient, try again
├── DamagedStore      a table's log or a shard cannot be read; `webemotion fsck` says more
└── UnreadableImage   bytes in the store that no longer decode
"""


class StoreError(Exception):
    """Base of all failures of a store."""


class StoreMissing(StoreError):
    """There is no store or dataset at the address."""


class StoreUnwritable(StoreError):
    """The store cannot be written."""


class StoreUnreachable(StoreError):
    """The store's server does not answer; it may be tried again."""


class SchemaVersion(StoreError):
    """The store's schema version is not the one this code reads and writes."""


class VersionGone(StoreError):
    """Files that an older version of a table needs are no longer there."""


class RowsRejected(StoreError):
    """Rows do not fit the table's schema."""


class CommitConflict(StoreError):
    """Concurrent writers kept winning; the commit may be tried again."""


class DamagedStore(StoreError):
    """A table's log or one of its shards cannot be read."""


class UnreadableImage(StoreError):
    """An image in the store does not decode."""
