"""GENKI-4K's numbered lines, a list of one's own, and FER2013's own labels."""

from pathlib import Path

import pytest

from scn.benchmarks.errors import LayoutError
from tests.scn.benchmarks.copies import FER2013_HEADER, picture, pixels, put, read_all, rows_of


def _genki(folder: Path) -> Path:
    for number in range(1, 4):
        put(folder / "files" / f"file{number:04d}.jpg", picture(seed=number))
    return put(folder / "labels.txt", "1 0.1 0 0\n0 -0.5 0.25 0\n1 0 0 1e-2\n")


def test_line_n_of_genki_belongs_to_the_nth_file(tmp_path: Path) -> None:
    """Smile or none, and the pose in degrees."""
    _genki(tmp_path)
    chunks, _ = read_all("genki", tmp_path)
    rows = rows_of(chunks)
    assert [(r["face_id"], r["emotion"]) for r in rows] == [
        ("train/file0001", "smile"),
        ("train/file0002", "no smile"),
        ("train/file0003", "smile"),
    ]
    assert rows[1]["yaw_deg"] == pytest.approx(-28.6479, abs=1e-3)
    assert rows[1]["pitch_deg"] == pytest.approx(14.3239, abs=1e-3)


@pytest.mark.parametrize("line", ["2 0 0 0", "1 0 0", "smile 0 0 0", "1 0 0 0 0"])
def test_a_wrong_line_of_genki_is_named(tmp_path: Path, line: str) -> None:
    """Another class, too few or too many numbers, a word."""
    labels = _genki(tmp_path)
    put(labels, f"1 0 0 0\n{line}\n0 0 0 0\n")
    with pytest.raises(LayoutError, match=r"labels\.txt, line 2: line "):
        read_all("genki", tmp_path)


def test_genki_needs_a_line_for_each_file(tmp_path: Path) -> None:
    """One missing image would shift all labels after it."""
    _genki(tmp_path)
    (tmp_path / "files/file0002.jpg").unlink()
    with pytest.raises(LayoutError, match="3 labels for 2 files"):
        read_all("genki", tmp_path)


def test_a_list_of_ones_own_needs_paths_and_labels_alone(tmp_path: Path) -> None:
    """Other columns may come in any order."""
    for name in ("a/1.jpg", "2.jpg"):
        put(tmp_path / name, picture())
    plain = put(tmp_path / "plain.csv", "path,label\na/1.jpg,happy\n2.jpg,very happy\n")
    chunks, _ = read_all("list", plain)
    assert [(r["face_id"], r["emotion"], r["subject"]) for r in rows_of(chunks)] == [
        ("train/a/1.jpg", "happy", None),
        ("train/2.jpg", "very happy", None),
    ]
    text = "label,split,path,gender,subject\nsad,test,2.jpg,,anna\n"
    chunks, _ = read_all("list", put(tmp_path / "rich.csv", text))
    (row,) = rows_of(chunks)
    assert (row["split"], row["subject"], row["gender"]) == ("test", "list/anna", None)


def test_a_list_may_give_whole_paths_of_its_own_folder(tmp_path: Path) -> None:
    """The names in the store are the same as with paths from the list on."""
    image = put(tmp_path / "a/1.jpg", picture())
    text = f"path,label\n{image},rust\n"
    chunks, _ = read_all("list", put(tmp_path / "list.csv", text))
    assert [r["face_id"] for r in rows_of(chunks)] == ["train/a/1.jpg"]
    outside = put(tmp_path / "other/list.csv", text)
    with pytest.raises(LayoutError, match=rf"leads out of the list's folder {tmp_path}/other"):
        read_all("list", outside)
    up = put(tmp_path / "up.csv", f"path,label\n{tmp_path}/../1.jpg,rust\n")
    with pytest.raises(LayoutError, match="leads out"):
        read_all("list", up)


def test_a_list_of_words_for_emotions_gets_the_common_names(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg"):
        put(tmp_path / name, picture())
    chunks, ingest = read_all(
        "list", put(tmp_path / "list.csv", "path,label\n1.jpg,Happiness\n2.jpg,angry\n")
    )
    assert [r["emotion"] for r in rows_of(chunks)] == ["happy", "anger"]
    assert ingest.counts == {"train": {"anger": 1, "happy": 1}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("path,emotion\n1.jpg,sad\n", "line 1: header 'path,emotion'"),
        ("path,label\n../1.jpg,sad\n", "line 2: path '../1.jpg' leads out"),
        ("path,label\n/etc/passwd,sad\n", "line 2: path '/etc/passwd' leads out"),
        ("path,label,split\n1.jpg,sad,dev\n", "line 2: split 'dev'"),
        ("path,label\n1.jpg,\n", "line 2: label ''"),
        ("path,label,split\n1.jpg,sad\n", "line 2: 2 columns"),
        ("path,label\nnone.jpg,sad\n", "1 images named by the labels are missing: .*none.jpg"),
    ],
)
def test_a_wrong_list_names_the_line(tmp_path: Path, text: str, problem: str) -> None:
    """Before anything is written."""
    put(tmp_path / "1.jpg", picture())
    with pytest.raises(LayoutError, match=problem):
        read_all("list", put(tmp_path / "list.csv", text))


def test_fer2013_has_labels_of_its_own(tmp_path: Path) -> None:
    """Names are those of FERPlus for the same rows."""
    usages = ("Training", "PublicTest", "PrivateTest")
    text = "".join(f"{row},{pixels(row)},{usage}\n" for row, usage in enumerate(usages))
    put(tmp_path / "fer2013.csv", FER2013_HEADER + text)
    chunks, ingest = read_all("fer2013", tmp_path)
    assert {r["face_id"]: r["emotion"] for r in rows_of(chunks)} == {
        "train/fer0000000": "anger",
        "validation/fer0000001": "disgust",
        "test/fer0000002": "fear",
    }
    assert ingest.layout == "fer2013.csv"
