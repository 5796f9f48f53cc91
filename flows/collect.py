"""Collection: search, sort out, deal out batches of videos, show what came of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.artifacts import show_collection
from flows.collect_batch import collect_batch
from flows.dispatch import Batch, Dispatcher
from flows.parameters import DatasetName, PlanParameters, WorkParameters
from flows.progress import Progress
from flows.runs import check_writable
from flows.searching import Hits, search_all
from storage.ledger import Ledger
from storage.store import Dataset, open_store
from webemotion.candidates import candidates
from webemotion.errors import CollectionError
from webemotion.harvest_config import HarvestConfig
from webemotion.web_config import DownloadConfig, SearchConfig

BATCH_DEPLOYMENT: Final = "collect-batch/worker"


@flow(name="collect", persist_result=False)
def collect(
    store: str = "data/store",
    dataset: DatasetName = "webemotion",
    plan: PlanParameters = PlanParameters(),
    searching: SearchConfig = SearchConfig(),
    downloading: DownloadConfig = DownloadConfig(),
    harvesting: HarvestConfig = HarvestConfig(),
    work: WorkParameters = WorkParameters(),
) -> State[Any]:
    """Collect what the plan finds and the store does not have yet.

    At a wall that every further request would meet, it keeps what it has and ends in the state
    Paused, which says what happened; the next run goes on.

    Args:
        store: Folder of the store, or s3://bucket/prefix; made if it is not there.
        dataset: Name of the dataset in the store.
        plan: Which queries to send.
        searching: How to search, and which results to drop.
        downloading: How to download.
        harvesting: How faces are found and kept.
        work: How the work is dealt out.
    """
    queries = plan.queries()
    check_writable(work.scratch)
    opened = open_store(store, create=True).dataset(dataset, create=True)
    failures: Mapping[str, int] = {}
    try:
        failures = search_all(queries, searching, lambda hits: record(opened, hits, searching))
    except CollectionError as error:
        return Failed(name="Paused", message=f"{error.reason}: {error}; while searching")
    else:
        video_ids = due(opened)
        get_run_logger().info("%d queries, %d videos to try", len(queries), len(video_ids))
        shared = {
            "store": store,
            "dataset": dataset,
            "scratch": str(work.scratch),
            "downloading": downloading.model_dump(mode="json"),
            "harvesting": harvesting.model_dump(mode="json"),
        }
        return outcome(run_batches(video_ids, shared, work))
    finally:
        show_collection(opened, failures)


def outcome(states: Sequence[State]) -> State[Any]:
    """How a collection ended, by the states of its batches."""
    for state in states:
        if not state.is_completed():
            return Failed(name=state.name, message=f"a batch ended {state.name}: {state.message}")
    return Completed(message=f"{len(states)} batches")


def record(opened: Dataset, hits: Hits, config: SearchConfig) -> None:
    """Record what some searches found."""
    ledger = Ledger(opened)
    now = datetime.now(UTC)
    ledger.record(candidates(hits, ledger.states(), ledger.forgotten(), config, now))


def due(opened: Dataset) -> list[str]:
    """The videos to try now."""
    ledger = Ledger(opened)
    now, forgotten = datetime.now(UTC), ledger.forgotten()
    return [
        video_id
        for video_id, event in ledger.states().items()
        if event.is_due(now) and not {video_id, event.channel_id} & forgotten
    ]


def run_batches(
    video_ids: Sequence[str], shared: Mapping[str, Any], work: WorkParameters
) -> list[State]:
    """Deal the videos out, here or on workers, until all are done or one batch says to pause.

    Args:
        video_ids: what to collect.
        shared: the parameters that all batches have in common.
        work: how many videos a batch holds, and where it runs.
    """
    progress = Progress("videos", "videos", len(video_ids))
    dealt = [
        list(video_ids[begin : begin + work.batch_size])
        for begin in range(0, len(video_ids), work.batch_size)
    ]
    if work.parallel_batches:
        dispatcher = Dispatcher(
            BATCH_DEPLOYMENT,
            at_a_time=work.parallel_batches,
            timeout_s=work.batch_timeout_s,
            report=progress.update,
        )
        return dispatcher.run([Batch({**shared, "video_ids": ids}, len(ids)) for ids in dealt])
    states: list[State] = []
    for done, ids in enumerate(dealt, start=1):
        states.append(collect_batch(video_ids=ids, **shared, return_state=True))
        progress.update(min(done * work.batch_size, len(video_ids)))
        if not states[-1].is_completed():
            break
    return states
