"""FERPlus' files become rows by either file of votes, and each fault has its message."""

from pathlib import Path

import numpy as np
import pytest

from scn.benchmarks.errors import LayoutError
from tests.scn.benchmarks.copies import (
    PIXELS,
    decoded,
    ferplus,
    ferplus_labels,
    pixels,
    put,
    read_all,
    rows_of,
)


def test_majority_keeps_and_drops_each_row_for_its_reason(tmp_path: Path) -> None:
    """Every reason to drop is counted once, usages become splits."""
    chunks, ingest = read_all("ferplus", ferplus(tmp_path))
    assert {row["face_id"]: row["emotion"] for row in rows_of(chunks)} == {
        "train/fer0000000": "neutral",
        "validation/fer0000004": "contempt",
        "test/fer0000005": "surprise",
    }
    assert ingest.drops == {"empty_name": 1, "no_majority": 1, "not_a_face": 1, "unknown": 1}
    assert (ingest.found, ingest.kept) == (7, 3)
    assert ingest.layout == "fer2013new.csv, majority"


def test_argmax_keeps_every_named_row_with_an_emotion(tmp_path: Path) -> None:
    """Under argmax only the nameless row goes; a tie takes the first column."""
    chunks, ingest = read_all("ferplus", ferplus(tmp_path), ferplus_rule="argmax")
    emotions = [row["emotion"] for row in rows_of(chunks)]
    assert emotions == ["neutral", "neutral", "surprise", "contempt", "contempt", "surprise"]
    assert ingest.drops == {"empty_name": 1}


def test_pixels_are_stored_without_loss_from_the_row_of_the_votes(tmp_path: Path) -> None:
    """Rows align by number, though the names in them run behind it."""
    by_id = {row["face_id"]: row for row in rows_of(read_all("ferplus", ferplus(tmp_path))[0])}
    for face_id, row_number in (("train/fer0000000", 0), ("test/fer0000005", 6)):
        expected = np.array(pixels(row_number).split(), dtype=np.uint8).reshape(48, 48)
        np.testing.assert_array_equal(decoded(by_id[face_id]["image"]), expected)


def test_votes_are_shares_of_the_emotions(tmp_path: Path) -> None:
    """Votes for unknown and not a face count for nothing, the rest sums to one."""
    by_id = {row["face_id"]: row for row in rows_of(read_all("ferplus", ferplus(tmp_path))[0])}
    votes = {
        face_id: {vote["emotion"]: vote["share"] for vote in row["votes"]}  # type: ignore[attr-defined]
        for face_id, row in by_id.items()
    }
    assert votes["validation/fer0000004"] == {"contempt": 1.0}
    assert votes["train/fer0000000"] == pytest.approx({"neutral": 0.8, "sad": 0.1, "anger": 0.1})
    assert all(sum(shares.values()) == pytest.approx(1) for shares in votes.values())


def test_label_csv_finds_its_pixels_through_the_names(tmp_path: Path) -> None:
    """A clone of the repository with fer2013.csv in it gives label.csv's votes."""
    ferplus(tmp_path)
    ferplus_labels(tmp_path / "data")
    chunks, ingest = read_all("ferplus", tmp_path)
    by_id = {row["face_id"]: row for row in rows_of(chunks)}
    assert ingest.layout == "label.csv, majority"
    assert by_id["train/fer0000000"]["emotion"] == "happy"
    expected = np.array(pixels(6).split(), dtype=np.uint8).reshape(48, 48)
    np.testing.assert_array_equal(decoded(by_id["test/fer0000005"]["image"]), expected)


def test_label_csv_takes_png_files_beside_it_as_they_are(tmp_path: Path) -> None:
    """Folders as the published script leaves them need no other file."""
    ferplus(tmp_path / "old")
    images = {
        row["face_id"]: row["image"] for row in rows_of(read_all("ferplus", tmp_path / "old")[0])
    }
    ferplus_labels(tmp_path / "new")
    folders = {"train": "FER2013Train", "validation": "FER2013Valid", "test": "FER2013Test"}
    for face_id, image in images.items():
        split, stem = str(face_id).split("/")
        assert isinstance(image, bytes)
        put(tmp_path / "new" / folders[split] / f"{stem}.png", image)
    chunks, _ = read_all("ferplus", tmp_path / "new")
    assert {row["face_id"]: row["image"] for row in rows_of(chunks)} == images


def test_the_file_of_votes_can_be_chosen(tmp_path: Path) -> None:
    """With both files there, the option decides; label.csv counts without it."""
    ferplus_labels(ferplus(tmp_path))
    for votes, emotion in (("fer2013new.csv", "neutral"), ("label.csv", "happy"), (None, "happy")):
        chunks, _ = read_all("ferplus", tmp_path, ferplus_votes=votes)
        assert rows_of(chunks)[0]["emotion"] == emotion


