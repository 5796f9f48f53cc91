"""A dataset in tables: for `webemotion stats` in a terminal, and for the Prefect UI."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from storage.ledger import Ledger
from storage.statistics import duplicates, faces_by, sizes
from storage.store import Dataset
from storage.yields import (
    YIELD_COLUMNS,
    faces_by_word,
    outcomes,
    stage_counts,
    yield_by_emotion,
    yield_by_query,
)

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class StoreTable:
    """A table by a short key, with its title and rows."""

    key: str
    title: str
    rows: Rows


def tables_of(dataset: Dataset) -> Iterator[StoreTable]:
    """The tables of a dataset that have rows, the most general first."""
    for table in [*_of_faces(dataset), *_of_videos(dataset, Ledger(dataset))]:
        if table.rows:
            yield table


def _of_faces(dataset: Dataset) -> Iterator[StoreTable]:
    per_emotion = faces_by(dataset, "split", "emotion")
    total = sum(per_emotion.values())
    rows = [{"split": s, "emotion": e, "faces": n} for (s, e), n in per_emotion.items()]
    yield StoreTable("faces", f"{dataset.name}: {total} faces", rows)
    rows = [{"source": s, "faces": n} for (s,), n in faces_by(dataset, "source").items()]
    yield StoreTable("sources", "faces by source", rows)
    yield StoreTable("sizes", "rows and bytes", [asdict(size) for size in sizes(dataset)])
    found = asdict(duplicates(dataset)) if total else {}
    rows = [{"look alike": name.replace("_", " "), "faces": n} for name, n in found.items()]
    yield StoreTable("duplicates", "duplicates, by perceptual hash", rows)


def _of_videos(dataset: Dataset, ledger: Ledger) -> Iterator[StoreTable]:
    drops = [
        {"state": s, "reason": r, "videos": n} for (s, r), n in outcomes(ledger.each()).items()
    ]
    yield StoreTable("outcomes", "videos by outcome", drops)
    yield StoreTable("yield", "yield per emotion", yield_by_emotion(ledger.each(*YIELD_COLUMNS)))
    per_video = {video: n for (video,), n in faces_by(dataset, "video_id").items()}
    for word, title in (("country", "country"), ("age", "age word")):
        counts = faces_by_word(ledger.each("found_by"), per_video, attrgetter(word))
        rows = [{title: name, "faces": n} for name, n in counts.items()]
        note = "a video that several queries found counts for each"
        yield StoreTable(word, f"faces by {title} ({note})", rows)
    queries = yield_by_query(ledger.each("found_by", *YIELD_COLUMNS))
    yield StoreTable("queries", "yield per query", queries)
    stages = [
        {"stage": name, "count": n} for name, n in stage_counts(ledger.each("counts")).items()
    ]
    yield StoreTable("stages", "from detections to faces", stages)
