"""One video from its id to its outcome: download, harvest, decide."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from storage.forgetting import forget
from storage.ledger import Ledger, VideoEvent
from storage.schema import FACES
from storage.store import Dataset
from storage.tombstones import forgotten
from webemotion.errors import CollectionError
from webemotion.faces.harvest import Harvest, harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.listed_faces import restrict
from webemotion.listing import ListedClip
from webemotion.scratch import VIDEO_PREFIX
from webemotion.site.download import download
from webemotion.site.web_config import DownloadConfig
from webemotion.spool import Spool
from webemotion.video import Video

MAX_ATTEMPTS: Final = 5
_FIRST_RETRY: Final = timedelta(hours=1)


def collect_video(
    found: VideoEvent,
    *,
    spool: Spool,
    scratch: Path,
    downloading: DownloadConfig,
    harvesting: HarvestConfig,
    listed: Sequence[ListedClip] | None = None,
) -> VideoEvent:
    """Download a video, harvest its faces into the spool, and return what became of it.

    The downloaded file is deleted whatever happens. An attempt that the spool already holds is not
    made again, unless the weak label has changed since. With `listed`, only the faces of those
    clips are kept.

    Raises:
        CollectionError: with decision "pause", which says nothing about this video.
    """
    kept = spool.event(found.video_id)
    if kept and (kept.attempts, kept.emotion) == (found.attempts + 1, found.emotion):
        return kept
    folder = Path(tempfile.mkdtemp(prefix=VIDEO_PREFIX, dir=scratch))
    try:
        video = download(found.video_id, folder, downloading)
        result = harvest(
            video,
            emotion=found.emotion or "",
            disagreement=found.disagreement,
            config=harvesting,
        )
        result = result if listed is None else restrict(result, listed)
        event, faces = _harvested(found, video, result), result.faces
    except CollectionError as error:
        if error.decision == "pause":
            raise
        event, faces = failed(found, error, datetime.now(UTC)), FACES.empty_table()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    spool.keep(event, faces)
    return event


def failed(found: VideoEvent, error: CollectionError, now: datetime) -> VideoEvent:
    """The event of a failure: dropped for good, or to be tried again ever later."""
    attempts = found.attempts + 1
    again = error.decision == "retry" and attempts < MAX_ATTEMPTS
    return replace(
        found,
        state="failed" if again else "dropped",
        reason=error.reason,
        detail=str(error)[:500],
        attempts=attempts,
        next_try_at=now + _FIRST_RETRY * 4 ** (attempts - 1) if again else None,
        found_by=(),
        time=now,
    )


def _harvested(found: VideoEvent, video: Video, result: Harvest) -> VideoEvent:
    reason = result.drop_reason
    return replace(
        found,
        state="dropped" if reason else "collected",
        reason=reason,
        detail=None,
        attempts=found.attempts + 1,
        next_try_at=None,
        found_by=(),
        title=video.title,
        channel_id=video.channel_id,
        duration_s=video.duration_s,
        licence=video.licence,
        width_px=video.width_px,
        height_px=video.height_px,
        fps=video.fps,
        ytdlp_version=video.ytdlp_version,
        counts=dict(result.counts),
        time=datetime.now(UTC),
    )


def commit(dataset: Dataset, spool: Spool, events: Sequence[VideoEvent]) -> int:
    """Commit a batch: the faces first, then the ledger, then the spool is emptied.

    A crash between any two of them is made good by the next call: faces are committed once per
    video, the ledger's events once per set of attempts. A video that was forgotten, or whose
    channel was, while it was being collected, leaves nothing.

    Returns:
        The number of faces committed by this call.
    """
    _respect_tombstones(dataset, events)
    kept = _not_forgotten(dataset, events)
    faces = {e.video_id: spool.faces(e.video_id) for e in kept if e.state == "collected"}
    committed = dataset.append_faces(faces) if faces else frozenset()
    # Whoever forgets a channel writes the tombstone first and then looks for its videos: one of
    # the two sees the other.
    _respect_tombstones(dataset, kept)
    kept = _not_forgotten(dataset, kept)
    Ledger(dataset).record(kept, _key(kept))
    for event in events:
        spool.drop(event.video_id)
    return sum(faces[e.video_id].num_rows for e in kept if e.video_id in committed)


def _respect_tombstones(dataset: Dataset, events: Sequence[VideoEvent]) -> None:
    """Forget the videos whose channel is to be forgotten."""
    gone = forgotten(dataset)
    for event in events:
        if event.channel_id in gone.channels and event.video_id not in gone.videos:
            forget(dataset, "video", event.video_id, f"its channel {event.channel_id} is forgotten")


def _not_forgotten(dataset: Dataset, events: Sequence[VideoEvent]) -> list[VideoEvent]:
    videos = forgotten(dataset).videos
    return [event for event in events if event.video_id not in videos]


def _key(events: Sequence[VideoEvent]) -> str:
    """The name of these attempts: a batch that is repeated has it again, a later one has not."""
    attempts = sorted(f"{event.video_id} {event.attempts}" for event in events)
    return "attempts:" + hashlib.sha256("\n".join(attempts).encode()).hexdigest()
