"""What the demo writes in an official layout, the adapter of that layout reads back."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.layouts import (
    Faces,
    ImageRgb,
    write_affectnet_csv,
    write_affectnet_npy,
    write_ferplus,
    write_rafdb,
)
from scn.emotions import EMOTIONS, RAF_DB
from tests.scn.benchmarks.copies import decoded, read_all, rows_of

JPEG_TOLERANCE = 6.0


def gradient(number: int) -> ImageRgb:
    """A smooth picture of 90 x 110 pixels, another for each number, in three distinct channels."""
    y, x = np.mgrid[0:1:110j, 0:1:90j]
    waves = [np.sin(3 * x + number), np.cos(4 * y + number), np.sin(2 * (x + y) - number)]
    return np.asarray(np.stack(waves, axis=2) * 110 + 128, dtype=np.uint8)


def faces_of(emotions: tuple[str, ...], *splits: str) -> dict[str, list[tuple[ImageRgb, str]]]:
    """Twelve faces a split, the emotions in turn."""
    return {
        split: [(gradient(12 * place + n), emotions[n % len(emotions)]) for n in range(12)]
        for place, split in enumerate(splits)
    }


def write_ferplus_seeded(folder: Path, faces: Faces) -> None:
    write_ferplus(folder, faces, np.random.default_rng(7))


def resized(image_rgb: ImageRgb, side_px: int | None) -> ImageRgb:
    if side_px is None:
        return image_rgb
    scaled = cv2.resize(image_rgb, (side_px, side_px), interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "write", "emotions", "side_px"),
    [
        ("rafdb", write_rafdb, tuple(RAF_DB.emotions.values()), 100),
        ("affectnet", write_affectnet_csv, EMOTIONS, None),
        ("affectnet", write_affectnet_npy, EMOTIONS, 224),
    ],
)
def test_colour_faces_come_back_with_their_labels(
    tmp_path: Path,
    name: str,
    write: Callable[[Path, Faces], None],
    emotions: tuple[str, ...],
    side_px: int | None,
) -> None:
    """The adapter yields the written faces in order, pixels as near as JPEG keeps them."""
    faces = faces_of(emotions, "train", "test")
    write(tmp_path / "new", faces)
    rows = rows_of(read_all(name, tmp_path / "new")[0])
    written = [(split, *face) for split, group in faces.items() for face in group]
    for row, (split, image_rgb, emotion) in zip(rows, written, strict=True):
        assert (row["split"], row["emotion"]) == (split, emotion)
        expected = resized(image_rgb, side_px).astype(float)
        stored = decoded(row["image"])[:, :, ::-1]
        assert np.abs(stored - expected).mean() < JPEG_TOLERANCE


def test_grey_faces_come_back_exactly(tmp_path: Path) -> None:
    """FERPlus keeps 48 x 48 grey pixels without loss, and every vote agrees with the emotion."""
    faces = faces_of(EMOTIONS, "train", "validation", "test")
    write_ferplus_seeded(tmp_path, faces)
    rows = rows_of(read_all("ferplus", tmp_path)[0])
    written = [(split, *face) for split, group in faces.items() for face in group]
    for row, (split, image_rgb, emotion) in zip(rows, written, strict=True):
        assert (row["split"], row["emotion"]) == (split, emotion)
        grey = cv2.cvtColor(resized(image_rgb, 48), cv2.COLOR_RGB2GRAY)
        np.testing.assert_array_equal(decoded(row["image"]), grey)


def test_the_copies_hold_the_rows_that_must_be_dropped(tmp_path: Path) -> None:
    """Each official reason to drop a row occurs once in every split."""
    faces = faces_of(EMOTIONS, "train", "validation", "test")
    write_ferplus_seeded(tmp_path / "ferplus", faces)
    write_affectnet_csv(tmp_path / "affectnet", faces)
    assert read_all("ferplus", tmp_path / "ferplus")[1].drops == {
        "empty_name": 3,
        "no_majority": 3,
        "not_a_face": 3,
        "unknown": 3,
    }
    assert read_all("affectnet", tmp_path / "affectnet")[1].drops == {
        "none": 2,
        "not_a_face": 2,
        "uncertain": 2,
    }


def test_names_have_the_official_digits(tmp_path: Path) -> None:
    """RAF-DB counts training faces with five digits and test faces with four, from one."""
    write_rafdb(tmp_path, faces_of(("happy",), "train", "test"))
    lines = (tmp_path / "basic/EmoLabel/list_patition_label.txt").read_text().splitlines()
    assert (lines[0], lines[12]) == ("train_00001.jpg 4", "test_0001.jpg 4")


def test_npy_annotations_are_single_texts_and_136_numbers(tmp_path: Path) -> None:
    """The arrays have the published types, and load without pickle."""
    write_affectnet_npy(tmp_path, faces_of(("fear",), "train", "test"))
    annotations = tmp_path / "val_set" / "annotations"
    for kind in ("exp", "val", "aro"):
        array = np.load(annotations / f"3_{kind}.npy", allow_pickle=False)
        assert (array.dtype.kind, array.size) == ("U", 1)
    landmarks = np.load(annotations / "3_lnd.npy", allow_pickle=False)
    assert (landmarks.dtype.kind, landmarks.size) == ("f", 136)
    assert np.load(annotations / "3_exp.npy").item() == "4"


@pytest.mark.parametrize(
    "write", [write_rafdb, write_affectnet_csv, write_affectnet_npy, write_ferplus_seeded]
)
def test_the_same_faces_give_the_same_files(
    tmp_path: Path, write: Callable[[Path, Faces], None]
) -> None:
    """Writing is a pure function of faces and seed, byte for byte."""
    contents = []
    for copy in ("first", "second"):
        write(tmp_path / copy, faces_of(("sad", "happy"), "train", "validation", "test"))
        files = sorted(file for file in (tmp_path / copy).rglob("*") if file.is_file())
        contents.append({file.relative_to(tmp_path / copy): file.read_bytes() for file in files})
    assert contents[0] == contents[1] != {}


def test_contempt_has_no_place_in_rafdb(tmp_path: Path) -> None:
    """An emotion that the dataset does not have is refused."""
    with pytest.raises(ValueError, match="'contempt' is no class of raf-db"):
        write_rafdb(tmp_path, faces_of(("contempt",), "train", "test"))
