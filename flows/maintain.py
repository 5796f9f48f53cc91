"""Maintenance of a store: forgetting finished, compaction, vacuum, and what each dataset holds."""

from dataclasses import asdict

from prefect import flow, get_run_logger, task

from flows.artifacts import show_results
from storage.maintenance import Upkeep
from storage.maintenance import maintain as upkeep
from storage.statistics import faces_by
from storage.store import Dataset, open_store


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
        rows = [
            {"split": split, "emotion": emotion, "faces": count}
            for (split, emotion), count in faces_by(dataset, "split", "emotion").items()
        ]
        show_results(rows, f"faces-{name}", f"Faces in {name}")
