"""What a process does to a store while a fault strikes; `ack` tells that a call has returned."""

from collections.abc import Callable
from functools import partial
from typing import Final

from storage.compaction import compact
from storage.forgetting import forget
from storage.integrity import check
from storage.maintenance import vacuum
from storage.quarantine import quarantine
from storage.store import Dataset, open_store
from tests.storage.rows import faces

Ack = Callable[[str], None]
FORGOTTEN: Final = "forgotten01"
OLD: Final = [f"oldvideo{number:03d}" for number in range(6)]
NEW: Final = [f"newvideo{number:03d}" for number in range(4)]


def prepared(uri: str) -> Dataset:
    """A store with some videos in shards of their own."""
    dataset = open_store(uri, create=True).dataset("d", create=True)
    for video in [*OLD[:3], FORGOTTEN, *OLD[3:]]:
        dataset.append_faces({video: faces(video, 5)})
    return dataset


def append(uri: str, ack: Ack) -> None:
    """Append videos, the second and third in one batch."""
    dataset = open_store(uri).dataset("d")
    for batch in (NEW[:1], NEW[1:3], NEW[3:]):
        dataset.append_faces({video: faces(video, 5) for video in batch})
        for video in batch:
            ack(video)


def join(uri: str, ack: Ack) -> None:
    """Compact all tables."""
    for table in open_store(uri).dataset("d").tables():
        compact(table)
    ack("compacted")


def remove(uri: str, ack: Ack, video: str = FORGOTTEN) -> None:
    """Forget a video."""
    forget(open_store(uri).dataset("d"), "video", video)
    ack("forgotten")


def isolate(uri: str, ack: Ack) -> None:
    """Quarantine what is damaged."""
    dataset = open_store(uri).dataset("d")
    for damage in check(dataset):
        quarantine(dataset, damage)
    ack("quarantined")


def sweep(uri: str, ack: Ack) -> None:
    """Delete every file that no version of this moment needs."""
    for table in open_store(uri).dataset("d").tables():
        table.delta().vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)
        vacuum(table)
    ack("swept")


ACTIONS: Final[dict[str, Callable[[str, Ack], None]]] = {
    "append": append,
    "join": join,
    "remove": remove,
    **{f"remove:{video}": partial(remove, video=video) for video in NEW},
    "isolate": isolate,
    "sweep": sweep,
}


def videos_of(dataset: Dataset) -> dict[str, int]:
    """Rows of each video; fails where a face is there twice."""
    rows = dataset.scan("faces", ["face_id", "video_id"])
    ids = rows["face_id"].to_pylist()
    assert len(ids) == len(set(ids)), "a face is there twice"
    counts: dict[str, int] = {}
    for video in rows["video_id"].to_pylist():
        counts[video] = counts.get(video, 0) + 1
    return counts
