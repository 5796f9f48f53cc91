"""Maintenance of a store: forgetting finished, compaction, vacuum, and what each dataset holds."""

from dataclasses import asdict
from typing import Final

from prefect import flow, get_run_logger, task

from flows.artifacts import show_results
from flows.stores.store_tables import tables_of
from storage.maintenance import Upkeep
from storage.maintenance import maintain as upkeep
from storage.store import Dataset, open_store

_MOST_ROWS: Final = 1000


@task(name="maintain-dataset", persist_result=False)
def maintain_dataset(dataset: Dataset) -> list[Upkeep]:
    """Do all upkeep of one dataset."""
    done = upkeep(dataset)
    for table in done:
        get_run_logger().info("%s: %s", dataset.name, table)
    return done


@flow(name="maintain", persist_result=False)
def maintain(store: str = "data/store") -> None:
    """Join small shards into large ones, delete old files, and show what each dataset holds.

    Args:
        store: Folder of the store, or s3://bucket/prefix.
    """
    opened = open_store(store, write=True)
    for name in opened.names():
        dataset = opened.dataset(name)
        done = [asdict(table) for table in maintain_dataset(dataset)]
        show_results(done, f"upkeep-{name}", f"Upkeep of {name}")
        for table in tables_of(dataset):
            show_results(table.rows[:_MOST_ROWS], f"{table.key}-{name}", table.title)
