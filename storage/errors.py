"""What can go wrong with a store.

StoreError
├── StoreMissing      nothing there; nothing was created
├── StoreUnwritable   the folder cannot be written
├── SchemaVersion     the store was written by another version of the schema
├── RowsRejected      rows that do not fit the schema; nothing was written
├── CommitConflict    other writers won every one of our tries; transient, try again
└── UnreadableImage   bytes in the store that no longer decode
"""


class StoreError(Exception):
    """Base of all failures of a store."""


class StoreMissing(StoreError):
    """There is no store or dataset at the address."""


class StoreUnwritable(StoreError):
    """The store's folder cannot be written."""


class SchemaVersion(StoreError):
    """The store's schema version is not the one this code reads and writes."""


class RowsRejected(StoreError):
    """Rows do not fit the table's schema."""


class CommitConflict(StoreError):
    """Concurrent writers kept winning; the commit may be tried again."""


class UnreadableImage(StoreError):
    """An image in the store does not decode."""
