"""Forgetting: rows and bytes go, and do not come back."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from storage.compaction import compact
from storage.errors import DamagedStore
from storage.forgetting import finish_forgetting, forget
from storage.integrity import check
from storage.labels import append_events
from storage.ledger import Ledger, VideoEvent
from storage.quarantine import quarantine
from storage.store import Dataset, open_store
from storage.tombstones import Forgotten, Kind, bury, forgotten
from tests.storage.rows import photos

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VIDEOS = [f"video{number:06d}" for number in range(6)]
GONE = VIDEOS[2]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Six videos of two channels; some rows are in older versions, too."""
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    for number, video in enumerate(VIDEOS):
        made.append_faces({video: photos(video, 10)})
        channel = f"channel{number % 2}"
        Ledger(made).record([VideoEvent(video, "collected", title=video, channel_id=channel)])
    compact(made.table("faces"))
    return made


def _images(dataset: Dataset, column: str, *keys: str) -> list[bytes]:
    rows = dataset.scan("faces", ["image", column])
    return [row["image"] for row in rows.to_pylist() if row[column] in keys]


def _bytes_of(dataset: Dataset) -> bytes:
    return b"".join(path.read_bytes() for path in Path(dataset.uri).rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("kind", "key", "column", "gone"),
    [
        ("video", GONE, "video_id", [GONE]),
        ("clip", f"{GONE}/00", "clip_id", [f"{GONE}/00"]),
        ("channel", "channel1", "video_id", VIDEOS[1::2]),
    ],
)
def test_no_byte_of_a_forgotten_image_is_left_in_any_file(
    dataset: Dataset, kind: Kind, key: str, column: str, gone: list[str]
) -> None:
    images = _images(dataset, column, *gone)
    others = [i for i in _images(dataset, "video_id", *VIDEOS) if i not in images]
    assert all(image in _bytes_of(dataset) for image in images)
    receipt = forget(dataset, kind, key)
    left = _bytes_of(dataset)
    assert not [image for image in images if image in left]
    assert all(image in left for image in others)
    assert receipt.rows["faces"] == len(images) == 10 * len(gone)
    assert sorted(_images(dataset, "video_id", *VIDEOS)) == sorted(others)
    assert list(check(dataset)) == []


def test_the_title_and_the_labels_of_a_forgotten_video_go_too(dataset: Dataset) -> None:
    events = [
        {"face_id": f"{video}/00/0000001", "run_id": "r", "number": 0, "epoch": 1, "old": "sad",
         "new": "fear", "kind": "relabel", "time": NOW}
        for video in VIDEOS
    ]  # fmt: skip
    schema = dataset.table("labels").schema

    append_events(dataset, "r", pa.Table.from_pylist(events, schema=schema))
    receipt = forget(dataset, "video", GONE)
    assert receipt.rows == {"faces": 10, "labels": 1, "videos": 1}
    assert GONE not in Ledger(dataset).states()
    assert dataset.scan("labels").num_rows == len(VIDEOS) - 1


def test_a_forgotten_video_cannot_be_appended_again(dataset: Dataset) -> None:
    forget(dataset, "video", GONE)
    forget(dataset, "video", "neverseen01")
    again = {GONE: photos(GONE, 1), "neverseen01": photos("neverseen01", 1)}
    assert dataset.append_faces(again) == frozenset()
    assert forgotten(dataset) == Forgotten(videos=frozenset([GONE, "neverseen01"]))


def test_forgetting_a_channel_buries_each_of_its_videos(dataset: Dataset) -> None:
    receipt = forget(dataset, "channel", "channel0")
    assert list(receipt.videos) == VIDEOS[::2]
    gone = forgotten(dataset)
    assert gone.channels == {"channel0"}
    assert gone.videos == set(VIDEOS[::2])
    assert list(forget(dataset, "channel", "channel0").videos) == VIDEOS[::2]


def test_files_of_dead_writers_and_of_quarantine_are_deleted_with_the_video(
    dataset: Dataset,
) -> None:
    table = dataset.table("faces")
    folder = Path(table.location.uri)
    (shard,) = [Path(uri) for uri in table.delta().file_uris()]
    data = shard.read_bytes()
    (folder / "left-by-a-dead-writer.parquet").write_bytes(data)
    (folder / "half-written.parquet").write_bytes(data[: len(data) // 2])
    middle = data.find(_images(dataset, "video_id", VIDEOS[0])[0])
    shard.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    for damage in check(dataset):
        quarantine(dataset, damage)
    images = _images_in(data, dataset)
    forget(dataset, "video", GONE)
    assert not [image for image in images if image in _bytes_of(dataset)]


def _images_in(data: bytes, dataset: Dataset) -> list[bytes]:
    rows = pq.read_table(pa.BufferReader(data), columns=["video_id", "image"]).to_pylist()
    return [row["image"] for row in rows if row["video_id"] == GONE]


def test_a_damaged_shard_is_not_copied_into_one_that_vouches_for_it(dataset: Dataset) -> None:
    (shard,) = [Path(uri) for uri in dataset.table("faces").delta().file_uris()]
    data = shard.read_bytes()
    place = data.find(_images(dataset, "video_id", VIDEOS[0])[0])
    shard.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    with pytest.raises(DamagedStore, match="webemotion fsck"):
        forget(dataset, "video", GONE)


def test_maintenance_finishes_what_a_tombstone_began(dataset: Dataset) -> None:
    bury(dataset, "video", [GONE], "asked for", NOW)
    assert [damage.problem for damage in check(dataset)] == [
        "10 rows should have been forgotten: run maintenance"
    ]
    assert finish_forgetting(dataset)["faces"] == 10
    assert list(check(dataset)) == []
    assert finish_forgetting(dataset) == {"faces": 0, "videos": 0, "labels": 0}


def test_rows_without_a_video_stay(dataset: Dataset) -> None:
    rows = photos("b", 3)
    for name in ("video_id", "clip_id"):
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, pa.nulls(3, pa.string()))
    dataset.append_faces({"benchmark": rows})
    compact(dataset.table("faces"))
    forget(dataset, "video", GONE)
    assert dataset.scan("faces", ["video_id"])["video_id"].null_count == 3


def test_a_random_image_is_found_by_this_search(dataset: Dataset) -> None:
    """The search for bytes would see an image if it were there."""
    assert os.urandom(64) not in _bytes_of(dataset)
    assert _images(dataset, "video_id", GONE)[0] in _bytes_of(dataset)
