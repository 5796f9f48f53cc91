"""RAF-DB's official files become rows, or a message that says which file is wrong and how."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scn.benchmarks.errors import LayoutError
from storage.schema import FACES
from tests.scn.benchmarks.copies import picture, put, rafdb, read_all, rows_of


def test_rows_carry_names_splits_and_published_bytes(tmp_path: Path) -> None:
    """Every line becomes a row with the emotion's name and the JPEG as it was."""
    rafdb(tmp_path)
    chunks, ingest = read_all("rafdb", tmp_path)
    rows = {row["face_id"]: row for row in rows_of(chunks)}
    assert {face_id: row["emotion"] for face_id, row in rows.items()} == {
        "train/train_00001": "sad",
        "train/train_00002": "surprise",
        "train/train_00003": "neutral",
        "test/test_0001": "happy",
        "test/test_0002": "anger",
    }
    for face_id, row in rows.items():
        split, stem = str(face_id).split("/")
        published = tmp_path / "basic/Image/aligned" / f"{stem}_aligned.jpg"
        assert (row["split"], row["source"]) == (split, "raf-db")
        assert row["image"] == published.read_bytes()
    assert (ingest.found, ingest.kept, ingest.drops) == (5, 5, {})


def test_tables_have_the_schema_of_faces(tmp_path: Path) -> None:
    """Chunks are keyed by split and number, and can be appended as they are."""
    rafdb(tmp_path)
    chunks, _ = read_all("rafdb", tmp_path)
    assert list(chunks) == ["rafdb/train/0000", "rafdb/test/0000"]
    assert all(table.schema.equals(FACES) for table in chunks.values())


def test_the_folder_basic_itself_will_do(tmp_path: Path) -> None:
    """The folder that holds EmoLabel and Image reads as the one above it does."""
    rafdb(tmp_path)
    assert read_all("rafdb", tmp_path / "basic") == read_all("rafdb", tmp_path)


def test_a_second_reading_gives_the_same_keys_and_rows(tmp_path: Path) -> None:
    """Reading is a pure function of the files."""
    rafdb(tmp_path)
    assert read_all("rafdb", tmp_path) == read_all("rafdb", tmp_path)


def test_a_name_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    """The first line of a name counts, the second is a counted drop."""
    labels = rafdb(tmp_path)
    put(labels, labels.read_text() + "train_00001.jpg 2\n")
    chunks, ingest = read_all("rafdb", tmp_path)
    assert ingest.drops == {"duplicate": 1}
    assert rows_of(chunks)[0]["emotion"] == "sad"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("train_00004.jpg 8", "class 8"),
        ("train_00004.jpg 0", "class 0"),
        ("train_00004.jpg", "malformed line"),
        ("train_00004.png 1", "malformed line"),
        ("../train_00004.jpg 1", "malformed line"),
        ("train_00004.jpg happy", "malformed line"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(tmp_path: Path, line: str, problem: str) -> None:
    """The message names file, line and layout."""
    labels = rafdb(tmp_path)
    put(labels, labels.read_text() + f"\n{line}\n")
    with pytest.raises(LayoutError, match=rf"label.txt, line 7: {problem}.*train_00001.jpg 5"):
        read_all("rafdb", tmp_path)


def test_a_missing_label_file_is_named(tmp_path: Path) -> None:
    """Without its label file nothing is read."""
    labels = rafdb(tmp_path)
    labels.unlink()
    with pytest.raises(LayoutError, match=r"list_patition_label\.txt: file is missing"):
        read_all("rafdb", tmp_path)


def test_missing_images_are_counted_and_named(tmp_path: Path) -> None:
    """All missing images are found before the first chunk comes out."""
    rafdb(tmp_path)
    for stem in ("train_00003", "test_0001"):
        (tmp_path / "basic/Image/aligned" / f"{stem}_aligned.jpg").unlink()
    with pytest.raises(LayoutError, match=r"2 images .* missing: .*train_00003_aligned\.jpg"):
        read_all("rafdb", tmp_path)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"max_image_bytes": 1_000}, r"\d+ bytes; expected at most 1000 bytes"),
        ({"max_image_pixels": 1_000}, "60 x 40 pixels; expected at most 1000 pixels"),
    ],
)
def test_a_giant_image_is_refused(tmp_path: Path, options: dict[str, object], problem: str) -> None:
    """An image beyond either limit is named with its size."""
    rafdb(tmp_path)
    with pytest.raises(LayoutError, match=problem):
        read_all("rafdb", tmp_path, **options)


def test_an_image_cut_short_is_named(tmp_path: Path) -> None:
    """Half a JPEG is found before it reaches the store."""
    rafdb(tmp_path)
    image = tmp_path / "basic/Image/aligned/train_00002_aligned.jpg"
    put(image, picture()[:1_500])
    with pytest.raises(LayoutError, match=re.escape(f"{image}: unreadable")):
        read_all("rafdb", tmp_path)


