"""Reading a dataset as batches."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.compaction import compact
from storage.errors import UnreadableImage, VersionGone
from storage.forgetting import forget
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import Dataset, open_store
from tests.storage.rows import encoded, faces, photos
from tests.storage.uneven import uneven_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return uneven_dataset(tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([("emotion", "==", "sad")], {"b"}),
        ([("sharpness", ">", 25.0)], {"b", "c"}),
        ([("licence", "in", ["cc-by", "cc-by-sa"]), ("sharpness", "<", 25.0)], {"a"}),
        ([("size_px", ">=", 1000)], set()),
    ],
)
def test_filters_leave_the_rows_that_meet_all_of_them_with_their_own_images(
    tmp_path: Path, where: list[tuple[str, str, Any]], expected: set[str]
) -> None:
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    for number, (video, emotion) in enumerate((("a", "happy"), ("b", "sad"), ("c", "fear"))):
        rows = faces(video, 4, emotion=emotion, first=10 * number).to_pylist()
        for row in rows:
            row |= {"sharpness": 20.0 + 10 * number, "licence": ["cc-by", None, "cc-by"][number]}
        made.append_faces({video: pa.Table.from_pylist(rows, schema=FACES)})
    compact(made.table("faces"))
    reader = FaceReader(made, where=where, image_size_px=8)
    assert set(reader.index["video_id"].to_pylist()) == expected
    assert len(reader) == 4 * len(expected)
    for batch in reader.batches(batch_size=3):
        for image, index in zip(batch.images_rgb, batch.indexes, strict=True):
            number = int(str(reader.index["face_id"][int(index)]).rsplit("/", 1)[1])
            assert (image == number).all()


def test_row_groups_that_statistics_rule_out_are_not_read(tmp_path: Path) -> None:
    """The shard of the other emotion is damaged: a filter never comes near it."""
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    made.append_faces({"a": faces("a", 4)})
    made.append_faces({"b": photos("b", 40, size_bytes=5000, emotion="sad")})
    path = max(Path(made.table("faces").location.uri).glob("*.parquet"), key=_size)
    data = path.read_bytes()
    path.write_bytes(bytes(150_000) + data[150_000:])
    reader = FaceReader(made, where=[("emotion", "==", "happy")], image_size_px=8)
    assert sum(len(batch.indexes) for batch in reader.batches(batch_size=3)) == 4


def _size(path: Path) -> int:
    return path.stat().st_size


def test_a_filter_on_a_column_that_is_none_is_named(dataset: Dataset) -> None:
    with pytest.raises(ValueError, match="'colour' is no column"):
        FaceReader(dataset, where=[("colour", "==", 1)])


def test_a_version_whose_shards_were_removed_is_gone(tmp_path: Path) -> None:
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    for video in "ab":
        made.append_faces({video: faces(video, 4)})
    reader = FaceReader(made, image_size_px=8)
    forget(made, "video", "a")
    with pytest.raises(VersionGone, match=f"version {reader.version} is no longer whole"):
        FaceReader(made, version=reader.version)
    with pytest.raises(VersionGone, match=f"version {reader.version} is no longer whole"):
        list(reader.batches(batch_size=3))


def test_an_image_comes_with_its_own_index(dataset: Dataset) -> None:
    reader = FaceReader(dataset, image_size_px=8)
    for batch in reader.batches(batch_size=7, seed=1, epoch=0):
        for image, index in zip(batch.images_rgb, batch.indexes, strict=True):
            number = int(str(reader.index["face_id"][int(index)]).rsplit("/", 1)[1])
            assert (image == number).all()


def test_the_order_is_the_same_again_and_another_for_another_seed_or_epoch(
    dataset: Dataset,
) -> None:
    first, again = FaceReader(dataset), FaceReader(dataset)
    order = first.order(seed=1, epoch=0).tolist()
    assert order == again.order(seed=1, epoch=0).tolist()
    assert order != first.order(seed=2, epoch=0).tolist()
    assert order != first.order(seed=1, epoch=1).tolist()


@settings(max_examples=15, deadline=None)
@given(batch_size=st.integers(1, 25), start=st.integers(0, 20))
def test_starting_in_mid_epoch_gives_the_rest_of_the_epoch(
    dataset: Dataset, batch_size: int, start: int
) -> None:
    reader = FaceReader(dataset, image_size_px=8)
    whole = [b.indexes.tolist() for b in reader.batches(batch_size=batch_size, seed=5)]
    rest = [b.indexes.tolist() for b in reader.batches(batch_size=batch_size, seed=5, start=start)]
    assert rest == whole[start:]


def test_a_selection_is_renumbered_and_reads_only_its_rows(dataset: Dataset) -> None:
    reader = FaceReader(dataset, image_size_px=8)
    mask = np.arange(len(reader)) % 3 == 0
    chosen = reader.select(mask)
    assert chosen.index["face_id"].to_pylist() == [
        face for face, keep in zip(reader.index["face_id"].to_pylist(), mask, strict=True) if keep
    ]
    read = [i for b in chosen.batches(batch_size=4, seed=0) for i in b.indexes.tolist()]
    assert sorted(read) == list(range(20))
    with pytest.raises(ValueError, match="mask"):
        reader.select(mask[:-1])


def test_images_come_in_the_size_asked_for(dataset: Dataset) -> None:
    for size_px in (5, 32):
        (batch,) = FaceReader(dataset, splits=["test"], image_size_px=size_px).batches(batch_size=9)
        assert batch.images_rgb.shape == (1, size_px, size_px, 3)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("batch_size", 0),
        ("rank", 1),
        ("world_size", 0),
        ("start", -1),
        ("worker", 1),
        ("workers", 0),
        ("lanes", 0),
    ],
)
def test_an_argument_out_of_range_is_named(dataset: Dataset, argument: str, value: int) -> None:
    arguments: dict[str, Any] = {"batch_size": 2, argument: value}
    with pytest.raises(ValueError, match=argument):
        next(FaceReader(dataset).batches(**arguments))


def test_bytes_that_are_no_image_are_named_by_face(tmp_path: Path) -> None:
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    rows = faces("bad", 1).to_pylist()
    rows[0]["image"] = encoded(1)[:20]
    made.append_faces({"bad": faces("bad", 1).from_pylist(rows, schema=FACES)})
    with pytest.raises(UnreadableImage, match="bad/00/0000000"):
        list(FaceReader(made).batches(batch_size=1))


def test_the_middle_of_an_image_is_its_centre_share(tmp_path: Path) -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    frame[20:80, 20:80] = 255
    rows = faces("a", 1).to_pylist()
    rows[0]["image"] = cv2.imencode(".png", frame)[1].tobytes()
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    made.append_faces({"a": faces("a", 1).from_pylist(rows, schema=FACES)})
    for share, dark in ((0.6, False), (1.0, True)):
        (batch,) = FaceReader(made, image_size_px=50, centre_share=share).batches(batch_size=1)
        assert bool((batch.images_rgb == 0).any()) == dark
    with pytest.raises(ValueError, match="centre_share"):
        FaceReader(made, centre_share=0)
