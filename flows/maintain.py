"""Maintenance of a store: compaction, and a page on what each dataset holds."""

from prefect import flow, get_run_logger, task

from flows.artifacts import show_results
from storage.maintenance import compact
from storage.statistics import faces_by
from storage.store import Dataset, open_store


@task(name="compact", persist_result=False)
def compact_dataset(dataset: Dataset) -> None:
    """Compact one dataset."""
    get_run_logger().info("%s: %s", dataset.name, compact(dataset))


@flow(name="maintain", persist_result=False)
def maintain(store: str = "data/store") -> None:
    """Compact every dataset of a store and show its counts.

    Args:
        store: Folder of the store.
    """
    opened = open_store(store)
    for name in opened.names():
        dataset = opened.dataset(name)
        compact_dataset(dataset)
        rows = [
            {"split": split, "emotion": emotion, "faces": count}
            for (split, emotion), count in faces_by(dataset, "split", "emotion").items()
        ]
        show_results(rows, f"faces-{name}", f"Faces in {name}")
