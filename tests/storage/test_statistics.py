"""Statistics of a dataset."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from storage.compaction import compact
from storage.ledger import Finding, Ledger, VideoEvent
from storage.schema import FACES
from storage.statistics import Duplicates, duplicates, faces_by, sizes
from storage.store import Dataset, open_store
from storage.yields import (
    faces_by_word,
    outcomes,
    stage_counts,
    yield_by_emotion,
    yield_by_query,
)
from tests.storage.rows import faces

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _finding(emotion: str, keyword: str, country: str, age: str = "man") -> Finding:
    return Finding(emotion, keyword, country, age, 1, NOW)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Five faces of two videos, and a video that was dropped."""
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    made.append_faces({"a": faces("a", 3, emotion="sad"), "b": faces("b", 2)})
    cry, smile = _finding("sad", "cry", "Chad"), _finding("happy", "smile", "Chad", "woman")
    again = _finding("happy", "smile", "Peru")
    events = [
        VideoEvent("a", "collected", emotion="sad", attempts=1, counts={"clips": 1, "faces": 3},
                   found_by=(cry, smile)),
        VideoEvent("b", "collected", emotion="happy", attempts=1, counts={"clips": 2, "faces": 2},
                   found_by=(again, again)),
        VideoEvent("c", "dropped", "private", attempts=1, emotion="happy", found_by=(again,)),
    ]  # fmt: skip
    Ledger(made).record(events)
    return made


def test_counts_add_up_to_what_was_stored(dataset: Dataset) -> None:
    states = list(Ledger(dataset).states().values())
    assert faces_by(dataset, "split", "emotion") == {("train", "happy"): 2, ("train", "sad"): 3}
    assert faces_by(dataset, "source") == {("test",): 5}
    assert outcomes(states) == {("collected", ""): 2, ("dropped", "private"): 1}
    assert stage_counts(states) == {"clips": 3, "faces": 5}
    assert [(row["emotion"], row["found"], row["dropped"]) for row in yield_by_emotion(states)] == [
        ("happy", 2, 1),
        ("sad", 1, 0),
    ]


def test_a_video_counts_once_for_each_query_country_and_age_that_found_it(
    dataset: Dataset,
) -> None:
    states = list(Ledger(dataset).states().values())
    per_video = {video: n for (video,), n in faces_by(dataset, "video_id").items()}
    assert faces_by_word(states, per_video, lambda f: f.country) == {"Chad": 3, "Peru": 2}
    assert faces_by_word(states, per_video, lambda f: f.age) == {"man": 5, "woman": 3}
    assert [tuple(row.values()) for row in yield_by_query(states)] == [
        ("happy", "smile", "Chad", "woman", 1, 1, 0, 0, 1, 1, 3, 3.0),
        ("sad", "cry", "Chad", "man", 1, 1, 0, 0, 1, 1, 3, 3.0),
        ("happy", "smile", "Peru", "man", 2, 1, 1, 0, 2, 2, 2, 1.0),
    ]


def test_sizes_are_those_of_the_files(dataset: Dataset) -> None:
    dataset.append_faces({"d": faces("d", 4)})
    compact(dataset.table("faces"))
    size = sizes(dataset)[0]
    on_disk = {p.name: p.stat().st_size for p in Path(dataset.uri, "faces").glob("*.parquet")}
    (shard,) = [Path(uri).name for uri in dataset.table("faces").delta().file_uris()]
    assert (size.table, size.rows, size.shards) == ("faces", 9, 1)
    assert size.shard_bytes == on_disk.pop(shard)
    assert (size.other_files, size.other_bytes) == (2, sum(on_disk.values()))


def test_duplicates_are_counted_within_and_between_videos(tmp_path: Path) -> None:
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    for video, hashes in {"a": "112", "b": "234", "c": "55"}.items():
        rows = faces(video, len(hashes)).to_pylist()
        for row, phash in zip(rows, hashes, strict=True):
            row["phash"] = phash
        made.append_faces({video: pa.Table.from_pylist(rows, schema=FACES)})
    made.append_faces({"none": faces("none", 2)})
    assert duplicates(made) == Duplicates(within_videos=2, between_videos=2)
