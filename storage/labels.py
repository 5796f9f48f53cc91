"""Labels: the original label of a face, and the events of runs that change it.

The original is never rewritten. A run's events have an order of their own (`number`). The label as
of a run and an epoch is that of the run's last event for the face up to that epoch that was not
undone, or else the original. An undo is an event, too: it takes one other event back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from storage.commits import Change, change_table
from storage.schema import LABELS
from storage.shards import shards_of
from storage.store import Dataset
from storage.tombstones import forgotten

_COLUMNS: Final = ["face_id", "number", "epoch", "old", "new", "kind", "undoes"]


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """An event of a run; `undoes` is the number of the event that an undo takes back."""

    face_id: str
    number: int
    epoch: int
    old: str
    new: str
    kind: str
    undoes: int | None


def labels_as_of(
    dataset: Dataset, run_id: str, epoch: int | None = None, *, undone: bool = True
) -> dict[str, str]:
    """Emotion of each face after the events of `run_id`, up to and with `epoch`.

    Args:
        dataset: whose faces.
        run_id: whose events; those of other runs do not count.
        epoch: counted from 1; none for the newest state.
        undone: false shows the labels as training saw them, before anything was undone.
    """
    faces = dataset.scan("faces", ["face_id", "emotion"])
    labels = dict(zip(faces["face_id"].to_pylist(), faces["emotion"].to_pylist(), strict=True))
    events = events_of(dataset, run_id)
    for event in standing(events) if undone else [e for e in events if e.kind != "undo"]:
        if (epoch is None or event.epoch <= epoch) and event.face_id in labels:
            labels[event.face_id] = event.new
    return labels


def runs_of(dataset: Dataset) -> dict[str, dict[str, int]]:
    """The runs that have events, and how many of each kind."""
    rows = dataset.scan("labels", ["run_id", "kind"])
    counts = rows.group_by(["run_id", "kind"]).aggregate([([], "count_all")]).to_pylist()
    runs: dict[str, dict[str, int]] = {}
    for row in sorted(counts, key=lambda row: (row["run_id"], row["kind"])):
        runs.setdefault(row["run_id"], {})[row["kind"]] = row["count_all"]
    return runs


def events_of(dataset: Dataset, run_id: str, version: int | None = None) -> list[LabelEvent]:
    """The events of a run in their order."""
    rows = dataset.scan("labels", _COLUMNS, pc.field("run_id") == run_id, version)
    return [LabelEvent(**row) for row in rows.sort_by("number").to_pylist()]


def standing(events: Sequence[LabelEvent]) -> list[LabelEvent]:
    """The events that change a label and were not undone."""
    undone = {event.undoes for event in events if event.kind == "undo"}
    return [event for event in events if event.kind != "undo" and event.number not in undone]


def append_events(dataset: Dataset, run_id: str, events: pa.Table, once: str | None = None) -> int:
    """Append events (schema `LABELS`) after those that the run has; returns how many.

    Whatever races or crashes, each number of a run is given once. With `once`, only the first call
    for this run and word appends anything. Events of faces that were forgotten are left out.
    """

    def rows(_: list[LabelEvent]) -> pa.Table:
        return events

    return _append(dataset, run_id, rows, once)


def set_labels(dataset: Dataset, run_id: str, labels: Mapping[str, str]) -> int:
    """Let a person's labels count from the run's last epoch on; returns how many changed.

    Args:
        dataset: whose faces.
        run_id: the run they amend; a new name begins one.
        labels: face id → emotion.

    Raises:
        ValueError: there is no such face.
    """

    def rows(events: list[LabelEvent]) -> pa.Table:
        now = labels_as_of(dataset, run_id)
        for face_id in labels:
            if face_id not in now:
                raise ValueError(f"face: is {face_id!r}, there is no such face in {dataset.name}")
        epoch = max((event.epoch for event in events), default=0)
        return _table(
            {"face_id": f, "epoch": epoch, "old": now[f], "new": new, "kind": "human"}
            for f, new in labels.items()
            if new != now[f]
        )

    return _append(dataset, run_id, rows)


def undo(
    dataset: Dataset,
    run_id: str,
    *,
    epoch: int | None = None,
    emotion: str | None = None,
    face: str | None = None,
) -> int:
    """Take events of a run back: those of an epoch, to a class, of a face, all that are given.

    Returns:
        How many events were undone; those that are undone already do not count.

    Raises:
        ValueError: the run has no events, or none that the choice could mean.
    """
    wanted = {"epoch": epoch, "new": emotion, "face_id": face}

    def rows(events: list[LabelEvent]) -> pa.Table:
        _check_choice(run_id, events, wanted)
        left = standing(events)
        chosen = [e for e in left if all(v in (None, getattr(e, n)) for n, v in wanted.items())]
        ids = pa.array(sorted({event.face_id for event in chosen}), pa.string())
        faces = dataset.scan("faces", ["face_id", "emotion"], pc.field("face_id").isin(ids))
        original = dict(
            zip(faces["face_id"].to_pylist(), faces["emotion"].to_pylist(), strict=True)
        )
        return _table(_undo_rows(left, chosen, original))

    return _append(dataset, run_id, rows)


def _undo_rows(
    left: list[LabelEvent], chosen: list[LabelEvent], original: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """One row for each event taken back, with the label before and after all of it."""
    numbers = {event.number for event in chosen}
    before = {event.face_id: event.new for event in left}
    after = {event.face_id: event.new for event in left if event.number not in numbers}
    for event in chosen:
        yield {
            "face_id": event.face_id,
            "epoch": event.epoch,
            "old": before[event.face_id],
            "new": after.get(event.face_id, original[event.face_id]),
            "kind": "undo",
            "undoes": event.number,
        }


def _check_choice(run_id: str, events: list[LabelEvent], wanted: Mapping[str, object]) -> None:
    if not events:
        raise ValueError(
            f"run: {run_id!r} has no label events; `webemotion labels list` shows runs"
        )
    for name, value in wanted.items():
        known = sorted({getattr(event, name) for event in events if event.kind != "undo"})
        if value is not None and value not in known:
            shown = ", ".join(map(str, known[:10])) + (", …" if len(known) > 10 else "")
            raise ValueError(f"{name}: no event of run {run_id!r} has {value!r}, but {shown}")


def _table(rows: Iterator[dict[str, Any]]) -> pa.Table:
    now = datetime.now(UTC)
    return pa.Table.from_pylist(
        [{**row, "run_id": "", "number": 0, "time": now} for row in rows], schema=LABELS
    )


def _append(
    dataset: Dataset,
    run_id: str,
    rows: Callable[[list[LabelEvent]], pa.Table],
    once: str | None = None,
) -> int:
    """Append what `rows` makes of the run's events so far; again, if others came first."""
    appended = 0
    word = f"{run_id}/{once}"

    def plan(delta: DeltaTable) -> Change:
        nonlocal appended
        appended = 0
        if once and delta.transaction_version(word) is not None:
            return Change()
        events = events_of(dataset, run_id, delta.version())
        first = max((event.number for event in events), default=-1) + 1
        # Numbers of events that were forgotten are not given again.
        while delta.transaction_version(f"{run_id}@{first}") is not None:
            first += 1
        new = _numbered(dataset, rows(events), run_id, first)
        appended = new.num_rows
        keys = [*([f"{run_id}@{first}"] if appended else []), *([word] if once else [])]
        return Change(added=list(shards_of("labels", new)), keys=keys)

    change_table(dataset.table("labels"), plan)
    return appended


def _numbered(dataset: Dataset, rows: pa.Table, run_id: str, first: int) -> pa.Table:
    """Rows without the faces that were forgotten, as events `first` and following of a run."""
    gone = forgotten(dataset).rows_in("labels")
    kept = rows if gone is None else rows.filter(~gone)
    numbers = pa.array(np.arange(first, first + kept.num_rows))
    runs = pa.array([run_id] * kept.num_rows, pa.string())
    for name, values in (("number", numbers), ("run_id", runs)):
        kept = kept.set_column(LABELS.get_field_index(name), LABELS.field(name), values)
    return kept
