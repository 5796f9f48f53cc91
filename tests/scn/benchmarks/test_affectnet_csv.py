"""AffectNet's first layout becomes rows, and each fault has its message."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from scn.benchmarks.errors import LayoutError
from tests.scn.benchmarks.copies import LANDMARKS, affectnet_csv, decoded, put, read_all, rows_of

ROW = f"1/zz.jpg,6,4,30,20,{LANDMARKS},1,0,0"
FIVE = [0.5] * 10


def test_csv_rows_carry_every_suffix_and_both_splits(tmp_path: Path) -> None:
    """Files of any suffix are found, with or without a header, and validation becomes test."""
    affectnet_csv(tmp_path)
    chunks, ingest = read_all("affectnet", tmp_path)
    assert {row["face_id"]: row["emotion"] for row in rows_of(chunks)} == {
        "train/1/aa": "happy",
        "train/1/bb": "contempt",
        "train/2/cc": "neutral",
        "train/2/dd": "fear",
        "train/2/ee": "disgust",
        "test/4/ii": "sad",
    }
    assert ingest.drops == {"none": 1, "not_a_face": 1, "uncertain": 1}
    assert (ingest.found, ingest.kept, ingest.layout) == (9, 6, "csv label files")


def test_box_and_landmarks_are_relative_to_the_image(tmp_path: Path) -> None:
    """A box of 30 x 20 pixels at (6, 4) in an image of 60 x 40 is stored as shares of it."""
    affectnet_csv(tmp_path)
    for row in rows_of(read_all("affectnet", tmp_path)[0]):
        assert row["box_xyxy"] == pytest.approx([0.1, 0.1, 0.6, 0.6])
        assert row["landmarks_xy"] == pytest.approx(FIVE)
        assert row["size_px"] == 20


def test_jpeg_and_png_stay_as_published_and_the_rest_becomes_png(tmp_path: Path) -> None:
    """The store holds JPEG and PNG only, and no pixel changes."""
    images = affectnet_csv(tmp_path)
    stored = {row["face_id"]: row["image"] for row in rows_of(read_all("affectnet", tmp_path)[0])}
    for file in ("1/aa.jpg", "1/bb.JPG", "2/cc.png"):
        assert stored[f"train/{file[:4]}"] == (images / file).read_bytes()
    for file in ("2/dd.BMP", "2/ee.tif"):
        image = stored[f"train/{file[:4]}"]
        assert isinstance(image, bytes)
        assert Image.open(io.BytesIO(image)).format == "PNG"
        published = cv2.imread(str(images / file), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(decoded(image), published)


def test_label_files_may_lie_in_their_own_folder(tmp_path: Path) -> None:
    """The archive's folder Manually_Annotated_file_lists reads the same."""
    affectnet_csv(tmp_path)
    before = read_all("affectnet", tmp_path)
    for name in ("training.csv", "validation.csv"):
        text = (tmp_path / name).read_bytes()
        put(tmp_path / "Manually_Annotated_file_lists" / name, text)
        (tmp_path / name).unlink()
    assert read_all("affectnet", tmp_path) == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (ROW.replace(",1,0,0", ",11,0,0"), "expression 11 is not one of 0 to 7 or 8 to 10"),
        (ROW.replace(",1,0,0", ",happy,0,0"), "expression 'happy' is no whole number"),
        (ROW.replace(",1,0,0", ",1,0"), "8 columns instead of 9"),
        (ROW.replace(",1,0,0", ",1,1.5,0"), "valence 1.5 is neither within -1 to 1 nor -2"),
        (ROW.replace(",1,0,0", ",1,0,low"), "could not convert string to float"),
        (ROW.replace(",6,4", ",6.5,4"), "face_x '6.5' is no whole number"),
        (ROW.replace(",6,4", ",6" + "0" * 400 + ",4"), "face_x '60+' is no whole number"),
        (ROW.replace(";20", "", 1), "135 landmark values instead of 136"),
        (ROW.replace("30;20", "left;20"), "could not convert string to float: 'left'"),
        (ROW.replace("1/zz", "../../zz"), "leads out of the image folder"),
        (ROW.replace("1/zz", "/zz"), "leads out of the image folder"),
        (ROW.replace("1/zz", '"1/zz'), "malformed quotes"),
        ("x" * 70_000, "line is too long"),
        ("\udcff", "not UTF-8 text"),
    ],
)
def test_a_wrong_row_is_named_with_its_number(tmp_path: Path, row: str, problem: str) -> None:
    """The message names the label file, the line and what is wrong in it."""
    affectnet_csv(tmp_path)
    labels = tmp_path / "validation.csv"
    put(labels, labels.read_bytes() + row.encode(errors="surrogateescape") + b"\n")
    with pytest.raises(LayoutError, match=rf"validation\.csv, line 2: .*{problem}"):
        read_all("affectnet", tmp_path)


def test_landmarks_outside_the_image_are_left_out(tmp_path: Path) -> None:
    """Landmarks of some other frame than the image's are not stored."""
    affectnet_csv(tmp_path)
    labels = tmp_path / "validation.csv"
    put(labels, labels.read_text().replace("30;20", "90;20"))
    chunks, _ = read_all("affectnet", tmp_path)
    assert chunks["affectnet/test/0000"].column("landmarks_xy").to_pylist() == [None]


@given(
    column=st.integers(0, 8),
    text=st.text(max_size=300) | st.from_regex(r"-?[0-9]{1,400}(\.[0-9]*)?(e[0-9]+)?"),
)
@settings(deadline=None)
def test_any_field_is_read_or_refused(
    column: int, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in one column, rows or a LayoutError come out, nothing else."""
    folder = tmp_path_factory.mktemp("affectnet")
    affectnet_csv(folder)
    fields = (folder / "validation.csv").read_text().strip().split(",")
    fields[column] = text
    put(folder / "validation.csv", ",".join(fields).encode(errors="surrogatepass"))
    try:
        chunks, ingest = read_all("affectnet", folder)
    except LayoutError:
        return
    assert len(rows_of(chunks)) == ingest.kept


@pytest.mark.parametrize("gone", ["training.csv", "validation.csv"])
def test_a_missing_csv_is_named(tmp_path: Path, gone: str) -> None:
    """Both label files are needed."""
    affectnet_csv(tmp_path)
    (tmp_path / gone).unlink()
    with pytest.raises(LayoutError, match=re.escape(f"{gone}: file is missing")):
        read_all("affectnet", tmp_path)