@example(text=b"\x1c\n")
@given(
    text=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.from_regex(r"(train|test)_\d{4,5}\.jpg[ \t][0-9]{1,2}", fullmatch=True), min_size=1
        ).map(lambda lines: "\n".join(lines).encode()),
    )
)
def test_any_label_file_without_its_images_is_a_layout_error(
    text: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever bytes the label file holds, nothing but LayoutError comes out of it."""
    folder = tmp_path_factory.mktemp("rafdb")
    put(folder / "EmoLabel/list_patition_label.txt", text)
    with pytest.raises(LayoutError, match=re.escape(str(folder))):
        read_all("rafdb", folder)


def test_attributes_of_a_person_are_kept_where_they_are_there(tmp_path: Path) -> None:
    """Gender, race and age of the manual annotation; a face without a file has none."""
    rafdb(tmp_path)
    landmarks = "1.5\t2.5\n" * 5
    manual = tmp_path / "basic/Annotation/manual"
    put(manual / "train_00001_manu_attri.txt", f"{landmarks}1\n2\n3\n")
    put(manual / "train_00002_manu_attri.txt", f"{landmarks}2\n0\n0\n")
    chunks, _ = read_all("rafdb", tmp_path)
    found = {r["face_id"]: (r["gender"], r["race"], r["age"]) for r in rows_of(chunks)}
    assert found["train/train_00001"] == ("female", "asian", "40-69")
    assert found["train/train_00002"] == (None, "caucasian", "0-3")
    assert found["train/train_00003"] == (None, None, None)


@pytest.mark.parametrize("lines", ["1\n2\n", "1\n2\n5\n", "1\n-1\n2\n", "f\n0\n0\n"])
def test_malformed_attributes_name_their_file(tmp_path: Path, lines: str) -> None:
    """Too few numbers, beyond the list, negative, or no number."""
    rafdb(tmp_path)
    file = tmp_path / "basic/Annotation/manual/train_00002_manu_attri.txt"
    put(file, "1\t2\n" * 5 + lines)
    with pytest.raises(LayoutError, match=r"train_00002_manu_attri.txt: attributes .* age 0 to 4"):
        read_all("rafdb", tmp_path)


def test_original_images_are_read_when_asked_for(tmp_path: Path) -> None:
    """From Image/original, without the suffix."""
    labels = rafdb(tmp_path)
    for number, line in enumerate(labels.read_text().splitlines()):
        put(tmp_path / "basic/Image/original" / line.split()[0], picture(seed=number, width=80))
    chunks, ingest = read_all("rafdb", tmp_path, rafdb_images="original")
    assert ingest.layout == "original images"
    rows = {row["face_id"]: row["image"] for row in rows_of(chunks)}
    assert rows["test/test_0002"] == (tmp_path / "basic/Image/original/test_0002.jpg").read_bytes()


def _originals(folder: Path) -> Path:
    """RAF-DB with original images of 80 x 40 pixels; gives the folder of the boxes."""
    labels = rafdb(folder)
    for number, line in enumerate(labels.read_text().splitlines()):
        put(folder / "basic/Image/original" / line.split()[0], picture(seed=number, width=80))
    return folder / "basic/boundingbox"


@pytest.mark.parametrize("above", ["basic", "basic/Annotation"])
def test_the_box_of_a_face_is_kept_where_it_is_there(tmp_path: Path, above: str) -> None:
    """Relative to the original image, and cut at its edge; the aligned images have none."""
    _originals(tmp_path)
    boxes = tmp_path / above / "boundingbox"
    put(boxes / "train_00001_boundingbox.txt", "20.0 10.0 60.0 30.0\n")
    put(boxes / "train_00002_boundingbox.txt", "-8 20 100 80")
    put(boxes / "test_0001_boundingbox.txt", "90 0 120 20\n")
    chunks, _ = read_all("rafdb", tmp_path, rafdb_images="original")
    found = {row["face_id"]: (row["box_xyxy"], row["size_px"]) for row in rows_of(chunks)}
    assert found == {
        "train/train_00001": ([0.25, 0.25, 0.75, 0.75], 20),
        "train/train_00002": ([0.0, 0.5, 1.0, 1.0], 20),
        "train/train_00003": (None, None),
        "test/test_0001": (None, None),
        "test/test_0002": (None, None),
    }
    aligned, _ = read_all("rafdb", tmp_path)
    assert {row["size_px"] for row in rows_of(aligned)} == {None}


@pytest.mark.parametrize("text", ["1 2 3", "1 2 3 4 5", "1 2 3 x", "1 2 3 nan", "1 2 3 inf"])
def test_a_malformed_box_names_its_file(tmp_path: Path, text: str) -> None:
    """Too few numbers, too many, or none."""
    put(_originals(tmp_path) / "train_00002_boundingbox.txt", text)
    with pytest.raises(LayoutError, match=r"train_00002_boundingbox\.txt: box .* left, top, right"):
        read_all("rafdb", tmp_path, rafdb_images="original")


def test_compound_emotions_are_classes_of_their_own(tmp_path: Path) -> None:
    """Eleven, under keys of their own; the basic folder is refused for them."""
    for number, line in enumerate(("train_0001.jpg 1", "test_0001.jpg 11")):
        stem = line.split(".")[0]
        put(tmp_path / "compound/Image/aligned" / f"{stem}_aligned.jpg", picture(seed=number))
    labels = "train_0001.jpg 1\ntest_0001.jpg 11\n"
    put(tmp_path / "compound/EmoLabel/list_patition_label.txt", labels)
    chunks, ingest = read_all("rafdb", tmp_path, rafdb_part="compound")
    assert ingest.layout == "aligned images, compound emotions"
    assert [row["emotion"] for row in rows_of(chunks)] == [
        "happily surprised", "disgustedly surprised",
    ]  # fmt: skip
    assert list(chunks) == ["rafdb-compound/train/0000", "rafdb-compound/test/0000"]
    rafdb(tmp_path)
    with pytest.raises(LayoutError, match="the basic part; expected the folder compound"):
        read_all("rafdb", tmp_path / "basic", rafdb_part="compound")
