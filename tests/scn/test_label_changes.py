"""What a run did to its labels is all in the tables, and they agree with each other."""

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from scn.checkpoint import Checkpoint, load
from scn.config import Augmentation, preset
from scn.fitting import fit
from scn.label_changes import extremes, write_changes
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """Of a run that changed labels."""
    folder = tmp_path_factory.mktemp("run")
    labels = true_emotions(61)
    labels[::4] = [CLASSES[(CLASSES.index(label) + 1) % 3] for label in labels[::4]]
    reader = reader_of(folder / "store", labels)
    config = preset(
        "reference",
        image_size_px=SIZE_PX,
        batch_size=16,
        epochs=3,
        relabel_from_epoch=1,
        relabel_margin=0.05,
        augmentation=Augmentation(noise=0, erase=0),
    )
    return load(fit(config, reader, reader, CLASSES, folder / "run").last)


def test_the_tables_lead_from_the_given_labels_to_the_current_ones(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    """Following all events of a face ends at its current label, and the counts agree."""
    write_changes(checkpoint, tmp_path)
    events = pq.read_table(tmp_path / "events.parquet").to_pylist()
    faces = {row["face_id"]: row for row in pq.read_table(tmp_path / "faces.parquet").to_pylist()}
    assert len(events) > 3
    label = {face_id: row["given"] for face_id, row in faces.items()}
    for event in events:
        assert event["old"] == label[event["face_id"]]
        label[event["face_id"]] = event["new"]
        assert event["p_max"] - event["p_given"] > 0.05
    assert label == {face_id: row["current"] for face_id, row in faces.items()}
    assert sum(row["changes"] for row in faces.values()) == len(events)
    confusion = pq.read_table(tmp_path / "confusion.parquet")
    assert pc.sum(confusion["changes"]).as_py() == len(events)
    assert confusion.num_rows == len(CLASSES) * (len(CLASSES) - 1)


def test_the_extremes_are_the_least_and_the_most_important_of_each_class(
    checkpoint: Checkpoint,
) -> None:
    """No face beyond them lies outside, and nobody without importance is shown."""
    found = extremes(checkpoint.samples, 3)
    assert len(found) == 2 * len(CLASSES)
    rows = {row["face_id"]: row for row in checkpoint.samples.to_pylist()}
    for caption, ids in found.items():
        label = caption.split(":")[0]
        shown = [rows[face_id]["importance"] for face_id in ids]
        others = [
            row["importance"]
            for row in rows.values()
            if row["given"] == label and row["face_id"] not in ids and row["importance"] is not None
        ]
        assert {rows[face_id]["given"] for face_id in ids} == {label}
        if "least" in caption:
            assert max(shown) <= min(others)
        else:
            assert min(shown) >= max(others)
