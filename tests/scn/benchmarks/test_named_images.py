"""JAFFE, KDEF, AKDEF and RaFD, whose file names say everything."""

from pathlib import Path

import pytest

from scn.benchmarks.errors import LayoutError
from storage.schema import FACES
from tests.scn.benchmarks.copies import picture, put, read_all, rows_of

_JAFFE = ("KA.AN1.39.tiff", "YM.FE4.70.tiff", "NA.SU3.200.tiff")
_KDEF = ("AF01/AF01ANFL.JPG", "AF01/AF01AFS.JPG", "BM35/bm35suhr.jpg")
_RAFD = (
    "Rafd090_01_Caucasian_female_fearful_frontal.jpg",
    "Rafd180_70_Kid_male_contemptuous_left.jpg",
    "Rafd000_55_Moroccan_male_happy_right.jpg",
)


def _fill(folder: Path, names: tuple[str, ...]) -> None:
    for seed, name in enumerate(names):
        put(folder / name, picture(Path(name).suffix.lower(), seed=seed))


def test_jaffe_names_say_subject_and_expression(tmp_path: Path) -> None:
    """TIFF images become PNG; links and other files are left alone."""
    _fill(tmp_path, _JAFFE)
    put(tmp_path / "README", "text")
    chunks, ingest = read_all("jaffe", tmp_path)
    rows = rows_of(chunks)
    assert [(r["face_id"], r["emotion"], r["subject"]) for r in rows] == [
        ("train/KA.AN1.39", "anger", "jaffe/KA"),
        ("train/NA.SU3.200", "surprise", "jaffe/NA"),
        ("train/YM.FE4.70", "fear", "jaffe/YM"),
    ]
    assert all(bytes(r["image"]).startswith(b"\x89PNG") for r in rows)  # type: ignore[call-overload]
    assert ingest.kept == 3
    assert all(table.schema.equals(FACES) for table in chunks.values())


def test_kdef_names_say_subject_expression_and_angle(tmp_path: Path) -> None:
    """In folders or not, in capitals or not."""
    _fill(tmp_path, _KDEF)
    chunks, ingest = read_all("kdef", tmp_path)
    assert ingest.layout == "KDEF"
    assert {
        (r["face_id"], r["emotion"], r["subject"], r["gender"], r["yaw_deg"])
        for r in rows_of(chunks)
    } == {
        ("train/AF01ANFL", "anger", "kdef/F01", "female", -90.0),
        ("train/AF01AFS", "fear", "kdef/F01", "female", 0.0),
        ("train/BM35SUHR", "surprise", "kdef/M35", "male", 45.0),
    }


def test_the_two_misnamed_images_of_kdef_are_read_under_their_right_names(tmp_path: Path) -> None:
    """A complete official copy holds them; one beside its right name is the same image again."""
    _fill(tmp_path, ("AF31/AF31V.JPG", "AM31/AM31H.JPG", "AM31/AM31SUHR.JPG"))
    chunks, ingest = read_all("kdef", tmp_path)
    assert [(r["face_id"], r["emotion"], r["subject"], r["yaw_deg"]) for r in rows_of(chunks)] == [
        ("train/AF31SAHL", "sad", "kdef/F31", -45.0),
        ("train/AM31SUHR", "surprise", "kdef/M31", 45.0),
    ]
    assert ingest.drops == {"duplicate": 1}


def test_averaged_faces_belong_to_nobody(tmp_path: Path) -> None:
    """AKDEF is recognised by its names, of which one is broken, and is a dataset of its own."""
    _fill(tmp_path, ("FAFFL.JPG", "FAHR.JPG", "MSUS.JPG"))
    chunks, ingest = read_all("kdef", tmp_path)
    assert ingest.layout == "AKDEF"
    assert [(r["face_id"], r["emotion"], r["subject"]) for r in rows_of(chunks)] == [
        ("train/FAFFL", "fear", None),
        ("train/FAFHR", "fear", None),
        ("train/MSUS", "surprise", None),
    ]
    assert {r["source"] for r in rows_of(chunks)} == {"akdef"}


def test_rafd_names_say_model_group_expression_and_angle(tmp_path: Path) -> None:
    """Ninety degrees is frontal; children are an age, not a group of origin."""
    _fill(tmp_path, _RAFD)
    chunks, _ = read_all("rafd", tmp_path)
    columns = ("emotion", "subject", "age", "gender", "race", "yaw_deg")
    assert sorted(tuple(r[c] for c in columns) for r in rows_of(chunks)) == [
        ("contempt", "rafd/70", "child", "male", None, 90.0),
        ("fear", "rafd/01", "adult", "female", "caucasian", 0.0),
        ("happy", "rafd/55", "adult", "male", "moroccan", -90.0),
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("jaffe", "KA.XX1.39.tiff"),
        ("jaffe", "face.tiff"),
        ("kdef", "AF01XXS.JPG"),
        ("kdef", "ZF01ANS.JPG"),
        ("rafd", "Rafd090_01_Caucasian_female_bored_frontal.jpg"),
        ("rafd", "face.jpg"),
    ],
)
def test_a_strange_name_is_shown_beside_a_right_one(tmp_path: Path, name: str, file: str) -> None:
    """The message names the file and gives an example."""
    _fill(tmp_path, (file,))
    with pytest.raises(LayoutError, match=rf"{file}: name; expected images such as "):
        read_all(name, tmp_path)


def test_kdef_and_akdef_are_not_mixed(tmp_path: Path) -> None:
    """One folder holds one of them."""
    _fill(tmp_path, ("AF01ANFL.JPG", "FAFFL.JPG"))
    with pytest.raises(LayoutError, match=r"FAFFL\.JPG: name; .* not of both"):
        read_all("kdef", tmp_path)


@pytest.mark.parametrize("name", ["jaffe", "kdef", "rafd"])
def test_an_empty_folder_is_no_benchmark(tmp_path: Path, name: str) -> None:
    """Nor one that is missing."""
    with pytest.raises(LayoutError, match="no images"):
        read_all(name, tmp_path)
    with pytest.raises(LayoutError, match="none: folder is missing"):
        read_all(name, tmp_path / "none")
