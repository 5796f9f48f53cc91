"""Videos that show the same pictures, and faces that another dataset holds as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.near_duplicates import Places, hashes_of, near_pairs
from storage.store import Dataset

MAX_DISTANCE: Final = 4
"""Bits of 64; see benchmarks/duplicates.py for what it finds and what it confuses."""


@dataclass(frozen=True, slots=True)
class Reupload:
    """Two videos that share faces.

    Attributes:
        first: id of the video whose faces have the lower ids.
        second: id of the other.
        faces: pairs of alike hashes between the two.
        share: share of the hashes of the video with fewer that the other has as well, 0 to 1.
    """

    first: str
    second: str
    faces: int
    share: float


def reuploads(dataset: Dataset, max_distance: int = MAX_DISTANCE) -> list[Reupload]:
    """Pairs of videos with alike faces, those that share most first.

    Raises:
        ValueError: `max_distance` is out of range.
    """
    rows = dataset.scan("faces", ["phash", "video_id"]).drop_null()
    kept = rows.group_by(["video_id", "phash"]).aggregate([]).sort_by("video_id")
    videos = kept["video_id"].combine_chunks().dictionary_encode()
    video = videos.indices.to_numpy().astype(np.int64)
    a, b = _alike(kept["phash"], max_distance)
    between = video[a] != video[b]
    a, b = a[between], b[between]
    names = videos.dictionary.to_pylist()
    size = np.bincount(video, minlength=len(names))
    shared = _shared(video, a, b)
    found = [
        Reupload(names[u], names[v], pairs, round(min(1.0, hashes / min(size[u], size[v])), 3))
        for (u, v), (pairs, hashes) in shared.items()
    ]
    return sorted(found, key=lambda pair: (-pair.share, -pair.faces, pair.first, pair.second))


def known(
    dataset: Dataset, hashes: Mapping[str, Sequence[str]], max_distance: int = MAX_DISTANCE
) -> pa.Table:
    """Faces of a dataset that look like given ones.

    Args:
        dataset: whose faces are looked at.
        hashes: perceptual hashes, one or more by the name of what they are of.
        max_distance: bits of 64.

    Returns:
        face_id, video_id, alike (the name); each once.

    Raises:
        ValueError: `max_distance` is out of range.
    """
    columns = ["face_id", "video_id", "phash"]
    rows = dataset.scan("faces", columns).filter(pc.field("phash").is_valid())
    given = pa.table(
        {
            "alike": pa.array([name for name, all_ in hashes.items() for _ in all_], pa.string()),
            "phash": pa.array([each for all_ in hashes.values() for each in all_], pa.string()),
        }
    )
    both = pa.chunked_array([*rows["phash"].chunks, *given["phash"].chunks], pa.string())
    a, b = _alike(both, max_distance)
    face, place = np.minimum(a, b), np.maximum(a, b) - rows.num_rows
    across = (face < rows.num_rows) & (place >= 0)
    found = rows.take(pa.array(face[across])).select(["face_id", "video_id"])
    found = found.append_column("alike", given["alike"].take(pa.array(place[across])))
    return found.group_by(found.column_names).aggregate([]).sort_by("alike")


def _alike(texts: pa.ChunkedArray, max_distance: int) -> tuple[Places, Places]:
    """Places of rows whose hashes are equal or near, each pair once."""
    encoded = texts.combine_chunks().dictionary_encode()
    of_row = encoded.indices.to_numpy().astype(np.int64)
    unique = hashes_of(encoded.dictionary.to_numpy(zero_copy_only=False).astype(str))
    u, v = near_pairs(unique, max_distance)
    same = np.arange(unique.size)
    return _rows_of(of_row, np.concatenate([same, u]), np.concatenate([same, v]))


def _rows_of(of_row: Places, u: Places, v: Places) -> tuple[Places, Places]:
    """Pairs of rows from pairs of hashes."""
    order = np.argsort(of_row, kind="stable")
    start = np.searchsorted(of_row[order], np.arange(of_row.max(initial=-1) + 2))
    count = np.diff(start)
    times = count[u] * count[v]
    pair = np.repeat(np.arange(u.size), times)
    within = np.arange(pair.size) - np.repeat(np.cumsum(times) - times, times)
    a = order[start[u[pair]] + within // count[v[pair]]]
    b = order[start[v[pair]] + within % count[v[pair]]]
    once = (u[pair] != v[pair]) | (a < b)
    return a[once], b[once]


def _shared(video: Places, a: Places, b: Places) -> dict[tuple[int, int], tuple[int, int]]:
    """For each pair of videos: pairs of rows, and different rows of the one with fewer."""
    low, high = np.minimum(video[a], video[b]), np.maximum(video[a], video[b])
    of_low = np.where(video[a] == low, a, b)
    of_high = np.where(video[a] == low, b, a)
    table = pa.table({"low": low, "high": high, "of_low": of_low, "of_high": of_high})
    counted = table.group_by(["low", "high"]).aggregate(
        [([], "count_all"), ("of_low", "count_distinct"), ("of_high", "count_distinct")]
    )
    return {
        (row["low"], row["high"]): (
            row["count_all"],
            min(row["of_low_count_distinct"], row["of_high_count_distinct"]),
        )
        for row in counted.to_pylist()
    }
