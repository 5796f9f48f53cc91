"""A list of wrong labels changes the faces that it names, and no other."""

from pathlib import Path

import pytest

from scn.emotions import FERPLUS
from scn.listed_labels import listed_labels

CLASSES = ("happy", "sad", "anger")


def _labels(folder: Path, text: str, *faces: str) -> dict[str, str]:
    file = folder / "list.txt"
    file.write_text(text)
    return listed_labels(file, dict.fromkeys(faces, "happy"), CLASSES, FERPLUS)


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("train_00001.jpg", "train/train_00001"),
        ("train_00001_aligned.jpg", "train/train_00001"),
        ("Image/aligned/train_00001_aligned.jpg", "train/train_00001"),
        ("KA.AN1.39.tiff", "train/KA.AN1.39"),
        ("KA.AN1.39", "train/KA.AN1.39"),
        ("happy/1.png", "train/happy/1.png"),
        ("happy/1", "train/happy/1.png"),
        ("train/happy/1.png", "train/happy/1.png"),
        ("1.png", "train/happy/1.png"),
        ("12/ab.JPG", "train/12/ab"),
        ("ab.JPG", "train/12/ab"),
    ],
)
def test_a_face_is_found_by_each_way_to_name_it(tmp_path: Path, name: str, face: str) -> None:
    """With and without suffix, folders and split."""
    assert _labels(tmp_path, f"{name} 3\n", face, "train/other") == {face: "sad"}


def test_the_whole_path_decides_before_the_bare_name_does(tmp_path: Path) -> None:
    """Equal names in two classes, in two splits, and with two suffixes."""
    faces = ("train/happy/1.png", "train/anger/1.png", "train/anger/1.jpg", "validation/sad/1.png")
    text = "happy/1.png 3\nanger/1.jpg 4\nvalidation/sad/1.png 3\n"
    assert _labels(tmp_path, text, *faces) == {
        "train/happy/1.png": "sad",
        "train/anger/1.jpg": "anger",
        "validation/sad/1.png": "sad",
    }


@pytest.mark.parametrize("name", ["1.png", "1", "anger/1"])
def test_a_name_of_several_faces_is_refused(tmp_path: Path, name: str) -> None:
    """Whichever was changed could be the wrong one."""
    faces = ("train/happy/1.png", "train/anger/1.png", "train/anger/1.jpg")
    with pytest.raises(ValueError, match=rf"line 1 names '{name}', which may be any of"):
        _labels(tmp_path, f"{name} 3\n", *faces)


def test_a_file_of_a_folder_that_is_not_trained_on_changes_nothing(tmp_path: Path) -> None:
    """Though a training face has the same bare name."""
    text = "sad/1.png 3\nhappy/2.png 3\n"
    found = _labels(tmp_path, text, "train/happy/1.png", "train/happy/2.png")
    assert found == {"train/happy/2.png": "sad"}
