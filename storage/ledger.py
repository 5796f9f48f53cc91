"""The ledger: what happened to each video that a search ever returned.

Events are only appended. A video's state is its latest event, with one rule of recovery: a video
whose faces are committed is collected, whatever the ledger says. So a crash between the two
commits loses nothing and collects nothing twice.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from storage.schema import VIDEOS
from storage.store import Dataset

_TICK: Final = timedelta(microseconds=1)
_SLICE_ROWS: Final = 4096

State = Literal["found", "collected", "dropped", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One query that returned a video; `rank` counts from 1, 0 where a shared list named it."""

    emotion: str
    keyword: str
    country: str
    age: str
    rank: int
    time: datetime


@dataclass(frozen=True, slots=True)
class VideoEvent:
    """One event in a video's life; the columns of the table `videos`."""

    video_id: str
    state: State
    reason: str | None = None
    detail: str | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    found_by: tuple[Finding, ...] = ()
    emotion: str | None = None
    disagreement: float | None = None
    title: str | None = None
    channel_id: str | None = None
    duration_s: float | None = None
    licence: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    ytdlp_version: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def is_due(self, now: datetime) -> bool:
        """Whether the video should be tried: found and not settled, or failed and its time come."""
        if self.state == "failed":
            return self.next_try_at is None or self.next_try_at <= now
        return self.state == "found"


class Ledger:
    """The events of a dataset's videos."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def record(self, events: Iterable[VideoEvent], key: str | None = None) -> None:
        """Append events in their order, under `key` at most once if it is given.

        Clocks jump: an event that would seem to come before one that is recorded already gets a
        time just after it.
        """
        listed = list(events)
        if listed:
            rows = list(_in_order(listed, self._last_times({event.video_id for event in listed})))
            table = pa.Table.from_pylist(rows, schema=VIDEOS)
            self._dataset.append_videos(key or str(uuid.uuid4()), table)

    def states(self, of: Collection[str] | None = None) -> dict[str, VideoEvent]:
        """The latest event of each video, with `found_by` joined over all its events.

        Args:
            of: the videos asked for; None for all, which takes some kilobytes of memory each.
        """
        return {event.video_id: event for event in self._each(VIDEOS.names, of)}

    def each(self, *columns: str) -> Iterator[VideoEvent]:
        """All states one after another, with these columns and no others.

        Memory: what the columns of all events take as Arrow arrays, so millions of videos fit.
        """
        return self._each(["video_id", "time", "state", "reason", *columns], None)

    def _each(self, columns: Sequence[str], of: Collection[str] | None) -> Iterator[VideoEvent]:
        events = self._dataset.scan("videos", list(dict.fromkeys(columns)), _named(of))
        faces = pc.unique(self._dataset.scan("faces", ["video_id"], _named(of))["video_id"])
        committed = faces.drop_null()
        unknown = committed.filter(pc.invert(pc.is_in(committed, events["video_id"])))
        events = events.append_column("committed", pc.is_in(events["video_id"], committed))
        ordered = events.sort_by([("video_id", "ascending"), ("time", "ascending")])
        rows = (row for part in ordered.to_batches(_SLICE_ROWS) for row in part.to_pylist())
        for _, life in groupby(rows, key=itemgetter("video_id")):
            yield _state(life)
        for video_id in unknown.to_pylist():
            yield VideoEvent(video_id, "collected")

    def due(self, now: datetime) -> list[str]:
        """The videos to try: found and not settled, or failed and their time come.

        Videos that are forgotten, or whose channel is, are left out. Millions of videos fit in
        memory: only what decides is read of each.
        """
        columns = ["state", "next_try_at", "channel_id"]
        events = self._dataset.scan("videos", ["video_id", "time", *columns]).sort_by("time")
        latest = events.group_by("video_id", use_threads=False).aggregate(
            [(column, "last", pc.ScalarAggregateOptions(skip_nulls=False)) for column in columns]
        )
        gone = pa.array(sorted(self.forgotten()), pa.string())
        committed = pc.unique(self._dataset.scan("faces", ["video_id"])["video_id"])
        failed = pc.field("state_last") == "failed"
        time_come = pc.field("next_try_at_last").is_null() | (
            pc.field("next_try_at_last") <= pa.scalar(now)
        )
        wanted = latest.filter(
            ((pc.field("state_last") == "found") | (failed & time_come))
            & ~pc.field("video_id").isin(gone)
            & ~pc.field("channel_id_last").isin(gone)
            & ~pc.field("video_id").isin(committed)
        )
        return [str(video_id) for video_id in wanted["video_id"].to_pylist()]

    def collected_before(self, time: datetime) -> list[str]:
        """The videos whose faces are in the store and whose latest event is older, oldest first."""
        events = self._dataset.scan("videos", ["video_id", "time"])
        latest = events.group_by("video_id").aggregate([("time", "max")]).sort_by("time_max")
        committed = pc.unique(self._dataset.scan("faces", ["video_id"])["video_id"])
        old = latest.filter(
            (pc.field("time_max") < pa.scalar(time)) & pc.field("video_id").isin(committed)
        )
        return [str(video_id) for video_id in old["video_id"].to_pylist()]

    def forgotten(self) -> frozenset[str]:
        """Keys of the tombstones: videos, channels and clips that must not come back."""
        return frozenset(self._dataset.scan("tombstones", ["key"])["key"].to_pylist())

    def _last_times(self, video_ids: Collection[str]) -> dict[str, datetime]:
        """The time of each video's latest event."""
        rows = self._dataset.scan("videos", ["video_id", "time"], _named(video_ids))
        latest = rows.group_by("video_id").aggregate([("time", "max")])
        return dict(
            zip(latest["video_id"].to_pylist(), latest["time_max"].to_pylist(), strict=True)
        )


def _named(video_ids: Collection[str] | None) -> ds.Expression | None:
    if video_ids is None:
        return None
    return pc.field("video_id").isin(pa.array(sorted(video_ids), pa.string()))


def _row(event: VideoEvent) -> dict[str, object]:
    return {
        **asdict(event),
        "found_by": [asdict(finding) for finding in event.found_by],
        "counts": list(event.counts.items()),
    }


def _in_order(
    events: Iterable[VideoEvent], last: dict[str, datetime]
) -> Iterator[dict[str, object]]:
    """The events as rows; the times of each video's rise."""
    for event in events:
        before = last.get(event.video_id)
        time = event.time if before is None else max(event.time, before + _TICK)
        last[event.video_id] = time
        yield _row(replace(event, time=time))


def _state(life: Iterable[dict[str, Any]]) -> VideoEvent:
    """The state that a video's events, in their order, come to."""
    found_by: list[Finding] = []
    for row in life:
        found_by += [Finding(**finding) for finding in row.pop("found_by", None) or []]
        row["counts"] = dict(row.get("counts") or [])
    if row.pop("committed"):
        row |= {"state": "collected", "reason": None}
    return VideoEvent(**row, found_by=tuple(found_by))
