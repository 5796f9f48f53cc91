"""Compaction and statistics."""

from pathlib import Path

from storage.ledger import Ledger, VideoEvent
from storage.maintenance import compact
from storage.statistics import faces_by, image_bytes, outcomes, stage_counts, yield_by_emotion
from storage.store import open_store
from tests.storage.rows import faces


def test_compaction_joins_files_and_keeps_every_row_and_every_committed_key(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    for number in range(6):
        dataset.append_faces({f"v{number}": faces(f"v{number}", 3)})
    before = dataset.scan("faces").sort_by("face_id")
    totals = compact(dataset)
    assert totals["faces"]["files_joined"] == 6
    assert totals["faces"]["files_written"] == 1
    assert dataset.scan("faces").sort_by("face_id").equals(before)
    assert dataset.append_faces({"v3": faces("v3", 3)}) == frozenset()


def test_statistics_add_up_to_what_was_stored(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    dataset.append_faces({"a": faces("a", 3, emotion="sad"), "b": faces("b", 2)})
    events = [
        VideoEvent("a", "collected", emotion="sad", counts={"clips": 1, "faces": 3}),
        VideoEvent("b", "collected", emotion="happy", counts={"clips": 2, "faces": 2}),
        VideoEvent("c", "dropped", "private", emotion="happy"),
    ]
    Ledger(dataset).record(events)
    states = list(Ledger(dataset).states().values())
    assert faces_by(dataset, "split", "emotion") == {("train", "happy"): 2, ("train", "sad"): 3}
    assert outcomes(states) == {("collected", ""): 2, ("dropped", "private"): 1}
    assert stage_counts(states) == {"clips": 3, "faces": 5}
    assert [(row["emotion"], row["found"], row["dropped"]) for row in yield_by_emotion(states)] == [
        ("happy", 2, 1),
        ("sad", 1, 0),
    ]
    stored = dataset.scan("faces", ["image"])["image"].to_pylist()
    assert image_bytes(dataset) == sum(len(image) for image in stored)
