"""What is held out of train is decided by the person, or by the video, alone."""

from pathlib import Path

import pyarrow as pa
import pytest

from scn.selection import split_holdout
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import open_store
from tests.scn.faces import CLASSES, reader_of


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FaceReader:
    """300 faces of 100 videos."""
    return reader_of(tmp_path_factory.mktemp("store"), [CLASSES[0]] * 300)


def _videos(reader: FaceReader) -> set[str]:
    return set(reader.index["video_id"].to_pylist())


@pytest.mark.parametrize("seed", range(5))
def test_no_video_is_in_both_parts_and_no_face_is_lost(reader: FaceReader, seed: int) -> None:
    """The parts share no video, and together are the whole."""
    fitted, held = split_holdout(reader, 0.3, seed)
    assert not _videos(fitted) & _videos(held)
    assert len(fitted) + len(held) == len(reader)
    # 100 videos at 0.3: five standard deviations are 23.
    assert 7 <= len(_videos(held)) <= 53


def test_the_same_seed_holds_out_the_same_videos(reader: FaceReader) -> None:
    """A seed fixes the part; another seed gives another."""
    parts = [_videos(split_holdout(reader, 0.3, seed)[1]) for seed in (1, 1, 2)]
    assert parts[0] == parts[1] != parts[2]


def test_a_held_out_video_stays_so_when_the_dataset_grows(
    reader: FaceReader, tmp_path: Path
) -> None:
    """Of the videos that both datasets have, the same are held out."""
    larger = reader_of(tmp_path, [CLASSES[0]] * 360)
    held, held_later = (_videos(split_holdout(r, 0.3, 0)[1]) for r in (reader, larger))
    assert held_later & _videos(reader) == held


def test_no_person_is_in_both_parts(tmp_path: Path) -> None:
    """Where people are named, videos do not matter: here each image has its own."""
    rows = [
        {
            "face_id": f"train/{number}",
            "split": "train",
            "emotion": CLASSES[0],
            "subject": f"test/{number % 20}",
            "video_id": str(number),
            "image": b"",
            "source": "test",
        }
        for number in range(200)
    ]
    dataset = open_store(str(tmp_path), create=True).dataset("faces", create=True)
    dataset.append_faces({"all": pa.Table.from_pylist(rows, schema=FACES)})
    parts = split_holdout(FaceReader(dataset), 0.3, 0)
    fitted, held = (set(part.index["subject"].to_pylist()) for part in parts)
    assert fitted
    assert held
    assert not fitted & held


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("share", [0.01, 0.99])
def test_of_few_people_one_at_least_is_on_either_side(
    tmp_path: Path, seed: int, share: float
) -> None:
    """However small or large the share: else there would be nothing to choose by, or to fit."""
    fitted, held = split_holdout(reader_of(tmp_path, [CLASSES[0]] * 9), share, seed)
    assert len(_videos(held)) == (1 if share < 0.5 else 2)
    assert len(fitted) + len(held) == 9
