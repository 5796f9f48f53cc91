"""One attempt at a video, in two halves: download, then faces."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from storage.ledger import VideoEvent
from storage.schema import FACES
from webemotion.errors import CollectionError
from webemotion.faces.face_stage import FaceStage, Pending
from webemotion.faces.harvest import Harvest
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


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A video whose faces are being looked for; `finish` deletes its folder."""

    found: VideoEvent
    video: Video
    folder: Path
    pending: Pending


def begin(
    found: VideoEvent,
    *,
    spool: Spool,
    scratch: Path,
    downloading: DownloadConfig,
    harvesting: HarvestConfig,
    stage: FaceStage,
) -> Downloaded | VideoEvent:
    """Download a video and hand it to the face stage.

    Returns:
        What is under way; or the event, if there is nothing more to do: the download failed, or
        the spool holds this attempt already and the weak label has not changed since.

    Raises:
        CollectionError: with decision "pause", which says nothing about this video.
    """
    kept = spool.event(found.video_id)
    if kept and (kept.attempts, kept.emotion) == (found.attempts + 1, found.emotion):
        return kept
    folder = Path(tempfile.mkdtemp(prefix=VIDEO_PREFIX, dir=scratch))
    try:
        video = download(found.video_id, folder, downloading)
        pending = stage.start(video, found.emotion or "", found.disagreement, harvesting)
    except CollectionError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return _kept_failure(found, error, spool)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Downloaded(found, video, folder, pending)


def finish(
    begun: Downloaded, *, spool: Spool, listed: Sequence[ListedClip] | None = None
) -> VideoEvent:
    """Wait for the faces, put them in the spool, and delete the file whatever happens.

    With `listed`, only the faces of those clips are kept.

    Raises:
        CollectionError: with decision "pause", which says nothing about this video.
    """
    try:
        result = begun.pending()
        result = result if listed is None else restrict(result, listed)
        event = _harvested(begun.found, begun.video, result)
    except CollectionError as error:
        return _kept_failure(begun.found, error, spool)
    finally:
        shutil.rmtree(begun.folder, ignore_errors=True)
    spool.keep(event, result.faces)
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


def _kept_failure(found: VideoEvent, error: CollectionError, spool: Spool) -> VideoEvent:
    if error.decision == "pause":
        raise error
    event = failed(found, error, datetime.now(UTC))
    spool.keep(event, FACES.empty_table())
    return event


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
