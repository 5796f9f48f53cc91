"""A collection that meets a wall keeps what it has, says so, and goes on in the next run."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.webemotion.recordings import every, hopper, scene, write_video
from webemotion.lexicon import load_lexicon, plan

pytestmark = pytest.mark.xdist_group("prefect")

FACE, ROBOT = "faceface-00", "robotrobot0"
QUERIES = plan(load_lexicon(), **PLAN)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CatalogueVideo]:
    """A face of 6 s, and a second one."""
    folder = tmp_path_factory.mktemp("media")
    times_ms = every(250, 6000)
    film = [scene((hopper(), 60 + number)) for number in range(len(times_ms))]
    media = write_video(folder / "face.mp4", film, times_ms)
    return {video_id: CatalogueVideo(video_id, "t", media=media) for video_id in (FACE, ROBOT)}


def _collect(
    env: Mapping[str, str], folder: Path, site: StandIn
) -> "subprocess.CompletedProcess[str]":
    waits = {"proxy": site.proxy_url, "request_wait_s": 0, "retries": 0}
    settings: dict[str, Any] = {
        "plan": PLAN,
        "searching": waits,
        "downloading": {**waits, "download_wait_s": 0},
        "harvesting": {"sample_rate_hz": 1, "detect_rate_hz": 2},
        "work": {"scratch": str(folder / "scratch")},
    }
    given = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
    webemotion = str(Path(sys.executable).parent / "webemotion")
    command = [webemotion, "collect", "--store", str(folder / "store")]
    trusting = {**os.environ, **env}
    if site.certificate.exists():
        trusting["SSL_CERT_FILE"] = str(site.certificate)
    return subprocess.run([*command, *given], env=trusting, capture_output=True, text=True)


def _states(folder: Path) -> dict[str, VideoEvent]:
    return Ledger(open_store(str(folder / "store")).dataset("webemotion")).states()


def test_a_bot_check_in_mid_batch_pauses_and_the_next_run_goes_on(
    deployed: dict[str, str], videos: dict[str, CatalogueVideo], tmp_path: Path
) -> None:
    """What was finished is committed, the video that met the wall is not blamed."""
    results = {QUERIES[0].text: (FACE, ROBOT)}
    wall = {**videos, ROBOT: CatalogueVideo(ROBOT, "t", status="bot")}
    with StandIn(Catalogue(wall, results)) as site:
        stopped = _collect(deployed, tmp_path, site)
    assert stopped.returncode == 1
    assert "Paused" in stopped.stderr.splitlines()[-1]
    assert "bot_check" in stopped.stderr.splitlines()[-1]
    before = _states(tmp_path)
    assert (before[FACE].state, before[ROBOT].state) == ("collected", "found")
    assert before[ROBOT].attempts == 0
    with StandIn(Catalogue(videos, results)) as site:
        assert _collect(deployed, tmp_path, site).returncode == 0
        assert not [request for request in site.requests if FACE in request.path]
    assert {event.state for event in _states(tmp_path).values()} == {"collected"}


def test_a_rate_limit_in_mid_search_keeps_what_was_found(
    deployed: dict[str, str], videos: dict[str, CatalogueVideo], tmp_path: Path
) -> None:
    """The findings of the searches before the wall are in the ledger."""
    results = {QUERIES[0].text: (FACE,), QUERIES[1].text: (ROBOT,)}
    catalogue = Catalogue(videos, results, search_status=429, searches_answered=1)
    with StandIn(catalogue) as site:
        stopped = _collect(deployed, tmp_path, site)
    assert stopped.returncode == 1
    assert "rate_limited" in stopped.stderr.splitlines()[-1]
    assert {video_id: e.state for video_id, e in _states(tmp_path).items()} == {FACE: "found"}


def test_without_a_network_it_pauses_and_says_so(deployed: dict[str, str], tmp_path: Path) -> None:
    """A few failures in a row are no fault of the queries, and no success of the run."""
    with StandIn(Catalogue({})) as site:
        pass
    stopped = _collect(deployed, tmp_path, site)
    assert stopped.returncode == 1
    assert "local_fault" in stopped.stderr.splitlines()[-1]
    assert "3 queries in a row failed" in stopped.stderr.splitlines()[-1]
