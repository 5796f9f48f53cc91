"""What a run did to its labels, as tables: every change, every face, and old against new."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from scn.checkpoint import Checkpoint

EVENTS: Final = "events.parquet"
FACES: Final = "faces.parquet"
CONFUSION: Final = "confusion.parquet"
_OF_AN_EVENT: Final = ("epoch", "p_max", "p_given", "importance", "time")
_OF_A_FACE: Final = ("face_id", "given", "current", "importance", "p_given", "p_max")


def write_changes(checkpoint: Checkpoint, folder: Path) -> None:
    """Write the three tables as Parquet into `folder`.

    `events`: face_id, epoch, old, new, p_max, p_given, importance, time, one row a change.
    `faces`: face_id, given and current label, changes, and what the last look at it said.
    `confusion`: old, new and how many changes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(events_of(checkpoint), folder / EVENTS)
    pq.write_table(faces_of(checkpoint), folder / FACES)
    matrix = confusion_of(checkpoint)
    rows = [
        {"old": old, "new": new, "changes": number}
        for old, counts in zip(checkpoint.classes, matrix, strict=True)
        for new, number in zip(checkpoint.classes, counts, strict=True)
        if old != new
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / CONFUSION)


def events_of(checkpoint: Checkpoint) -> pa.Table:
    """Every change of a label, by name, in the order they were made."""
    ids, names = checkpoint.samples["face_id"], pa.array(checkpoint.classes)
    events = checkpoint.events
    columns = {
        "face_id": ids.take(events["index"]),
        "old": names.take(events["old"].combine_chunks().cast(pa.int64())),
        "new": names.take(events["new"].combine_chunks().cast(pa.int64())),
        **{name: events[name] for name in _OF_AN_EVENT},
    }
    return pa.table(columns)


def faces_of(checkpoint: Checkpoint) -> pa.Table:
    """Every training face."""
    changes = Counter(checkpoint.events["index"].to_pylist())
    counts = [changes[index] for index in range(checkpoint.samples.num_rows)]
    table = checkpoint.samples.select(list(_OF_A_FACE))
    return table.append_column("changes", pa.array(counts, pa.int32()))


def confusion_of(checkpoint: Checkpoint) -> list[list[int]]:
    """Changes by old class (rows) and new class (columns)."""
    pairs = zip(*(checkpoint.events[c].to_pylist() for c in ("old", "new")), strict=True)
    counted, size = Counter(pairs), range(len(checkpoint.classes))
    return [[counted[old, new] for new in size] for old in size]


def extremes(samples: pa.Table, each: int) -> dict[str, list[str]]:
    """The faces of the least and the most importance of each given class, by caption.

    Args:
        samples: face_id, given and importance; a face that was never seen has none.
        each: faces a caption.
    """
    seen = samples.filter(samples["importance"].is_valid()).sort_by("importance").to_pylist()
    found: dict[str, list[str]] = {}
    for label in sorted({row["given"] for row in seen}):
        members = [row for row in seen if row["given"] == label]
        found[_caption(label, "least", members[:each])] = _ids(members[:each])
        found[_caption(label, "most", members[::-1][:each])] = _ids(members[::-1][:each])
    return found


def _ids(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["face_id"] for row in rows]


def _caption(label: str, which: str, rows: Sequence[dict[str, Any]]) -> str:
    first, last = rows[0]["importance"], rows[-1]["importance"]
    return f"{label}: {which} important, {first:.2f} to {last:.2f}"
