"""A collection that meets a wall keeps what it has, says so, and goes on in the next run."""

from pathlib import Path

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.flows.collecting import FACE, ROBOT, collect, two_videos
from webemotion.lexicon import load_lexicon, plan

pytestmark = pytest.mark.xdist_group("prefect")

QUERIES = plan(load_lexicon(), **PLAN)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CatalogueVideo]:
    return two_videos(tmp_path_factory.mktemp("media"))


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
