"""One batch of videos, from their ids to one commit of faces."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.artifacts import show_results
from flows.collecting.batch_work import BatchWork
from flows.collecting.gate import Walled
from flows.collecting.ray_faces import face_stage
from flows.collecting.secret_blocks import load_secrets
from flows.collecting.terms import require_terms
from flows.collecting.wall import meet
from flows.parameters import DatasetName, RayAddress
from storage.errors import StoreUnreachable, StoreUnwritable
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from storage.yields import outcomes, yield_by_query
from webemotion.commit import commit
from webemotion.errors import LocalFault
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.listing import read_listing
from webemotion.scratch import sweep
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig
from webemotion.spool import Spool

PAUSED: Final = "Paused"
"""The name of the state of a batch that met a wall."""


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
    ray_address: RayAddress | None = None,
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

    events: list[VideoEvent] = []
    try:
        with face_stage(ray_address) as stage:
            work = BatchWork(spool, scratch, downloading, harvesting, manners, stage, named)
            events, wall = work.run(due, trial)
        if events:
            _show_yield(events, states)
        faces = commit(opened, spool, events)
    except (StoreUnreachable, StoreUnwritable, LocalFault) as error:
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
