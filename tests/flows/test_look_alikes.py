"""`webemotion duplicates`, as a person in a terminal sees it."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from flows.cli import app
from storage.store import open_store
from tests.storage.rows import faces
from tests.webemotion.recordings import collins, every, hopper, scene, write_video
from webemotion.faces.harvest import harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.video import Video


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three videos: a person, the same once more, darker; somebody else. A test split of both."""
    folder = tmp_path_factory.mktemp("look-alikes")
    store = open_store(str(folder / "store"), create=True)
    collected = store.dataset("webemotion", create=True)
    times_ms = every(250, 6000)
    darker = np.asarray(hopper() * 0.85, np.uint8)
    people = {"original000": hopper(), "copycopy000": darker}
    for video_id, head in (people | {"somebody000": collins()}).items():
        film = [scene((head, 60 + number)) for number in range(len(times_ms))]
        path = write_video(folder / f"{video_id}.mp4", film, times_ms)
        video = Video(video_id, path, "", None, None, None, 0, 0, None, "")
        collected.append_faces({video_id: harvest(video, emotion="sad", config=_CONFIG).faces})
    benchmark = store.dataset("raf-db", create=True)
    rows = faces("benchmark", 2, split="test")
    images = [_still(hopper()), _still(np.full((120, 120, 3), 128, np.uint8))]
    place = rows.schema.get_field_index("image")
    rows = rows.set_column(place, rows.schema.field(place), pa.array(images, pa.binary()))
    benchmark.append_faces({"b": rows})
    return str(folder / "store")


_CONFIG = HarvestConfig(sample_rate_hz=2)


def _still(image_rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """100 pixels of JPEG, as benchmarks have them."""
    image = cv2.resize(image_rgb, (100, 100), interpolation=cv2.INTER_AREA)[..., ::-1]
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 80))[1].tobytes()


def _rows(store: str, out: Path, *arguments: str) -> tuple[list[dict[str, str]], str]:
    command = ["duplicates", "--store", store, "--out", str(out), *arguments]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(out.read_text().splitlines())), done.output


def test_a_reupload_is_listed_and_somebody_else_is_not(store: str, tmp_path: Path) -> None:
    (pair,), output = _rows(store, tmp_path / "pairs.csv")
    assert {pair["first"], pair["second"]} == {"original000", "copycopy000"}
    assert "1 pairs of videos share faces" in output


def test_a_picture_of_a_test_split_is_found_in_the_videos_that_show_it(
    store: str, tmp_path: Path
) -> None:
    """And a picture without a face is counted as one that could not be compared."""
    rows, output = _rows(store, tmp_path / "known.csv", "--against", "raf-db")
    assert {row["alike"] for row in rows} == {"benchmark/00/0000000"}
    assert "somebody000" not in {row["video_id"] for row in rows}
    assert "look like 1 of 2 in raf-db, test" in output.replace("\n", " ")
    assert "1 pictures could not be compared" in output


def test_a_split_without_faces_is_refused(store: str) -> None:
    command = ["duplicates", "--store", store, "--against", "raf-db", "--split", "validation"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "raf-db has no faces in 'validation'" in done.output
