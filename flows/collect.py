"""Collection: search, sort out, deal out batches of videos, show what came of it."""

from datetime import UTC, datetime
from typing import Any, Final

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.artifacts import show_collection
from flows.collect_batch import collect_batch
from flows.dispatch import Batch, Dispatcher
from flows.parameters import PlanParameters, WorkParameters
from flows.progress import Progress
from flows.searching import Searches, search_all
from storage.ledger import Ledger
from storage.store import Dataset, open_store
from webemotion.candidates import candidates
from webemotion.harvest_config import HarvestConfig
from webemotion.web_config import DownloadConfig, SearchConfig

BATCH_DEPLOYMENT: Final = "collect-batch/worker"


@flow(name="collect", persist_result=False)
def collect(
    store: str = "data/store",
    dataset: str = "webemotion",
    plan: PlanParameters = PlanParameters(),
    searching: SearchConfig = SearchConfig(),
    downloading: DownloadConfig = DownloadConfig(),
    harvesting: HarvestConfig = HarvestConfig(),
    work: WorkParameters = WorkParameters(),
) -> None:
    """Collect what the plan finds and the store does not have yet.

    Args:
        store: Folder of the store; made if it is not there.
        dataset: Name of the dataset in the store.
        plan: Which queries to send.
        searching: How to search, and which results to drop.
        downloading: How to download.
        harvesting: How faces are found and kept.
        work: How the work is dealt out.
    """
    queries = plan.queries()
    opened = open_store(store, create=True).dataset(dataset, create=True)
    searches = search_all(queries, searching)
    video_ids = record_findings(opened, searches, searching)
    get_run_logger().info("%d queries, %d videos to try", len(queries), len(video_ids))
    batches = [
        {
            "video_ids": video_ids[begin : begin + work.batch_size],
            "store": store,
            "dataset": dataset,
            "scratch": str(work.scratch),
            "downloading": downloading.model_dump(mode="json"),
            "harvesting": harvesting.model_dump(mode="json"),
        }
        for begin in range(0, len(video_ids), work.batch_size)
    ]
    states = run_batches(batches, work)
    show_collection(opened, searches)
    for state in states:
        if not state.is_completed():
            raise RuntimeError(f"a batch ended {state.name}: {state.message}")


def record_findings(opened: Dataset, searches: Searches, config: SearchConfig) -> list[str]:
    """Record what the searches found, and list the videos to try now."""
    ledger = Ledger(opened)
    now = datetime.now(UTC)
    ledger.record(candidates(searches.hits, ledger.states(), ledger.forgotten(), config, now))
    forgotten = ledger.forgotten()
    return [
        video_id
        for video_id, event in ledger.states().items()
        if event.is_due(now) and not {video_id, event.channel_id} & forgotten
    ]


def run_batches(batches: list[dict[str, Any]], work: WorkParameters) -> list[State]:
    """Run the batches here or on workers, until all are done or one says to pause."""
    sizes = [len(batch["video_ids"]) for batch in batches]
    progress = Progress("videos", "videos", sum(sizes))
    if work.parallel_batches:
        dispatcher = Dispatcher(
            BATCH_DEPLOYMENT,
            at_a_time=work.parallel_batches,
            timeout_s=work.batch_timeout_s,
            report=progress.update,
        )
        return dispatcher.run([Batch(b, size) for b, size in zip(batches, sizes, strict=True)])
    states: list[State] = []
    for batch in batches:
        states.append(collect_batch(**batch, return_state=True))
        progress.update(sum(sizes[: len(states)]))
        if not states[-1].is_completed():
            break
    return states
