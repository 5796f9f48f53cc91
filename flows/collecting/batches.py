"""Videos dealt out in batches, here or on workers, until all are done or a wall is met."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.collect_batch import PAUSED, collect_batch
from flows.collecting.gate import Walled, patiently
from flows.collecting.wall import current
from flows.dispatch import Batch, Dispatcher
from flows.parameters import WorkParameters
from flows.progress import Progress
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig

_DEPLOYMENT: Final = "collect-batch/worker"


class BatchFailed(Exception):
    """A batch did not complete, for no reason that a pause would mend."""

    def __init__(self, state: State) -> None:
        super().__init__(f"a batch ended {state.name}: {state.message}")
        self.state = state


def batch_parameters(
    store: str,
    dataset: str,
    downloading: DownloadConfig,
    harvesting: HarvestConfig,
    manners: Manners,
    work: WorkParameters,
) -> dict[str, Any]:
    """The parameters of collect-batch that all batches of a collection have in common."""
    return {
        "store": store,
        "dataset": dataset,
        "scratch": str(work.scratch),
        "downloading": downloading.model_dump(mode="json"),
        "harvesting": harvesting.model_dump(mode="json"),
        "manners": manners.model_dump(mode="json"),
        "ray_address": work.ray_address,
    }


def work_off(
    due: Callable[[], Sequence[str]],
    shared: Mapping[str, Any],
    work: WorkParameters,
    manners: Manners,
) -> int:
    """Collect what is due, through all walls.

    Args:
        due: tells which videos to try now.
        shared: the parameters that all batches have in common.
        work: how many videos a batch holds, and where it runs.
        manners: limits and pauses.

    Returns:
        The number of batches that completed.

    Raises:
        Walled: a wall stands, and `manners.wait` is false.
        BatchFailed: a batch did not complete.
    """
    completed = 0

    def some(trial: bool) -> bool:
        nonlocal completed
        video_ids = due()[:1] if trial else due()
        states = run_batches(video_ids, {**shared, "trial": trial}, work)
        completed += sum(state.is_completed() for state in states)
        return _passed(states) and not (trial and video_ids)

    while not patiently(some, manners):
        pass
    return completed


def collected(
    due: Callable[[], Sequence[str]],
    shared: Mapping[str, Any],
    work: WorkParameters,
    manners: Manners,
) -> State:
    """As `work_off`, told as the final state of a flow."""
    try:
        return Completed(message=f"{work_off(due, shared, work, manners)} batches")
    except Walled as wall:
        return Failed(name=PAUSED, message=str(wall))
    except BatchFailed as failure:
        return Failed(name=failure.state.name, message=str(failure))


def _passed(states: Sequence[State]) -> bool:
    """Whether all batches completed; false where a wall was met that is down again."""
    for state in states:
        if state.name == PAUSED:
            if wall := current():
                raise Walled(wall)
            return False
        if not state.is_completed():
            raise BatchFailed(state)
    return True


def run_batches(
    video_ids: Sequence[str], shared: Mapping[str, Any], work: WorkParameters
) -> list[State]:
    """Deal the videos out until all are done or one batch does not complete."""
    progress = Progress("videos", "videos", len(video_ids))
    dealt = [
        list(video_ids[begin : begin + work.batch_size])
        for begin in range(0, len(video_ids), work.batch_size)
    ]
    if work.parallel_batches:
        dispatcher = Dispatcher(
            _DEPLOYMENT,
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
