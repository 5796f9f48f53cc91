"""Collection: search, sort out, deal out batches of videos, show what came of it."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.collect_batch import PAUSED
from flows.collecting.batches import batch_parameters, collected
from flows.collecting.calls import set_limit
from flows.collecting.collection_report import show_collection
from flows.collecting.gate import Walled
from flows.collecting.ray_faces import require_ray
from flows.collecting.searching import Hits, search_all
from flows.collecting.secret_blocks import load_secrets
from flows.collecting.terms import require_terms
from flows.parameters import DatasetName, PlanParameters, WorkParameters
from flows.runs import check_writable
from storage.ledger import Ledger
from storage.store import Dataset, open_store
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.planning.candidates import candidates
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig, SearchConfig


@flow(name="collect", persist_result=False)
def collect(
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    plan: PlanParameters = PlanParameters(),
    searching: SearchConfig = SearchConfig(),
    downloading: DownloadConfig = DownloadConfig(),
    harvesting: HarvestConfig = HarvestConfig(),
    manners: Manners = Manners(),
    work: WorkParameters = WorkParameters(),
) -> State[Any]:
    """Collect what the plan finds and the store does not have yet.

    At a wall that every further call would meet, it keeps what it has, waits, tries one video, and
    goes on if that succeeds.

    Args:
        store: Folder of the store, or s3://bucket/prefix; made if it is not there.
        dataset: Name of the dataset in the store.
        plan: Which queries to send.
        searching: How to search, and which results to drop.
        downloading: How to download.
        harvesting: How faces are found and kept.
        manners: How often to ask, and how long to wait at a wall.
        work: How the work is dealt out.
    """
    require_terms(manners)
    load_secrets()
    queries = plan.queries()
    check_writable(work.scratch)
    if work.ray_address:
        require_ray()
    opened = open_store(store, create=True).dataset(dataset, create=True)
    set_limit(manners)
    failures: Counter[str] = Counter()
    shared = batch_parameters(store, dataset, downloading, harvesting, manners, work)
    try:
        keep = partial(record, opened, config=searching)
        search_all(queries, searching, manners, keep, failures)
        if work.searches_only:
            return Completed(message=f"{len(queries)} queries")
        return collected(partial(due, opened), shared, work, manners)
    except Walled as wall:
        return Failed(name=PAUSED, message=f"{wall}; while searching")
    finally:
        show_collection(opened, failures)


def record(opened: Dataset, hits: Hits, *, config: SearchConfig) -> None:
    """Record what some searches found."""
    ledger = Ledger(opened)
    now = datetime.now(UTC)
    known = ledger.states({hit.video_id for _, hit in hits})
    ledger.record(candidates(hits, known, ledger.forgotten(), config, now))


def due(opened: Dataset) -> list[str]:
    """The videos to try now."""
    return Ledger(opened).due(datetime.now(UTC))
