"""Faces gathered into tables: bounded, complete, and always under the same keys."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from scn.benchmarks.chunks import CHUNK_IMAGES, Face, gather
from storage.schema import FACES

FACE = st.builds(
    Face,
    split=st.sampled_from(["train", "validation", "test"]),
    stem=st.text(min_size=1, max_size=8),
    emotion=st.just("happy"),
    image=st.binary(min_size=1, max_size=20),
)


@given(faces=st.lists(FACE, max_size=40), images=st.integers(1, 7), size=st.integers(1, 60))
def test_every_face_is_in_one_bounded_chunk_of_its_split(
    faces: list[Face], images: int, size: int
) -> None:
    """Chunks hold each split's faces in order, within both limits, the last image excepted."""
    chunks = list(gather(faces, name="x", source="s", max_images=images, max_bytes=size))
    stored: dict[str, list[bytes]] = {}
    for key, table in chunks:
        split = key.split("/")[1]
        pictures = table.column("image").to_pylist()
        assert set(table.column("split").to_pylist()) == {split}
        assert 1 <= len(pictures) <= images
        assert sum(map(len, pictures[:-1])) < size
        stored.setdefault(split, []).extend(pictures)
    given_order = sorted(faces, key=lambda face: face.split)
    assert stored == {
        split: [face.image for face in group]
        for split, group in groupby(given_order, key=lambda face: face.split)
    }


@given(faces=st.lists(FACE, max_size=30), images=st.integers(1, 5))
def test_the_same_faces_give_the_same_keys_and_rows(faces: list[Face], images: int) -> None:
    """Keys are distinct, number each split's chunks from 0, and repeat with the faces."""
    first = list(gather(faces, name="x", source="s", max_images=images))
    assert first == list(gather(faces, name="x", source="s", max_images=images))
    for split in {face.split for face in faces}:
        keys = [key for key, _ in first if key.startswith(f"x/{split}/")]
        assert keys == [f"x/{split}/{number:04d}" for number in range(len(keys))]


def test_a_chunk_holds_a_thousand_images_of_the_schema() -> None:
    """The published limit holds without being asked for, and the columns are those of faces."""
    faces = (Face("train", str(number), "sad", b"x") for number in range(2 * CHUNK_IMAGES + 1))
    tables = [table for _, table in gather(faces, name="x", source="s")]
    assert [table.num_rows for table in tables] == [1_000, 1_000, 1]
    assert all(table.schema.equals(FACES) for table in tables)


def test_faces_are_taken_no_faster_than_chunks_are_asked_for() -> None:
    """Memory stays bounded: an endless source yields its first chunk."""
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield Face("train", str(taken), "sad", b"x")

    chunks = gather(endless(), name="x", source="s", max_images=10)  # type: ignore[arg-type]
    next(chunks)
    assert taken == 10
