"""Upkeep of a dataset: small shards joined into large ones, files of old versions removed."""

from typing import Any

from storage.schema import TABLES
from storage.shards import SHARD_BYTES, WRITER_PROPERTIES
from storage.store import Dataset


def compact(dataset: Dataset) -> dict[str, Any]:
    """Join small files of every table, and remove files that no version of the last week needs.

    Appends may go on meanwhile: compaction only ever replaces files by others with the same rows.

    Returns:
        Files removed and added, by table.
    """
    totals: dict[str, Any] = {}
    for name in TABLES:
        table = dataset.table(name)
        metrics = table.optimize.compact(
            target_size=SHARD_BYTES, writer_properties=WRITER_PROPERTIES
        )
        totals[name] = {
            "files_joined": metrics["numFilesRemoved"],
            "files_written": metrics["numFilesAdded"],
            "files_deleted": len(table.vacuum(dry_run=False)),
        }
    return totals
