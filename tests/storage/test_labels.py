"""Labels as of a run and an epoch."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from storage.labels import labels_as_of
from storage.schema import LABELS
from storage.store import open_store
from tests.storage.rows import faces


def _event(face_id: str, run_id: str, epoch: int, old: str, new: str) -> dict[str, object]:
    time = datetime(2026, 1, 1, tzinfo=UTC)
    values = {"p_max": 0.9, "p_given": 0.1, "importance": 0.2, "kind": "relabel", "time": time}
    return {"face_id": face_id, "run_id": run_id, "epoch": epoch, "old": old, "new": new, **values}


def test_the_label_as_of_an_epoch_is_the_original_with_the_runs_events_applied(
    tmp_path: Path,
) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    dataset.append_faces({"a": faces("a", 2)})
    first, second = sorted(labels_as_of(dataset, "run"))
    events = [
        _event(first, "run", 12, "sad", "fear"),
        _event(first, "run", 10, "happy", "sad"),
        _event(second, "other", 10, "happy", "anger"),
    ]
    key = "labels"
    assert dataset.append_labels(key, pa.Table.from_pylist(events, schema=LABELS))
    assert not dataset.append_labels(key, pa.Table.from_pylist(events, schema=LABELS))
    assert labels_as_of(dataset, "run", epoch=9) == {first: "happy", second: "happy"}
    assert labels_as_of(dataset, "run", epoch=10) == {first: "sad", second: "happy"}
    assert labels_as_of(dataset, "run") == {first: "fear", second: "happy"}
    assert labels_as_of(dataset, "other")[second] == "anger"
