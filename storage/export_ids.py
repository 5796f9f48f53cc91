"""A dataset as a list that can be shared: which clips of which videos, and no picture of anyone.

One JSON object a line, one line a clip::

    {"video_id": …, "clip_start_s": …, "clip_end_s": …, "boxes": [[t_s, x0, y0, x1, y1], …],
     "label": …, "query": {"emotion": …, "keyword": …, "country": …, "age": …} or null}

Boxes are relative to the frame. The query is the best-ranked one that asked for the label.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import pyarrow.compute as pc

from storage.ledger import Finding, Ledger
from storage.store import Dataset

_COLUMNS: Final = [
    "video_id", "clip_id", "clip_start_s", "clip_end_s", "t_s", "box_xyxy", "emotion"
]  # fmt: skip
_QUERY: Final = ("emotion", "keyword", "country", "age")


@dataclass(frozen=True, slots=True)
class ExportedIds:
    """What was written, and what could not be: faces of no video."""

    videos: int
    clips: int
    faces: int
    faces_without_video: int


def export_ids(dataset: Dataset, path: Path) -> ExportedIds:
    """Write the list to a file, which appears whole or not at all.

    Memory: about 150 bytes a face.

    Raises:
        OSError: the file cannot be written.
    """
    found_by = {event.video_id: event.found_by for event in Ledger(dataset).each("found_by")}
    rows = dataset.scan("faces", _COLUMNS, pc.field("video_id").is_valid())
    total = dataset.fragments("faces").count_rows()
    lines = list(_lines(rows.sort_by("clip_id").to_batches(), found_by))
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        for line in lines:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    videos = len({line["video_id"] for line in lines})
    return ExportedIds(videos, len(lines), rows.num_rows, total - rows.num_rows)


def _lines(
    batches: Iterable[Any], found_by: dict[str, tuple[Finding, ...]]
) -> Iterator[dict[str, Any]]:
    rows = (row for batch in batches for row in batch.to_pylist())
    for _, members in groupby(rows, key=lambda row: str(row["clip_id"])):
        faces = sorted(members, key=lambda row: float(row["t_s"]))
        first = faces[0]
        yield {
            "video_id": first["video_id"],
            "clip_start_s": round(first["clip_start_s"], 3),
            "clip_end_s": round(first["clip_end_s"], 3),
            "boxes": [[round(f["t_s"], 3), *(round(v, 4) for v in f["box_xyxy"])] for f in faces],
            "label": first["emotion"],
            "query": _query(found_by.get(first["video_id"], ()), first["emotion"]),
        }


def _query(found_by: tuple[Finding, ...], label: str) -> dict[str, str] | None:
    if not found_by:
        return None
    best = min(found_by, key=lambda finding: (finding.emotion != label, finding.rank))
    return {name: getattr(best, name) for name in _QUERY}
