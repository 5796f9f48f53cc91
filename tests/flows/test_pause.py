"""A collection that meets a wall keeps what it has, says so, and goes on in the next run."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.flows.collecting import FACE, MANNERS, ROBOT, collect, start, two_videos
from webemotion.planning.lexicon import load_lexicon, plan

QUERIES = plan(load_lexicon(), **PLAN)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CatalogueVideo]:
    return two_videos(tmp_path_factory.mktemp("media"))


@pytest.fixture(autouse=True)
def no_wall(api: httpx.Client) -> None:
    """No wall stands from another test."""
    api.delete("/variables/name/webemotion_wall")


def _states(folder: Path) -> dict[str, VideoEvent]:
    return Ledger(open_store(str(folder / "store")).dataset("webemotion")).states()


def test_a_bot_check_in_mid_batch_pauses_and_the_next_run_goes_on(
    deployed: dict[str, str], videos: dict[str, CatalogueVideo], tmp_path: Path
) -> None:
    """What was finished is committed, the video that met the wall is not blamed."""
    results = {QUERIES[0].text: (FACE, ROBOT)}
    wall = {**videos, ROBOT: CatalogueVideo(ROBOT, "t", status="bot")}
    with StandIn(Catalogue(wall, results)) as site:
        stopped = collect(deployed, str(tmp_path / "store"), tmp_path / "scratch", site)
    assert stopped.returncode == 1
    assert "Paused" in stopped.stderr.splitlines()[-1]
    assert "bot_check" in stopped.stderr.splitlines()[-1]
    before = _states(tmp_path)
    assert (before[FACE].state, before[ROBOT].state) == ("collected", "found")
    assert before[ROBOT].attempts == 0
    with StandIn(Catalogue(videos, results)) as site:
        again = collect(deployed, str(tmp_path / "store"), tmp_path / "scratch", site)
        assert again.returncode == 0
        assert not [request for request in site.requests if FACE in request.path]
    assert {event.state for event in _states(tmp_path).values()} == {"collected"}


def test_a_rate_limit_in_mid_search_keeps_what_was_found(
    deployed: dict[str, str], videos: dict[str, CatalogueVideo], tmp_path: Path
) -> None:
    """The findings of the searches before the wall are in the ledger."""
    results = {QUERIES[0].text: (FACE,), QUERIES[1].text: (ROBOT,)}
    catalogue = Catalogue(videos, results, search_status=429, searches_answered=1)
    with StandIn(catalogue) as site:
        stopped = collect(deployed, str(tmp_path / "store"), tmp_path / "scratch", site)
    assert stopped.returncode == 1
    assert "rate_limited" in stopped.stderr.splitlines()[-1]
    assert {video_id: e.state for video_id, e in _states(tmp_path).items()} == {FACE: "found"}


def test_without_a_network_it_pauses_and_says_so(deployed: dict[str, str], tmp_path: Path) -> None:
    """A few failures in a row are no fault of the queries, and no success of the run."""
    with StandIn(Catalogue({})) as site:
        pass
    stopped = collect(deployed, str(tmp_path / "store"), tmp_path / "scratch", site)
    assert stopped.returncode == 1
    assert "local_fault" in stopped.stderr.splitlines()[-1]
    assert "3 queries in a row failed" in stopped.stderr.splitlines()[-1]


def test_it_waits_at_a_wall_tries_one_video_and_goes_on(
    deployed: dict[str, str],
    api: httpx.Client,
    videos: dict[str, CatalogueVideo],
    tmp_path: Path,
) -> None:
    """The run says that it waits and why; each trial asks for one video, until one succeeds."""
    offered = {v: CatalogueVideo(v, "t", status="bot") for v in videos}
    manners = {**MANNERS, "wait": True, "bot_check_pause_s": 6.0}
    with StandIn(Catalogue(offered, {QUERIES[0].text: tuple(videos)})) as site:
        running = start(deployed, str(tmp_path / "store"), tmp_path / "scratch", site, manners)
        _until(lambda: "Waiting" in _state_names(api))
        newest = api.post("/artifacts/filter", json={"sort": "CREATED_DESC"}).json()[0]
        assert newest["key"] == "collection-paused"
        assert "bot_check" in newest["data"]
        assert len(_watched(site)) == 1
        _until(lambda: api.get("/variables/name/webemotion_wall").json()["value"]["failed"] == 2)
        assert len(_watched(site)) == 2
        offered.update(videos)
        assert running.wait(timeout=120) == 0
    assert {event.state for event in _states(tmp_path).values()} == {"collected"}
    assert {event.attempts for event in _states(tmp_path).values()} == {1}
    assert api.get("/variables/name/webemotion_wall").status_code == 404


def _state_names(api: httpx.Client) -> list[str]:
    """The names of the states of collections that run."""
    wanted = {
        "flows": {"name": {"any_": ["collect"]}},
        "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}},
    }
    return [run["state"]["name"] for run in api.post("/flow_runs/filter", json=wanted).json()]


def _watched(site: StandIn) -> list[str]:
    """Requests for the page of a video."""
    return [request.path for request in site.requests if request.path.startswith("/watch")]


def _until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.3)
