"""A folder of class folders becomes rows, or a message that says what is wrong with it."""

from pathlib import Path

import pytest

from scn.benchmarks.errors import LayoutError
from storage.schema import FACES
from tests.scn.benchmarks.copies import picture, read_all, rows_of


def _fill(folder: Path, *names: str) -> None:
    for seed, name in enumerate(names):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture(file.suffix.lower(), seed=seed))


def test_splits_and_classes_are_the_folders_names(tmp_path: Path) -> None:
    """Of faces or of anything else; the same file name in two classes is two images."""
    _fill(tmp_path, "train/rust/1.jpg", "train/blight/1.JPG", "val/rust/2.png", "test/blight/3.tif")
    chunks, ingest = read_all("folder", tmp_path)
    rows = {row["face_id"]: (row["split"], row["emotion"]) for row in rows_of(chunks)}
    assert rows == {
        "train/rust/1.jpg": ("train", "rust"),
        "train/blight/1.JPG": ("train", "blight"),
        "validation/rust/2.png": ("validation", "rust"),
        "test/blight/3.tif": ("test", "blight"),
    }
    assert all(table.schema.equals(FACES) for table in chunks.values())
    assert (ingest.found, ingest.kept, ingest.drops) == (4, 4, {})


def test_folders_of_emotions_get_the_common_names_and_keep_their_own_in_file_names(
    tmp_path: Path,
) -> None:
    """Two words for one emotion are one class; a folder without images is none."""
    _fill(
        tmp_path, "train/Angry/1.png", "train/happy/1.png", "test/anger/1.png", "test/Happy/2.png"
    )
    (tmp_path / "train" / "notes").mkdir()
    chunks, _ = read_all("folder", tmp_path)
    assert {row["face_id"]: row["emotion"] for row in rows_of(chunks)} == {
        "train/Angry/1.png": "anger",
        "train/happy/1.png": "happy",
        "test/anger/1.png": "anger",
        "test/Happy/2.png": "happy",
    }


def test_without_splits_everything_is_train(tmp_path: Path) -> None:
    """The order of the rows is that of the names."""
    _fill(tmp_path, "b/2.png", "a/1.png", "b/1.png")
    chunks, _ = read_all("folder", tmp_path)
    assert [row["face_id"] for row in rows_of(chunks)] == [
        "train/a/1.png", "train/b/1.png", "train/b/2.png",
    ]  # fmt: skip


def test_what_is_no_image_is_a_counted_drop(tmp_path: Path) -> None:
    """Notes, hidden files, folders within a class, and links, which may lead anywhere."""
    _fill(tmp_path, "a/1.png", "b/1.png", "a/deeper/2.png")
    (tmp_path / "a/notes.txt").write_text("x")
    (tmp_path / "a/.hidden.png").write_bytes(picture(".png"))
    (tmp_path / "b/link.png").symlink_to(tmp_path / "a/1.png")
    chunks, ingest = read_all("folder", tmp_path)
    assert len(rows_of(chunks)) == ingest.kept == 2
    assert ingest.drops == {"folder within a class": 1, "link": 1, "no image by its name": 2}


def test_a_folder_that_grew_has_other_keys(tmp_path: Path) -> None:
    """So what is new is not taken for what was there."""
    _fill(tmp_path, "a/1.png", "b/1.png")
    before, again = (set(read_all("folder", tmp_path)[0]) for _ in range(2))
    _fill(tmp_path, "a/2.png")
    assert before == again
    assert not before & set(read_all("folder", tmp_path)[0])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "images of 0 classes"),
        (("a/1.png",), "images of 1 classes"),
        (("train/a/1.png", "other/a/1.png"), "neither a split nor"),
        (("a" * 65 + "/1.png", "b/1.png"), "a class name"),
    ],
)
def test_a_folder_without_classes_is_refused(
    tmp_path: Path, names: tuple[str, ...], message: str
) -> None:
    """Before an image is read, with what was expected."""
    _fill(tmp_path, *names)
    with pytest.raises(LayoutError, match=message):
        read_all("folder", tmp_path)


def test_a_file_that_is_no_image_inside_is_refused_by_name(tmp_path: Path) -> None:
    """Not skipped: a broken copy should be noticed."""
    _fill(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "b/2.png").write_bytes(b"no image")
    with pytest.raises(LayoutError, match=r"2\.png: unreadable"):
        read_all("folder", tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(LayoutError, match="unreadable"):
        read_all("folder", tmp_path / "nowhere")
