"""Reading a dataset as batches."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import UnreadableImage
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import Dataset, open_store
from tests.storage.rows import encoded, faces


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """61 faces in 12 shards of uneven size."""
    folder = tmp_path_factory.mktemp("store")
    made = open_store(str(folder), create=True).dataset("webemotion", create=True)
    sizes = [1, 9, 3, 7, 2, 8, 4, 6, 5, 5, 10]
    for number, size in enumerate(sizes):
        video = f"video-{number:02d}"
        made.append_faces({video: faces(video, size, first=10 * number)})
    made.append_faces({"test": faces("tested", 1, split="test")})
    return made


@settings(max_examples=25, deadline=None)
@given(
    batch_size=st.integers(1, 70),
    world_size=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    epoch=st.integers(0, 100),
    shuffle=st.booleans(),
)
def test_the_ranks_together_read_every_face_once_in_equally_many_batches(
    dataset: Dataset, batch_size: int, world_size: int, seed: int, epoch: int, shuffle: bool
) -> None:
    reader = FaceReader(dataset, image_size_px=8)
    shares = [
        list(
            reader.batches(
                batch_size=batch_size,
                seed=seed,
                epoch=epoch,
                rank=rank,
                world_size=world_size,
                shuffle=shuffle,
            )
        )
        for rank in range(world_size)
    ]
    seen = np.concatenate([batch.indexes for share in shares for batch in share])
    assert sorted(seen.tolist()) == list(range(60))
    assert {len(share) for share in shares} == {-(-60 // batch_size)}


@settings(max_examples=15, deadline=None)
@given(batch_size=st.integers(1, 30), world_size=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_global_batches_do_not_depend_on_the_number_of_ranks(
    dataset: Dataset, batch_size: int, world_size: int, seed: int
) -> None:
    reader = FaceReader(dataset, image_size_px=8)
    order = reader.order(seed=seed, epoch=3)
    shares = [
        reader.batches(batch_size=batch_size, seed=seed, epoch=3, rank=r, world_size=world_size)
        for r in range(world_size)
    ]
    for number, parts in enumerate(zip(*shares, strict=True)):
        joined = sorted(i for part in parts for i in part.indexes.tolist())
        assert joined == sorted(order[number * batch_size : (number + 1) * batch_size].tolist())


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
    ("argument", "value"), [("batch_size", 0), ("rank", 1), ("world_size", 0), ("start", -1)]
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
