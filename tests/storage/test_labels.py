"""Labels as of a run and an epoch, undone by events."""

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from storage.forgetting import forget
from storage.labels import (
    append_events,
    events_of,
    labels_as_of,
    runs_of,
    set_labels,
    undo,
)
from storage.schema import LABELS
from storage.store import Dataset, open_store
from tests.storage.rows import faces

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B, C = (f"a/00/{number:07d}" for number in range(3))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Three happy faces."""
    made = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    made.append_faces({"a": faces("a", 3)})
    return made


def relabels(*events: tuple[str, int, str, str]) -> pa.Table:
    """Relabel events from (face, epoch, old, new)."""
    return pa.Table.from_pylist(
        [
            {"face_id": face, "run_id": "", "number": 0, "epoch": epoch, "old": old, "new": new,
             "p_max": 0.9, "p_given": 0.1, "importance": 0.2, "kind": "relabel", "time": NOW}
            for face, epoch, old, new in events
        ],
        schema=LABELS,
    )  # fmt: skip


def _trained(dataset: Dataset) -> Dataset:
    append_events(
        dataset,
        "run",
        relabels(
            (A, 10, "happy", "sad"),
            (B, 10, "happy", "anger"),
            (A, 12, "sad", "fear"),
            (C, 12, "happy", "sad"),
        ),
        once="training",
    )
    return dataset


def test_the_label_as_of_an_epoch_is_the_original_with_the_runs_events_applied(
    dataset: Dataset,
) -> None:
    _trained(dataset)
    append_events(dataset, "other", relabels((B, 10, "happy", "fear")))
    assert labels_as_of(dataset, "run", 9) == {A: "happy", B: "happy", C: "happy"}
    assert labels_as_of(dataset, "run", 10) == {A: "sad", B: "anger", C: "happy"}
    assert labels_as_of(dataset, "run") == {A: "fear", B: "anger", C: "sad"}
    assert labels_as_of(dataset, "other") == {A: "happy", B: "fear", C: "happy"}
    assert labels_as_of(dataset, "none") == {A: "happy", B: "happy", C: "happy"}


def test_the_events_of_a_training_are_appended_once(dataset: Dataset) -> None:
    _trained(_trained(dataset))
    assert runs_of(dataset) == {"run": {"relabel": 4}}
    assert [event.number for event in events_of(dataset, "run")] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("choice", "count", "after"),
    [
        ({}, 4, {A: "happy", B: "happy", C: "happy"}),
        ({"epoch": 12}, 2, {A: "sad", B: "anger", C: "happy"}),
        ({"epoch": 10}, 2, {A: "fear", B: "happy", C: "sad"}),
        ({"emotion": "sad"}, 2, {A: "fear", B: "anger", C: "happy"}),
        ({"face": A}, 2, {A: "happy", B: "anger", C: "sad"}),
        ({"face": A, "epoch": 12}, 1, {A: "sad", B: "anger", C: "sad"}),
    ],
)
def test_undo_takes_back_what_is_chosen_and_keeps_the_history(
    dataset: Dataset, choice: dict[str, object], count: int, after: dict[str, str]
) -> None:
    _trained(dataset)
    before = labels_as_of(dataset, "run")
    assert undo(dataset, "run", **choice) == count  # type: ignore[arg-type]
    assert labels_as_of(dataset, "run") == after
    assert labels_as_of(dataset, "run", undone=False) == before
    assert undo(dataset, "run", **choice) == 0  # type: ignore[arg-type]
    assert runs_of(dataset) == {"run": {"relabel": 4, "undo": count}}
    originals = set(dataset.scan("faces", ["emotion"])["emotion"].to_pylist())
    assert originals == {"happy"}


def test_an_undo_of_all_that_is_left_says_that_the_label_is_the_original_again(
    dataset: Dataset,
) -> None:
    _trained(dataset)
    undo(dataset, "run", epoch=10)
    undo(dataset, "run", face=A)
    last = events_of(dataset, "run")[-1]
    assert (last.old, last.new, last.undoes) == ("fear", "happy", 2)


def test_a_person_sets_a_label_and_takes_it_back(dataset: Dataset) -> None:
    _trained(dataset)
    assert set_labels(dataset, "run", {A: "disgust", B: "anger"}) == 1
    assert labels_as_of(dataset, "run")[A] == "disgust"
    assert labels_as_of(dataset, "run", 10)[A] == "sad"
    assert undo(dataset, "run", emotion="disgust") == 1
    assert labels_as_of(dataset, "run")[A] == "fear"


@pytest.mark.parametrize(
    ("run", "choice", "problem"),
    [
        ("none", {}, "'none' has no label events"),
        ("run", {"epoch": 11}, "epoch: no event of run 'run' has 11, but 10, 12"),
        ("run", {"emotion": "joy"}, "has 'joy', but anger, fear, sad"),
        ("run", {"face": "x"}, "has 'x', but a/00/0000000"),
    ],
)
def test_an_undo_of_nothing_is_refused_with_what_there_is(
    dataset: Dataset, run: str, choice: dict[str, object], problem: str
) -> None:
    _trained(dataset)
    with pytest.raises(ValueError, match=problem):
        undo(dataset, run, **choice)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such face"):
        set_labels(dataset, "run", {"x": "sad"})


def _append(uri: str, epoch: int) -> None:
    dataset = open_store(uri).dataset("webemotion")
    for number in range(5):
        face = f"a/00/{number % 3:07d}"
        append_events(dataset, "run", relabels((face, epoch, "happy", "sad")))


def test_writers_that_race_for_a_run_give_each_number_once(
    dataset: Dataset, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(str(tmp_path), n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert [event.number for event in events_of(dataset, "run")] == list(range(15))


def test_events_of_a_forgotten_face_are_neither_kept_nor_appended(dataset: Dataset) -> None:
    dataset.append_faces({"gone": faces("gone", 1)})
    events = relabels((A, 1, "happy", "sad"), ("gone/00/0000000", 1, "happy", "sad"))
    append_events(dataset, "run", events)
    forget(dataset, "video", "gone")
    append_events(dataset, "run", events)
    assert [(event.face_id, event.number) for event in events_of(dataset, "run")] == [
        (A, 0),
        (A, 1),
    ]
