"""One batch of videos, from their ids to one commit of faces."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.runtime import task_run
from prefect.states import Completed, Failed

from flows.parameters import DatasetName
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from webemotion.collection import collect_video, commit
from webemotion.errors import CollectionError
from webemotion.harvest_config import HarvestConfig
from webemotion.listing import ListedClip, read_listing
from webemotion.scratch import sweep
from webemotion.spool import Spool
from webemotion.web_config import DownloadConfig


def _video_id() -> str:
    return f"video {task_run.parameters['found'].video_id}"


@task(name="collect-video", task_run_name=_video_id, persist_result=False)
def collect_one(
    found: VideoEvent,
    spool: Spool,
    scratch: Path,
    downloading: DownloadConfig,
    harvesting: HarvestConfig,
    listed: Sequence[ListedClip] | None,
) -> VideoEvent:
    """Download and harvest one video; see webemotion.collection."""
    event = collect_video(
        found,
        spool=spool,
        scratch=scratch,
        downloading=downloading,
        harvesting=harvesting,
        listed=listed,
    )
    get_run_logger().info(
        "%s %s: %s, %d faces",
        event.video_id,
        event.state,
        event.reason or "ok",
        event.counts.get("faces", 0),
    )
    return event


@flow(name="collect-batch", persist_result=False)
def collect_batch(
    video_ids: list[str],
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    scratch: Path = Path("data/scratch"),
    downloading: DownloadConfig = DownloadConfig(),
    harvesting: HarvestConfig = HarvestConfig(),
    listing: Path | None = None,
) -> State[Any]:
    """Collect the videos that are not settled yet, and commit their faces together.

    What is finished is committed even if the batch has to stop: at a wall that every further video
    would meet, it ends in the state Paused, which says what happened. With a listing, only the
    faces that it names are kept.
    """
    named = read_listing(listing) if listing else None
    opened = open_store(store).dataset(dataset)
    states = Ledger(opened).states()
    scratch.mkdir(parents=True, exist_ok=True)
    sweep(scratch)
    digest = named.digest if named else ""
    spool = Spool.under(scratch, opened.uri, downloading, harvesting, listing=digest)
    events: list[VideoEvent] = []
    wall: CollectionError | None = None
    for found in [states[v] for v in video_ids if states[v].state in ("found", "failed")]:
        try:
            listed = named.clips.get(found.video_id, ()) if named else None
            events.append(collect_one(found, spool, scratch, downloading, harvesting, listed))
        except CollectionError as error:
            wall = error
            break
    faces = commit(opened, spool, events)
    done = f"{len(events)} videos, {faces} new faces"
    if wall:
        return Failed(name="Paused", message=f"{wall.reason}: {wall}; after {done}")
    return Completed(message=done)
