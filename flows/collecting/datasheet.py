"""The datasheet of a dataset: how it came about, what is in it, what was left out and why.

After Gebru et al. 2021, "Datasheets for datasets" (https://arxiv.org/abs/1803.09010); it answers
what the store can answer.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

import pyarrow.compute as pc

from flows.stores.store_tables import Rows, tables_of
from storage.schema import SCHEMA_VERSION
from storage.store import Dataset

_MOST_ROWS: Final = 25


def datasheet(dataset: Dataset) -> str:
    """The sheet, in Markdown."""
    return "\n".join(_lines(dataset)) + "\n"


def _lines(dataset: Dataset) -> Iterator[str]:
    yield f"# Datasheet of {dataset.name}"
    yield ""
    yield f"Version {dataset.version()} of the faces, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
    yield f"WebEmotion {version('webemotion')}, schema {SCHEMA_VERSION}, yt-dlp {_ytdlp(dataset)}."
    yield ""
    yield "The emotion of a face that was collected is the word that most searches for its video"
    yield "used, no judgement of anyone; `disagreement` is the share that used another. Faces are"
    yield "personal data: share lists (`webemotion export --ids`), not images; see docs/terms.md."
    for table in tables_of(dataset):
        yield ""
        yield f"## {table.title[0].upper()}{table.title[1:]}"
        yield ""
        yield from _table(table.rows)


def _ytdlp(dataset: Dataset) -> str:
    """The versions that downloaded the videos."""
    used = pc.unique(dataset.scan("videos", ["ytdlp_version"])["ytdlp_version"])
    return ", ".join(sorted(used.drop_null().to_pylist())) or "not used"


def _table(rows: Rows) -> Iterator[str]:
    names = list(rows[0])
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows[:_MOST_ROWS]:
        # Words of a lexicon of one's own may hold what Markdown takes for a column.
        yield "| " + " | ".join(str(row[name]).replace("|", "\\|") for name in names) + " |"
    if len(rows) > _MOST_ROWS:
        yield f"\nand {len(rows) - _MOST_ROWS} more; `webemotion stats` shows all of them."
