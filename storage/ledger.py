"""The ledger: what happened to each video that a search ever returned.

Events are only appended. A video's state is its latest event, with one rule of recovery: a video
whose faces are committed is collected, whatever the ledger says. So a crash between the two
commits loses nothing and collects nothing twice.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from storage.schema import VIDEOS
from storage.store import Dataset

State = Literal["found", "collected", "dropped", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One query that returned a video; `rank` counts from 1."""

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
        """Append events in their order, under `key` at most once if it is given."""
        rows = [_row(event) for event in events]
        if rows:
            table = pa.Table.from_pylist(_in_order(rows), schema=VIDEOS)
            self._dataset.append_videos(key or str(uuid.uuid4()), table)

    def states(self) -> dict[str, VideoEvent]:
        """The latest event of each video, with `found_by` joined over all its events."""
        rows = self._dataset.scan("videos").sort_by("time").to_pylist()
        states: dict[str, VideoEvent] = {}
        for row in rows:
            event = _event(row)
            before = states.get(event.video_id)
            found_by = (before.found_by if before else ()) + event.found_by
            states[event.video_id] = replace(event, found_by=found_by)
        return self._recovered(states)

    def forgotten(self) -> frozenset[str]:
        """Keys of the tombstones: videos, channels and clips that must not come back."""
        return frozenset(self._dataset.scan("tombstones", ["key"])["key"].to_pylist())

    def _recovered(self, states: dict[str, VideoEvent]) -> dict[str, VideoEvent]:
        committed = pc.unique(self._dataset.scan("faces", ["video_id"])["video_id"])
        for video_id in committed.drop_null().to_pylist():
            known = states.get(video_id, VideoEvent(video_id, "collected"))
            states[video_id] = replace(known, state="collected", reason=None)
        return states


def _row(event: VideoEvent) -> dict[str, object]:
    return {
        **asdict(event),
        "found_by": [asdict(finding) for finding in event.found_by],
        "counts": list(event.counts.items()),
    }


def _in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Give events of one call times that rise, so that their order survives storage."""
    last: datetime | None = None
    for row in rows:
        time = row["time"]
        if isinstance(time, datetime) and last is not None and time <= last:
            row["time"] = time = last + timedelta(microseconds=1)
        last = time if isinstance(time, datetime) else last
    return rows


def _event(row: dict[str, object]) -> VideoEvent:
    found_by = row.pop("found_by") or []
    counts = row.pop("counts") or []
    return VideoEvent(
        **row,  # type: ignore[arg-type]  # the schema of the table is the dataclass's
        found_by=tuple(Finding(**finding) for finding in found_by),  # type: ignore[attr-defined]
        counts=dict(counts),  # type: ignore[call-overload]
    )
