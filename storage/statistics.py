"""What a dataset holds, counted without reading an image: for tables that a person reads."""

from dataclasses import dataclass

import pyarrow.compute as pc

from storage.store import Dataset
from storage.table import Table


def faces_by(dataset: Dataset, *columns: str) -> dict[tuple[str, ...], int]:
    """Number of faces for each combination of values in `columns`."""
    counts = (
        dataset.scan("faces", list(columns)).group_by(list(columns)).aggregate([([], "count_all")])
    )
    return {
        tuple(str(row[column]) for column in columns): row["count_all"]
        for row in counts.sort_by([(column, "ascending") for column in columns]).to_pylist()
    }


@dataclass(frozen=True, slots=True)
class TableSize:
    """What a table takes: its rows and shards, and files that only older versions need."""

    table: str
    rows: int
    shards: int
    shard_bytes: int
    other_files: int
    other_bytes: int


def sizes(dataset: Dataset) -> list[TableSize]:
    """The size of each table."""
    return [_size(table) for table in dataset.tables()]


def _size(table: Table) -> TableSize:
    actions = table.delta().get_add_actions()
    paths, bytes_, rows = (
        actions.column(name).to_pylist() for name in ("path", "size_bytes", "num_records")
    )
    named = set(paths)
    others = [info.size for info in table.files() if info.path.lstrip("/") not in named]
    return TableSize(table.name, sum(rows), len(paths), sum(bytes_), len(others), sum(others))


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Faces that look like another one, by the same perceptual hash.

    Attributes:
        within_videos: beyond the first of each hash of a video.
        between_videos: whose hash occurs in several videos.
    """

    within_videos: int
    between_videos: int


def duplicates(dataset: Dataset) -> Duplicates:
    """Count duplicates; faces without a hash or a video do not count."""
    rows = dataset.scan("faces", ["phash", "video_id"]).drop_null()
    per_video = rows.group_by(["phash", "video_id"]).aggregate([([], "count_all")])
    per_hash = per_video.group_by("phash").aggregate([("video_id", "count"), ("count_all", "sum")])
    shared = per_hash.filter(pc.field("video_id_count") > 1)
    return Duplicates(
        within_videos=rows.num_rows - per_video.num_rows,
        between_videos=pc.sum(shared["count_all_sum"]).as_py() or 0,
    )
