"""Ingesting as a flow on a real server: measured, aligned, compared with what is there."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from demo.benchmark_faces import benchmark_faces
from demo.layouts import write_rafdb
from flows.ingest import ingest
from flows.ingesting.ingest_check import check_ingest, handed_on
from flows.runs import latest
from scn.benchmarks import BenchmarkName
from scn.benchmarks.options import ReadOptions
from storage.fingerprint import fingerprint
from storage.store import Dataset, open_store
from tests.scn.benchmarks.copies import picture, rafdb

pytestmark = pytest.mark.timeout(600)
SEVEN = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RAF-DB of 21 drawn faces, of which one test image is a training image again."""
    folder = tmp_path_factory.mktemp("official")
    write_rafdb(
        folder,
        {
            split: benchmark_faces(dict.fromkeys(SEVEN, count), seed=seed, size_px=100)
            for seed, (split, count) in enumerate({"train": 2, "test": 1}.items())
        },
    )
    images = next(folder.rglob("aligned"))
    (train, *_), (test, *_) = (sorted(images.glob(f"{split}_*")) for split in ("train", "test"))
    test.write_bytes(train.read_bytes())
    return folder


def _ingest(deployed: dict[str, str], folder: Path, *given: Any, **settings: Any) -> dict[str, Any]:
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        ingest(*given, store=str(folder / "store"), runs=folder / "runs", **settings)
    run = latest(folder / "runs", "ingest")
    assert run is not None
    result: dict[str, Any] = run.read()["result"]
    return result


def _faces(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _dataset(folder, name).scan("faces").to_pylist()
    return rows


def _dataset(folder: Path, name: str) -> Dataset:
    return open_store(str(folder / "store")).dataset(name)


def test_images_are_measured_repeats_are_counted_and_the_data_has_a_fingerprint(
    deployed: dict[str, str], official: Path, tmp_path: Path
) -> None:
    """Each image has its light, blur and hash; the copied one is reported between the splits."""
    result = _ingest(deployed, tmp_path, BenchmarkName.RAFDB, official)
    rows = _faces(tmp_path, "raf-db")
    assert len(rows) == 21
    for name in ("sharpness", "brightness", "contrast", "asymmetry", "phash"):
        assert all(row[name] is not None for row in rows)
    assert result["repeats"] == {"test, of train": 1}
    assert result["fingerprint"] == fingerprint(_dataset(tmp_path, "raf-db"))
    again = _ingest(deployed, tmp_path, BenchmarkName.RAFDB, official)
    assert again["added"] == 0
    assert again["fingerprint"] == result["fingerprint"]


def test_alignment_loses_no_image_and_says_what_each_was_aligned_by(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    """Faces by the detector; a picture of noise as a whole."""
    for number, (image_rgb, emotion) in enumerate(
        benchmark_faces({"happy": 3, "sad": 3}, seed=2, size_px=160)
    ):
        file = tmp_path / "own" / emotion / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR))
    (tmp_path / "own" / "sad" / "noise.png").write_bytes(picture(".png", seed=1))
    result = _ingest(
        deployed, tmp_path, BenchmarkName.FOLDER, tmp_path / "own", dataset="own", align=True
    )
    rows = {row["face_id"]: row for row in _faces(tmp_path, "own")}
    assert len(rows) == 7
    assert result["aligned_by"] == {"detector": 6, "whole picture": 1}
    noise = rows.pop("train/sad/noise.png")
    assert (noise["probability"], noise["landmarks_xy"]) == (None, None)
    for row in rows.values():
        assert row["probability"] > 0.7
        assert len(row["landmarks_xy"]) == 10
        assert None not in (row["yaw_deg"], row["size_px"], row["phash"])
        image = cv2.imdecode(np.frombuffer(row["image"], np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        assert image.shape == (224, 224, 3)


def test_another_form_of_the_same_faces_is_refused(
    deployed: dict[str, str], official: Path, tmp_path: Path
) -> None:
    """Aligned beside as published, and other labels; nothing changes in the store."""
    _ingest(deployed, tmp_path, BenchmarkName.RAFDB, official)
    before = fingerprint(_dataset(tmp_path, "raf-db"))
    with pytest.raises(ValueError, match="is another picture there"):
        _ingest(deployed, tmp_path, BenchmarkName.RAFDB, official, align=True)
    labels = next(official.rglob("list_patition_label.txt"))
    text = labels.read_text()
    first = text.splitlines()[0]
    try:
        labels.write_text(text.replace(first, f"{first[:-1]}{int(first[-1]) % 7 + 1}"))
        with pytest.raises(ValueError, match=r"is .* there, and .* in these files; choose another"):
            _ingest(deployed, tmp_path, BenchmarkName.RAFDB, official)
    finally:
        labels.write_text(text)
    assert fingerprint(_dataset(tmp_path, "raf-db")) == before


def test_a_rule_that_keeps_other_faces_is_refused_too(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    """FERPlus by majority, then by argmax, which keeps more: not added, and not lost in silence."""
    folder = tmp_path / "ferplus"
    folder.mkdir()
    pixels = " ".join(["120"] * 48 * 48)
    header = (
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    )
    votes = ["10,0,0,0,0,0,0,0,0,0", "0,4,4,2,0,0,0,0,0,0", "0,0,0,9,1,0,0,0,0,0"]
    (folder / "fer2013.csv").write_text(
        "emotion,pixels,Usage\n" + "".join(f"3,{pixels},Training\n" for _ in votes)
    )
    (folder / "fer2013new.csv").write_text(
        "\n".join([header, *(f"Training,fer{n:07d}.png,{v}" for n, v in enumerate(votes))]) + "\n"
    )
    _ingest(deployed, tmp_path, BenchmarkName.FERPLUS, folder)
    assert len(_faces(tmp_path, "ferplus")) == 2
    argmax = ReadOptions(ferplus_rule="argmax")
    with pytest.raises(
        ValueError, match="fer0000001 is not there, though later ones of these files are"
    ):
        _ingest(deployed, tmp_path, BenchmarkName.FERPLUS, folder, options=argmax)
    result = _ingest(
        deployed, tmp_path, BenchmarkName.FERPLUS, folder, options=argmax, dataset="ferplus-argmax"
    )
    assert len(_faces(tmp_path, "ferplus-argmax")) == result["added"] == 3
    assert json.dumps(result)


def test_files_that_were_checked_are_not_checked_again_by_the_flow(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    """The label file is read once: the flow does without it; the next flow misses it."""
    labels = rafdb(tmp_path / "rafdb")
    given = (BenchmarkName.RAFDB, tmp_path / "rafdb")
    reading = check_ingest(*given, str(tmp_path / "store"), tmp_path / "runs", ReadOptions())
    labels.unlink()
    with handed_on(reading):
        assert _ingest(deployed, tmp_path, *given)["added"] == 5
        with pytest.raises(ValueError, match="file is missing"):
            _ingest(deployed, tmp_path, *given)
