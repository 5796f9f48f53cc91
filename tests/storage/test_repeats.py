"""Copies of pictures are found, however they are encoded, and different pictures are not."""

from pathlib import Path

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from PIL import Image

from demo.benchmark_faces import benchmark_faces
from storage.repeats import involved, repeats
from storage.schema import FACES
from storage.store import Dataset, open_store

UInt8Array = npt.NDArray[np.uint8]
SEVEN = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger")


@pytest.fixture(scope="module")
def pictures() -> list[UInt8Array]:
    """70 faces of a few people in the same pose."""
    return [face for face, _ in benchmark_faces(dict.fromkeys(SEVEN, 10), seed=3, size_px=100)]


def _encoded(image_rgb: UInt8Array, suffix: str = ".png", quality: int = 95) -> bytes:
    bgr = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(suffix, bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _dataset(folder: Path, rows: dict[str, bytes]) -> Dataset:
    """Faces by "<split>/<name>", with the hashes of their images."""
    made = []
    for face_id, image in rows.items():
        pixels = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert pixels is not None
        made.append(
            {
                "face_id": face_id,
                "split": face_id.partition("/")[0],
                "emotion": "happy",
                "phash": str(imagehash.phash(Image.fromarray(pixels.astype(np.uint8)))),
                "image": image,
                "source": "test",
            }
        )
    dataset = open_store(str(folder), create=True).dataset("faces", create=True)
    dataset.append_faces({"all": pa.Table.from_pylist(made, schema=FACES)})
    return dataset


def test_copies_are_found_and_different_faces_are_not(
    tmp_path: Path, pictures: list[UInt8Array]
) -> None:
    """The same file, a compressed, a halved and a grey copy; a mirrored one is another picture."""
    half = cv2.resize(pictures[2], (50, 50), interpolation=cv2.INTER_AREA).astype(np.uint8)
    grey = np.repeat(cv2.cvtColor(pictures[3], cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    rows = {f"train/{n:03d}": _encoded(picture) for n, picture in enumerate(pictures)}
    rows["test/same"] = rows["train/000"]
    rows["test/compressed"] = _encoded(pictures[1], ".jpg", 60)
    rows["validation/half"] = _encoded(half)
    rows["train/grey"] = _encoded(grey.astype(np.uint8))
    rows["test/mirrored"] = _encoded(pictures[4][:, ::-1].copy())
    found = {row["face_id"]: row for row in repeats(_dataset(tmp_path, rows)).to_pylist()}
    assert {face: row["of"] for face, row in found.items()} == {
        "test/same": "train/000",
        "test/compressed": "train/001",
        "validation/half": "train/002",
        "train/grey": "train/003",
    }
    assert {row["of_split"] for row in found.values()} == {"train"}
    assert all(row["correlation"] > 0.98 for row in found.values())


def test_of_many_copies_all_but_the_first_repeat_and_what_is_trained_on_comes_first(
    tmp_path: Path, pictures: list[UInt8Array]
) -> None:
    """Twenty times the same picture in test, and a worse copy of it in train."""
    rows = {f"test/{n:02d}": _encoded(pictures[0]) for n in range(20)}
    rows["train/worse"] = _encoded(pictures[0], ".jpg", 40)
    rows["train/other"] = _encoded(pictures[5])
    found = {row["face_id"]: row["of"] for row in repeats(_dataset(tmp_path, rows)).to_pylist()}
    assert set(found) == {f"test/{n:02d}" for n in range(20)}
    assert found["test/00"] == "train/worse"
    assert sum(of == "train/worse" for of in found.values()) >= 8


def test_both_sides_of_each_pair_are_involved_and_no_other_face(
    tmp_path: Path, pictures: list[UInt8Array]
) -> None:
    """The first of three copies, too, which repeats nothing."""
    rows = {f"train/{n:03d}": _encoded(pictures[n]) for n in range(6)}
    rows["train/again"] = rows["train/003"]
    rows["train/compressed"] = _encoded(pictures[3], ".jpg", 60)
    rows["train/one-more"] = rows["train/005"]
    assert involved(repeats(_dataset(tmp_path, rows))) == [
        "train/003", "train/005", "train/again", "train/compressed", "train/one-more",
    ]  # fmt: skip


def test_a_picture_that_is_like_two_others_involves_both(
    tmp_path: Path, pictures: list[UInt8Array]
) -> None:
    """Two noisy copies are both like their original, and less like each other than copies are."""
    noise = [np.random.default_rng(seed).normal(0, 28, pictures[0].shape) for seed in (1, 2)]
    noisy = [np.clip(pictures[0] + each, 0, 255).astype(np.uint8) for each in noise]
    rows = {f"train/{n}": _encoded(each) for n, each in enumerate([*noisy, pictures[0]])}
    found = repeats(_dataset(tmp_path, rows))
    assert found["face_id"].to_pylist() == ["train/2"]
    assert involved(found) == ["train/0", "train/1", "train/2"]


def test_pictures_without_a_hash_or_without_contrast_are_no_error(tmp_path: Path) -> None:
    """Blank pictures have one hash, and nothing in them to compare."""
    blank = _encoded(np.full((40, 40, 3), 200, np.uint8))
    dataset = _dataset(tmp_path, {f"train/{n}": blank for n in range(3)})
    assert repeats(dataset).num_rows == 0
    rows = dataset.scan("faces").to_pylist()
    bare = [{**row, "face_id": f"test/{n}", "phash": None} for n, row in enumerate(rows)]
    dataset.append_faces({"more": pa.Table.from_pylist(bare, schema=FACES)})
    assert repeats(dataset).num_rows == 0


def test_an_empty_dataset_has_none(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("faces", create=True)
    assert repeats(dataset).num_rows == 0
