"""AffectNet's second layout becomes rows, and no array of a stranger does harm."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scn.benchmarks.errors import LayoutError
from scn.emotions import EMOTIONS
from tests.scn.benchmarks.copies import affectnet_npy, picture, put, read_all, rows_of

FIVE = [0.5] * 10


def test_npy_rows_follow_ids_in_numeric_order(tmp_path: Path) -> None:
    """One row for each id, without a face box, with landmarks of the annotations."""
    affectnet_npy(tmp_path)
    chunks, ingest = read_all("affectnet", tmp_path)
    rows = rows_of(chunks)
    assert [(row["face_id"], row["emotion"]) for row in rows] == [
        ("train/0", "surprise"),
        ("train/1", "anger"),
        ("train/2", "happy"),
        ("test/0", "contempt"),
    ]
    assert all(row["landmarks_xy"] == pytest.approx(FIVE) for row in rows)
    assert all(row["box_xyxy"] is None for row in rows)
    assert (ingest.kept, ingest.layout) == (4, "npy annotations")


@pytest.mark.parametrize("code", range(8))
@pytest.mark.parametrize("as_text", [True, False])
def test_the_class_may_be_text_or_number(tmp_path: Path, code: int, as_text: bool) -> None:
    """Arrays of one text, as published, and of one number give the same emotion."""
    annotations = affectnet_npy(tmp_path)
    np.save(annotations / "0_exp.npy", np.array([str(code)]) if as_text else np.array(code))
    chunks, _ = read_all("affectnet", tmp_path)
    assert rows_of(chunks)[0]["emotion"] == EMOTIONS[code]


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.array([{"run": "me"}], dtype=object), "no plain numpy array .*object"),
        (np.array("11"), "expression 11"),
        (np.array("happy"), "no class .*'happy'"),
        (np.array(1.5), "no class .*'1.5'"),
        (np.array(["1", "2"]), "2 values"),
    ],
)
def test_a_wrong_array_is_named(tmp_path: Path, array: np.ndarray, problem: str) -> None:
    """An array that would need pickle, or holds no class, stops the reading."""
    annotations = affectnet_npy(tmp_path)
    np.save(annotations / "1_exp.npy", array, allow_pickle=True)
    with pytest.raises(LayoutError, match=rf"1_exp\.npy: {problem}"):
        read_all("affectnet", tmp_path)


@pytest.mark.parametrize("data", [b"", b"\x80\x04K\x01.", b"\x93NUMPY", picture()])
def test_a_file_that_is_no_array_is_named(tmp_path: Path, data: bytes) -> None:
    """Empty files, bare pickles, cut headers and pictures are no arrays."""
    annotations = affectnet_npy(tmp_path)
    put(annotations / "1_exp.npy", data)
    with pytest.raises(LayoutError, match=r"1_exp\.npy: no plain numpy array"):
        read_all("affectnet", tmp_path)


@pytest.mark.filterwarnings("ignore:Reading `.npy`:UserWarning")  # an array of Python 2
@given(
    damage=st.dictionaries(
        st.integers(0, 130), st.sampled_from(b"(){}[]'\"\n\\ ,:019LxU<|f#\x00\xff"), min_size=1
    )
)
@settings(deadline=None)
def test_a_damaged_array_is_read_or_refused(
    damage: dict[int, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever its header says, an array gives a class or a LayoutError, nothing else."""
    folder = tmp_path_factory.mktemp("affectnet")
    path = affectnet_npy(folder) / "1_exp.npy"
    data = bytearray(path.read_bytes())
    for place, value in damage.items():
        data[place % len(data)] = value
    put(path, bytes(data))
    try:
        chunks, _ = read_all("affectnet", folder)
    except LayoutError:
        return
    assert {row["emotion"] for row in rows_of(chunks)} <= set(EMOTIONS)


@pytest.mark.parametrize("text", [b"-" * 9_000 + b"1", b"(" * 9_000, b"1+" * 4_000 + b"1"])
def test_a_header_made_to_exhaust_the_parser_is_refused(tmp_path: Path, text: bytes) -> None:
    """A header far longer than any published one is not parsed."""
    annotations = affectnet_npy(tmp_path)
    put(annotations / "1_exp.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text)
    with pytest.raises(LayoutError, match=r"1_exp\.npy: no plain numpy array"):
        read_all("affectnet", tmp_path)


def test_an_array_that_claims_to_be_huge_takes_no_memory(tmp_path: Path) -> None:
    """A header of a terabyte above a few bytes is refused instead of allocated."""
    annotations = affectnet_npy(tmp_path)
    with (annotations / "0_lnd.npy").open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
        np.lib.format.write_array_header_1_0(file, header)
    with pytest.raises(LayoutError, match=r"0_lnd\.npy: no plain numpy array"):
        read_all("affectnet", tmp_path)


@pytest.mark.parametrize(
    ("gone", "problem"),
    [
        ("annotations/1_exp.npy", r"images: 1 files without label, such as 1\.jpg"),
        ("annotations/2_lnd.npy", r"annotations: 1 files missing, such as 2_lnd\.npy"),
        ("images/0.jpg", r"1 images .* missing: .*0\.jpg"),
    ],
)
def test_a_face_without_all_its_files_is_named(tmp_path: Path, gone: str, problem: str) -> None:
    """Image, class and landmarks belong together."""
    affectnet_npy(tmp_path)
    (tmp_path / "train_set" / gone).unlink()
    with pytest.raises(LayoutError, match=problem):
        read_all("affectnet", tmp_path)
