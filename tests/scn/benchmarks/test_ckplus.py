"""CK+: three peak images and the first of each labelled sequence."""

from pathlib import Path

import pytest

from scn.benchmarks.errors import LayoutError
from tests.scn.benchmarks.copies import picture, put, read_all, rows_of


def _sequence(folder: Path, subject: str, sequence: str, count: int, label: str | None) -> None:
    place = Path(subject) / sequence
    stem = f"{subject}_{sequence}_{count:08d}"
    for number in range(1, count + 1):
        name = f"{subject}_{sequence}_{number:08d}.png"
        put(folder / "cohn-kanade-images" / place / name, picture(".png", seed=number))
    if label is not None:
        put(folder / "Emotion" / place / f"{stem}_emotion.txt", label)
    else:
        (folder / "Emotion" / place).mkdir(parents=True)


def _copy(folder: Path) -> None:
    _sequence(folder, "S005", "001", 11, "   3.0000000e+00\n")
    _sequence(folder, "S010", "002", 4, "7")
    _sequence(folder, "S010", "004", 5, None)
    put(folder / "cohn-kanade-images" / ".DS_Store", b"x")


def test_the_last_three_show_the_emotion_and_the_first_is_neutral(tmp_path: Path) -> None:
    """By subject; a sequence without a label is a counted drop."""
    _copy(tmp_path)
    chunks, ingest = read_all("ckplus", tmp_path)
    rows = [(r["face_id"], r["emotion"], r["subject"]) for r in rows_of(chunks)]
    assert rows == [
        ("train/S005_001_00000001", "neutral", "ck-plus/S005"),
        ("train/S005_001_00000009", "disgust", "ck-plus/S005"),
        ("train/S005_001_00000010", "disgust", "ck-plus/S005"),
        ("train/S005_001_00000011", "disgust", "ck-plus/S005"),
        ("train/S010_002_00000001", "neutral", "ck-plus/S010"),
        ("train/S010_002_00000002", "surprise", "ck-plus/S010"),
        ("train/S010_002_00000003", "surprise", "ck-plus/S010"),
        ("train/S010_002_00000004", "surprise", "ck-plus/S010"),
    ]
    assert ingest.drops == {"sequence without label": 1}


@pytest.mark.parametrize(
    ("label", "problem"), [("", "no number"), ("happy", "no number"), ("8", "8"), ("2.5", "2.5")]
)
def test_a_label_that_is_none_names_its_file(tmp_path: Path, label: str, problem: str) -> None:
    """Empty, a word, beyond 7, or between two numbers."""
    _copy(tmp_path)
    put(tmp_path / "Emotion/S010/002/S010_002_00000004_emotion.txt", label)
    with pytest.raises(LayoutError, match=rf"_emotion.txt: .*{problem}.* from 0 to 7"):
        read_all("ckplus", tmp_path)


def test_a_labelled_sequence_needs_four_images(tmp_path: Path) -> None:
    """Else the neutral image would be a peak."""
    _copy(tmp_path)
    (tmp_path / "cohn-kanade-images/S010/002/S010_002_00000003.png").unlink()
    with pytest.raises(LayoutError, match=r"002: 3 images in a labelled sequence; .*more than 3"):
        read_all("ckplus", tmp_path)


def test_missing_folders_are_named(tmp_path: Path) -> None:
    """Of images and of labels."""
    with pytest.raises(LayoutError, match="Emotion_labels: folder is missing"):
        read_all("ckplus", tmp_path)
    (tmp_path / "Emotion").mkdir()
    with pytest.raises(LayoutError, match="cohn-kanade-images: folder is missing"):
        read_all("ckplus", tmp_path)
