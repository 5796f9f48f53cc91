"""Collection of what a shared list of clips names."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.artifacts import show_results
from flows.collect import due
from flows.collecting.batches import batch_parameters, collected
from flows.collecting.calls import set_limit
from flows.collecting.collection_report import show_collection
from flows.collecting.ray_faces import require_ray
from flows.collecting.secret_blocks import load_secrets
from flows.collecting.terms import require_terms
from flows.parameters import DatasetName, WorkParameters
from flows.runs import check_writable
from storage.ledger import Finding, Ledger, VideoEvent
from storage.store import Dataset, open_store
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.listing import ListedClip, read_listing
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig


@flow(name="import-ids", persist_result=False)
def import_ids(
    ids: Path,
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    downloading: DownloadConfig = DownloadConfig(),
    harvesting: HarvestConfig = HarvestConfig(),
    manners: Manners = Manners(),
    work: WorkParameters = WorkParameters(),
) -> State[Any]:
    """Collect the clips that a list names, and nothing else of their videos.

    Videos that the store has already stay as they are; a run after a run goes on with the rest.

    Args:
        ids: File that `webemotion export --ids` wrote, where the workers can read it.
        store: Folder of the store, or s3://bucket/prefix; made if it is not there.
        dataset: Name of the dataset in the store.
        downloading: How to download.
        harvesting: How faces are found and kept; as at the exporter's, for the same faces.
        manners: How often to ask, and how long to wait at a wall.
        work: How the work is dealt out.
    """
    require_terms(manners)
    load_secrets()
    listing = read_listing(ids)
    check_writable(work.scratch)
    if work.ray_address:
        require_ray()
    opened = open_store(store, create=True).dataset(dataset, create=True)
    record_listed(opened, listing.clips)
    set_limit(manners)

    def listed_and_due() -> list[str]:
        return [video_id for video_id in due(opened) if video_id in listing.clips]

    get_run_logger().info(
        "%d videos listed, %d of them to try", len(listing.clips), len(listed_and_due())
    )
    shared = batch_parameters(store, dataset, downloading, harvesting, manners, work)
    shared["listing"] = str(ids.absolute())
    try:
        return collected(listed_and_due, shared, work, manners)
    finally:
        show_collection(opened, {})
        states = Ledger(opened).states(listing.clips)
        rows = [found(video, states.get(video), clips) for video, clips in listing.clips.items()]
        missing = [row for row in rows if row["clips_found"] != row["clips_listed"]]
        get_run_logger().info("%d of %d listed videos lack clips", len(missing), len(rows))
        show_results(missing, "not-found", "Listed videos that lack clips, and why")


def record_listed(opened: Dataset, clips: Mapping[str, Sequence[ListedClip]]) -> None:
    """Record the listed videos that the ledger does not know; forgotten ones stay so."""
    ledger = Ledger(opened)
    known = ledger.states(clips).keys() | ledger.forgotten()
    now = datetime.now(UTC)
    ledger.record(
        VideoEvent(
            video_id,
            "found",
            emotion=listed[0].label,
            found_by=tuple(_findings(listed, now)),
            time=now,
        )
        for video_id, listed in clips.items()
        if video_id not in known
    )


def _findings(listed: Sequence[ListedClip], now: datetime) -> Iterator[Finding]:
    for query in dict.fromkeys(clip.query for clip in listed):
        if query is not None:
            yield Finding(query.emotion, query.keyword, query.country, query.age, 0, now)


def found(
    video_id: str, event: VideoEvent | None, clips: Sequence[ListedClip]
) -> dict[str, object]:
    """What became of a listed video: its state, and how many of its clips were found."""
    return {
        "video": video_id,
        "state": event.state if event else "forgotten",
        "reason": (event.reason or "") if event else "",
        "clips_listed": len(clips),
        "clips_found": event.counts.get("clips", 0) if event else 0,
    }
