"""One batch of videos, from their ids to one commit of faces."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State
from prefect.runtime import task_run
from prefect.states import Completed, Failed

from flows.artifacts import show_results
from flows.calls import CALL_TAG
from flows.gate import MOST_IN_A_ROW, Walled, call
from flows.parameters import DatasetName
from flows.secret_blocks import load_secrets
from flows.terms import require_terms
from flows.wall import meet
from storage.errors import StoreUnreachable, StoreUnwritable
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from storage.yields import outcomes, yield_by_query
from webemotion.collection import collect_video, commit
from webemotion.errors import ConnectionFailed, LocalFault
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.listing import ListedClip, read_listing
from webemotion.scratch import sweep
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig
from webemotion.spool import Spool

PAUSED: Final = "Paused"
"""The name of the state of a batch that met a wall."""


def _video_id() -> str:
    return f"video {task_run.parameters['found'].video_id}"


@task(name="collect-video", task_run_name=_video_id, tags=[CALL_TAG], persist_result=False)
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
    manners: Manners = Manners(),
    listing: Path | None = None,
    trial: bool = False,
) -> State[Any]:
    """Collect the videos that are not settled yet, and commit their faces together.

    What is finished is committed even if the batch has to stop: at a wall that every further video
    would meet, it ends in the state Paused, which says what happened. With a listing, only the
    faces that it names are kept. The first video of a trial tries a wall whose time is over.
    """
    require_terms(manners)
    load_secrets()
    named = read_listing(listing) if listing else None
    opened = open_store(store).dataset(dataset)
    states = Ledger(opened).states(video_ids)
    scratch.mkdir(parents=True, exist_ok=True)
    sweep(scratch)
    digest = named.digest if named else ""
    spool = Spool.under(scratch, opened.uri, downloading, harvesting, listing=digest)
    due = [states[v] for v in video_ids if states[v].state in ("found", "failed")]

    def one(found: VideoEvent) -> VideoEvent:
        listed = named.clips.get(found.video_id, ()) if named else None
        return collect_one(found, spool, scratch, downloading, harvesting, listed)

    events, wall = _collect_all(due, one, spool, manners, trial)
    if events:
        _show_yield(events, states)
    try:
        faces = commit(opened, spool, events)
    except (StoreUnreachable, StoreUnwritable) as error:
        # What is finished waits in the spool for the next batch that holds these videos.
        lost = Walled(meet(LocalFault(str(error)), manners))
        return Failed(name=PAUSED, message=f"{lost}; {len(events)} videos wait in {scratch}")
    done = f"{len(events)} videos, {faces} new faces"
    if wall:
        return Failed(name=PAUSED, message=f"{wall}; after {done}")
    return Completed(message=done)


def _show_yield(events: Sequence[VideoEvent], states: Mapping[str, VideoEvent]) -> None:
    """What each query gave in this batch, and why videos gave nothing."""
    whole = [replace(event, found_by=states[event.video_id].found_by) for event in events]
    show_results(yield_by_query(whole), "batch-yield", "Yield per query of this batch")
    drops = [{"state": s, "reason": r, "videos": n} for (s, r), n in outcomes(whole).items()]
    show_results(drops, "batch-drops", "Videos of this batch by state and reason")


def _collect_all(
    due: Sequence[VideoEvent],
    one: Callable[[VideoEvent], VideoEvent],
    spool: Spool,
    manners: Manners,
    trial: bool,
) -> tuple[list[VideoEvent], Walled | None]:
    """Collect videos up to a wall; what became of them, and the wall."""
    events: list[VideoEvent] = []
    try:
        for number, found in enumerate(due):
            first = trial and not number
            with call(manners, trial=first) as made:
                events.append(one(found))
                made.answered = events[-1].state != "failed"
                _refuse_lost_network(events, spool, most=1 if first else MOST_IN_A_ROW)
    except Walled as wall:
        return events, wall
    return events, None


def _refuse_lost_network(events: list[VideoEvent], spool: Spool, most: int) -> None:
    """Raise if no connection came about for the last few videos, which is no fault of theirs."""
    last = events[-most:]
    if len(last) < most or any(event.reason != ConnectionFailed.reason for event in last):
        return
    for event in last:
        events.remove(event)
        spool.drop(event.video_id)
    raise LocalFault(f"no connection for {most} videos in a row, the last: {last[-1].detail}")
