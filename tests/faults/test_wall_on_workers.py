"""A wall that one worker meets stops every worker, and blames no video."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.services import service
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger
from storage.store import open_store
from tests.flows.collecting import FACE, MANNERS, start, two_videos
from tests.flows.conftest import api as api
from tests.flows.conftest import deployed as deployed
from webemotion.planning.lexicon import load_lexicon, plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_WORKER: Final = ["prefect", "worker", "start", "--pool", "cpu", "--limit", "1", "--name"]
_VIDEOS: Final = 12
_PAUSE_S: Final = 20.0
_WITHIN_S: Final = 5.0


@pytest.fixture
def fine(tmp_path: Path) -> dict[str, CatalogueVideo]:
    """Videos of a face, all well."""
    face = two_videos(tmp_path)[FACE].media
    return {name: CatalogueVideo(name, "t", media=face) for name in map(_name, range(_VIDEOS))}


@pytest.fixture
def offered(fine: dict[str, CatalogueVideo]) -> dict[str, CatalogueVideo]:
    """What the site offers now."""
    return dict(fine)


@pytest.fixture
def site(
    offered: dict[str, CatalogueVideo],
    deployed: dict[str, str],
    api: httpx.Client,
    tmp_path: Path,
) -> Iterator[StandIn]:
    """A site, two workers that take a batch each at a time, and no wall from another test."""
    api.delete("/variables/name/webemotion_wall")
    found = {plan(load_lexicon(), **PLAN)[0].text: tuple(offered)}
    logs = tmp_path / "logs"
    with StandIn(Catalogue(offered, found)) as site:
        env = {**deployed, "SSL_CERT_FILE": str(site.certificate)}
        with (
            service("one", [*_WORKER, "one"], env, logs),
            service("two", [*_WORKER, "two"], env, logs),
        ):
            yield site


def test_all_workers_stop_within_seconds_and_go_on_together(
    deployed: dict[str, str],
    api: httpx.Client,
    site: StandIn,
    fine: dict[str, CatalogueVideo],
    offered: dict[str, CatalogueVideo],
    tmp_path: Path,
) -> None:
    """Each worker meets the wall once at most; after the pause one video is tried, then all."""
    manners = {**MANNERS, "wait": True, "bot_check_pause_s": _PAUSE_S}
    extra = ["--set=work.parallel_batches=2", "--set=work.batch_size=6"]
    store = str(tmp_path / "store")
    running = start(deployed, store, tmp_path / "scratch", site, manners, extra)
    _until(lambda: _batches_at_work(api) == 2)
    offered.update({name: CatalogueVideo(name, "t", status="bot") for name in fine})
    _until(lambda: api.get("/variables/name/webemotion_wall").is_success)
    time.sleep(_WITHIN_S)
    asked = len(_watched(site))
    time.sleep(_PAUSE_S - 2 * _WITHIN_S)
    assert len(_watched(site)) == asked < _VIDEOS
    wall = api.get("/variables/name/webemotion_wall").json()["value"]
    assert (wall["reason"], wall["failed"]) == ("bot_check", 1)
    offered.update(fine)
    assert running.wait(timeout=240) == 0
    dataset = open_store(store).dataset("webemotion")
    states = Ledger(dataset).states()
    assert {(event.state, event.attempts) for event in states.values()} == {("collected", 1)}
    assert len(states) == _VIDEOS
    assert set(dataset.scan("videos", ["state"])["state"].to_pylist()) == {"found", "collected"}


def _name(number: int) -> str:
    return f"wall-{number:06}"


def _watched(site: StandIn) -> list[str]:
    """Requests for the page of a video."""
    return [request.path for request in site.requests if request.path.startswith("/watch")]


def _batches_at_work(api: httpx.Client) -> int:
    """Batches on workers of which a video is being collected."""
    wanted = {
        "flows": {"name": {"any_": ["collect-batch"]}},
        "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}},
        "task_runs": {"state": {"type": {"any_": ["RUNNING", "COMPLETED"]}}},
    }
    return len(api.post("/flow_runs/filter", json=wanted).json())


def _until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.2)
