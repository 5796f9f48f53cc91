"""What a dataset holds, counted: for tables that a person reads."""

from collections import Counter
from collections.abc import Iterable

import pyarrow.compute as pc

from storage.ledger import VideoEvent
from storage.store import Dataset


def faces_by(dataset: Dataset, *columns: str) -> dict[tuple[str, ...], int]:
    """Number of faces for each combination of values in `columns`."""
    counts = (
        dataset.scan("faces", list(columns)).group_by(list(columns)).aggregate([([], "count_all")])
    )
    return {
        tuple(str(row[column]) for column in columns): row["count_all"]
        for row in counts.sort_by([(column, "ascending") for column in columns]).to_pylist()
    }


def image_bytes(dataset: Dataset) -> int:
    """Bytes of the dataset's images."""
    return pc.sum(pc.binary_length(dataset.scan("faces", ["image"])["image"])).as_py() or 0


def outcomes(events: Iterable[VideoEvent]) -> dict[tuple[str, str], int]:
    """Number of videos by state and reason (empty where there is none)."""
    return dict(Counter((event.state, event.reason or "") for event in events).most_common())


def stage_counts(events: Iterable[VideoEvent]) -> dict[str, int]:
    """Sums of the stages' counts over videos: detections, tracks, clips, faces and drops."""
    sums: Counter[str] = Counter()
    for event in events:
        sums.update(event.counts)
    return dict(sums)


def yield_by_emotion(events: Iterable[VideoEvent]) -> list[dict[str, object]]:
    """Per emotion: videos found, collected and dropped, and clips and faces collected."""
    rows: dict[str, Counter[str]] = {}
    for event in events:
        row = rows.setdefault(event.emotion or "", Counter())
        row["found"] += 1
        row[event.state] += event.state != "found"
        row["clips"] += event.counts.get("clips", 0)
        row["faces"] += event.counts.get("faces", 0)
    names = ("found", "collected", "dropped", "failed", "clips", "faces")
    return [
        {"emotion": e, **{name: row[name] for name in names}} for e, row in sorted(rows.items())
    ]