def test_a_second_reading_gives_the_same_keys_and_rows(tmp_path: Path) -> None:
    """Reading is a pure function of the files, PNG encoding included."""
    ferplus(tmp_path)
    assert read_all("ferplus", tmp_path) == read_all("ferplus", tmp_path)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (f"7,{pixels(0)},Training", "class '7'"),
        (f"anger,{pixels(0)},Training", "class 'anger'"),
        (f"3,{pixels(0)},Test", "usage 'Test'"),
        (f"3,{pixels(0)} 0,Training", f"{PIXELS + 1} pixels"),
        (f"3,{pixels(0)[2:]},Training", f"{PIXELS - 1} pixels"),
        (f"3,{pixels(0)[2:]} 256,Training", "pixel value '256'"),
        (f"3,{pixels(0)[2:]} -1,Training", "pixel value"),
        (f"3,{pixels(0)[2:]} x,Training", "pixel value"),
        (f"3,{pixels(0)}", "2 columns instead of 3"),
    ],
)
def test_a_wrong_row_of_pixels_is_named_with_its_number(
    tmp_path: Path, row: str, problem: str
) -> None:
    """The message names fer2013.csv, the line and what is wrong in it."""
    file = ferplus(tmp_path) / "fer2013.csv"
    put(file, file.read_text() + row)
    with pytest.raises(LayoutError, match=rf"fer2013\.csv, line 9: {problem}"):
        read_all("ferplus", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("PrivateTest,fer0000005.png", "Training,fer0000005.png", r"line 8: usage 'Training'"),
        ("fer0000005.png", "../fer0000005.png", r"line 8: image name '\.\./fer"),
        ("fer0000005.png,1,1,5", "fer0000005.png,1,-1,5", "line 8: votes"),
        ("fer0000005.png,1,1,5", "fer0000005.png,1,,5", "line 8: invalid literal"),
        ("fer0000005.png,1,1,5", "fer0000005.png,1,5", "line 8: 11 columns instead of 12"),
        ("PrivateTest,fer0000005.png,1,1,5,1,1,1,0,0,0,0\n", "", "6 rows, but fer2013.csv has 7"),
        ("neutral,happiness", "happiness,neutral", "line 1: header"),
        ("Usage,", "Split,", "line 1: header"),
    ],
)
def test_a_wrong_row_of_votes_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """The message names fer2013new.csv, the line and what is wrong in it."""
    file = ferplus(tmp_path) / "fer2013new.csv"
    assert old in file.read_text()
    put(file, file.read_text().replace(old, new))
    with pytest.raises(LayoutError, match=rf"fer2013new\.csv(: |, ){problem}"):
        read_all("ferplus", tmp_path)


def test_more_votes_than_images_are_refused(tmp_path: Path) -> None:
    """The two files must have as many rows as each other, whichever is longer."""
    file = ferplus(tmp_path) / "fer2013new.csv"
    put(file, file.read_text() + "PrivateTest,fer0000006.png,9,0,0,1,0,0,0,0,0,0\n")
    with pytest.raises(LayoutError, match=r"8 rows, but fer2013\.csv has 7"):
        read_all("ferplus", tmp_path)


@pytest.mark.parametrize("gone", ["fer2013.csv", "fer2013new.csv"])
def test_a_missing_file_is_named(tmp_path: Path, gone: str) -> None:
    """Either of the two files tells which other one is missing."""
    (ferplus(tmp_path) / gone).unlink()
    with pytest.raises(LayoutError, match=rf"{gone}: file is missing"):
        read_all("ferplus", tmp_path)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """The message says which files were looked for."""
    with pytest.raises(LayoutError, match=r"no FERPlus layout; expected fer2013\.csv with"):
        read_all("ferplus", tmp_path)


def test_a_split_without_its_label_csv_is_named(tmp_path: Path) -> None:
    """All three folders are needed."""
    ferplus_labels(ferplus(tmp_path))
    (tmp_path / "FER2013Valid/label.csv").unlink()
    with pytest.raises(LayoutError, match=r"FER2013Valid/label\.csv: file is missing"):
        read_all("ferplus", tmp_path)


def test_labels_of_images_that_nothing_names_are_refused(tmp_path: Path) -> None:
    """An image of label.csv that is no file and no row of fer2013new.csv stops the reading."""
    ferplus_labels(ferplus(tmp_path))
    put(tmp_path / "FER2013Valid/label.csv", "fer0000099.png,0,9,0,0,0,0,0,0,0,0\n")
    with pytest.raises(LayoutError, match=r"fer2013new\.csv: names 2 of the 3 images"):
        read_all("ferplus", tmp_path)


def test_labels_without_any_image_are_refused(tmp_path: Path) -> None:
    """With neither PNG files nor fer2013.csv, the missing images are named."""
    ferplus_labels(tmp_path)
    with pytest.raises(LayoutError, match=r"3 images .* missing: .*fer0000000\.png"):
        read_all("ferplus", tmp_path)
