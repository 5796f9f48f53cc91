"""Forgetting a video, a channel or a clip: no row, and no byte of an image, stays in the store.

In this order, so that a call that was killed is finished by the next one:

1. The tombstone is written. From now on nobody collects it.
2. The keys of its videos are committed to `faces`: a writer that is about to append such a video
   is refused by the log, and one that comes later finds the key taken.
3. Its rows are taken out of `faces`, `labels` and `videos`: each shard that holds some is replaced
   by one without them.
4. Files beside the current version (of older versions, of writers that died, in quarantine) are
   deleted if they hold such rows, or if nobody can tell. An older version that needed one is gone
   with it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from storage.commits import Change, change_table, names
from storage.errors import DamagedStore, VersionGone
from storage.quarantine import quarantined
from storage.rewriting import count_rows, rows_of, scratch_shards, shards_as_dataset
from storage.shards import shards_of
from storage.store import Dataset
from storage.table import Table
from storage.tombstones import Forgotten, Kind, bury, check_key, forgotten

_TABLES: Final = ("faces", "labels", "videos")
_READERS: Final = 8


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one call removed from one dataset.

    Attributes:
        rows: table → rows.
        files: paths of deleted files, relative to the dataset.
        videos: the videos that are forgotten, or that a forgotten clip is of.
    """

    dataset: str
    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()


def forget(dataset: Dataset, kind: Kind, key: str, reason: str = "asked for") -> Receipt:
    """Remove a video, channel or clip for good, and keep it from coming back.

    Raises:
        ValueError: `key` can be no id of that kind.
        DamagedStore: a shard that would have to be rewritten cannot be read.
        CommitConflict: other writers won every try; call again.
    """
    check_key(kind, key)
    now = datetime.now(UTC)
    bury(dataset, kind, [key], reason, now)
    videos = _videos_of(dataset, kind, key)
    if kind == "channel":
        # The ledger's rows go too: afterwards nothing else tells whose videos these were.
        bury(dataset, "video", videos, f"{reason} (channel {key})", now)
    gone = {
        "video": Forgotten(videos=frozenset(videos)),
        "channel": Forgotten(videos=frozenset(videos), channels=frozenset([key])),
        "clip": Forgotten(clips=frozenset([key])),
    }[kind]
    rows = _remove_rows(dataset, gone)
    return Receipt(dataset.name, rows, tuple(_purge(dataset, gone)), tuple(videos))


def finish_forgetting(dataset: Dataset) -> dict[str, int]:
    """Do for all tombstones what a call that was killed, or a writer that raced it, left undone.

    Returns:
        Table → rows removed.
    """
    gone = forgotten(dataset)
    if gone == Forgotten():
        return {}
    rows = _remove_rows(dataset, gone)
    _purge(dataset, gone)
    return rows


def _videos_of(dataset: Dataset, kind: Kind, key: str) -> list[str]:
    if kind != "channel":
        return [key.partition("/")[0]]
    rows = dataset.scan("videos", ["video_id"], pc.field("channel_id") == key)
    buried = dataset.scan(
        "tombstones", ["key"], pc.ends_with(pc.field("reason"), pattern=f"(channel {key})")
    )
    return sorted({*rows["video_id"].to_pylist(), *buried["key"].to_pylist()})


def _remove_rows(dataset: Dataset, gone: Forgotten) -> dict[str, int]:
    _fence(dataset.table("faces"), sorted(gone.videos))
    removed = {}
    for name in _TABLES:
        rows = gone.rows_in(name)
        if rows is not None:
            removed[name] = _remove(dataset.table(name), rows)
    return removed


def _fence(faces: Table, videos: Sequence[str]) -> None:
    """Take the keys of videos, so that no append can have them any more."""
    change_table(
        faces,
        lambda delta: Change(keys=[v for v in videos if delta.transaction_version(v) is None]),
    )


def _remove(table: Table, rows: ds.Expression) -> int:
    """Replace every shard that holds some of the rows; returns how many there were."""
    removed = 0
    while paths := _holding(table, rows):
        for path in paths:
            removed += _remove_from(table, path, rows)
    return removed


def _holding(table: Table, rows: ds.Expression) -> list[str]:
    """The shards that hold some of the rows."""
    version = table.delta().version()
    paths = names(table.delta(version))
    try:
        with ThreadPoolExecutor(_READERS) as pool:
            counts = pool.map(lambda path: count_rows(table, [path], rows), paths)
            return [path for path, count in zip(paths, counts, strict=True) if count]
    except VersionGone as error:
        if table.delta().version() == version:
            raise DamagedStore(str(error)) from error
        return _holding(table, rows)


def _remove_from(table: Table, path: str, rows: ds.Expression) -> int:
    """Replace one shard, if it is still there, by one without the rows; returns how many went."""
    removed = 0

    def plan(delta: DeltaTable) -> Change:
        nonlocal removed
        removed = 0
        if path not in names(delta):
            return Change()
        kept = pa.concat_tables([table.schema.empty_table(), *rows_of(table, [path], ~rows)])
        removed = count_rows(table, [path]) - kept.num_rows
        return Change(added=[spilled(s) for s in shards_of(table.name, kept)], removed=[path])

    with scratch_shards() as spilled:
        change_table(table, plan)
    return removed


def _purge(dataset: Dataset, gone: Forgotten) -> list[str]:
    """Delete files of no current version that hold the rows, or that cannot be read."""
    deleted = []
    for name in _TABLES:
        rows = gone.rows_in(name)
        table = dataset.table(name)
        for place in (table, quarantined(dataset, name)):
            current = set(names(table.delta())) if place is table else set()
            beside = [path for path in place.paths() if path not in current]
            suspects = [p for p in beside if rows is not None and _may_hold(place, p, rows)]
            place.remove(suspects)
            deleted += [f"{place.location.uri.removeprefix(dataset.uri)[1:]}/{p}" for p in suspects]
    return deleted


def _may_hold(table: Table, path: str, rows: ds.Expression) -> bool:
    try:
        return int(shards_as_dataset(table, [path]).count_rows(filter=rows)) > 0
    except FileNotFoundError:
        return False
    except (OSError, pa.ArrowException):
        return True
